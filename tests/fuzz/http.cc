// What comes in over HTTP before any reader of events: the items of a batch, the part behind the question mark.
#include <nlohmann/json.hpp>

#include "services/base/check.h"
#include "services/http/batch.h"
#include "services/http/query.h"
#include "tests/fuzz/fuzz.h"

using namespace overdracht;

FUZZ(text) {
  const auto items = http::ItemsOf(text, 1000);
  if (items.ok()) {
    OVERDRACHT_CHECK(items->size() <= 1000, "no more than was asked for");
    for (const absl::string_view item : *items) {
      const bool inside = item.data() >= text.data() && item.data() + item.size() <= text.data() + text.size();
      OVERDRACHT_CHECK(item.empty() || inside, "an item is a part of the text");
    }
  }
  const auto array = nlohmann::json::parse(text.begin(), text.end(), nullptr, /*allow_exceptions=*/false);
  // The parser takes a NUL byte for the end.
  if (array.is_array() && array.size() <= 1000 && text.find('\0') == absl::string_view::npos) {
    OVERDRACHT_CHECK(items.ok() && items->size() == array.size(), "of an array in JSON every item is found");
  }
  (void)http::ParseQuery(text, {"after", "limit", "wait"});
  std::string decoded;
  if (http::PercentDecode(text, &decoded)) OVERDRACHT_CHECK(decoded.size() <= text.size(), "decoding does not grow");
}
