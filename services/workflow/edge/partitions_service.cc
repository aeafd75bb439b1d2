#include "services/workflow/edge/partitions_service.h"

#include <absl/strings/str_cat.h>
#include <absl/synchronization/mutex.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "services/edge/answers.h"
#include "services/edge/piece_stream.h"
#include "services/workflow/edge/check_advance.h"
#include "services/workflow/edge/outbox_reader.h"

namespace overdracht::workflow {

using edge::Finished;
using edge::ToGrpc;

namespace {

// A call that moves the clock of several loops, and ends when the last of them has answered and whoever asks has let go of it.
class Advancing {
 public:
  explicit Advancing(std::function<void(absl::StatusOr<base::Micros>)> done) : done_(std::move(done)) {}
  ~Advancing() {
    if (!clock_ && why_.ok()) why_ = absl::UnavailableError("this service owns no partition now");
    done_(why_.ok() ? absl::StatusOr<base::Micros>(*clock_) : why_);
  }

  void Answer(const absl::StatusOr<base::Micros>& clock) {
    absl::MutexLock lock(&mutex_);
    if (clock.ok()) clock_ = std::max(clock_.value_or(*clock), *clock);
    why_.Update(clock.status());
  }

 private:
  const std::function<void(absl::StatusOr<base::Micros>)> done_;
  absl::Mutex mutex_;
  std::optional<base::Micros> clock_ ABSL_GUARDED_BY(mutex_);  // the furthest
  absl::Status why_ ABSL_GUARDED_BY(mutex_);
};

std::vector<TrajectReader::Ask> AskEach(const std::vector<OwnedPartition*>& partitions,
                                        const std::function<void(const OwnedPartition*, TrajectReader::Question)>& ask) {
  std::vector<TrajectReader::Ask> each;
  for (const OwnedPartition* partition : partitions) {
    each.emplace_back([ask, partition](TrajectReader::Question question) { ask(partition, std::move(question)); });
  }
  return each;
}

}  // namespace

PartitionsService::PartitionsService(std::vector<OwnedPartition*> partitions, topics::Names names, const edge::Callers* callers)
    : partitions_(std::move(partitions)),
      names_(std::move(names)),
      callers_(callers),
      trajecten_(AskEach(partitions_, [this](const OwnedPartition* partition,
                                             TrajectReader::Question question) { Ask(partition, std::move(question)); }),
                 callers) {}

void PartitionsService::Ask(const OwnedPartition* partition, TrajectReader::Question question) {
  if (partition->WithLoop([&](Loop* loop) { AskLoop(loop, "", question, question); })) return;
  readers_.Do([partition, question = std::move(question)] {
    if (partition->WithFollowed(question)) return;
    question(absl::UnavailableError(
        absl::StrCat("partition ", partition->partition(), " of the region is neither owned nor followed by this service now; try again")));
  });
}

grpc::ServerUnaryReactor* PartitionsService::AdvanceClock(grpc::CallbackServerContext* context,
                                                          const region::v1::AdvanceClockRequest* request,
                                                          region::v1::AdvanceClockResponse* response) {
  if (const grpc::Status status = CheckAdvance(*callers_, *context, *request); !status.ok()) return Finished(context, status);
  grpc::ServerUnaryReactor* const reactor = context->DefaultReactor();
  const auto advancing = std::make_shared<Advancing>([reactor, response](const absl::StatusOr<base::Micros>& clock) {
    if (clock.ok()) response->set_clock_us(*clock);
    reactor->Finish(ToGrpc(clock.status()));
  });
  for (const OwnedPartition* partition : partitions_) {
    partition->WithLoop([&](Loop* loop) {
      Advance advance{.to_us = request->to_us(),
                      .done = [advancing](const absl::StatusOr<base::Micros>& clock) { advancing->Answer(clock); }};
      if (absl::Status status = loop->Submit(std::move(advance), 256); !status.ok()) advancing->Answer(status);
    });
  }
  return reactor;
}

grpc::Status PartitionsService::OnKafkaOnly(const grpc::CallbackServerContext& context, const std::string& instead) const {
  if (const grpc::Status status = callers_->RequireOperator(context); !status.ok()) return status;
  return {grpc::StatusCode::FAILED_PRECONDITION,
          absl::StrCat("expected a region on the embedded log, but this one is on Kafka: ", instead)};
}

grpc::ServerWriteReactor<region::v1::ReadOutboxResponse>* PartitionsService::ReadOutbox(grpc::CallbackServerContext* context,
                                                                                        const region::v1::ReadOutboxRequest*) {
  return new edge::Refused<region::v1::ReadOutboxResponse>(OnKafkaOnly(
      *context,
      absl::StrCat("read the topic ", names_.Outbox("<oin>"), ", or ask the organisation's partner service (GET /v1/outbox/<oin>)")));
}

grpc::ServerWriteReactor<region::v1::ReadJournalResponse>* PartitionsService::ReadJournal(grpc::CallbackServerContext* context,
                                                                                          const region::v1::ReadJournalRequest*) {
  return new edge::Refused<region::v1::ReadJournalResponse>(
      OnKafkaOnly(*context, absl::StrCat("overdracht audit export --kafka HOST:PORT --topics ", names_.region(), " --out FILE")));
}

}  // namespace overdracht::workflow
