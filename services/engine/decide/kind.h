// What the engine has to know of each kind of event beside its rules, as a table made once from the descriptors of event.proto, so that no
// decision looks a field up by its name.
#ifndef OVERDRACHT_SERVICES_ENGINE_DECIDE_KIND_H_
#define OVERDRACHT_SERVICES_ENGINE_DECIDE_KIND_H_

#include <google/protobuf/descriptor.h>

#include <string>
#include <vector>

#include "overdracht/event/v1/event.pb.h"
#include "overdracht/event/v1/options.pb.h"

namespace overdracht::engine {

struct Kind {
  // What an event of this kind is about and names by a field of that name; kNothing where it names none of these.
  enum Thing { kNothing, kTask, kHandover, kConsent, kSupport, kHome, kEpisode };

  std::string name;  // handovers.offered
  std::vector<event::v1::Reporter> reporters;
  // Some of them are said of the thing, so that whether it is there comes first.
  bool reporters_depend_on_thing = false;
  Thing thing = kNothing;
  bool goes_on_while_closing = false;

  // In Event, and in the data: where the thing's id stands; its first field.
  const google::protobuf::FieldDescriptor* data = nullptr;
  const google::protobuf::FieldDescriptor* thing_id = nullptr;
  const google::protobuf::FieldDescriptor* first = nullptr;
};

// The event must have data.
const Kind& KindOf(const event::v1::Event& event);

// The id of the thing that an event of this kind (other than kNothing) names.
const std::string& ThingId(const Kind& kind, const event::v1::Event& event);
// Its first field: the id of what it is about, also where that is no Thing (a signal, an appointment, …).
const std::string& FirstId(const Kind& kind, const event::v1::Event& event);

}  // namespace overdracht::engine

#endif  // OVERDRACHT_SERVICES_ENGINE_DECIDE_KIND_H_
