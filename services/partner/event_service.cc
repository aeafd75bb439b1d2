#include "services/partner/event_service.h"

#include <absl/synchronization/mutex.h>
#include <grpcpp/alarm.h>

#include <chrono>
#include <deque>

#include "services/base/limits.h"
#include "services/edge/answers.h"
#include "services/edge/piece_stream.h"
#include "services/event/write.h"

namespace overdracht::partner {
namespace {

using api::v1::PublishStreamRequest;
using api::v1::PublishStreamResponse;
using edge::Caller;
using edge::Envelope;
using edge::ToGrpc;
using region::Answer;
using region::Order;
using region::Report;

// Reports of one stream that are not answered yet, and answers that are not sent yet: beyond these nothing more is read from it.
constexpr size_t kMostInFlight = 256;

Report ReadReport(const chart::Workflows& workflows, const Caller& caller, const std::string& json) {
  Report report;
  report.event = event::ReadCloudEvent(json, [&](absl::string_view kind) { return workflows.KnowsContact(kind); });
  edge::Voice voice;
  if (const auto* event = std::get_if<event::v1::Event>(&report.event)) {
    voice = caller.SpeaksFor(*event);
  } else {
    voice = caller.SpeaksForUnreadable();
    // Of one that is too long the beginning is enough to find it again.
    report.bytes = json.substr(0, base::kMaxEventBytes + 1);
  }
  report.caller = std::move(voice.organisation);
  report.supplier = std::move(voice.supplier);
  return report;
}

class PublishReactor : public grpc::ServerUnaryReactor {
 public:
  PublishReactor(region::Region* region, const edge::Callers& callers, const Caller& caller, const api::v1::PublishRequest& request,
                 api::v1::PublishResponse* response) {
    Report report = ReadReport(*region->workflows(), caller, request.cloud_event());
    if (grpc::Status status = callers.MayReport({report.caller, report.supplier}); !status.ok()) {
      Finish(status);
      return;
    }
    report.validate_only = request.validate_only();
    if (!request.if_position().empty()) {
      const std::optional<event::Position> position = event::ParsePosition(request.if_position());
      if (!position) {
        Finish({grpc::StatusCode::INVALID_ARGUMENT, "expected if_position to be <partition>:<number>, but it is not"});
        return;
      }
      report.if_position = position->number;
    }
    report.done = [this, response, envelope = edge::EnvelopeOf(report.event)](absl::StatusOr<Answer> answer) {
      if (!answer.ok()) return Finish(ToGrpc(answer.status()));
      *response->mutable_answer() = edge::ToApi(envelope, *answer);
      Finish(answer->refusal ? edge::ToError(response->answer()) : grpc::Status::OK);
    };
    if (absl::Status status = region->Take(std::move(report), region::MemoryOf(request.cloud_event().size())); !status.ok())
      Finish(ToGrpc(status));
  }

  void OnDone() override { delete this; }
};

// One stream: what is read goes to the region, what it answers goes out, both in order. Every change of its state goes through Update,
// which then starts what the new state asks for. It lives until the region has answered all that it was given.
//
// What comes is taken in by a thread of ours: one of gRPC's would stay with the streams that have more to say, and hear nobody else.
class PublishStreamReactor : public grpc::ServerBidiReactor<PublishStreamRequest, PublishStreamResponse> {
 public:
  PublishStreamReactor(region::Region* region, const edge::Callers* callers, edge::Workers* reader, const Caller& caller,
                       std::shared_ptr<const void> open)
      : region_(region), callers_(*callers), reader_(*reader), caller_(caller), open_(std::move(open)) {
    Update([] {});
  }

  void OnReadDone(bool ok) override {
    bool taken = false;
    Update([&] {
      if (!ok) ended_ = true;
      taken = Takes();
      if (taken) {
        ++undecided_;
      } else {
        reading_ = false;
      }
    });
    if (taken) reader_.Do([this] { TakeIn(); });
  }

  void OnWriteDone(bool ok) override {
    Update([&] {
      writing_ = false;
      answers_.pop_front();
      if (!ok) gone_ = true;
    });
  }

  void OnCancel() override {
    Update([&] { gone_ = true; });
  }

  void OnDone() override { delete this; }

 private:
  void TakeIn() {
    next_ = ReadReport(*region_->workflows(), caller_, request_.cloud_event());
    next_.order = order_;
    next_.done = [this, envelope = edge::EnvelopeOf(next_.event)](const absl::StatusOr<Answer>& answer) { OnAnswer(envelope, answer); };
    Admit(region::MemoryOf(request_.cloud_event().size()));
  }

  void OnAnswer(const Envelope& envelope, const absl::StatusOr<Answer>& answer) {
    PublishStreamResponse response;
    if (answer.ok()) *response.mutable_answer() = edge::ToApi(envelope, *answer);
    Update([&] {
      --undecided_;
      if (!answer.ok()) {
        Fail(answer.status());
      } else if (failure_.ok()) {
        answers_.push_back(std::move(response));
      }
    });
  }

  // Who sends faster than it may is slowed down: nothing more is read until this one may come in.
  void Admit(size_t bytes) {
    const base::Micros wait = callers_.WaitToReport({next_.caller, next_.supplier});
    if (wait == 0) return Submit(bytes);
    alarm_.Set(std::chrono::system_clock::now() + std::chrono::microseconds(wait), [this, bytes](bool) { Admit(bytes); });
  }

  // Nothing more is read before the region has taken this one in: a full queue slows the senders down, and holds one report of each.
  void Submit(size_t bytes) {
    const absl::Status status = region_->Take(std::move(next_), bytes, [this, bytes] { Submit(bytes); });
    if (absl::IsResourceExhausted(status)) return;
    Update([&] {
      reading_ = false;
      if (status.ok()) return;
      --undecided_;
      Fail(status);
    });
  }

  // The first failure ends the stream, after the answers before it.
  void Fail(const absl::Status& status) {
    if (failure_.ok()) failure_ = status;
  }

  bool Takes() const { return !ended_ && !gone_ && failure_.ok(); }

  template <typename Change>
  void Update(Change change) {
    bool read = false, write = false, finish = false;
    absl::Status status;
    {
      absl::MutexLock lock(&mutex_);
      change();
      read = Takes() && !reading_ && undecided_ + answers_.size() < kMostInFlight;
      write = !gone_ && !writing_ && !answers_.empty();
      reading_ |= read;
      writing_ |= write;
      finish = !finished_ && !Takes() && !writing_ && undecided_ == 0 && (gone_ || answers_.empty());
      finished_ |= finish;
      status = failure_;
    }
    // Not under the lock: these may call back at once.
    if (read) StartRead(&request_);
    if (write) StartWrite(&answers_.front());
    if (finish) Finish(ToGrpc(status));
  }

  region::Region* const region_;
  const edge::Callers& callers_;
  edge::Workers& reader_;
  const Caller caller_;
  const std::shared_ptr<const void> open_;
  grpc::Alarm alarm_;
  const std::shared_ptr<Order> order_ = std::make_shared<Order>(Order{.organisation = caller_.organisation.value_or(caller_.oin)});
  PublishStreamRequest request_;
  Report next_;
  absl::Mutex mutex_;
  std::deque<PublishStreamResponse> answers_;  // the front one may be on its way
  size_t undecided_ = 0;
  bool reading_ = false, writing_ = false, ended_ = false, gone_ = false, finished_ = false;
  absl::Status failure_;
};

using RefusedStream = edge::RefusedBidi<PublishStreamRequest, PublishStreamResponse>;

}  // namespace

grpc::ServerUnaryReactor* EventService::Publish(grpc::CallbackServerContext* context, const api::v1::PublishRequest* request,
                                                api::v1::PublishResponse* response) {
  const Caller caller = callers_->Identify(*context);
  if (!caller.status.ok()) return edge::Finished(context, caller.status);
  return new PublishReactor(region_, *callers_, caller, *request, response);
}

grpc::ServerBidiReactor<PublishStreamRequest, PublishStreamResponse>* EventService::PublishStream(grpc::CallbackServerContext* context) {
  const Caller caller = callers_->Identify(*context);
  if (!caller.status.ok()) return new RefusedStream(caller.status);
  std::shared_ptr<const void> open = callers_->OpenStream(caller.organisation.value_or(caller.oin));
  if (open == nullptr) return new RefusedStream(edge::Callers::TooManyStreams());
  return new PublishStreamReactor(region_, callers_, &reader_, caller, std::move(open));
}

}  // namespace overdracht::partner
