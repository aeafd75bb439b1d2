// What comes in over HTTP before any reader of events: the items of a batch, the part behind the question mark, the envelope of a stream.
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
      OVERDRACHT_CHECK(item.data() >= text.data() && item.data() + item.size() <= text.data() + text.size(),
                       "an item is a part of the text");
    }
  }
  (void)http::ParseQuery(text, {"after", "limit", "wait"});
  std::string decoded;
  if (http::PercentDecode(text, &decoded)) OVERDRACHT_CHECK(decoded.size() <= text.size(), "decoding does not grow");
}
