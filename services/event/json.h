// JSON text as a flat tree: what the reader walks. Strict (RFC 8259): UTF-8 only, no NUL byte, no name twice in an object.
//
// The values stand in one vector in the order of the text and point to each other by index, so neither reading nor walking it recurses:
// a text that is nested 30,000 deep costs no stack.
#ifndef OVERDRACHT_SERVICES_EVENT_JSON_H_
#define OVERDRACHT_SERVICES_EVENT_JSON_H_

#include <absl/strings/string_view.h>

#include <cstdint>
#include <string>
#include <vector>

namespace overdracht::event {

struct JsonValue {
  enum Kind : uint8_t { kNull, kBoolean, kNumber, kString, kList, kObject };

  Kind kind = kNull;
  bool boolean = false;
  double number = 0;
  absl::string_view name;  // in the object that it stands in
  absl::string_view text;  // of a string
  uint32_t first = 0;      // the first value inside; 0: none
  uint32_t next = 0;       // the next value beside it; 0: none
};

class JsonDocument {
 public:
  // False when the text is not one JSON value; then `error_byte` says how far it could be read, 0 where no byte is to blame (a name twice).
  bool Read(absl::string_view json);

  const JsonValue& root() const { return values_.front(); }
  const JsonValue* First(const JsonValue& of) const { return of.first == 0 ? nullptr : &values_[of.first]; }
  const JsonValue* Next(const JsonValue& of) const { return of.next == 0 ? nullptr : &values_[of.next]; }
  size_t error_byte() const { return error_byte_; }

 private:
  friend class JsonBuilder;

  std::vector<JsonValue> values_;
  // All names and strings. Never longer than the text they were read from, so it is reserved once and the views stay where they are.
  std::string strings_;
  size_t error_byte_ = 0;
};

}  // namespace overdracht::event

#endif  // OVERDRACHT_SERVICES_EVENT_JSON_H_
