// A report on its way to its decision, and what became of it.
#ifndef OVERDRACHT_SERVICES_REGION_REPORT_H_
#define OVERDRACHT_SERVICES_REGION_REPORT_H_

#include <absl/status/statusor.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "overdracht/event/v1/event.pb.h"
#include "services/event/read.h"

namespace overdracht::region {

// What became of a report.
struct Answer {
  // Number of the record of its decision, of a duplicate the first one's; 0: there is none (MALFORMED, or only validated).
  uint64_t record = 0;
  uint32_t partition = 0;  // in which it stands
  bool duplicate = false;
  std::optional<journal::v1::Refusal> refusal;  // nothing: accepted
};

// Reports that must be decided in the order in which they came. When one of them cannot be decided, none after it is.
struct Order {
  std::string organisation;  // whose turn they take; empty: that of those who speak for nobody in particular
  bool broken = false;       // of whoever decides
};

struct Report {
  std::variant<event::v1::Event, event::Malformed> event;
  // The event's time is the moment at which it is decided; what stands there does not count.
  bool now = false;
  // Whom the caller speaks for (OIN). Empty: nobody that is known here.
  std::string caller;
  // Who made the call (OIN), where that is not `caller`: a supplier that speaks for it, or that speaks for nobody.
  std::string supplier;
  // As it came in. Kept for a malformed one only.
  std::string bytes;
  // Decide, but record nothing.
  bool validate_only = false;
  // Whoever makes it does not wait for the decision: it may be answered, without a record and as accepted, as soon as it is kept.
  bool no_wait = false;
  // Refuse unless this is the number of the last record that changed the traject, in the partition where it stands for ever.
  std::optional<uint64_t> if_position;
  std::shared_ptr<Order> order;  // null: of its own
  // Called once, on whatever thread, and must return soon. A status instead of an answer: nothing is known to be recorded.
  std::function<void(absl::StatusOr<Answer>)> done;
};

}  // namespace overdracht::region

#endif  // OVERDRACHT_SERVICES_REGION_REPORT_H_
