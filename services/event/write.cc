#include "services/event/write.h"

#include <absl/container/flat_hash_map.h>
#include <absl/strings/ascii.h>
#include <absl/strings/match.h>
#include <absl/strings/numbers.h>
#include <absl/strings/str_cat.h>
#include <absl/strings/str_replace.h>
#include <absl/strings/strip.h>

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

constexpr absl::string_view kNobody = "00000000000000000000";

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
  ~ObjectWriter() { out_ += '}'; }

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
  bool first_ = true;
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

const FieldDescriptor* DataOf(const notice::v1::Notice& notice) {
  static const auto* data = notice::v1::Notice::descriptor()->FindOneofByName("data");
  return notice.GetReflection()->GetOneofFieldDescriptor(notice, data);
}

void AppendData(const notice::v1::Notice& notice, std::string* out) {
  AppendGroup(notice.GetReflection()->GetMessage(notice, DataOf(notice)), out);
}

// The envelope that notices and answers share; `n` tells the entries of one record apart.
void WriteEnvelope(uint32_t partition, const journal::v1::Record& record, int n, absl::string_view type, ObjectWriter* envelope) {
  const std::string sequence = FormatSequence(SequenceOf(record.number(), n));
  envelope->Text("specversion", "1.0");
  envelope->Text("id", ItemId(partition, record.number(), n));
  const absl::string_view gemeente = record.gemeente().empty() ? kNobody : absl::string_view(record.gemeente());
  envelope->Text("source", absl::StrCat("urn:nld:oin:", gemeente, ":systeem:overdracht"));
  envelope->Text("type", type);
  envelope->Text("subject", SubjectOf(record));
  envelope->Text("time", base::FormatTime(record.time_us()));
  envelope->Text("datacontenttype", "application/json");
  envelope->Text("sequence", sequence);
  envelope->Text("cursor", sequence);
  envelope->Text("causationid", CauseOf(record));
}

void AppendAnswer(uint32_t partition, const journal::v1::Record& record, std::string* out) {
  ObjectWriter answer(out);
  answer.Text("source", SourceOf(record.event()));
  answer.Text("id", record.event().id());
  answer.Text("subject", SubjectOf(record));
  answer.Text("outcome", record.has_refusal() ? "refused" : "accepted");
  answer.Text("position", FormatPosition(partition, record.number()));
  if (record.has_refusal()) {
    const journal::v1::Refusal& refusal = record.refusal();
    answer.Text("code", absl::AsciiStrToUpper(base::Code(refusal.code())));
    answer.Text("message", texts::English(refusal));
    answer.Text("melding", texts::Dutch(refusal));
    answer.Text("reason", absl::AsciiStrToUpper(base::Code(refusal.reason())));
    ObjectWriter parameters(answer.Key("parameters"));
    for (const auto& parameter : refusal.parameters()) parameters.Text(parameter.name(), parameter.value());
  }
  answer.Boolean("duplicate", false);
}

}  // namespace

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

std::string NoticeKind(const notice::v1::Notice& notice) { return absl::StrReplaceAll(DataOf(notice)->name(), {{"_", "-"}}); }

std::string WriteNoticeData(const notice::v1::Notice& notice) {
  std::string json;
  AppendData(notice, &json);
  return json;
}

std::string WriteNotice(uint32_t partition, const journal::v1::Record& record, int n) {
  const notice::v1::Notice& notice = record.notices(n);
  std::string json;
  json.reserve(768);
  {
    ObjectWriter envelope(&json);
    WriteEnvelope(partition, record, n, absl::StrCat("nl.overdracht.notices.", NoticeKind(notice), ".v1"), &envelope);
    AppendData(notice, envelope.Key("data"));
  }
  return json;
}

std::string WriteAnswer(uint32_t partition, const journal::v1::Record& record) {
  std::string json;
  {
    ObjectWriter envelope(&json);
    const absl::string_view outcome = record.has_refusal() ? "refused" : "accepted";
    WriteEnvelope(partition, record, kAnswer, absl::StrCat("nl.overdracht.answers.", outcome, ".v1"), &envelope);
    AppendAnswer(partition, record, envelope.Key("data"));
  }
  return json;
}

}  // namespace overdracht::event
