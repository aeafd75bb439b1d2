// What the calls of a client share: the channel, who calls, and how often it is tried. Not installed: here is gRPC.
#ifndef OVERDRACHT_SERVICES_CLIENT_CONNECTION_H_
#define OVERDRACHT_SERVICES_CLIENT_CONNECTION_H_

#include <absl/synchronization/notification.h>
#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>

#include <memory>
#include <optional>

#include "services/client/client.h"

namespace overdracht::client {

// Fails as Client::Connect does.
absl::StatusOr<std::shared_ptr<grpc::Channel>> OpenChannel(const Options& options);

struct Connection {
  Options options;
  std::shared_ptr<grpc::Channel> channel;

  // Says in the metadata who calls.
  void Introduce(grpc::ClientContext* context) const;
  // A unary call of the API ("OutboxService/Acknowledge"), tried again until it is answered or patience is over.
  grpc::Status Call(const std::string& rpc, const google::protobuf::Message& request, google::protobuf::Message* response) const;
};

// Nothing was decided that we know of, and the same report may be sent again.
bool MayPass(const grpc::Status& why);

// The pauses of one call or stream: ever longer, and never the same for two clients that were cut off together. Patience is over when
// it has lasted since the first failure; what was quiet before that does not count.
class Retry {
 public:
  Retry(const Options& options, absl::Duration patience);

  // Something came through: pauses and patience begin anew.
  void Progressed();
  // After an attempt that failed: whether to make another. Waits before that; not when `ended` is or becomes true.
  bool Again(const grpc::Status& why, const absl::Notification* ended = nullptr);

 private:
  const std::function<void(const absl::Status&)>& told_;
  const absl::Duration patience_;
  std::optional<absl::Time> give_up_;  // none: nothing failed since something came through
  absl::Duration longest_;
};

// What an error says of a report: its refusal, or why nothing was decided.
absl::StatusOr<Answer> AnswerOf(const grpc::Status& status);
absl::Status ToStatus(const grpc::Status& status);

std::unique_ptr<Subscription> MakeSubscription(std::shared_ptr<const Connection> connection, api::v1::SubscribeRequest request);
std::unique_ptr<ReportStream> MakeReportStream(std::shared_ptr<const Connection> connection,
                                               std::function<void(const absl::StatusOr<Answer>&)> answered);

}  // namespace overdracht::client

#endif  // OVERDRACHT_SERVICES_CLIENT_CONNECTION_H_
