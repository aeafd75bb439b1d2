#include "services/chart/reader.h"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_join.h>

#include <algorithm>
#include <utility>

#include "overdracht/event/v1/options.pb.h"
#include "overdracht/journal/v1/traject.pb.h"
#include "services/base/codes.h"
#include "services/base/limits.h"
#include "services/base/time.h"
#include "services/chart/schema.h"
#include "services/chart/trigger.h"

namespace overdracht::chart {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using workflow::v1::Condition;
using workflow::v1::Meaning;
using workflow::v1::State;
using yaml::Quoted;

namespace {

bool IsName(absl::string_view text) {
  return !text.empty() && text.size() <= 64 &&
         std::all_of(text.begin(), text.end(), [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; });
}

// What a person would call a thing with this meaning.
absl::string_view ThingOf(Meaning means) {
  switch (means) {
    case workflow::v1::MEANING_STATE:
      return "state";
    case workflow::v1::MEANING_PHASE:
      return "phase";
    case workflow::v1::MEANING_TASK:
      return "task";
    case workflow::v1::MEANING_DECISION:
      return "decision";
    case workflow::v1::MEANING_SERIES:
      return "series";
    case workflow::v1::MEANING_CONTACT:
      return "kind of contact";
    default:
      return "name";
  }
}

// What the names of a field are names of.
Meaning MeaningOf(const FieldDescriptor* field) {
  switch (field->options().GetExtension(event::v1::rule).format()) {
    case event::v1::FORMAT_TASK:
      return workflow::v1::MEANING_TASK;
    case event::v1::FORMAT_CONTACT:
      return workflow::v1::MEANING_CONTACT;
    case event::v1::FORMAT_NAME:
      return field->is_repeated() ? workflow::v1::MEANING_NAME : workflow::v1::MEANING_DECISION;
    default:
      return workflow::v1::MEANING_UNSPECIFIED;
  }
}

}  // namespace

void Reader::ReadDefinition(const Node& node, workflow::v1::WorkflowDefinition* definition) {
  definition_ = definition;
  Read(node, definition);
  CheckUses();
}

// What is particular to this language ----------------------------------------------------------------------------------------------------

bool Reader::ReadValue(const Node& node, Message* message) {
  const Descriptor* type = message->GetDescriptor();
  if (!IsValue(type)) return false;
  if (type == Condition::descriptor()) ReadCondition(node, static_cast<Condition*>(message));
  if (type == workflow::v1::Party::descriptor()) ReadParty(node, static_cast<workflow::v1::Party*>(message));
  if (type == workflow::v1::Trigger::descriptor()) ReadTrigger(node, static_cast<workflow::v1::Trigger*>(message));
  if (type == workflow::v1::DecisionCondition::descriptor()) ReadDecided(node, static_cast<workflow::v1::DecisionCondition*>(message));
  return true;
}

const FieldDescriptor* Reader::FindKey(const Descriptor* type, absl::string_view key) const { return chart::FindKey(type, key); }
std::string Reader::KeysOf(const Descriptor* type) const { return chart::KeysOf(type); }

// Phases before the other tasks, a state's tasks before those of the states in it: that is the order of the tasks, wherever the file has
// them.
absl::string_view Reader::FirstKey(const Descriptor* type) const { return type == State::descriptor() ? "tasks" : "phases"; }

bool Reader::Takes(const Entry& entry, const FieldDescriptor* field) {
  const bool is_tasks = field->message_type() == workflow::v1::Task::descriptor();
  const bool is_states = field->message_type() == State::descriptor();
  if (entry.key == "drop") {
    Expect(entry.place, "drop", "a name", "there is no base from which to drop here");
    return false;
  }
  if ((is_states && states_ >= base::kMaxStates) || (is_tasks && static_cast<size_t>(definition_->tasks_size()) >= base::kMaxTasks)) {
    if (!std::exchange(read_all_, false)) return false;
    const size_t most = is_states ? base::kMaxStates : base::kMaxTasks;
    Expect(entry.place, "too_many", absl::StrCat("at most ", most, " ", is_states ? "states" : "tasks"), "here is one more");
    return false;
  }
  states_ += is_states ? 1 : 0;
  return true;
}

void Reader::Begins(const Entry& entry, Message* element) {
  Declare(*element, entry.key, entry.place);
  if (element->GetDescriptor() == State::descriptor()) around_.push_back(entry.key);
  if (element->GetDescriptor() == workflow::v1::Task::descriptor() && !around_.empty()) {
    static_cast<workflow::v1::Task*>(element)->set_table(around_.back());
  }
}

void Reader::Ends(Message* element) {
  if (element->GetDescriptor() == State::descriptor()) around_.pop_back();
  FillIn(element);
}

// What a name says that the author need not repeat.
void Reader::FillIn(Message* element) {
  const Descriptor* type = element->GetDescriptor();
  if (type == workflow::v1::Transition::descriptor()) {
    auto* transition = static_cast<workflow::v1::Transition*>(element);
    if (!transition->to().empty()) return;
    transition->set_to(transition->name());
    uses_.push_back({workflow::v1::MEANING_STATE, transition->to(), places()->Of(*element)});
  } else if (type == workflow::v1::Series::descriptor()) {
    auto* series = static_cast<workflow::v1::Series*>(element);
    if (series->contact().empty()) series->set_contact(series->name());
    if (series->of() == notice::v1::TERM_KIND_UNSPECIFIED) series->set_of(notice::v1::TERM_KIND_SERIES);
    declared_[workflow::v1::MEANING_CONTACT].insert(series->contact());
  }
}

void Reader::CheckText(const std::string& text, const Place& place, const FieldDescriptor* field) {
  CheckString(text, place, RuleOf(field).means());
}

void Reader::CheckString(const std::string& text, const Place& place, Meaning means) {
  switch (means) {
    case workflow::v1::MEANING_NAME:
      if (!IsName(text)) Expect(place, "name", "a name of 1 to 64 characters a-z, 0-9 and _", absl::StrCat("this is ", Quoted(text)));
      break;
    case workflow::v1::MEANING_DURATION:
      if (!base::ParseDuration(text))
        Expect(place, "duration", "an ISO 8601 duration such as P6W or PT1H", absl::StrCat("this is ", Quoted(text)));
      break;
    case workflow::v1::MEANING_EVENT:
      if (FindEvent(text) == nullptr)
        Expect(place, "unknown_event", "the name of an event, such as homes.lost", absl::StrCat("this is ", Quoted(text)));
      break;
    case workflow::v1::MEANING_HOME_STATE:
      if (!base::Parse<journal::v1::HomeState>(text)) {
        Expect(place, "unknown_code", absl::StrCat("one of ", base::AllCodes(journal::v1::HomeState_descriptor())),
               absl::StrCat("this is ", Quoted(text)));
      }
      break;
    case workflow::v1::MEANING_UNSPECIFIED:
    case workflow::v1::MEANING_PLACE:
      break;
    default:
      uses_.push_back({means, text, place});
  }
}

// Names --------------------------------------------------------------------------------------------------------------------------------

void Reader::Declare(const Message& element, const std::string& name, const Place& place) {
  const Descriptor* type = element.GetDescriptor();
  Meaning means = workflow::v1::MEANING_UNSPECIFIED;
  if (type == State::descriptor()) means = workflow::v1::MEANING_STATE;
  if (type == workflow::v1::Task::descriptor()) means = workflow::v1::MEANING_TASK;
  if (type == workflow::v1::Decision::descriptor()) means = workflow::v1::MEANING_DECISION;
  if (type == workflow::v1::Series::descriptor()) means = workflow::v1::MEANING_SERIES;
  if (type == workflow::v1::ContactKind::descriptor()) means = workflow::v1::MEANING_CONTACT;
  if (means == workflow::v1::MEANING_UNSPECIFIED) return;
  if (!declared_[means].insert(name).second && means != workflow::v1::MEANING_CONTACT) {
    Expect(place, "duplicate_name", absl::StrCat("another name: each ", ThingOf(means), " has its own"),
           absl::StrCat("there is ", Quoted(name), " already"));
  }
  if (means == workflow::v1::MEANING_STATE && around_.empty()) declared_[workflow::v1::MEANING_PHASE].insert(name);
}

void Reader::CheckUses() {
  for (const Use& use : uses_) {
    if (declared_[use.means].contains(use.name)) continue;
    Expect(use.place, "unknown_reference", absl::StrCat("the name of a ", ThingOf(use.means), " of this workflow"),
           absl::StrCat("there is none called ", Quoted(use.name)));
  }
}

// In ways of their own -----------------------------------------------------------------------------------------------------------------

// One word, a map of one condition or of several that all hold, or a list that all hold.
void Reader::ReadCondition(const Node& node, Condition* condition) {
  if (node.kind == Node::kText) {
    static const auto* nothing = new Node;
    return ReadOneCondition(node.text, node.place, *nothing, condition);
  }
  if (node.kind == Node::kMap && node.entries.size() == 1) {
    const Entry& entry = node.entries.front();
    return ReadOneCondition(entry.key, entry.place, entry.value, condition);
  }
  if (node.items.empty() && node.entries.empty()) return Expect(node.place, "form", "a condition", "this is none");
  for (const Entry& entry : node.entries) ReadOneCondition(entry.key, entry.place, entry.value, condition->mutable_all()->add_conditions());
  for (const Node& item : node.items) ReadCondition(item, condition->mutable_all()->add_conditions());
}

void Reader::ReadOneCondition(const std::string& key, const Place& place, const Node& value, Condition* condition) {
  const FieldDescriptor* field = FindKey(Condition::descriptor(), key);
  if (field == nullptr) {
    return Expect(place, "unknown_condition", absl::StrCat("one of ", KeysOf(Condition::descriptor())),
                  absl::StrCat("this is ", Quoted(key)));
  }
  const bool is_word = field->cpp_type() == FieldDescriptor::CPPTYPE_BOOL;
  if (!is_word) {
    if (value.kind != Node::kNothing) return ReadField(value, condition, field);
    return Expect(place, "form", absl::StrCat("something behind ", key), "there is nothing");
  }
  if (value.kind == Node::kText && value.text == "false") {
    return condition->GetReflection()->SetBool(condition->mutable_not_(), field, true);
  }
  if (value.kind == Node::kNothing) return condition->GetReflection()->SetBool(condition, field, true);
  ReadField(value, condition, field);
}

// {terugkeer: granted}, or terugkeer: whatever its outcome.
void Reader::ReadDecided(const Node& node, workflow::v1::DecisionCondition* decided) {
  const Descriptor* type = decided->GetDescriptor();
  if (node.kind == Node::kText) return ReadText(node.text, node.place, decided, KeyField(type));
  if (node.entries.size() != 1) return Expect(node.place, "form", "a decision, or a decision and its outcome", "this is none");
  ReadText(node.entries.front().key, node.entries.front().place, decided, KeyField(type));
  ReadField(node.entries.front().value, decided, WholeField(type));
}

void Reader::ReadParty(const Node& node, workflow::v1::Party* party) {
  const auto role = base::Parse<event::v1::Role>(node.text);
  const auto relation = base::Parse<workflow::v1::Relation>(node.text);
  if (role && *role != event::v1::ROLE_VERTREKKEND) {
    party->set_role(*role);
  } else if (relation) {
    party->set_relation(*relation);
  } else {
    Expect(node.place, "unknown_code",
           absl::StrCat("one of ", base::AllCodes(event::v1::Role_descriptor()), ", ", base::AllCodes(workflow::v1::Relation_descriptor())),
           node.kind == Node::kText ? absl::StrCat("this is ", Quoted(node.text)) : "this is none");
  }
}

// signals.reported, or interrupted, or {appointments.missed: {first: true}}.
void Reader::ReadTrigger(const Node& node, workflow::v1::Trigger* trigger) {
  const bool is_map = node.kind == Node::kMap && node.entries.size() == 1;
  if (node.kind != Node::kText && !is_map) {
    return Expect(node.place, "form", "an event, or an event and the fields that it must have", "this is none");
  }
  const std::string& name = is_map ? node.entries.front().key : node.text;
  const Place& place = is_map ? node.entries.front().place : node.place;
  if (const auto internal = base::Parse<workflow::v1::Internal>(name); internal && !is_map) return trigger->set_internal(*internal);
  const FieldDescriptor* event = FindEvent(name);
  if (event == nullptr) {
    return Expect(place, "unknown_event",
                  absl::StrCat("the name of an event, such as homes.lost, or one of ", base::AllCodes(workflow::v1::Internal_descriptor())),
                  absl::StrCat("this is ", Quoted(name)));
  }
  trigger->set_event(name);
  if (!is_map) return;
  const Node& where = node.entries.front().value;
  if (where.kind != Node::kMap) return Expect(where.place, "form", "a map of fields and codes", "this is none");
  for (const Entry& entry : where.entries) ReadWhere(entry, event, trigger->add_where());
}

void Reader::ReadWhere(const Entry& entry, const FieldDescriptor* event, workflow::v1::FieldMatch* match) {
  match->set_field(entry.key);
  const FieldDescriptor* field = FindEventField(event, entry.key);
  const Meaning names = field == nullptr ? workflow::v1::MEANING_UNSPECIFIED : MeaningOf(field);
  const bool is_bool = field != nullptr && field->cpp_type() == FieldDescriptor::CPPTYPE_BOOL;
  if (field == nullptr || !(is_bool || field->enum_type() != nullptr || names != workflow::v1::MEANING_UNSPECIFIED)) {
    return Expect(entry.place, "unknown_field", "a field of this event that has codes", absl::StrCat("this is ", Quoted(entry.key)));
  }
  const bool is_list = entry.value.kind == Node::kList;
  if (is_list ? entry.value.items.empty() : entry.value.kind != Node::kText) {
    return Expect(entry.value.place, "form", "a code or a list of codes", "this is none");
  }
  for (const Node& code : is_list ? entry.value.items : std::vector<Node>{entry.value}) {
    match->add_codes(code.text);
    const bool is_known = is_bool                         ? code.text == "true" || code.text == "false"
                          : field->enum_type() != nullptr ? base::ParseCode(field->enum_type(), code.text).has_value()
                                                          : true;
    if (!is_known) {
      const std::string codes = is_bool ? "true, false" : base::AllCodes(field->enum_type());
      Expect(code.place, "unknown_code", absl::StrCat("one of ", codes), absl::StrCat("this is ", Quoted(code.text)));
    }
    CheckString(code.text, code.place, names);
  }
}

}  // namespace overdracht::chart
