// What stands in a region's topics after a run, compared, whatever was killed in it.
#ifndef OVERDRACHT_TESTS_KAFKA_REGION_CHECK_H_
#define OVERDRACHT_TESTS_KAFKA_REGION_CHECK_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace overdracht::testing {

// A report that was decided.
struct DecidedReport {
  std::string position, source, id, subject;
  bool accepted = false;
};

struct RegionCheck {
  std::vector<DecidedReport> reports;    // of each partition in the order of its journal
  uint64_t batches = 0, records = 0;     // that count
  uint64_t items = 0;                    // in the outboxes
  uint64_t again = 0;                    // of those, that stood there already
  uint64_t answers_again = 0;            // to reports that were made before
  std::map<std::string, uint64_t> told;  // how many items each organisation is told
  std::vector<std::string> wrong;        // empty: all is as it has to be
};

// Every item that the journal says an organisation is told stands in its outbox once at least, the same each time, those of a partition in
// the order of the journal when each is taken the first time; and nothing else does.
RegionCheck CheckRegion(const std::string& bootstrap, const std::string& region, uint32_t partitions);

}  // namespace overdracht::testing

#endif  // OVERDRACHT_TESTS_KAFKA_REGION_CHECK_H_
