#include "services/scenario/words.h"

#include <absl/strings/match.h>
#include <absl/strings/str_cat.h>
#include <absl/strings/str_join.h>
#include <absl/strings/str_replace.h>
#include <absl/strings/strip.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <algorithm>
#include <tuple>

#include "services/base/codes.h"
#include "services/base/time.h"
#include "services/chart/trigger.h"
#include "services/texts/sentences.h"

namespace overdracht::scenario {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// What differs between versions of a definition, and what shows already in the order of lines.
const std::vector<absl::string_view> kNotWritten = {
    "overdracht.journal.v1.TrajectStarted.version", "overdracht.journal.v1.Timer.place",     "overdracht.journal.v1.Traject.id",
    "overdracht.journal.v1.Traject.version",        "overdracht.journal.v1.Traject.last_us", "overdracht.journal.v1.Traject.next_place",
};

bool IsWritten(const FieldDescriptor& field) {
  return std::find(kNotWritten.begin(), kNotWritten.end(), absl::string_view(field.full_name())) == kNotWritten.end();
}

std::string NameOf(const FieldDescriptor& field) { return std::string(absl::StripSuffix(field.json_name(), "Us")); }

// A length of time: P3DT4H.
std::string WriteLength(int64_t us) {
  const int64_t seconds = us / base::kSecond;
  std::string length = "P";
  if (seconds >= 86400) absl::StrAppend(&length, seconds / 86400, "D");
  if (seconds % 86400 != 0 || seconds == 0) absl::StrAppend(&length, "T");
  if (seconds % 86400 >= 3600) absl::StrAppend(&length, seconds % 86400 / 3600, "H");
  if (seconds % 3600 >= 60) absl::StrAppend(&length, seconds % 3600 / 60, "M");
  if (seconds % 60 != 0 || seconds == 0) absl::StrAppend(&length, seconds % 60, "S");
  return length;
}

class Writer {
 public:
  explicit Writer(const Names& names) : names_(names) {}

  std::string Organisation(const std::string& oin) const {
    const auto it = names_.find(oin);
    return it == names_.end() ? oin : it->second;
  }

  template <typename List>
  std::string Organisations(const List& list) const {
    return absl::StrJoin(list, ", ", [&](std::string* out, const std::string& one) { *out += Organisation(one); });
  }

  // name=value …; of an entry the first field and the reference without their names.
  void Fields(const Message& message, bool entry, Lines* words) const {
    std::vector<const FieldDescriptor*> fields;
    message.GetReflection()->ListFields(message, &fields);
    for (const FieldDescriptor* field : fields) {
      if (!IsWritten(*field)) continue;
      const bool opens_entry = entry && field->index() == 0;
      if (opens_entry && field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE && !field->is_repeated()) {
        Fields(message.GetReflection()->GetMessage(message, field), true, words);
        continue;
      }
      const bool bare = opens_entry || (entry && field->name() == "reference");
      words->push_back(bare ? Value(message, *field) : Word(message, *field));
    }
  }

  // name=value, or the name alone where it is true.
  std::string Word(const Message& message, const FieldDescriptor& field) const {
    if (field.cpp_type() == FieldDescriptor::CPPTYPE_BOOL) return NameOf(field);
    return absl::StrCat(NameOf(field), "=", Value(message, field));
  }

 private:
  std::string Value(const Message& message, const FieldDescriptor& field) const {
    if (!field.is_repeated()) return One(message, field, -1);
    std::vector<std::string> values;
    for (int i = 0; i < message.GetReflection()->FieldSize(message, &field); ++i) values.push_back(One(message, field, i));
    return absl::StrJoin(values, ",");
  }

  std::string One(const Message& message, const FieldDescriptor& field, int i) const {
    const auto& reflection = *message.GetReflection();
    switch (field.cpp_type()) {
      case FieldDescriptor::CPPTYPE_STRING:
        return Text(i < 0 ? reflection.GetString(message, &field) : reflection.GetRepeatedString(message, &field, i));
      case FieldDescriptor::CPPTYPE_ENUM: {
        const int value = i < 0 ? reflection.GetEnumValue(message, &field) : reflection.GetRepeatedEnumValue(message, &field, i);
        return base::CodeOf(field.enum_type(), value);
      }
      case FieldDescriptor::CPPTYPE_INT64:
        return Moment(field, reflection.GetInt64(message, &field));
      case FieldDescriptor::CPPTYPE_INT32:
        return base::FormatDate(reflection.GetInt32(message, &field));
      case FieldDescriptor::CPPTYPE_UINT32:
        return absl::StrCat(reflection.GetUInt32(message, &field));
      case FieldDescriptor::CPPTYPE_UINT64:
        return absl::StrCat(reflection.GetUInt64(message, &field));
      case FieldDescriptor::CPPTYPE_DOUBLE:
        return absl::StrCat(reflection.GetDouble(message, &field));
      case FieldDescriptor::CPPTYPE_BOOL:
        return reflection.GetBool(message, &field) ? "yes" : "no";
      case FieldDescriptor::CPPTYPE_MESSAGE: {
        const Message& inner = i < 0 ? reflection.GetMessage(message, &field) : reflection.GetRepeatedMessage(message, &field, i);
        return i < 0 ? absl::StrCat("(", absl::StrJoin(Values(inner), " "), ")") : absl::StrJoin(Values(inner), ":");
      }
      default:
        return "?";
    }
  }

  Lines Values(const Message& message) const {
    std::vector<const FieldDescriptor*> fields;
    message.GetReflection()->ListFields(message, &fields);
    Lines values;
    for (const FieldDescriptor* field : fields) values.push_back(Value(message, *field));
    return values;
  }

  std::string Text(const std::string& text) const {
    constexpr absl::string_view kDigest = "sha256:";
    if (absl::StartsWith(text, kDigest)) return text.substr(0, kDigest.size() + 8);
    return Organisation(text);
  }

  static std::string Moment(const FieldDescriptor& field, int64_t us) {
    const bool is_length = field.name() == "left_us" || field.name() == "stood_still_us";
    return is_length ? WriteLength(us) : WriteMoment(us);
  }

  const Names& names_;
};

const Message& Chosen(const Message& message, const char* oneof, std::string* name) {
  const auto& reflection = *message.GetReflection();
  const FieldDescriptor* field = reflection.GetOneofFieldDescriptor(message, message.GetDescriptor()->FindOneofByName(oneof));
  if (field == nullptr) return message;
  *name = field->name();
  return reflection.GetMessage(message, field);
}

std::string WriteInput(const journal::v1::Record& record, const Writer& writer) {
  std::string line = WriteMoment(record.time_us());
  if (record.has_term()) {
    absl::StrAppend(&line, " term ", base::Code(record.term().of()), " ", writer.Organisation(record.term().reference()));
    return line;
  }
  absl::StrAppend(&line, " ", writer.Organisation(record.event().organisation()), " ", chart::EventName(record.event()));
  if (!record.has_refusal()) return line + ": accepted";
  std::string code = base::Code(record.refusal().code());
  for (char& c : code) c = static_cast<char>(std::toupper(c));
  absl::StrAppend(&line, ": ", code, ": ", texts::English(record.refusal()));
  return line;
}

// Timers in the order in which they will run out, those that stand still at the end.
std::vector<const Message*> Entries(const journal::v1::Traject& traject, const FieldDescriptor& field) {
  std::vector<const Message*> entries;
  const auto& reflection = *traject.GetReflection();
  for (int i = 0; i < reflection.FieldSize(traject, &field); ++i) entries.push_back(&reflection.GetRepeatedMessage(traject, &field, i));
  if (field.name() != "timers") return entries;
  std::sort(entries.begin(), entries.end(), [](const Message* a, const Message* b) {
    const auto key = [](const Message* one) {
      const auto& timer = static_cast<const journal::v1::Timer&>(*one);
      return std::make_tuple(timer.stands_still(), timer.at_us(), timer.place());
    };
    return key(a) < key(b);
  });
  return entries;
}

}  // namespace

std::string WriteMoment(int64_t us) {
  std::string text = base::FormatTime(us);  // 2017-01-10T09:00:00Z
  text[10] = ' ';
  text.pop_back();
  return std::string(text.size() == 19 ? absl::StripSuffix(text, ":00") : absl::string_view(text));
}

Lines WriteRecord(const journal::v1::Record& record, const Names& names) {
  const Writer writer(names);
  Lines lines = {WriteInput(record, writer)};
  for (const journal::v1::Effect& effect : record.effects()) {
    std::string name;
    const Message& data = Chosen(effect, "effect", &name);
    Lines words = {"  " + name};
    writer.Fields(data, true, &words);
    lines.push_back(absl::StrJoin(words, " "));
  }
  for (const notice::v1::Notice& notice : record.notices()) {
    std::string name;
    const Message& data = Chosen(notice, "data", &name);
    Lines words = {absl::StrCat("  told ", writer.Organisations(notice.to()), ": ", absl::StrReplaceAll(name, {{"_", "-"}}))};
    writer.Fields(data, false, &words);
    lines.push_back(absl::StrJoin(words, " "));
  }
  return lines;
}

std::vector<std::string> StateFields() {
  std::vector<std::string> fields;
  const auto* descriptor = journal::v1::Traject::descriptor();
  for (int i = 0; i < descriptor->field_count(); ++i) {
    if (IsWritten(*descriptor->field(i))) fields.push_back(descriptor->field(i)->name());
  }
  return fields;
}

Lines WriteState(const journal::v1::Traject& traject, const std::vector<std::string>& fields, const Names& names) {
  const Writer writer(names);
  Lines lines;
  for (const std::string& name : fields.empty() ? StateFields() : fields) {
    const FieldDescriptor& field = *journal::v1::Traject::descriptor()->FindFieldByName(name);
    if (field.is_repeated() && field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      for (const Message* entry : Entries(traject, field)) {
        Lines words = {name + ":"};
        writer.Fields(*entry, true, &words);
        lines.push_back(absl::StrJoin(words, " "));
      }
      continue;
    }
    const auto& reflection = *traject.GetReflection();
    if (field.is_repeated() ? reflection.FieldSize(traject, &field) == 0 : !reflection.HasField(traject, &field)) continue;
    lines.push_back(writer.Word(traject, field));
  }
  return lines;
}

Lines WriteWaits(const std::vector<engine::Waiting>& waits) {
  Lines lines;
  for (const engine::Waiting& one : waits) {
    lines.push_back(absl::StrCat("waits: ", one.transition, one.gates.empty() ? "" : " gates=", absl::StrJoin(one.gates, ",")));
  }
  return lines;
}

}  // namespace overdracht::scenario
