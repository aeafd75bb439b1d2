#include "services/event/write.h"

#include <absl/container/flat_hash_map.h>
#include <absl/strings/ascii.h>
#include <absl/strings/match.h>
#include <absl/strings/numbers.h>
#include <absl/strings/str_cat.h>
#include <absl/strings/str_replace.h>
#include <absl/strings/strip.h>
#include <google/protobuf/util/time_util.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "services/base/codes.h"
#include "services/base/time.h"
#include "services/base/uuid.h"
#include "services/event/read.h"
#include "services/texts/sentences.h"

namespace overdracht::event {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::util::TimeUtil;

// How a field of a notice is written.
struct Shape {
  const FieldDescriptor* field;
  std::string name;
  bool moment;  // microseconds, written as RFC 3339
};
using Shapes = absl::flat_hash_map<const Descriptor*, std::vector<Shape>>;

void AddShapes(const Descriptor* message, Shapes* shapes) {
  if (!shapes->try_emplace(message).second) return;
  std::vector<Shape> made;
  for (int i = 0; i < message->field_count(); ++i) {
    const FieldDescriptor* field = message->field(i);
    absl::string_view name = field->json_name();
    const bool moment = absl::EndsWith(field->name(), "_us") && absl::ConsumeSuffix(&name, "Us");
    made.push_back({field, std::string(name), moment});
    if (field->message_type() != nullptr) AddShapes(field->message_type(), shapes);
  }
  (*shapes)[message] = std::move(made);
}

const std::vector<Shape>& ShapesOf(const Message& message) {
  static const auto* shapes = [] {
    auto* made = new Shapes;
    AddShapes(notice::v1::Notice::descriptor(), made);
    return made;
  }();
  return shapes->at(message.GetDescriptor());
}

void AppendText(absl::string_view text, std::string* out) {
  const bool plain = std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c != '"' && c != '\\'; });
  if (plain) {
    absl::StrAppend(out, "\"", text, "\"");
  } else {
    *out += nlohmann::json(std::string(text)).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  }
}

// Writes the members of one JSON object.
class ObjectWriter {
 public:
  explicit ObjectWriter(std::string* out) : out_(*out) { out_ += '{'; }
  ~ObjectWriter() { End(); }

  // Before the end of its block only where the output is given away by then.
  void End() {
    if (!std::exchange(ended_, true)) out_ += '}';
  }

  // The start of a member; its value is to be appended to the output.
  std::string* Key(absl::string_view name) {
    absl::StrAppend(&out_, first_ ? "\"" : ",\"", name, "\":");
    first_ = false;
    return &out_;
  }
  void Text(absl::string_view name, absl::string_view value) { AppendText(value, Key(name)); }
  void Boolean(absl::string_view name, bool value) { *Key(name) += value ? "true" : "false"; }

 private:
  std::string& out_;
  bool first_ = true, ended_ = false;
};

void AppendGroup(const Message& message, std::string* out);

// One value of a field; `index` is its place in a list.
void AppendValue(const Message& message, const Shape& shape, int index, std::string* out) {
  const auto* reflection = message.GetReflection();
  const FieldDescriptor* field = shape.field;
  const bool list = field->is_repeated();
  std::string scratch;
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      return AppendText(list ? reflection->GetRepeatedStringReference(message, field, index, &scratch)
                             : reflection->GetStringReference(message, field, &scratch),
                        out);
    case FieldDescriptor::CPPTYPE_ENUM:
      return AppendText(base::CodeOf(field->enum_type(), list ? reflection->GetRepeatedEnumValue(message, field, index)
                                                              : reflection->GetEnumValue(message, field)),
                        out);
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return AppendGroup(list ? reflection->GetRepeatedMessage(message, field, index) : reflection->GetMessage(message, field), out);
    case FieldDescriptor::CPPTYPE_INT64:
      return AppendText(base::FormatTime(reflection->GetInt64(message, field)), out);
    case FieldDescriptor::CPPTYPE_UINT32:
      return absl::StrAppend(out, reflection->GetUInt32(message, field));
    default:
      *out += reflection->GetBool(message, field) ? "true" : "false";
  }
}

bool IsThere(const Message& message, const FieldDescriptor* field) {
  if (field->is_repeated()) return message.GetReflection()->FieldSize(message, field) > 0;
  return field->cpp_type() == FieldDescriptor::CPPTYPE_BOOL || message.GetReflection()->HasField(message, field);
}

void AppendGroup(const Message& message, std::string* out) {
  ObjectWriter object(out);
  for (const Shape& shape : ShapesOf(message)) {
    if (!IsThere(message, shape.field)) continue;
    object.Key(shape.name);
    if (!shape.field->is_repeated()) {
      AppendValue(message, shape, 0, out);
      continue;
    }
    *out += '[';
    for (int i = 0; i < message.GetReflection()->FieldSize(message, shape.field); ++i) {
      if (i > 0) *out += ',';
      AppendValue(message, shape, i, out);
    }
    *out += ']';
  }
}

const FieldDescriptor* DataFieldOf(const notice::v1::Notice& notice) {
  static const auto* data = notice::v1::Notice::descriptor()->FindOneofByName("data");
  return notice.GetReflection()->GetOneofFieldDescriptor(notice, data);
}

void AppendData(const notice::v1::Notice& notice, std::string* out) { AppendGroup(DataOf(notice), out); }

void AppendAnswer(const api::v1::Answer& answer, std::optional<uint64_t> line, std::string* out) {
  ObjectWriter object(out);
  if (line) absl::StrAppend(object.Key("line"), *line);
  object.Text("source", answer.source());
  object.Text("id", answer.id());
  object.Text("subject", answer.subject());
  object.Text("outcome", answer.accepted() ? "accepted" : "refused");
  if (!answer.position().empty()) object.Text("position", answer.position());
  if (!answer.accepted()) {
    object.Text("code", answer.code());
    object.Text("message", answer.message());
    object.Text("melding", answer.melding());
    object.Text("reason", answer.reason());
    ObjectWriter parameters(object.Key("parameters"));
    for (const auto& parameter : answer.parameters()) parameters.Text(parameter.name(), parameter.value());
  }
  object.Boolean("duplicate", answer.duplicate());
}

}  // namespace

std::string TypeOf(const api::v1::OutboxItem& item) {
  if (item.has_answer()) return absl::StrCat("nl.overdracht.answers.", item.answer().accepted() ? "accepted" : "refused", ".v1");
  return absl::StrCat("nl.overdracht.notices.", NoticeKind(item.notice()), ".v1");
}

std::string SourceOf(const api::v1::OutboxItem& item) {
  return absl::StrCat("urn:nld:oin:", item.gemeente().empty() ? kNoGemeente : absl::string_view(item.gemeente()), ":systeem:overdracht");
}

std::string SubjectOf(const journal::v1::Record& record) {
  return base::FormatUuid(record.traject().empty() ? record.event().traject() : record.traject());
}

std::string CauseOf(const journal::v1::Record& record) {
  if (record.has_event()) return record.event().id();
  return absl::StrCat("term:", base::Code(record.term().of()), ":", record.term().reference());
}

std::string ItemId(uint32_t partition, uint64_t number, int n) {
  const std::string position = FormatPosition(partition, number);
  return n == kAnswer ? absl::StrCat(position, "/answer") : absl::StrCat(position, "/", n);
}

std::string FormatSequence(uint64_t sequence) { return absl::StrCat(absl::Dec(sequence, absl::kZeroPad20)); }

absl::StatusOr<uint64_t> ParseCursor(absl::string_view cursor) {
  uint64_t sequence = 0;
  if (!cursor.empty() && !absl::SimpleAtoi(cursor, &sequence)) {
    return absl::InvalidArgumentError("expected a cursor of this outbox, but it is none");
  }
  return sequence;
}

std::string FormatPosition(uint32_t partition, uint64_t number) { return absl::StrCat(partition, ":", number); }

std::optional<Position> ParsePosition(absl::string_view text) {
  const size_t colon = text.find(':');
  Position position;
  if (colon == absl::string_view::npos || !absl::SimpleAtoi(text.substr(0, colon), &position.partition) ||
      !absl::SimpleAtoi(text.substr(colon + 1), &position.number)) {
    return std::nullopt;
  }
  return position;
}

const Message& DataOf(const notice::v1::Notice& notice) { return notice.GetReflection()->GetMessage(notice, DataFieldOf(notice)); }

std::string NoticeKind(const notice::v1::Notice& notice) { return absl::StrReplaceAll(DataFieldOf(notice)->name(), {{"_", "-"}}); }

int FindNoticeKind(absl::string_view kind) {
  const auto* field = notice::v1::Notice::descriptor()->FindFieldByName(absl::StrReplaceAll(kind, {{"-", "_"}}));
  const bool is_kind = field != nullptr && field->real_containing_oneof() != nullptr && kind.find('_') == absl::string_view::npos;
  return is_kind ? field->number() : 0;
}

std::string WriteNoticeData(const notice::v1::Notice& notice) {
  std::string json;
  AppendData(notice, &json);
  return json;
}

api::v1::Answer MakeAnswer(absl::string_view source, absl::string_view id, absl::string_view subject, absl::string_view position,
                           bool duplicate, const journal::v1::Refusal* refusal) {
  api::v1::Answer answer;
  answer.set_source(std::string(source));
  answer.set_id(std::string(id));
  answer.set_subject(std::string(subject));
  answer.set_accepted(refusal == nullptr);
  answer.set_position(std::string(position));
  answer.set_duplicate(duplicate);
  if (refusal == nullptr) return answer;
  answer.set_code(absl::AsciiStrToUpper(base::Code(refusal->code())));
  answer.set_reason(absl::AsciiStrToUpper(base::Code(refusal->reason())));
  for (const journal::v1::Parameter& parameter : refusal->parameters()) {
    api::v1::AnswerParameter* const added = answer.add_parameters();
    added->set_name(parameter.name());
    added->set_value(parameter.value());
  }
  answer.set_message(texts::English(*refusal));
  answer.set_melding(texts::Dutch(*refusal));
  return answer;
}

api::v1::OutboxItem ItemOf(uint32_t partition, const journal::v1::Record& record, int n) {
  api::v1::OutboxItem item;
  item.set_cursor(FormatSequence(SequenceOf(record.number(), n)));
  item.set_id(ItemId(partition, record.number(), n));
  item.set_traject(SubjectOf(record));
  item.set_gemeente(record.gemeente());
  *item.mutable_time() = TimeUtil::MicrosecondsToTimestamp(record.time_us());
  item.set_causationid(CauseOf(record));
  if (n != kAnswer) {
    *item.mutable_notice() = record.notices(n);
    item.mutable_notice()->clear_to();
    return item;
  }
  *item.mutable_answer() =
      MakeAnswer(SourceOf(record.event()), record.event().id(), SubjectOf(record), FormatPosition(partition, record.number()),
                 /*duplicate=*/false, record.has_refusal() ? &record.refusal() : nullptr);
  if (!record.has_refusal()) *item.mutable_reported() = record.event();
  return item;
}

std::string WriteItem(const api::v1::OutboxItem& item) {
  std::string json;
  json.reserve(768);
  ObjectWriter envelope(&json);
  envelope.Text("specversion", "1.0");
  envelope.Text("id", item.id());
  envelope.Text("source", SourceOf(item));
  envelope.Text("type", TypeOf(item));
  envelope.Text("subject", item.traject());
  envelope.Text("time", base::FormatTime(TimeUtil::TimestampToMicroseconds(item.time())));
  envelope.Text("datacontenttype", "application/json");
  envelope.Text("sequence", SequenceOf(item));
  envelope.Text("cursor", item.cursor());
  envelope.Text("causationid", item.causationid());
  std::string* const data = envelope.Key("data");
  if (item.has_answer()) {
    AppendAnswer(item.answer(), std::nullopt, data);
  } else {
    AppendData(item.notice(), data);
  }
  envelope.End();
  return json;
}

std::string WriteAnswer(const api::v1::Answer& answer, std::optional<uint64_t> line) {
  std::string json;
  AppendAnswer(answer, line, &json);
  return json;
}

}  // namespace overdracht::event
