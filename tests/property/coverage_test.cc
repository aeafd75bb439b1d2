// The walks reach every row of the tables of the base workflow; a row that is missed fails.

#include "tests/property/coverage.h"

#include <absl/strings/str_cat.h>
#include <gtest/gtest.h>

#include "tests/property/walk.h"
#include "tests/support/region.h"

namespace overdracht::testing {
namespace {

std::string Json(absl::string_view id, absl::string_view organisation, absl::string_view type, absl::string_view time,
                 absl::string_view data) {
  return absl::StrCat(R"({"specversion":"1.0","id":")", id, R"(","source":"urn:nld:oin:)", organisation,
                      R"(:systeem:ecd","type":"nl.overdracht.)", type, R"(.v1","subject":"8f2c0a3e-5b1d-4c6f-9a7e-0d1b2c3d4e5f","time":")",
                      time, R"(","data":)", data, "}");
}

// What chance hardly ever strings together: support that the client declines, wants after all, and gets.
void PlayDecline(Coverage* coverage) {
  constexpr char kZorgaanbieder[] = "00000099000000101000", kWijkteam[] = "00000099000000102000", kGemeente[] = "00000099000000103000";
  Region region(ProjectWorkflows());
  region.OnRecord([&](const journal::v1::Record& record, const engine::TrajectState& before, const engine::TrajectState& after) {
    coverage->See({record, before.traject, after.traject});
  });
  const std::string start = absl::StrCat(
      R"({"workflow":"uitstroom","client":"c-1","participants":[{"role":"zorgaanbieder","organisation":")", kZorgaanbieder,
      R"("},{"role":"wijkteam","organisation":")", kWijkteam, R"("},{"role":"gemeente","organisation":")", kGemeente, R"("}]})");
  constexpr char kTask[] = R"({"task":"begeleiding_regelen"})";
  constexpr char kDeclines[] = R"({"task":"begeleiding_regelen","reason":"client_declines"})";
  constexpr char kSupport[] = R"({"support":"s-1","provider":"00000099000000101000","hoursPerWeek":4,"from":"2017-01-05"})";
  const std::string lines[] = {Json("1", kZorgaanbieder, "trajecten.started", "2017-01-02T09:00:00Z", start),
                               Json("2", kGemeente, "tasks.skipped", "2017-01-03T09:00:00Z", kDeclines),
                               Json("3", kGemeente, "tasks.reopened", "2017-01-04T09:00:00Z", kTask),
                               Json("4", kGemeente, "tasks.skipped", "2017-01-04T10:00:00Z", kDeclines),
                               Json("5", kGemeente, "supports.granted", "2017-01-05T09:00:00Z", kSupport),
                               Json("6", kGemeente, "tasks.reopened", "2017-01-06T09:00:00Z", kTask)};
  for (const std::string& line : lines) ASSERT_TRUE(region.Publish(line).accepted) << line;
}

TEST(Coverage, EveryRowOfTheTablesIsReached) {
  const int walks = 1000 * Effort();
  Coverage coverage;
  PlayDecline(&coverage);
  size_t records = 0;
  int seed = 0;
  while (seed < walks && (seed < 100 || !coverage.Missed().empty())) {
    ++seed;
    const Walk walk = Draw(seed, "uitstroom", 300,
                           [&](const journal::v1::Record& record, const engine::TrajectState& before, const engine::TrajectState& after) {
                             coverage.See({record, before.traject, after.traject});
                           });
    records += walk.records;
    ASSERT_TRUE(walk.violations.empty()) << "seed " << seed << "\n" << Print(walk.violations) << "in short:\n" << Print(Shrink(walk));
  }
  std::cout << "seeds 1 to " << seed << ", " << records << " records\n" << coverage.Table();
  for (const std::string& row : coverage.Missed()) ADD_FAILURE() << "missed: " << row;
}

}  // namespace
}  // namespace overdracht::testing
