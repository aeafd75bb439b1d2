#include "services/http/calls.h"

#include <absl/time/clock.h>
#include <grpcpp/grpcpp.h>

#include <utility>

namespace overdracht::http {
namespace {

// What goes on from the headers of a request to the metadata of the call, and nothing else does.
constexpr const char* kPassedOn[] = {"overdracht-oin", "traceparent", "tracestate"};

void Prepare(const CallContext& call, grpc::ClientContext* context) {
  for (const auto& [name, value] : call.metadata) context->AddMetadata(name, value);
  if (call.within != absl::InfiniteDuration()) context->set_deadline(absl::ToChronoTime(absl::Now() + call.within));
}

class UnaryCall : public OpenCall, public grpc::ClientUnaryReactor, public std::enable_shared_from_this<UnaryCall> {
 public:
  using Done = std::function<void(const grpc::Status&, grpc::ByteBuffer)>;

  UnaryCall(Calls* calls, grpc::ByteBuffer request, Done done) : calls_(*calls), request_(std::move(request)), done_(std::move(done)) {}

  void Start(grpc::GenericStub* stub, const CallContext& call) {
    self_ = shared_from_this();
    Prepare(call, &context_);
    method_ = call.method;
    stub->PrepareUnaryCall(&context_, method_, {}, &request_, &response_, this);
    StartCall();
  }

  void Cancel() override { context_.TryCancel(); }
  void Read() override {}
  void Write(grpc::ByteBuffer) override {}
  void Close() override {}

  void OnDone(const grpc::Status& status) override {
    const std::shared_ptr<UnaryCall> self = std::move(self_);
    std::exchange(done_, nullptr)(status, std::move(response_));
    calls_.Ends();
  }

 private:
  Calls& calls_;
  std::string method_;
  grpc::ClientContext context_;
  grpc::ByteBuffer request_, response_;
  Done done_;
  std::shared_ptr<UnaryCall> self_;
};

using BytesReactor = grpc::ClientBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>;

class StreamCall : public OpenCall, public BytesReactor, public std::enable_shared_from_this<StreamCall> {
 public:
  StreamCall(Calls* calls, StreamEvents events) : calls_(*calls), events_(std::move(events)) {}

  void Start(grpc::GenericStub* stub, const CallContext& call) {
    self_ = shared_from_this();
    Prepare(call, &context_);
    method_ = call.method;
    stub->PrepareBidiStreamingCall(&context_, method_, {}, this);
    // Reads and writes are started from outside; it ends only when nobody can start one any more.
    AddHold();
    StartCall();
  }

  void Cancel() override {
    context_.TryCancel();
    Change([this] { ended_ = true; });
  }

  void Read() override {
    if (Begin(&reading_)) StartRead(&incoming_);
  }

  void Write(grpc::ByteBuffer message) override {
    if (!Begin(&writing_)) return;
    outgoing_ = std::move(message);
    StartWrite(&outgoing_);
  }

  void Close() override {
    if (Begin(&closing_)) StartWritesDone();
  }

  void OnReadDone(bool ok) override {
    grpc::ByteBuffer message;
    message.Swap(&incoming_);
    if (Done(&reading_, ok)) events_.message(std::move(message));
  }
  void OnWriteDone(bool ok) override {
    if (Done(&writing_, ok)) events_.sent();
  }
  void OnWritesDoneDone(bool ok) override { Done(&closing_, ok); }

  void OnDone(const grpc::Status& status) override {
    const std::shared_ptr<StreamCall> self = std::move(self_);
    std::exchange(events_, {}).over(status);
    calls_.Ends();
  }

 private:
  // Whether it goes on; then `what` is under way.
  bool Begin(bool* what) {
    absl::MutexLock lock(&mutex_);
    *what |= !ended_;
    return !ended_;
  }

  // Whether it goes on. The first operation that fails ends it.
  bool Done(bool* what, bool ok) {
    bool goes_on = false;
    Change([&] {
      *what = false;
      ended_ |= !ok;
      goes_on = !ended_;
    });
    return goes_on;
  }

  // Once it has ended and nothing is under way nobody can begin anything, and gRPC may finish it.
  template <typename How>
  void Change(How change) {
    {
      absl::MutexLock lock(&mutex_);
      change();
      if (released_ || !ended_ || reading_ || writing_ || closing_) return;
      released_ = true;
    }
    RemoveHold();
  }

  Calls& calls_;
  StreamEvents events_;
  std::string method_;
  grpc::ClientContext context_;
  grpc::ByteBuffer incoming_, outgoing_;
  absl::Mutex mutex_;
  bool reading_ = false, writing_ = false, closing_ = false, ended_ = false, released_ = false;
  std::shared_ptr<StreamCall> self_;
};

}  // namespace

std::map<std::string, std::string> MetadataOf(const Request& request) {
  std::map<std::string, std::string> metadata(request.identity.begin(), request.identity.end());
  for (const char* name : kPassedOn) {
    if (const auto found = request.headers.find(name); found != request.headers.end()) metadata.insert(*found);
  }
  return metadata;
}

Calls::Calls(std::shared_ptr<grpc::Channel> channel) : stub_(std::move(channel)) {}

Calls::~Calls() {
  absl::MutexLock lock(&mutex_);
  mutex_.Await(absl::Condition(
      +[](int* open) { return *open == 0; }, &open_));
}

void Calls::Begins() {
  absl::MutexLock lock(&mutex_);
  ++open_;
}

void Calls::Ends() {
  absl::MutexLock lock(&mutex_);
  --open_;
}

std::shared_ptr<OpenCall> Calls::Unary(const CallContext& context, grpc::ByteBuffer request,
                                       std::function<void(const grpc::Status&, grpc::ByteBuffer)> done) {
  Begins();
  auto call = std::make_shared<UnaryCall>(this, std::move(request), std::move(done));
  call->Start(&stub_, context);
  return call;
}

std::shared_ptr<OpenCall> Calls::Stream(const CallContext& context, StreamEvents events) {
  Begins();
  auto call = std::make_shared<StreamCall>(this, std::move(events));
  call->Start(&stub_, context);
  return call;
}

grpc::ByteBuffer ToBytes(absl::string_view text) {
  const grpc::Slice slice(text.data(), text.size());
  return {&slice, 1};
}

grpc::ByteBuffer ToBytes(const google::protobuf::MessageLite& message) { return ToBytes(message.SerializeAsString()); }

std::string FromBytes(const grpc::ByteBuffer& bytes) {
  std::vector<grpc::Slice> slices;
  std::string text;
  if (!bytes.Valid() || !bytes.Dump(&slices).ok()) return text;
  text.reserve(bytes.Length());
  for (const grpc::Slice& slice : slices) text.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  return text;
}

bool Parse(const grpc::ByteBuffer& bytes, google::protobuf::MessageLite* message) { return message->ParseFromString(FromBytes(bytes)); }

}  // namespace overdracht::http
