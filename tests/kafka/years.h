// A region's three years (tests/region) as reports, and what the embedded log makes of them.
#ifndef OVERDRACHT_TESTS_KAFKA_YEARS_H_
#define OVERDRACHT_TESTS_KAFKA_YEARS_H_

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "services/engine/engine.h"
#include "services/log/event_log.h"
#include "services/region/report.h"
#include "services/workflow/partition.h"

namespace overdracht::workflow {

// To where the clock is moved when all is reported.
inline constexpr char kEndOfYears[] = "2020-01-01T00:00:00Z";

// Those lines that can be read, as `publish` speaks for them.
std::vector<region::Report> ReportsOfYears();
std::vector<workflow::v1::WorkflowDefinition> WorkflowsOfYears();

struct LivedYears {
  std::vector<std::string> records;                       // of the journal, as they are stored
  std::map<std::string, engine::TrajectState> trajecten;  // by id (16 bytes)
  size_t repeated = 0;                                    // reports that were made before
};
LivedYears LiveOnTheEmbeddedLog(std::vector<region::Report> reports);

std::vector<std::string> RecordsOf(log::EventLog* journal);
journal::v1::Record ReadRecord(const std::string& stored);
std::map<std::string, engine::TrajectState> TrajectenOf(Partition* partition);

}  // namespace overdracht::workflow

#endif  // OVERDRACHT_TESTS_KAFKA_YEARS_H_
