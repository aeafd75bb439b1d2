#include "services/event/json.h"

#include <absl/strings/match.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace overdracht::event {

// Receives the parser's events (nlohmann's SAX interface) and builds the tree. Each method returns whether to go on.
class JsonBuilder {
 public:
  explicit JsonBuilder(JsonDocument* document) : document_(*document) {}

  bool null() {
    Add(JsonValue::kNull);
    return true;
  }
  bool boolean(bool value) {
    Add(JsonValue::kBoolean).boolean = value;
    return true;
  }
  bool number_integer(int64_t value) { return Number(static_cast<double>(value)); }
  bool number_unsigned(uint64_t value) { return Number(static_cast<double>(value)); }
  bool number_float(double value, const std::string&) { return Number(value); }
  bool string(const std::string& value) {
    Add(JsonValue::kString).text = Keep(value);
    return true;
  }
  bool binary(const std::vector<uint8_t>&) { return false; }
  bool key(const std::string& name) {
    name_ = Keep(name);
    return true;
  }
  bool start_object(size_t) { return Open(JsonValue::kObject); }
  bool start_array(size_t) { return Open(JsonValue::kList); }
  bool end_object() { return NamesDiffer(document_.values_[open_.back().value]) && Close(); }
  bool end_array() { return Close(); }
  bool parse_error(size_t byte, const std::string&, const nlohmann::detail::exception&) {
    document_.error_byte_ = byte;
    return false;
  }

 private:
  // A list or object whose end has not come yet.
  struct OpenValue {
    uint32_t value = 0;
    uint32_t last = 0;  // the last value inside it so far
  };

  JsonValue& Add(JsonValue::Kind kind) {
    const auto index = static_cast<uint32_t>(document_.values_.size());
    if (!open_.empty()) {
      OpenValue& outer = open_.back();
      (outer.last == 0 ? document_.values_[outer.value].first : document_.values_[outer.last].next) = index;
      outer.last = index;
    }
    JsonValue& value = document_.values_.emplace_back();
    value.kind = kind;
    value.name = std::exchange(name_, {});
    return value;
  }

  bool Number(double value) {
    Add(JsonValue::kNumber).number = value;
    return true;
  }

  bool Open(JsonValue::Kind kind) {
    const auto index = static_cast<uint32_t>(document_.values_.size());
    Add(kind);
    open_.push_back({index, 0});
    return true;
  }

  bool Close() {
    open_.pop_back();
    return true;
  }

  absl::string_view Keep(const std::string& text) {
    const size_t start = document_.strings_.size();
    document_.strings_ += text;
    return absl::string_view(document_.strings_).substr(start);
  }

  // Sorting keeps an object of thousands of names from taking the square of their number.
  bool NamesDiffer(const JsonValue& object) {
    names_.clear();
    for (const JsonValue* member = document_.First(object); member != nullptr; member = document_.Next(*member))
      names_.push_back(member->name);
    std::sort(names_.begin(), names_.end());
    return std::adjacent_find(names_.begin(), names_.end()) == names_.end();
  }

  JsonDocument& document_;
  std::vector<OpenValue> open_;
  std::vector<absl::string_view> names_;
  absl::string_view name_;
};

bool JsonDocument::Read(absl::string_view json) {
  values_.clear();
  values_.reserve(64);
  strings_.clear();
  strings_.reserve(json.size());
  error_byte_ = 0;
  // The parser would pass over a byte order mark, which has no place in JSON that is sent (RFC 8259, 8.1).
  if (absl::StartsWith(json, "\xEF\xBB\xBF")) {
    error_byte_ = 1;
    return false;
  }
  // The parser would take a NUL byte for the end of the text and pass over what follows.
  if (const size_t nul = json.find('\0'); nul != absl::string_view::npos) {
    error_byte_ = nul + 1;
    return false;
  }
  JsonBuilder builder(this);
  return nlohmann::json::sax_parse(json.data(), json.data() + json.size(), &builder);
}

}  // namespace overdracht::event
