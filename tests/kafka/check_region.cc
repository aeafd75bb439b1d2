// check_region BOOTSTRAP REGION PARTITIONS: compares what stands in a region's topics (region_check.h). On stdout one line of JSON for each
// report that was decided, and one with the counts; what is wrong on stderr, and then it ends with 2.
#include <cstdio>
#include <nlohmann/json.hpp>

#include "services/base/check.h"
#include "tests/kafka/region_check.h"

int main(int argc, char** argv) {
  using nlohmann::ordered_json;
  OVERDRACHT_CHECK(argc == 4, "usage: check_region BOOTSTRAP REGION PARTITIONS");
  const auto check = overdracht::testing::CheckRegion(argv[1], argv[2], static_cast<uint32_t>(std::stoul(argv[3])));
  for (const auto& report : check.reports) {
    const ordered_json line = {{"position", report.position},
                               {"source", report.source},
                               {"id", report.id},
                               {"subject", report.subject},
                               {"accepted", report.accepted}};
    std::printf("%s\n", line.dump().c_str());
  }
  const ordered_json counts = {{"batches", check.batches}, {"records", check.records},   {"reports", check.reports.size()},
                               {"items", check.items},     {"again", check.again},       {"answers_again", check.answers_again},
                               {"told", check.told},       {"wrong", check.wrong.size()}};
  std::printf("%s\n", counts.dump().c_str());
  for (const std::string& wrong : check.wrong) std::fprintf(stderr, "%s\n", wrong.c_str());
  return check.wrong.empty() ? 0 : 2;
}
