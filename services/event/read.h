// DATA ENTERS: a CloudEvent in JSON -> Event, or what is wrong with it.
//
// The reader knows no field by name: it walks the message of the event's type with the rules that stand beside each field
// (proto/overdracht/event/v1/options.proto), and refuses everything that it does not find there. Contract: docs/events.md.
#ifndef OVERDRACHT_SERVICES_EVENT_READ_H_
#define OVERDRACHT_SERVICES_EVENT_READ_H_

#include <absl/functional/function_ref.h>
#include <absl/strings/string_view.h>

#include <string>
#include <variant>

#include "overdracht/event/v1/event.pb.h"
#include "overdracht/journal/v1/refusal.pb.h"

namespace overdracht::event {

// An event that cannot be read: a MALFORMED refusal, with what could be read of its envelope so that the answer finds its way.
// None of the three holds anything that does not have the form of an envelope's field.
struct Malformed {
  journal::v1::Refusal refusal;
  std::string source;
  std::string id;
  std::string subject;
};

// Whether some deployed workflow names this kind of contact (contacts.held with any other is MALFORMED).
using KnowsContact = absl::FunctionRef<bool(absl::string_view kind)>;

// At most 65,536 bytes. Never throws, never recurses deeper than the message's own nesting.
std::variant<v1::Event, Malformed> ReadCloudEvent(absl::string_view json, KnowsContact knows_contact);

// urn:nld:oin:<organisation>:systeem:<system>
std::string SourceOf(const v1::Event& event);

}  // namespace overdracht::event

#endif  // OVERDRACHT_SERVICES_EVENT_READ_H_
