#include "services/event/read.h"

#include <absl/strings/str_cat.h>

#include <optional>
#include <utility>

#include "services/base/limits.h"
#include "services/event/envelope.h"
#include "services/event/fault.h"
#include "services/event/json.h"
#include "services/event/json_data.h"

namespace overdracht::event {
namespace {

constexpr absl::string_view kData = "data", kDataBase64 = "data_base64";

}  // namespace

std::variant<v1::Event, Malformed> ReadCloudEvent(absl::string_view json, KnowsContact knows_contact) {
  v1::Event event;
  if (json.size() > base::kMaxEventBytes) return Refuse(TooLong(), event);
  JsonDocument document;
  if (!document.Read(json)) return Refuse(NoJson(document), event);
  if (document.root().kind != JsonValue::kObject) return Refuse(Because(journal::v1::REFUSAL_REASON_UNREADABLE, "object"), event);

  Envelope envelope;
  const JsonValue* data = nullptr;
  bool base64 = false;
  for (const JsonValue* member = document.First(document.root()); member != nullptr; member = document.Next(*member)) {
    if (member->kind == JsonValue::kNull) continue;  // as if it were not there
    if (member->name == kData) data = member;
    base64 |= member->name == kDataBase64;
    envelope.Add(member->name, member->kind == JsonValue::kString ? std::optional(member->text) : std::nullopt);
  }
  if (const Check fault = envelope.Read(&event)) return Refuse(*fault, event);
  if (data == nullptr) return Refuse(Missing("object").In(kData), event);
  if (data->kind != JsonValue::kObject) return Refuse(Invalid("object").In(kData), event);
  if (base64) return Refuse(Invalid("absent").In(kDataBase64), event);
  if (Check fault = ReadJsonData(document, *data, *envelope.kind(), knows_contact, &event)) {
    return Refuse(std::move(*fault).In(kData), event);
  }
  return event;
}

std::string SourceOf(const v1::Event& event) { return absl::StrCat("urn:nld:oin:", event.organisation(), ":systeem:", event.system()); }

}  // namespace overdracht::event
