// A record of Kafka, as a value.
#ifndef OVERDRACHT_SERVICES_BASE_KAFKA_RECORD_H_
#define OVERDRACHT_SERVICES_BASE_KAFKA_RECORD_H_

#include <absl/strings/string_view.h>

#include <string>
#include <utility>
#include <vector>

namespace overdracht::base {

struct KafkaRecord {
  std::string key;
  std::vector<std::pair<std::string, std::string>> headers;  // in order
  std::string value;
};

// The value of a header. Null: there is none of this name. Of several the first.
inline const std::string* FindHeader(const KafkaRecord& record, absl::string_view name) {
  for (const auto& [each, value] : record.headers) {
    if (each == name) return &value;
  }
  return nullptr;
}

// Its bytes, without what Kafka adds.
inline size_t SizeOf(const KafkaRecord& record) {
  size_t size = record.key.size() + record.value.size();
  for (const auto& [name, value] : record.headers) size += name.size() + value.size();
  return size;
}

}  // namespace overdracht::base

#endif  // OVERDRACHT_SERVICES_BASE_KAFKA_RECORD_H_
