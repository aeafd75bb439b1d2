#include "services/workflow/kafka/owned_partition.h"

#include <absl/synchronization/notification.h>
#include <absl/time/clock.h>

#include <algorithm>
#include <set>

#include "services/kafka/reader.h"
#include "services/topics/workflow_record.h"

namespace overdracht::workflow {
namespace {

constexpr absl::Duration kLook = absl::Milliseconds(500);
// Who follows reads what came in so long at once: each look costs the broker several requests, and a take-over only waits for the last.
constexpr absl::Duration kPace = absl::Milliseconds(200);
// Another took over: perhaps this one was away, and the group's word is not here yet.
constexpr absl::Duration kStandBack = absl::Seconds(3);

}  // namespace

OwnedPartition::OwnedPartition(Options options) : options_(std::move(options)) {
  thread_ = std::thread([this] { Run(); });
}

OwnedPartition::~OwnedPartition() {
  Stop();
  Join();
}

void OwnedPartition::Stop() {
  absl::MutexLock lock(&mutex_);
  stopping_ = true;
}

void OwnedPartition::Join() {
  if (thread_.joinable()) thread_.join();
}

void OwnedPartition::Own(bool own) {
  absl::MutexLock lock(&mutex_);
  own_ = own;
}

bool OwnedPartition::WithLoop(const std::function<void(Loop*)>& call) const {
  absl::MutexLock lock(&mutex_);
  if (!serving_) return false;
  call(serving_->loop);
  return true;
}

bool OwnedPartition::WithFollowed(const std::function<void(Partition*)>& call) const {
  absl::MutexLock lock(&followed_mutex_);
  if (followed_ == nullptr) return false;
  call(followed_);
  return true;
}

bool OwnedPartition::WithOwned(const std::function<void(Partition*)>& call) const {
  bool called = false;
  absl::Notification asked;
  const auto ask = [&](const absl::StatusOr<Partition*>& partition) {
    if (partition.ok()) call(*partition);
    called = partition.ok();
    asked.Notify();
  };
  absl::Status submitted = absl::UnavailableError("not owned");
  // The loop asks all that it took in, also when it ends.
  WithLoop([&](Loop* loop) { submitted = loop->Submit(Question{ask}, 0); });
  if (submitted.ok()) asked.WaitForNotification();
  return called;
}

PartitionFigures OwnedPartition::figures() const {
  PartitionFigures figures{
      .counts = figures_.Read(), .owned = std::nullopt, .data_loss = false, .journal_lag = std::nullopt, .restore = std::nullopt};
  absl::MutexLock lock(&mutex_);
  figures.data_loss = data_loss_;
  figures.restore = restore_;
  if (followed_journal_ != nullptr) figures.journal_lag = followed_journal_->Unread();
  if (!serving_) return figures;
  PartitionFigures::Owned& owned = figures.owned.emplace();
  owned.waiting = serving_->loop->waiting();
  if (const std::optional<uint64_t> end = serving_->feeder->HeardEnd()) {
    owned.events_lag = *end - std::min(*end, figures.counts.input_to);
  }
  owned.outbox_age = std::max(absl::ZeroDuration(), absl::Now() - serving_->outboxes->Since());
  return figures;
}

void OwnedPartition::Run() {
  for (;;) {
    bool own = false;
    {
      absl::MutexLock lock(&mutex_);
      if (stopping_) return;
      own = own_;
      ended_ = absl::OkStatus();
    }
    const absl::Status status = own ? Serve() : Follow();
    if (!status.ok()) options_.said(own ? "no longer owns" : "no longer follows", status);
    absl::MutexLock lock(&mutex_);
    data_loss_ = absl::IsDataLoss(status);
    if (data_loss_) {  // a person decides
      mutex_.Await(absl::Condition(&stopping_));
    } else if (!status.ok()) {
      const auto changed = [this, own]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return Changed(own); };
      mutex_.AwaitWithTimeout(absl::Condition(&changed), absl::IsAborted(status) ? kStandBack : options_.try_again);
    }
  }
}

absl::Status OwnedPartition::Follow() {
  const absl::StatusOr<std::unique_ptr<log::KafkaLog>> journal = options_.place.OpenJournal();
  if (!journal.ok()) return journal.status();
  const auto show = [this](const log::KafkaLog* followed) {
    absl::MutexLock lock(&mutex_);
    followed_journal_ = followed;
  };
  if (absl::Status restored = RestoreOnce(journal->get()); !restored.ok()) return restored;
  show(journal->get());
  absl::Status ended = FollowJournal(journal->get());
  show(nullptr);
  return ended;
}

absl::Status OwnedPartition::FollowJournal(log::KafkaLog* journal) {
  const std::string cache = CachePath(options_.loop.data);
  absl::StatusOr<std::unique_ptr<Partition>> partition = Partition::Open(cache, journal, options_.loop.partition);
  if (!partition.ok()) return partition.status();
  options_.said("follows", absl::OkStatus());
  const auto is_over = [this] {
    const auto changed = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return Changed(false); };
    absl::MutexLock lock(&mutex_);
    return mutex_.AwaitWithTimeout(absl::Condition(&changed), kPace);
  };
  const auto is_sound = [&] {
    absl::MutexLock lock(&followed_mutex_);
    return !(*partition)->damaged();
  };
  ShowFollowed(partition->get());
  absl::Status status;
  while (status.ok() && is_sound() && !is_over()) {
    if (journal->Wait((*partition)->tip(), kLook)) status = CatchUp(partition->get(), journal);
    if (status.ok()) status = CheckpointForCopy(partition->get());
  }
  ShowFollowed(nullptr);
  if (status.ok()) status = (*partition)->Checkpoint();
  if ((*partition)->damaged()) {  // the journal is sound
    partition->reset();
    status = Cache::Drop(cache);
    return status.ok() ? absl::UnavailableError("the cache was damaged, and is made anew") : status;
  }
  return status;
}

absl::Status OwnedPartition::CatchUp(Partition* partition, log::KafkaLog* journal) {
  if (absl::Status followed = partition->CatchUp(journal, &followed_mutex_); !followed.ok()) return followed;
  absl::MutexLock lock(&followed_mutex_);
  return partition->MoveCheckpointOn();
}

// Who follows makes few checkpoints, and pages are only copied between two transactions.
absl::Status OwnedPartition::CheckpointForCopy(Partition* partition) {
  absl::MutexLock lock(&followed_mutex_);
  return partition->CopyWaits() ? partition->CheckpointUnlessBusy() : absl::OkStatus();
}

absl::Status OwnedPartition::RestoreOnce(log::KafkaLog* journal) {
  if (!may_restore_ || !options_.snapshot) return absl::OkStatus();
  const absl::Time begin = absl::Now();
  absl::Status restored = RestoreSnapshot(*options_.snapshot, journal, CachePath(options_.loop.data));
  if (absl::IsUnavailable(restored)) return restored;
  may_restore_ = false;
  if (absl::IsNotFound(restored)) return absl::OkStatus();
  options_.said(restored.ok() ? "restored" : "not restored", restored);
  absl::MutexLock lock(&mutex_);
  if (restored.ok()) restore_ = absl::Now() - begin;
  return absl::OkStatus();
}

// Returns when nobody reads the one before.
void OwnedPartition::ShowFollowed(Partition* partition) {
  absl::MutexLock lock(&followed_mutex_);
  followed_ = partition;
}

absl::Status OwnedPartition::Serve() {
  const PartitionPlace& place = options_.place;
  const absl::StatusOr<std::unique_ptr<log::KafkaLog>> journal = place.OpenJournal();
  if (!journal.ok()) return journal.status();
  if (absl::Status restored = RestoreOnce(journal->get()); !restored.ok()) return restored;
  absl::StatusOr<std::unique_ptr<kafka::Publisher>> publisher = kafka::Publisher::Open(place.cluster);
  if (!publisher.ok()) return publisher.status();
  absl::StatusOr<std::unique_ptr<kafka::Reader>> events = kafka::Reader::Open(place.Of(place.names.Events()));
  if (!events.ok()) return events.status();

  const auto ended = [this](absl::Status why) {
    absl::MutexLock lock(&mutex_);
    ended_.Update(why.ok() ? absl::CancelledError() : std::move(why));
  };
  const auto another_ended = [ended](const absl::Status& why) { ended(log::NotTheJournal(why)); };
  OutboxTopics outboxes(publisher->get(), place.cluster, place.names, place.partition, another_ended);
  LoopOptions loop_options = options_.loop;
  loop_options.partition_number = place.partition;
  loop_options.outboxes = &outboxes;
  loop_options.figures = &figures_;
  absl::StatusOr<std::unique_ptr<Loop>> loop = Loop::Open(std::move(loop_options), journal->get(), options_.definitions);
  if (!loop.ok()) return loop.status();
  if (place.partition == 0) {
    if (absl::Status announced = Announce(**loop, publisher->get()); !announced.ok()) return log::NotTheJournal(announced);
  }
  if (absl::Status started = (*events)->Start((*loop)->input_to()); !started.ok()) return started;
  (*loop)->Start(ended);
  {
    const Feeder feeder(loop->get(), &outboxes, *std::move(events), publisher->get(), place.names, another_ended);
    options_.said("owns", absl::OkStatus());
    absl::MutexLock lock(&mutex_);
    serving_ = Serving{.loop = loop->get(), .feeder = &feeder, .outboxes = &outboxes};
    const auto over = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return Changed(true) || !ended_.ok(); };
    mutex_.Await(absl::Condition(&over));
    serving_.reset();
  }
  (*loop)->Drain();
  absl::Status settled = outboxes.Settle();
  absl::MutexLock lock(&mutex_);
  return absl::IsCancelled(ended_) ? settled : ended_;
}

// What partner services compile to read reports: each deployed version once, whatever was there.
absl::Status OwnedPartition::Announce(const Loop& loop, kafka::Publisher* publisher) {
  const PartitionPlace& place = options_.place;
  absl::StatusOr<std::unique_ptr<kafka::Reader>> reader = kafka::Reader::Open(place.Of(place.names.Workflows()));
  if (!reader.ok()) return reader.status();
  std::set<std::string> known;
  const absl::Status read = (*reader)->ReadAll([&known](kafka::PlacedRecord& record) {
    if (const std::string* version = base::FindHeader(record.record, topics::kVersion)) known.insert(*version);
  });
  if (!read.ok()) return read;
  for (const auto& workflow : loop.workflows()->All()) {
    if (known.count(std::string(workflow->version())) > 0) continue;
    if (absl::Status sent = publisher->PublishNow(place.names.Workflows(), 0, topics::WriteWorkflow(*workflow)).status(); !sent.ok())
      return sent;
  }
  return absl::OkStatus();
}

}  // namespace overdracht::workflow
