// What is wrong with an event, and where: what the readers of JSON and of messages share.
#ifndef OVERDRACHT_SERVICES_EVENT_FAULT_H_
#define OVERDRACHT_SERVICES_EVENT_FAULT_H_

#include <absl/strings/string_view.h>

#include <optional>
#include <string>

#include "overdracht/event/v1/event.pb.h"
#include "services/event/catalogue.h"
#include "services/event/read.h"

namespace overdracht::event {

// The place is put together on the way back from the value to the top, so that a sound event pays nothing for it.
struct Fault {
  journal::v1::RefusalReason reason;
  std::string expected;
  std::string place;
  std::string missing;
  std::string limit;

  Fault In(absl::string_view name) &&;
};
using Check = std::optional<Fault>;  // nothing: sound

Fault Because(journal::v1::RefusalReason reason, absl::string_view expected = "");
Fault Invalid(absl::string_view expected);
Fault Missing(absl::string_view expected);
// Longer than an event may be.
Fault TooLong();

// One text of this field's form, one number within its bounds.
Check CheckText(const Field& field, absl::string_view text, KnowsContact knows_contact);
Check CheckNumber(const Field& field, double number);
// A list of codes: not empty unless it is optional, and each code once.
Check CheckCodes(const google::protobuf::Message& message, const Field& field);
// A list of participants: each role once, and those that must be there are.
Check CheckRoles(const google::protobuf::Message& message, const Field& field);

// The refusal, with what could be read of the event's envelope.
Malformed Refuse(const Fault& fault, const v1::Event& event);

}  // namespace overdracht::event

#endif  // OVERDRACHT_SERVICES_EVENT_FAULT_H_
