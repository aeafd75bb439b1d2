#include "services/engine/decide/kind.h"

#include <algorithm>
#include <utility>

#include "services/base/check.h"

namespace overdracht::engine {
namespace {

using event::v1::Event;
using google::protobuf::FieldDescriptor;

constexpr std::pair<const char*, Kind::Thing> kThings[] = {{"task", Kind::kTask},       {"handover", Kind::kHandover},
                                                           {"consent", Kind::kConsent}, {"support", Kind::kSupport},
                                                           {"home", Kind::kHome},       {"episode", Kind::kEpisode}};

bool GoesOnWhileClosing(const std::string& name) {
  const std::string noun = name.substr(0, name.find('.'));
  return noun == "handovers" || noun == "participants" || noun == "consents" || name == "contacts.held" || name == "dossiers.accessed" ||
         name == "trajecten.stopped";
}

Kind MakeKind(const FieldDescriptor* data) {
  const event::v1::EventRule& rule = data->message_type()->options().GetExtension(event::v1::event);
  Kind kind;
  kind.name = rule.name();
  kind.data = data;
  kind.first = data->message_type()->field(0);
  for (const int reporter : rule.reporters()) {
    kind.reporters.push_back(static_cast<event::v1::Reporter>(reporter));
    kind.reporters_depend_on_thing |= reporter >= event::v1::REPORTER_TASK_OWNER && reporter <= event::v1::REPORTER_PROVIDER;
  }
  for (const auto& [field, thing] : kThings) {
    kind.thing_id = data->message_type()->FindFieldByName(field);
    if (kind.thing_id == nullptr) continue;
    kind.thing = thing;
    break;
  }
  kind.goes_on_while_closing = GoesOnWhileClosing(kind.name);
  return kind;
}

// By the number of the data's field in Event.
const std::vector<Kind>& Kinds() {
  static const auto* kinds = [] {
    auto* made = new std::vector<Kind>;
    const auto* data = Event::descriptor()->FindOneofByName("data");
    for (int i = 0; i < data->field_count(); ++i) {
      const auto number = static_cast<size_t>(data->field(i)->number());
      made->resize(std::max(made->size(), number + 1));
      (*made)[number] = MakeKind(data->field(i));
    }
    return made;
  }();
  return *kinds;
}

const std::string& Text(const Kind& kind, const FieldDescriptor* field, const Event& event) {
  static auto* const none = new std::string;
  const google::protobuf::Message& data = event.GetReflection()->GetMessage(event, kind.data);
  return data.GetReflection()->GetStringReference(data, field, none);
}

}  // namespace

const Kind& KindOf(const Event& event) {
  OVERDRACHT_CHECK(event.data_case() != Event::DATA_NOT_SET, "an event without data");
  return Kinds()[event.data_case()];
}

const std::string& ThingId(const Kind& kind, const Event& event) { return Text(kind, kind.thing_id, event); }

const std::string& FirstId(const Kind& kind, const Event& event) { return Text(kind, kind.first, event); }

}  // namespace overdracht::engine
