// The demonstration region as text (workflows/uitstroom/demonstration.txt, inside the program) -> what happened in it, event by event.
#ifndef OVERDRACHT_SERVICES_CLI_DEMO_REGION_H_
#define OVERDRACHT_SERVICES_CLI_DEMO_REGION_H_

#include <absl/status/statusor.h>

#include <map>
#include <string>
#include <vector>

#include "services/base/time.h"

namespace overdracht::cli {

struct DemoEvent {
  base::Micros at_us = 0;
  std::string json;  // a CloudEvent
};

struct DemoRegion {
  std::vector<std::string> trajecten;        // ids, in the order of the text
  std::map<std::string, std::string> names;  // of the organisations, by OIN
  std::vector<DemoEvent> history;            // in the order in which it happened, all before `today`
  std::vector<std::string> next;             // commands to go on with, without the program's name
};

const char* DemoText();

// INVALID_ARGUMENT with the number of the line that cannot be read.
absl::StatusOr<DemoRegion> ReadDemo(const std::string& text, base::Days today);

}  // namespace overdracht::cli

#endif  // OVERDRACHT_SERVICES_CLI_DEMO_REGION_H_
