#include "services/event/kafka_record.h"

#include <absl/strings/str_cat.h>

namespace overdracht::event {

const std::string* FindAttribute(const KafkaRecord& record, absl::string_view name) {
  return FindHeader(record, absl::StrCat(kAttributePrefix, name));
}

BinaryWriter::BinaryWriter(absl::string_view id, absl::string_view source, absl::string_view type, absl::string_view subject,
                           base::Micros time) {
  record_.key = std::string(subject);
  Attribute("specversion", "1.0");
  Attribute("id", id);
  Attribute("source", source);
  Attribute("type", type);
  Attribute("subject", subject);
  Attribute("time", base::FormatTime(time));
  Attribute("partitionkey", subject);
}

void BinaryWriter::Attribute(absl::string_view name, absl::string_view value) {
  if (!value.empty()) record_.headers.emplace_back(absl::StrCat(kAttributePrefix, name), std::string(value));
}

KafkaRecord BinaryWriter::Finish(const google::protobuf::Message& data) && {
  record_.headers.emplace_back(std::string(kContentType), std::string(kProtobuf));
  data.SerializeToString(&record_.value);
  return std::move(record_);
}

}  // namespace overdracht::event
