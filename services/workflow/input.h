// What the loop takes in: reports of organisations, the operator's moves of the clock, and questions about the state. The callbacks are
// called on the loop's thread, once at most, and must return soon.
#ifndef OVERDRACHT_SERVICES_WORKFLOW_INPUT_H_
#define OVERDRACHT_SERVICES_WORKFLOW_INPUT_H_

#include <absl/status/statusor.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <variant>

#include "services/base/time.h"
#include "services/region/report.h"

namespace overdracht::workflow {

class Partition;

using region::Answer;
using region::Order;
using region::Report;

// What stands at a place of the input that the journal notes: a topic of events on Kafka. It is not refused when it cannot be decided:
// whoever takes the journal over reads it again, and its callback is not called.
struct Placed {
  std::optional<Report> report;  // none: nothing there can be decided
  uint64_t to = 0;               // the place after it
};

// Moves the clock `events`.
struct Advance {
  base::Micros to_us = 0;
  std::function<void(absl::StatusOr<base::Micros> clock)> done;
};

// Asked between two rounds, when everything that the state says is durable. An error says that the state cannot be read now.
struct Question {
  std::function<void(absl::StatusOr<Partition*>)> ask;
};

using Input = std::variant<Report, Placed, Advance, Question>;

}  // namespace overdracht::workflow

#endif  // OVERDRACHT_SERVICES_WORKFLOW_INPUT_H_
