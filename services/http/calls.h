// Calls to the gRPC services of the same process, by the name of the method and on bytes: no generated stub is needed, so a new rpc is
// reachable by HTTP without a line here.
#ifndef OVERDRACHT_SERVICES_HTTP_CALLS_H_
#define OVERDRACHT_SERVICES_HTTP_CALLS_H_

#include <absl/base/thread_annotations.h>
#include <absl/synchronization/mutex.h>
#include <absl/time/time.h>
#include <google/protobuf/message.h>
#include <grpcpp/generic/generic_stub.h>

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "services/http/exchange.h"

namespace overdracht::http {

// What a call needs of the request that leads to it.
struct CallContext {
  std::string method;  // /overdracht.api.v1.EventService/Publish
  std::map<std::string, std::string> metadata;
  absl::Duration within = absl::InfiniteDuration();
};
// Who calls, and the trace that it belongs to.
std::map<std::string, std::string> MetadataOf(const Request& request);

// A call that goes on. It keeps itself until it is over; what is said to it afterwards does nothing.
class OpenCall {
 public:
  virtual ~OpenCall() = default;
  virtual void Cancel() = 0;
  // Of a stream: asks for one more message (`message`), or sends one and says that it was taken (`sent`). One of each at a time.
  virtual void Read() = 0;
  virtual void Write(grpc::ByteBuffer message) = 0;
  // Nothing more will be sent.
  virtual void Close() = 0;
};

// What comes of a stream, one after the other, on threads of gRPC. Nothing comes after `over`.
struct StreamEvents {
  std::function<void(grpc::ByteBuffer message)> message;
  std::function<void()> sent;
  std::function<void(const grpc::Status&)> over;
};

class Calls {
 public:
  explicit Calls(std::shared_ptr<grpc::Channel> channel);
  // Waits until all of them are over.
  ~Calls();

  std::shared_ptr<OpenCall> Unary(const CallContext& context, grpc::ByteBuffer request,
                                  std::function<void(const grpc::Status&, grpc::ByteBuffer response)> done);
  std::shared_ptr<OpenCall> Stream(const CallContext& context, StreamEvents events);

  // Of any thread; one that ends is no longer used by then.
  void Begins();
  void Ends();

 private:
  grpc::GenericStub stub_;
  absl::Mutex mutex_;
  int open_ ABSL_GUARDED_BY(mutex_) = 0;
};

grpc::ByteBuffer ToBytes(const google::protobuf::MessageLite& message);
grpc::ByteBuffer ToBytes(absl::string_view text);
std::string FromBytes(const grpc::ByteBuffer& bytes);
bool Parse(const grpc::ByteBuffer& bytes, google::protobuf::MessageLite* message);

}  // namespace overdracht::http

#endif  // OVERDRACHT_SERVICES_HTTP_CALLS_H_
