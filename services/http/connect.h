// The Connect protocol (https://connectrpc.com/docs/protocol) in text and bytes: what a request may say, how an answer and an error look.
// Pure: who calls what is connect_handler.h's.
#ifndef OVERDRACHT_SERVICES_HTTP_CONNECT_H_
#define OVERDRACHT_SERVICES_HTTP_CONNECT_H_

#include <absl/status/statusor.h>
#include <absl/strings/string_view.h>
#include <absl/time/time.h>
#include <google/protobuf/message.h>
#include <grpcpp/support/status.h>

#include <optional>
#include <string>

#include "services/http/exchange.h"

namespace overdracht::http {

struct ConnectType {
  bool stream = false;  // application/connect+json, application/connect+proto
  bool json = false;
};
std::optional<ConnectType> ParseConnectType(absl::string_view content_type);
std::string ContentTypeOf(const ConnectType& type);

// What its headers ask for beside the message. INVALID_ARGUMENT, UNIMPLEMENTED (a compression). Without a timeout: infinite.
absl::StatusOr<absl::Duration> ReadConnectHeaders(const Request& request);

// The message of one request or response; what a refusal says holds nothing of what was sent but the place of a field that exists.
absl::Status ReadMessage(absl::string_view text, bool json, google::protobuf::Message* message);
std::string WriteMessage(const google::protobuf::Message& message, bool json);

// A stream is made of envelopes: a byte of flags, the length in four bytes, the message.
inline constexpr char kCompressed = 1;
inline constexpr char kEndOfStream = 2;
std::string Envelope(char flags, absl::string_view message);
// The one message of the request of a server stream.
absl::StatusOr<absl::string_view> OnlyMessage(absl::string_view body);

// {"code":"failed_precondition","message":"…","details":[{"type":"google.rpc.ErrorInfo","value":"<base64>","debug":{…}}]}
std::string ErrorJson(const grpc::Status& status);
Response ConnectError(const grpc::Status& status);
// The last envelope of a stream.
std::string EndOfStream(const grpc::Status& status);

}  // namespace overdracht::http

#endif  // OVERDRACHT_SERVICES_HTTP_CONNECT_H_
