// A CloudEvent in a record of Kafka in binary mode: the attributes are headers `ce_<name>`, the value is the data.
#ifndef OVERDRACHT_SERVICES_EVENT_KAFKA_RECORD_H_
#define OVERDRACHT_SERVICES_EVENT_KAFKA_RECORD_H_

#include <absl/strings/string_view.h>
#include <google/protobuf/message.h>

#include <string>

#include "services/base/kafka_record.h"
#include "services/base/time.h"

namespace overdracht::event {

using base::FindHeader;
using base::KafkaRecord;

inline constexpr absl::string_view kContentType = "content-type", kProtobuf = "application/protobuf", kAttributePrefix = "ce_";

// The value of the header of an attribute, as base::FindHeader.
const std::string* FindAttribute(const KafkaRecord& record, absl::string_view name);

// With protobuf data. The key is the subject, a traject: what is said about one stands in one partition.
class BinaryWriter {
 public:
  BinaryWriter(absl::string_view id, absl::string_view source, absl::string_view type, absl::string_view subject, base::Micros time);
  // None, where it is empty.
  void Attribute(absl::string_view name, absl::string_view value);
  KafkaRecord Finish(const google::protobuf::Message& data) &&;

 private:
  KafkaRecord record_;
};

}  // namespace overdracht::event

#endif  // OVERDRACHT_SERVICES_EVENT_KAFKA_RECORD_H_
