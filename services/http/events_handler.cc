#include "services/http/events_handler.h"

#include <absl/strings/ascii.h>
#include <absl/strings/str_cat.h>
#include <absl/strings/str_join.h>

#include <utility>
#include <vector>

#include "overdracht/api/v1/event_service.pb.h"
#include "services/base/limits.h"
#include "services/edge/answers.h"
#include "services/event/write.h"
#include "services/http/batch.h"
#include "services/http/codes.h"

namespace overdracht::http {
namespace {

constexpr char kOne[] = "application/cloudevents+json";
constexpr char kBatch[] = "application/cloudevents-batch+json";

// The bytes of one event on their way: of one that is too long no more than shows it.
grpc::ByteBuffer RequestOf(absl::string_view event) {
  api::v1::PublishStreamRequest request;
  request.set_cloud_event(std::string(event.substr(0, base::kMaxEventBytes + 1)));
  return ToBytes(request);
}

// Sends the events of one request over one stream, in order, and answers when all are answered.
class Publishing : public std::enable_shared_from_this<Publishing> {
 public:
  Publishing(const Request& request, bool batch, std::shared_ptr<Reply> reply)
      : body_(request.body),
        items_(batch ? ItemsOf(body_, kMostBatchItems) : std::vector<absl::string_view>{body_}),
        batch_(batch),
        reply_(std::move(reply)) {}

  void Go(Calls* calls, const CallContext& context) {
    if (!items_.ok()) {
      const bool too_many = absl::IsResourceExhausted(items_.status());
      return reply_->Send(
          ErrorResponse(too_many ? 413 : 400, too_many ? "too_large" : "invalid_argument", std::string(items_.status().message())));
    }
    if (items_->empty()) return reply_->Send(Json(200, "[]"));
    const auto self = shared_from_this();
    call_ = calls->Stream(context, {.message = [self](const grpc::ByteBuffer& message) { self->Answered(message); },
                                    .sent = [self] { self->SendNext(); },
                                    .over = [self](const grpc::Status& status) { self->Over(status); }});
    // Not cancelled when the client goes away: what was sent is decided, and the rest of the batch is as welcome.
    call_->Read();
    SendNext();
  }

 private:
  void SendNext() {
    if (next_ == items_->size()) return call_->Close();
    call_->Write(RequestOf((*items_)[next_++]));
  }

  void Answered(const grpc::ByteBuffer& message) {
    api::v1::PublishStreamResponse response;
    if (!Parse(message, &response)) return call_->Cancel();
    answers_.push_back(std::move(*response.mutable_answer()));
    call_->Read();
  }

  // May come at any time, also while the call is begun.
  void Over(const grpc::Status& status) {
    if (answers_.size() < items_->size()) return reply_->Send(Unfinished(status));
    if (batch_) return reply_->Send(Json(200, absl::StrCat("[", Written(), "]")));
    const api::v1::Answer& answer = answers_.front();
    reply_->Send(Json(answer.accepted() ? 200 : CodeFor(edge::ToError(answer).error_code()).status, Written()));
  }

  // Those that were answered count. The whole may be sent again: who was answered is answered the same again, as a duplicate.
  Response Unfinished(const grpc::Status& status) const {
    Response response = ErrorOf(
        status.ok() ? grpc::Status(grpc::StatusCode::UNAVAILABLE, "expected every event to be answered, but the server stops") : status);
    if (!batch_ || answers_.empty()) return response;
    response.body.resize(response.body.rfind('}'));
    absl::StrAppend(&response.body, ",\"answers\":[", Written(), "]}\n");
    return response;
  }

  std::string Written() const {
    return absl::StrJoin(answers_, ",\n", [](std::string* out, const api::v1::Answer& answer) { *out += event::WriteAnswer(answer); });
  }

  static Response Json(int status, std::string body) {
    return {.status = status, .content_type = "application/json", .body = std::move(body) + "\n", .headers = {}};
  }

  const std::string body_;
  const absl::StatusOr<std::vector<absl::string_view>> items_;  // of the body
  const bool batch_;
  const std::shared_ptr<Reply> reply_;
  std::shared_ptr<OpenCall> call_;  // lets go of this when it is over
  size_t next_ = 0;
  std::vector<api::v1::Answer> answers_;
};

absl::string_view TypeOf(const Request& request) {
  const absl::string_view type = request.Header("content-type");
  return absl::StripAsciiWhitespace(type.substr(0, type.find(';')));
}

}  // namespace

void HandleEvents(Calls* calls, const Request& request, const std::shared_ptr<Reply>& reply) {
  const absl::string_view type = TypeOf(request);
  if (type != kOne && type != kBatch) {
    Response response = ErrorResponse(415, "unsupported_media_type",
                                      absl::StrCat("expected ", kOne, " or ", kBatch, ", but the content type is another one"));
    response.headers = {{"Accept-Post", absl::StrCat(kOne, ", ", kBatch)}};
    return reply->Send(std::move(response));
  }
  std::make_shared<Publishing>(request, type == kBatch, reply)
      ->Go(calls, {.method = "/overdracht.api.v1.EventService/PublishStream", .metadata = MetadataOf(request)});
}

}  // namespace overdracht::http
