#include "tests/bench/handover.h"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_format.h>

#include <variant>

#include "services/base/check.h"
#include "services/event/read.h"

namespace overdracht::bench {
namespace {

constexpr char kZorgaanbieder[] = "00000099000000201000";
constexpr char kWijkteam[] = "00000099000000202000";

std::string CloudEvent(uint64_t n, int report, const std::string& source, const std::string& time, const std::string& type,
                       const std::string& data) {
  return absl::StrCat(R"({"specversion":"1.0","id":"bench-)", n, "-", report, R"(","source":"urn:nld:oin:)", source, R"(:systeem:bench",)",
                      R"("type":"nl.overdracht.)", type, R"(.v1","subject":")", absl::StrFormat("00000000-0000-4000-8000-%012x", n),
                      R"(","time":")", time, R"(","datacontenttype":"application/json","data":)", data, "}");
}

}  // namespace

std::array<std::string, kReports> HandoverJson(uint64_t n, const std::string& time) {
  return {
      CloudEvent(
          n, 1, kZorgaanbieder, time, "trajecten.started",
          R"({"workflow":"uitstroom","client":"c-1","participants":[{"role":"zorgaanbieder","organisation":"00000099000000201000"},)"
          R"({"role":"wijkteam","organisation":"00000099000000202000"},{"role":"gemeente","organisation":"00000099000000203000"},)"
          R"({"role":"woningcorporatie","organisation":"00000099000000204000"},{"role":"ggz","organisation":"00000099000000205000"}]})"),
      CloudEvent(n, 2, kZorgaanbieder, time, "consents.granted",
                 R"({"consent":"t-1","recipient":"00000099000000202000","categories":["wonen","gezondheid","actieplan"],)"
                 R"("purpose":"handover","validUntil":"2099-12-31"})"),
      CloudEvent(n, 3, kZorgaanbieder, time, "handovers.offered",
                 R"({"handover":"h-1","recipient":"00000099000000202000","purpose":"handover",)"
                 R"("categories":["wonen","gezondheid","actieplan"],"transfersResponsibility":true,"dossier":{"reference":"d-1",)"
                 R"("digest":"sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"}})"),
      CloudEvent(n, 4, kWijkteam, time, "handovers.accepted", R"({"handover":"h-1"})"),
  };
}

std::array<event::v1::Event, kReports> HandoverEvents(uint64_t n, const std::string& time) {
  std::array<event::v1::Event, kReports> events;
  const auto json = HandoverJson(n, time);
  for (int i = 0; i < kReports; ++i) {
    auto read = event::ReadCloudEvent(json[i], [](absl::string_view) { return true; });
    OVERDRACHT_CHECK(std::holds_alternative<event::v1::Event>(read), "a benchmark's report that cannot be read");
    events[i] = std::get<event::v1::Event>(std::move(read));
  }
  return events;
}

}  // namespace overdracht::bench
