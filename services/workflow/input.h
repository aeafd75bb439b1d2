// What the loop takes in: reports of organisations, the operator's moves of the clock, and questions about the state.
#ifndef OVERDRACHT_SERVICES_WORKFLOW_INPUT_H_
#define OVERDRACHT_SERVICES_WORKFLOW_INPUT_H_

#include <absl/status/statusor.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "overdracht/event/v1/event.pb.h"
#include "services/base/time.h"
#include "services/event/read.h"

namespace overdracht::workflow {

class Partition;

// What became of a report.
struct Answer {
  // Number of the record of its decision, of a duplicate the first one's; 0: there is none (MALFORMED, or only validated).
  uint64_t record = 0;
  bool duplicate = false;
  std::optional<journal::v1::Refusal> refusal;  // nothing: accepted
};

// Reports that must be decided in the order in which they came. When one of them cannot be decided, none after it is.
struct Order {
  bool broken = false;  // the loop's thread only
};

// The callbacks are called on the loop's thread, once, and must return soon. A status instead of an answer: nothing is known to be
// recorded.
struct Report {
  std::variant<event::v1::Event, event::Malformed> event;
  // Whom the caller speaks for (OIN). Empty: nobody that is known here.
  std::string caller;
  // As it came in. Kept for a malformed one only.
  std::string bytes;
  // Decide, but record nothing.
  bool validate_only = false;
  // Refuse unless this is the number of the last record that changed the traject.
  std::optional<uint64_t> if_position;
  std::shared_ptr<Order> order;  // null: of its own
  std::function<void(absl::StatusOr<Answer>)> done;
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

using Input = std::variant<Report, Advance, Question>;

}  // namespace overdracht::workflow

#endif  // OVERDRACHT_SERVICES_WORKFLOW_INPUT_H_
