// What comes in by the Connect protocol: its content type, the envelope of a stream, messages in protobuf's JSON and in bytes.
#include "services/http/connect.h"

#include "overdracht/api/v1/outbox_service.pb.h"
#include "services/base/check.h"
#include "services/event/check.h"
#include "tests/fuzz/fuzz.h"

using namespace overdracht;

namespace {

template <typename Message>
void Read(absl::string_view text) {
  for (const bool json : {true, false}) {
    Message message;
    const absl::Status status = http::ReadMessage(text, json, &message);
    if (!status.ok()) {
      OVERDRACHT_CHECK(status.message().size() < 300, "a refusal holds no more than the place of a field");
      continue;
    }
    Message again;
    OVERDRACHT_CHECK(http::ReadMessage(http::WriteMessage(message, json), json, &again).ok(), "what was read can be written and read");
  }
}

}  // namespace

FUZZ(body) {
  if (const auto type = http::ParseConnectType(body)) {
    OVERDRACHT_CHECK(http::ParseConnectType(http::ContentTypeOf(*type)).has_value(), "its content type is one");
  }
  const auto only = http::OnlyMessage(body);
  if (only.ok()) OVERDRACHT_CHECK(http::Envelope(0, *only) == body, "an envelope holds one message and nothing else");
  const absl::string_view message = only.ok() ? *only : body;
  Read<api::v1::ListItemsRequest>(message);
  Read<event::v1::Event>(message);  // as a report holds one
}
