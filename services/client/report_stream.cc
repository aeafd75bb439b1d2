// One thread opens the stream, and opens it again, and takes the answers; of each connection another one sends. What is not answered stands
// in a queue: a new connection begins with its front.
#include <absl/base/thread_annotations.h>
#include <absl/synchronization/mutex.h>
#include <grpcpp/support/sync_stream.h>

#include <deque>
#include <optional>
#include <thread>

#include "overdracht/api/v1/event_service.grpc.pb.h"
#include "services/client/connection.h"

namespace overdracht::client {
namespace {

using api::v1::PublishStreamRequest;
using api::v1::PublishStreamResponse;
using Stream = grpc::ClientReaderWriter<PublishStreamRequest, PublishStreamResponse>;

// As many as the service reads before it has answered.
constexpr size_t kMostUnanswered = 256;

class PublishStream : public ReportStream {
 public:
  PublishStream(std::shared_ptr<const Connection> connection, std::function<void(const absl::StatusOr<Answer>&)> answered)
      : connection_(std::move(connection)),
        stub_(api::v1::EventService::NewStub(connection_->channel)),
        answered_(std::move(answered)),
        thread_([this] { Run(); }) {}

  ~PublishStream() override {
    {
      absl::MutexLock lock(&mutex_);
      abandoned_.Notify();
      if (context_) context_->TryCancel();
    }
    thread_.join();
  }

  absl::Status Send(std::string cloud_event) override {
    absl::MutexLock lock(&mutex_, absl::Condition(this, &PublishStream::HasRoom));
    if (ended_) return *ended_;
    if (complete_) return absl::FailedPreconditionError("expected no more after Finish, but there is more");
    unanswered_.push_back(std::move(cloud_event));
    return absl::OkStatus();
  }

  absl::Status Finish() override {
    absl::MutexLock lock(&mutex_);
    complete_ = true;
    mutex_.Await(absl::Condition(this, &PublishStream::HasEnded));
    return *ended_;
  }

 private:
  bool HasRoom() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return unanswered_.size() < kMostUnanswered || ended_; }
  bool HasEnded() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return ended_.has_value(); }
  bool HasWork() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return !unanswered_.empty() || complete_ || IsAbandoned(); }
  bool IsDone() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return unanswered_.empty() && complete_; }
  bool HasToSend() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return sent_ < unanswered_.size() || complete_ || cut_; }
  bool IsAbandoned() const { return abandoned_.HasBeenNotified(); }

  void Run() {
    Retry retry(connection_->options, connection_->options.patience);
    while (true) {
      const grpc::Status status = Connect(&retry);
      {
        absl::MutexLock lock(&mutex_);
        // While there is nothing to be sent it does not matter whether anybody is there; but to who wants one attempt.
        if (unanswered_.empty() && MayPass(status) && connection_->options.patience > absl::ZeroDuration()) {
          mutex_.Await(absl::Condition(this, &PublishStream::HasWork));
          retry.Progressed();
          if (!unanswered_.empty()) continue;
        }
        if (IsDone()) {
          ended_ = absl::OkStatus();
          return;
        }
      }
      if (!retry.Again(status, &abandoned_)) return End(ToStatus(status));
    }
  }

  void End(const absl::Status& why) {
    // Told before anybody learns of it who could let go of what `answered` needs.
    if (!IsAbandoned()) answered_(why);
    absl::MutexLock lock(&mutex_);
    ended_ = why;
  }

  // One connection, until it is cut or all is answered.
  grpc::Status Connect(Retry* retry) {
    grpc::ClientContext* context = nullptr;
    {
      absl::MutexLock lock(&mutex_);
      if (IsAbandoned()) return {grpc::StatusCode::CANCELLED, "the stream was let go of"};
      context = &context_.emplace();
      sent_ = 0;
      cut_ = false;
    }
    // Not under the lock: it waits for the connection.
    connection_->Introduce(context);
    const std::unique_ptr<Stream> stream = stub_->PublishStream(context);
    std::thread sender([&] { SendAll(stream.get()); });
    PublishStreamResponse response;
    while (stream->Read(&response)) {
      {
        absl::MutexLock lock(&mutex_);
        if (sent_ == 0) {  // more answers than reports: the service is none of ours
          context->TryCancel();
          break;
        }
        unanswered_.pop_front();
        --sent_;
      }
      answered_(std::move(*response.mutable_answer()));
      retry->Progressed();
    }
    {
      absl::MutexLock lock(&mutex_);
      cut_ = true;
    }
    sender.join();
    grpc::Status status = stream->Finish();
    absl::MutexLock lock(&mutex_);
    context_.reset();
    return status.ok() ? grpc::Status(grpc::StatusCode::UNAVAILABLE, "the service ended the stream") : status;
  }

  void SendAll(Stream* stream) {
    while (true) {
      PublishStreamRequest request;
      {
        absl::MutexLock lock(&mutex_, absl::Condition(this, &PublishStream::HasToSend));
        if (cut_) return;
        if (sent_ == unanswered_.size()) break;
        request.set_cloud_event(unanswered_[sent_++]);
      }
      if (!stream->Write(request)) return;
    }
    stream->WritesDone();
  }

  const std::shared_ptr<const Connection> connection_;
  const std::unique_ptr<api::v1::EventService::Stub> stub_;
  const std::function<void(const absl::StatusOr<Answer>&)> answered_;
  absl::Notification abandoned_;
  absl::Mutex mutex_;
  std::optional<grpc::ClientContext> context_ ABSL_GUARDED_BY(mutex_);
  std::deque<std::string> unanswered_ ABSL_GUARDED_BY(mutex_);
  size_t sent_ ABSL_GUARDED_BY(mutex_) = 0;  // of these, on this connection
  bool cut_ ABSL_GUARDED_BY(mutex_) = false;
  bool complete_ ABSL_GUARDED_BY(mutex_) = false;  // no more comes
  std::optional<absl::Status> ended_ ABSL_GUARDED_BY(mutex_);
  std::thread thread_;
};

}  // namespace

std::unique_ptr<ReportStream> MakeReportStream(std::shared_ptr<const Connection> connection,
                                               std::function<void(const absl::StatusOr<Answer>&)> answered) {
  return std::make_unique<PublishStream>(std::move(connection), std::move(answered));
}

}  // namespace overdracht::client
