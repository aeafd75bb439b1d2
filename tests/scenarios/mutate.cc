#include "tests/scenarios/mutate.h"

#include <absl/strings/numbers.h>
#include <absl/strings/str_cat.h>
#include <google/protobuf/descriptor.h>

#include <map>
#include <optional>
#include <set>

#include "overdracht/journal/v1/traject.pb.h"
#include "overdracht/workflow/v1/options.pb.h"
#include "services/base/codes.h"

namespace overdracht::testing {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using workflow::v1::Condition;
using workflow::v1::KeyRule;
using workflow::v1::Meaning;
using workflow::v1::WorkflowDefinition;

// The way from the definition to a message in it.
struct Turn {
  const FieldDescriptor* field;
  int index;  // -1: not repeated
};
using Way = std::vector<Turn>;

Message* Follow(Message* message, const Way& way) {
  for (const Turn& turn : way) {
    const auto& reflection = *message->GetReflection();
    message = turn.index < 0 ? reflection.MutableMessage(message, turn.field)
                             : reflection.MutableRepeatedMessage(message, turn.field, turn.index);
  }
  return message;
}

// Left out, a flag is its other value, and of a code or a number the reader knows what is meant then.
bool IsTextOrRecord(const FieldDescriptor& field) {
  return field.cpp_type() == FieldDescriptor::CPPTYPE_STRING || field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
}

const KeyRule& RuleOf(const FieldDescriptor& field) { return field.options().GetExtension(workflow::v1::yaml); }

std::string GetString(const Message& message, const FieldDescriptor& field, int i) {
  const auto& reflection = *message.GetReflection();
  return i < 0 ? reflection.GetString(message, &field) : reflection.GetRepeatedString(message, &field, i);
}

void SetString(Message* message, const FieldDescriptor& field, int i, const std::string& value) {
  const auto& reflection = *message->GetReflection();
  i < 0 ? reflection.SetString(message, &field, value) : reflection.SetRepeatedString(message, &field, i, value);
}

int GetEnum(const Message& message, const FieldDescriptor& field, int i) {
  const auto& reflection = *message.GetReflection();
  return i < 0 ? reflection.GetEnumValue(message, &field) : reflection.GetRepeatedEnumValue(message, &field, i);
}

void SetEnum(Message* message, const FieldDescriptor& field, int i, int value) {
  const auto& reflection = *message->GetReflection();
  i < 0 ? reflection.SetEnumValue(message, &field, value) : reflection.SetRepeatedEnumValue(message, &field, i, value);
}

void Remove(Message* message, const FieldDescriptor& field, int i) {
  const auto& reflection = *message->GetReflection();
  for (int k = i; k + 1 < reflection.FieldSize(*message, &field); ++k) reflection.SwapElements(message, &field, k, k + 1);
  reflection.RemoveLast(message, &field);
}

// P2W -> P15D, P6M -> P7M, PT1H -> PT2H.
std::string Longer(const std::string& duration) {
  const std::string before = duration.find('T') == std::string::npos ? "P" : "PT";
  int count = 0;
  if (!absl::SimpleAtoi(duration.substr(before.size(), duration.size() - before.size() - 1), &count)) return duration + "?";
  return duration.back() == 'W' ? absl::StrCat("P", 7 * count + 1, "D")
                                : absl::StrCat(before, count + 1, duration.substr(duration.size() - 1));
}

// Calls `visit` for every string that means something: the message that holds it, its field and index.
void EachString(Message* message, const std::function<void(Message*, const FieldDescriptor&, int)>& visit) {
  std::vector<const FieldDescriptor*> fields;
  const auto& reflection = *message->GetReflection();
  reflection.ListFields(*message, &fields);
  for (const FieldDescriptor* field : fields) {
    const int size = field->is_repeated() ? reflection.FieldSize(*message, field) : 1;
    for (int i = 0; i < size; ++i) {
      const int index = field->is_repeated() ? i : -1;
      if (field->cpp_type() == FieldDescriptor::CPPTYPE_STRING) visit(message, *field, index);
      if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) continue;
      EachString(index < 0 ? reflection.MutableMessage(message, field) : reflection.MutableRepeatedMessage(message, field, i), visit);
    }
  }
}

// What refers to a thing whose name is the key of such an entry.
bool RefersTo(const std::string& entry, Meaning meaning) {
  static const std::map<std::string, std::vector<Meaning>> kReferences = {
      {"State", {workflow::v1::MEANING_STATE, workflow::v1::MEANING_PHASE, workflow::v1::MEANING_PLACE}},
      {"Task", {workflow::v1::MEANING_TASK}},
      {"Series", {workflow::v1::MEANING_SERIES}},
      {"Decision", {workflow::v1::MEANING_DECISION}},
  };
  const auto it = kReferences.find(entry);
  if (it == kReferences.end()) return false;
  for (const Meaning one : it->second) {
    if (one == meaning) return true;
  }
  return false;
}

void Rename(WorkflowDefinition* definition, const std::string& entry, const std::string& from, const std::string& to) {
  EachString(definition, [&](Message* message, const FieldDescriptor& field, int i) {
    if (RefersTo(entry, RuleOf(field).means()) && GetString(*message, field, i) == from) SetString(message, field, i, to);
  });
}

class Finder {
 public:
  explicit Finder(const WorkflowDefinition& definition) : definition_(definition) {
    WorkflowDefinition copy = definition;
    EachString(&copy, [&](Message* message, const FieldDescriptor& field, int i) {
      const KeyRule& rule = RuleOf(field);
      if (rule.key() && rule.means() == workflow::v1::MEANING_NAME)
        names_[message->GetDescriptor()->name()].push_back(GetString(*message, field, i));
    });
    for (const auto& phase : definition.phases()) names_["Phase"].push_back(phase.name());
  }

  std::vector<Mutation> Find() {
    Visit(definition_, {}, "");
    return std::move(found_);
  }

 private:
  void Add(const std::string& path, const Way& way, std::function<void(Message*)> change) {
    found_.push_back({path, [way, change](WorkflowDefinition* definition) { change(Follow(definition, way)); }});
  }

  void Visit(const Message& message, const Way& way, const std::string& path) {
    std::vector<const FieldDescriptor*> fields;
    message.GetReflection()->ListFields(message, &fields);
    if (message.GetDescriptor() == Condition::descriptor()) AddNegated(way, path);
    for (const FieldDescriptor* field : fields) {
      const std::string place = path.empty() ? field->name() : absl::StrCat(path, ".", field->name());
      if (!field->is_repeated()) {
        VisitOne(message, *field, -1, way, place);
        const bool may_be_absent = !RuleOf(*field).required() && !RuleOf(*field).whole() && !RuleOf(*field).key() &&
                                   field->real_containing_oneof() == nullptr && IsTextOrRecord(*field) &&
                                   RuleOf(*field).means() != workflow::v1::MEANING_PLACE;
        if (may_be_absent) Add(place + ": left out", way, [field](Message* target) { target->GetReflection()->ClearField(target, field); });
        continue;
      }
      const int size = message.GetReflection()->FieldSize(message, field);
      for (int i = 0; i < size; ++i) {
        const std::string entry = absl::StrCat(place, "[", NameOf(message, *field, i), "]");
        VisitOne(message, *field, i, way, entry);
        if (size == 1 && (RuleOf(*field).required() || RuleOf(*field).whole())) continue;
        Add(entry + ": left out", way, [field, i](Message* target) { Remove(target, *field, i); });
      }
    }
  }

  void VisitOne(const Message& message, const FieldDescriptor& field, int i, Way way, const std::string& path) {
    const auto& reflection = *message.GetReflection();
    switch (field.cpp_type()) {
      case FieldDescriptor::CPPTYPE_MESSAGE:
        way.push_back({&field, i});
        return Visit(i < 0 ? reflection.GetMessage(message, &field) : reflection.GetRepeatedMessage(message, &field, i), way, path);
      case FieldDescriptor::CPPTYPE_STRING:
        return AddString(message, field, i, way, path);
      case FieldDescriptor::CPPTYPE_ENUM: {
        const auto* codes = field.enum_type();
        const int at = codes->FindValueByNumber(GetEnum(message, field, i))->index();
        const int next = at + 1 < codes->value_count() ? at + 1 : 1;
        Add(absl::StrCat(path, ": -> ", base::CodeOf(codes, codes->value(next)->number())), way,
            [&field, i, next](Message* target) { SetEnum(target, field, i, field.enum_type()->value(next)->number()); });
        return;
      }
      case FieldDescriptor::CPPTYPE_BOOL: {
        const bool other = !reflection.GetBool(message, &field);
        Add(absl::StrCat(path, ": -> ", other ? "true" : "false"), way,
            [&field, other](Message* target) { target->GetReflection()->SetBool(target, &field, other); });
        return;
      }
      case FieldDescriptor::CPPTYPE_UINT32: {
        const uint32_t more = reflection.GetUInt32(message, &field) + 1;
        Add(absl::StrCat(path, ": -> ", more), way,
            [&field, more](Message* target) { target->GetReflection()->SetUInt32(target, &field, more); });
        return;
      }
      default:
        Add(path + ": a type that is not changed yet", way, [](Message*) {});
        return;
    }
  }

  void AddString(const Message& message, const FieldDescriptor& field, int i, const Way& way, const std::string& path) {
    const std::string value = GetString(message, field, i);
    const std::string entry = message.GetDescriptor()->name();
    if (RuleOf(field).key() && RuleOf(field).means() == workflow::v1::MEANING_NAME) {
      found_.push_back({absl::StrCat(path, ": ", value, " -> ", value, "_x"), [=, &field](WorkflowDefinition* definition) {
                          SetString(Follow(definition, way), field, i, value + "_x");
                          Rename(definition, entry, value, value + "_x");
                        }});
      return;
    }
    // A task that says in which phases it can be open stands in its table for its terms and for who waits for all of them: outside, it does
    // not.
    const bool has_phases = entry == "Task" && static_cast<const workflow::v1::Task&>(message).phases_size() > 0;
    const std::string other = has_phases && field.name() == "table" ? "" : Other(field, value);
    Add(absl::StrCat(path, ": ", value, " -> ", other), way, [=, &field](Message* target) { SetString(target, field, i, other); });
  }

  std::string Other(const FieldDescriptor& field, const std::string& value) const {
    switch (RuleOf(field).means()) {
      case workflow::v1::MEANING_DURATION:
        return Longer(value);
      case workflow::v1::MEANING_STATE:
        return OtherOf("State", value);
      case workflow::v1::MEANING_PHASE:
        return OtherOf("Phase", value);
      case workflow::v1::MEANING_TASK:
        return OtherOf("Task", value);
      case workflow::v1::MEANING_DECISION:
        return OtherOf("Decision", value);
      case workflow::v1::MEANING_SERIES:
        return OtherOf("Series", value);
      case workflow::v1::MEANING_EVENT:
        return value == "homes.offered" ? "homes.declined" : "homes.offered";
      case workflow::v1::MEANING_PLACE:
        return field.name() == "table" ? OtherOf("State", value) : value + "-x";
      case workflow::v1::MEANING_HOME_STATE: {
        const auto* states = journal::v1::HomeState_descriptor();
        const int at = states->FindValueByNumber(*base::ParseCode(states, value))->index();
        return base::CodeOf(states, states->value(at + 1 < states->value_count() ? at + 1 : 1)->number());
      }
      default:
        break;
    }
    if (field.name() == "event") return value == "homes.offered" ? "homes.declined" : "homes.offered";
    if (value == "true" || value == "false") return value == "true" ? "false" : "true";
    return value + "_x";
  }

  // The next of its kind; itself with a mark, which the check refuses, where it is the only one.
  std::string OtherOf(const std::string& kind, const std::string& value) const {
    const std::vector<std::string>& names = names_.at(kind);
    for (size_t i = 0; i < names.size(); ++i) {
      if (names[i] == value && names.size() > 1) return names[(i + 1) % names.size()];
    }
    return value + "_x";
  }

  void AddNegated(const Way& way, const std::string& path) {
    Add(path + ": negated", way, [](Message* target) {
      auto* condition = static_cast<Condition*>(target);
      Condition before;
      before.Swap(condition);
      if (before.has_not_()) {
        *condition = before.not_();
      } else {
        *condition->mutable_not_() = before;
      }
    });
  }

  static std::string NameOf(const Message& message, const FieldDescriptor& field, int i) {
    if (field.cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) return absl::StrCat(i);
    const Message& entry = message.GetReflection()->GetRepeatedMessage(message, &field, i);
    for (int k = 0; k < entry.GetDescriptor()->field_count(); ++k) {
      const FieldDescriptor& key = *entry.GetDescriptor()->field(k);
      if (!RuleOf(key).key()) continue;
      if (key.cpp_type() == FieldDescriptor::CPPTYPE_STRING) return GetString(entry, key, -1);
      if (key.cpp_type() == FieldDescriptor::CPPTYPE_ENUM) return base::CodeOf(key.enum_type(), GetEnum(entry, key, -1));
    }
    return absl::StrCat(i);
  }

  const WorkflowDefinition& definition_;
  std::map<std::string, std::vector<std::string>> names_;
  std::vector<Mutation> found_;
};

}  // namespace

std::vector<std::string> DanglingReferences(const WorkflowDefinition& definition) {
  static const std::map<Meaning, std::string> kEntries = {{workflow::v1::MEANING_STATE, "State"},
                                                          {workflow::v1::MEANING_PHASE, "State"},
                                                          {workflow::v1::MEANING_TASK, "Task"},
                                                          {workflow::v1::MEANING_SERIES, "Series"},
                                                          {workflow::v1::MEANING_DECISION, "Decision"}};
  std::map<std::string, std::set<std::string>> names;
  std::vector<std::pair<std::string, std::string>> references;  // the kind of entry, its name
  WorkflowDefinition copy = definition;
  EachString(&copy, [&](Message* message, const FieldDescriptor& field, int i) {
    const KeyRule& rule = RuleOf(field);
    const std::string value = GetString(*message, field, i);
    if (rule.key() && rule.means() == workflow::v1::MEANING_NAME) names[message->GetDescriptor()->name()].insert(value);
    if (const auto entry = kEntries.find(rule.means()); entry != kEntries.end()) references.emplace_back(entry->second, value);
  });
  std::vector<std::string> dangling;
  for (const auto& [entry, name] : references) {
    if (!names[entry].contains(name)) dangling.push_back(name);
  }
  return dangling;
}

std::vector<Mutation> MutationsOf(const WorkflowDefinition& definition) { return Finder(definition).Find(); }

}  // namespace overdracht::testing
