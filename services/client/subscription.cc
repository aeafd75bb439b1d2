#include <absl/base/thread_annotations.h>
#include <absl/synchronization/mutex.h>
#include <grpcpp/support/sync_stream.h>

#include <optional>

#include "overdracht/api/v1/outbox_service.grpc.pb.h"
#include "services/client/connection.h"

namespace overdracht::client {
namespace {

class OutboxSubscription : public Subscription {
 public:
  OutboxSubscription(std::shared_ptr<const Connection> connection, api::v1::SubscribeRequest request)
      : connection_(std::move(connection)),
        stub_(api::v1::OutboxService::NewStub(connection_->channel)),
        request_(std::move(request)),
        retry_(connection_->options, absl::InfiniteDuration()) {}

  ~OutboxSubscription() override {
    Cancel();
    if (reader_ != nullptr) (void)reader_->Finish();
  }

  absl::StatusOr<api::v1::OutboxItem> Next() override {
    while (Open()) {
      api::v1::SubscribeResponse response;
      if (reader_->Read(&response)) {
        retry_.Progressed();
        request_.set_after(response.item().cursor());
        return std::move(*response.mutable_item());
      }
      const grpc::Status status = Close();
      if (!retry_.Again(status, &cancelled_) && !cancelled_.HasBeenNotified()) return ToStatus(status);
    }
    return absl::CancelledError("the subscription was cancelled");
  }

  absl::Status Acknowledge(const api::v1::OutboxItem& item) override {
    api::v1::AcknowledgeRequest request;
    request.set_subscriber(request_.subscriber());
    request.set_cursor(item.cursor());
    api::v1::AcknowledgeResponse response;
    if (request.subscriber().empty()) return absl::FailedPreconditionError("expected a subscriber with a name, but it has none");
    return ToStatus(connection_->Call("OutboxService/Acknowledge", request, &response));
  }

  void Cancel() override {
    absl::MutexLock lock(&mutex_);
    if (!cancelled_.HasBeenNotified()) cancelled_.Notify();
    if (context_) context_->TryCancel();
  }

 private:
  // Whether it is open now. Not: it was cancelled.
  bool Open() {
    grpc::ClientContext* context = nullptr;
    {
      absl::MutexLock lock(&mutex_);
      if (cancelled_.HasBeenNotified()) return false;
      if (reader_ != nullptr) return true;
      context = &context_.emplace();
    }
    // Not under the lock: it waits for the connection.
    connection_->Introduce(context);
    reader_ = stub_->Subscribe(context, request_);
    return true;
  }

  // Why it was cut.
  grpc::Status Close() {
    grpc::Status status = reader_->Finish();
    reader_ = nullptr;
    absl::MutexLock lock(&mutex_);
    context_.reset();
    // Nobody ends it but who reads it.
    return status.ok() ? grpc::Status(grpc::StatusCode::UNAVAILABLE, "the service ended the subscription") : status;
  }

  const std::shared_ptr<const Connection> connection_;
  const std::unique_ptr<api::v1::OutboxService::Stub> stub_;
  api::v1::SubscribeRequest request_;  // `after` goes along
  Retry retry_;
  absl::Notification cancelled_;
  absl::Mutex mutex_;
  std::optional<grpc::ClientContext> context_ ABSL_GUARDED_BY(mutex_);
  std::unique_ptr<grpc::ClientReader<api::v1::SubscribeResponse>> reader_;
};

}  // namespace

std::unique_ptr<Subscription> MakeSubscription(std::shared_ptr<const Connection> connection, api::v1::SubscribeRequest request) {
  return std::make_unique<OutboxSubscription>(std::move(connection), std::move(request));
}

}  // namespace overdracht::client
