#include "services/workflow/edge/partitions_service.h"

#include <absl/synchronization/mutex.h>

#include <algorithm>

#include "services/base/uuid.h"
#include "services/edge/answers.h"
#include "services/workflow/edge/check_advance.h"
#include "services/workflow/view.h"

namespace overdracht::workflow {

using edge::Finished;
using edge::ToGrpc;

namespace {

// A call that asks several loops, and ends when the last of them has answered and whoever asks has let go of it.
template <typename Found>
class Asking {
 public:
  explicit Asking(std::function<void(absl::StatusOr<Found>)> done) : done_(std::move(done)) {}
  ~Asking() { done_(found_ ? absl::StatusOr<Found>(*std::move(found_)) : why_.ok() ? absl::NotFoundError("") : why_); }

  void Answer(absl::StatusOr<Found> answer) {
    absl::MutexLock lock(&mutex_);
    if (!answer.ok()) {
      why_.Update(answer.status());
    } else if (!found_ || *found_ < *answer) {
      found_ = *std::move(answer);
    }
  }

 private:
  const std::function<void(absl::StatusOr<Found>)> done_;
  absl::Mutex mutex_;
  std::optional<Found> found_ ABSL_GUARDED_BY(mutex_);
  absl::Status why_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace

grpc::ServerUnaryReactor* PartitionsService::AdvanceClock(grpc::CallbackServerContext* context,
                                                          const region::v1::AdvanceClockRequest* request,
                                                          region::v1::AdvanceClockResponse* response) {
  if (const grpc::Status status = CheckAdvance(*callers_, *context, *request); !status.ok()) return Finished(context, status);
  grpc::ServerUnaryReactor* const reactor = context->DefaultReactor();
  const auto asking = std::make_shared<Asking<base::Micros>>([reactor, response](const absl::StatusOr<base::Micros>& clock) {
    if (clock.ok()) response->set_clock_us(*clock);
    reactor->Finish(absl::IsNotFound(clock.status()) ? grpc::Status(grpc::StatusCode::UNAVAILABLE, "this service owns no partition now")
                                                     : ToGrpc(clock.status()));
  });
  for (const OwnedPartition* partition : partitions_) {
    partition->WithLoop([&](Loop* loop) {
      Advance advance{.to_us = request->to_us(), .done = [asking](const absl::StatusOr<base::Micros>& clock) { asking->Answer(clock); }};
      if (absl::Status status = loop->Submit(std::move(advance), 256); !status.ok()) asking->Answer(status);
    });
  }
  return reactor;
}

grpc::ServerUnaryReactor* PartitionsService::GetTraject(grpc::CallbackServerContext* context, const region::v1::GetTrajectRequest* request,
                                                        region::v1::GetTrajectResponse* response) {
  if (const grpc::Status status = callers_->RequireOperator(*context); !status.ok()) return Finished(context, status);
  const std::optional<std::string> id = base::ParseUuid(request->traject());
  if (!id) return Finished(context, {grpc::StatusCode::INVALID_ARGUMENT, "expected traject to be a UUID, but it is not"});
  grpc::ServerUnaryReactor* const reactor = context->DefaultReactor();
  const auto asking = std::make_shared<Asking<std::string>>([reactor, response](absl::StatusOr<std::string> json) {
    if (json.ok()) response->set_json(*std::move(json));
    reactor->Finish(absl::IsNotFound(json.status())
                        ? grpc::Status(grpc::StatusCode::NOT_FOUND,
                                       "expected a traject of a partition that this service owns, but there is none with this id")
                        : ToGrpc(json.status()));
  });
  for (const OwnedPartition* partition : partitions_) {
    partition->WithLoop([&](Loop* loop) {
      Question question{[asking, id = *id, number = loop->partition()](const absl::StatusOr<Partition*>& partition) {
        if (!partition.ok()) return asking->Answer(partition.status());
        const absl::StatusOr<engine::TrajectState*> state = (*partition)->Find(id);
        if (!state.ok()) return asking->Answer(state.status());
        if (*state != nullptr) asking->Answer(TrajectShow(**state, *(*partition)->workflows(), number));
      }};
      if (absl::Status status = loop->Submit(std::move(question), 256); !status.ok()) asking->Answer(status);
    });
  }
  return reactor;
}

}  // namespace overdracht::workflow
