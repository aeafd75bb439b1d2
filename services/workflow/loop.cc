#include "services/workflow/loop.h"

#include <absl/strings/str_cat.h>
#include <absl/time/clock.h>

#include <set>

#include "services/engine/query.h"
#include "services/event/write.h"
#include "services/workflow/answer.h"
#include "services/workflow/failpoint.h"

namespace overdracht::workflow {

using event::v1::Event;
using journal::v1::Record;

namespace {

constexpr size_t kInputsAtOnce = 16;  // between two looks at the time

std::string CachePath(const LoopOptions& options) { return options.data + "/cache.db"; }

}  // namespace

Loop::Loop(LoopOptions options, log::EventLog* journal) : options_(std::move(options)), journal_(journal), queue_(options_.queue) {}

Loop::~Loop() {
  queue_.Close();
  if (thread_.joinable()) thread_.join();
}

absl::StatusOr<std::unique_ptr<Loop>> Loop::Open(LoopOptions options, log::EventLog* journal,
                                                 std::vector<workflow::v1::WorkflowDefinition> definitions) {
  std::unique_ptr<Loop> loop(new Loop(std::move(options), journal));
  absl::StatusOr<std::unique_ptr<Unreadable>> unreadable =
      Unreadable::Open(loop->options_.data + "/unreadable.db", loop->options_.machine_clock());
  if (!unreadable.ok()) return unreadable.status();
  loop->unreadable_ = *std::move(unreadable);
  if (absl::Status status = loop->Rebuild(); !status.ok()) return status;
  absl::StatusOr<std::unique_ptr<log::Owner>> owner =
      log::Owner::TakeOver(journal, loop->partition_->tip(), 0, loop->options_.machine_clock(), loop->options_.program,
                           [&](const log::Tip& at, const log::Batch& batch) { return loop->partition_->Follow(at, batch); });
  if (!owner.ok()) return owner.status();
  loop->owner_ = *std::move(owner);
  for (workflow::v1::WorkflowDefinition& definition : definitions) {
    if (absl::Status status = loop->Deploy(std::move(definition)); !status.ok()) return status;
    if (absl::Status status = loop->CommitIfFull(); !status.ok()) return status;
  }
  if (absl::Status status = loop->Commit(); !status.ok()) return status;
  absl::MutexLock lock(&loop->mutex_);
  loop->workflows_ = loop->partition_->workflows();
  return loop;
}

void Loop::Start(std::function<void(absl::Status)> ended) {
  ended_ = std::move(ended);
  thread_ = std::thread([this] { Run(); });
}

void Loop::Drain() {
  queue_.Close();
  if (thread_.joinable()) thread_.join();
}

void Loop::Stop(absl::Status why) {
  {
    absl::MutexLock lock(&mutex_);
    if (stop_.ok()) stop_ = std::move(why);
  }
  queue_.Wake();
}

std::shared_ptr<const chart::Workflows> Loop::workflows() const {
  absl::MutexLock lock(&mutex_);
  return workflows_;
}

void Loop::Run() {
  while (halted_.ok() && !queue_.ClosedAndEmpty()) {
    Serve();
    absl::MutexLock lock(&mutex_);
    if (halted_.ok()) halted_ = stop_;
  }
  queue_.Close();
  const absl::Status left = halted_.ok() ? absl::UnavailableError("the service is stopping; send again later") : halted_;
  for (std::vector<Input> inputs = queue_.Take(SIZE_MAX, absl::InfinitePast()).inputs; !inputs.empty();
       inputs = queue_.Take(SIZE_MAX, absl::InfinitePast()).inputs) {
    for (Input& input : inputs) {
      if (auto* report = std::get_if<Report>(&input)) report->done(left);
      if (auto* advance = std::get_if<Advance>(&input)) advance->done(left);
      if (auto* question = std::get_if<Question>(&input)) question->ask(left);
    }
  }
  // A cache that cannot be written costs the next start some time, no more.
  if (halted_.ok() && stuck_.empty()) (void)partition_->Checkpoint();
  ended_(halted_);
}

// One round, from its inputs to their answers.
void Loop::Serve() {
  const auto take = [&](size_t most, absl::Time until) { return queue_.Take(std::min(most, kInputsAtOnce), until); };
  InputQueue::Taken taken = take(options_.most_inputs_per_round, NextMoment());
  const Figures::Round round(&figures_);
  TryStuckBatch();
  CheckpointSometimes();
  std::vector<Question> questions;
  const absl::Time begin = absl::Now();
  bool several = false;  // organisations have something in this round
  for (size_t left = options_.most_inputs_per_round; !taken.inputs.empty(); taken = take(left, absl::InfinitePast())) {
    for (Input& input : taken.inputs) TakeIn(std::move(input), &questions);
    left -= taken.inputs.size();
    several |= taken.of_several_lanes;
    const bool others_wait = several && taken.one_lane_has_more;
    if (left == 0 || !stuck_.empty() || absl::Now() - begin >= (others_wait ? options_.longest_wait_for_one : options_.longest_round))
      break;
  }
  absl::Status status;
  if (stuck_.empty() && halted_.ok()) {
    status = FireDue(options_.clock == ClockKind::kWall ? options_.machine_clock() : partition_->clock_us());
    if (status.ok()) status = Commit();
  }
  if (!status.ok()) Abandon(status);
  for (const Question& question : questions) {
    if (halted_.ok()) {
      question.ask(partition_.get());
    } else {
      question.ask(halted_);
    }
  }
  // Also when nobody reports anything: else a list could not be read for as long.
  if (halted_.ok() && stuck_.empty() && partition_->damaged()) Abandon(absl::DataLossError("the cache is damaged"));
}

void Loop::TakeIn(Input&& input, std::vector<Question>* questions) {
  if (auto* question = std::get_if<Question>(&input)) return questions->push_back(std::move(*question));
  auto* const report = std::get_if<Report>(&input);
  absl::Status status = report != nullptr ? Take(report) : Take(&std::get<Advance>(input));
  if (status.ok()) status = CommitIfFull();
  if (status.ok()) return;
  // Also the one at which it failed hears of it.
  if (report != nullptr && report->done) Promise(report, {});
  Abandon(status);
}

// When there is something to do without an input.
absl::Time Loop::NextMoment() {
  if (!stuck_.empty()) return next_try_;
  absl::Time moment = partition_->AtCheckpoint() ? absl::InfiniteFuture() : next_checkpoint_;
  if (options_.clock == ClockKind::kWall) {
    const base::Micros due = partition_->QuietUntil();
    moment = std::min(moment, absl::Now() + absl::Microseconds(due) - absl::Microseconds(options_.machine_clock()));
  }
  return moment;
}

// ---- Decide ----------------------------------------------------------------------------------------------------------------------------

absl::Status Loop::Take(Report* report) {
  if (report->order && report->order->broken) {
    std::exchange(report->done, nullptr)(absl::AbortedError("a report before this one could not be recorded; send again from there"));
    return absl::OkStatus();
  }
  if (!stuck_.empty() || !halted_.ok() || partition_->Overfull()) {
    if (report->order) report->order->broken = true;
    std::exchange(report->done, nullptr)(!halted_.ok()     ? halted_
                                         : !stuck_.empty() ? stuck_why_
                                                           : absl::ResourceExhaustedError("the cache cannot be written"));
    return absl::OkStatus();
  }
  if (const auto* malformed = std::get_if<event::Malformed>(&report->event)) {
    if (!report->validate_only) {
      absl::Status status = unreadable_->Add(options_.machine_clock(), NextNumber() - 1, report->caller, malformed->refusal, report->bytes);
      if (!status.ok()) return status;
    }
    Promise(report, AnswerOf(malformed->refusal));
    return absl::OkStatus();
  }
  auto& event = std::get<Event>(report->event);
  // A clock `events` that no event has set yet begins now.
  const bool set = options_.clock == ClockKind::kEvents && partition_->clock_us() > 0;
  if (report->now) event.set_time_us(set ? partition_->clock_us() : options_.machine_clock());
  if (event.organisation() != report->caller) return RefuseSource(report, &event);
  if (report->validate_only) return Validate(report, &event);
  return DecideEvent(report, &event);
}

absl::Status Loop::DecideEvent(Report* report, Event* event) {
  if (absl::Status status = ReachMoment(MomentOf(*event)); !status.ok()) return status;
  const absl::StatusOr<engine::TrajectState*> found = partition_->FindOrMake(event->traject());
  if (!found.ok()) return found.status();
  engine::TrajectState* const state = *found;
  if (const journal::v1::Seen* const seen = engine::FindSeen(state->memory, *event)) {
    Promise(report, AnswerOf(*seen));
    return NoteClock();
  }
  Record* const record = AddRecord(partition_->clock_us());
  record->set_traject(event->traject());
  record->set_allocated_event(new Event(std::move(*event)));  // the arena's from here on; into mutable_event() it would be copied
  record->set_caller(report->supplier);
  if (PositionMoved(*report, *state)) {
    *record->mutable_refusal() = RefuseMoved(*report, *state, *record);
    engine::Apply(*record, state);
  } else {
    Decide(state, record);
  }
  Promise(report, AnswerOf(*record));
  Keep(record->event().traject(), state, record);
  return absl::OkStatus();
}

void Loop::Decide(engine::TrajectState* state, Record* record) {
  if (!watch_) return engine::Decide(*partition_->workflows(), state, record);
  const journal::v1::Traject before = state->traject;
  engine::Decide(*partition_->workflows(), state, record);
  watch_(*record, before, state->traject);
}

// Stands in the journal, but moves no clock and is not remembered: it concerns no traject.
absl::Status Loop::RefuseSource(Report* report, Event* event) {
  Answer answer = AnswerOf(MakeRefusal(journal::v1::REFUSAL_CODE_SOURCE_MISMATCH, journal::v1::REFUSAL_REASON_NOT_THE_CALLER));
  if (!report->validate_only) {
    Record* const record = AddRecord(partition_->clock_us());
    record->set_allocated_event(new Event(std::move(*event)));
    record->set_caller(report->supplier.empty() ? report->caller : report->supplier);
    *record->mutable_refusal() = *answer.refusal;
    answer.record = record->number();
    Keep("", nullptr, record);
  }
  Promise(report, std::move(answer));
  return absl::OkStatus();
}

// Decides on a copy, without the reports before it: they were looked through, and may be thousands.
absl::Status Loop::Validate(Report* report, Event* event) {
  const absl::StatusOr<engine::TrajectState*> found = partition_->FindOrMake(event->traject());
  if (!found.ok()) return found.status();
  Answer answer;
  const journal::v1::Seen* const seen = engine::FindSeen((*found)->memory, *event);
  if (seen != nullptr) answer = AnswerOf(*seen);
  engine::TrajectState copy{.traject = (*found)->traject, .memory = {}};
  copy.memory.set_position((*found)->memory.position());
  copy.memory.set_open_position((*found)->memory.open_position());
  if (!copy.started()) partition_->Changed(event->traject());
  if (seen == nullptr) {
    Record record;
    record.set_number(NextNumber());
    record.set_time_us(std::max(partition_->clock_us(), MomentOf(*event)));
    record.set_traject(event->traject());
    const bool moved = PositionMoved(*report, copy);
    record.mutable_event()->Swap(event);
    if (moved) {
      answer.refusal = RefuseMoved(*report, std::move(copy), std::move(record));
    } else {
      engine::Decide(*partition_->workflows(), &copy, &record);
      if (record.has_refusal()) answer.refusal = record.refusal();
    }
  }
  Promise(report, std::move(answer));
  return absl::OkStatus();
}

bool Loop::PositionMoved(const Report& report, const engine::TrajectState& state) const {
  if (!report.if_position || !state.started()) return false;
  if (engine::HoldsCareRole(state.traject, report.caller)) return *report.if_position != state.memory.position();
  return *report.if_position < state.memory.open_position();
}

// It is an ILLEGAL_STATE: what is refused for another reason than the state comes first, so that no stranger is told a position.
journal::v1::Refusal Loop::RefuseMoved(const Report& report, engine::TrajectState state, Record record) const {
  const bool care = engine::HoldsCareRole(state.traject, report.caller);
  const uint64_t position = care ? state.memory.position() : state.memory.open_position();
  engine::Decide(*partition_->workflows(), &state, &record);
  if (record.has_refusal() && record.refusal().code() != journal::v1::REFUSAL_CODE_ILLEGAL_STATE) return record.refusal();
  journal::v1::Refusal refusal = MakeRefusal(journal::v1::REFUSAL_CODE_ILLEGAL_STATE, journal::v1::REFUSAL_REASON_POSITION_MOVED);
  for (const auto& [name, number] : {std::pair("expected", *report.if_position), std::pair("state", position)}) {
    journal::v1::Parameter* const parameter = refusal.add_parameters();
    parameter->set_name(name);
    parameter->set_value(event::FormatPosition(region::kPartition, number));
  }
  return refusal;
}

absl::Status Loop::Take(Advance* advance) {
  if (options_.clock != ClockKind::kEvents) {
    advance->done(absl::FailedPreconditionError("expected the clock `events`, but this folder has the clock `wall`"));
    return absl::OkStatus();
  }
  if (!stuck_.empty() || !halted_.ok()) {
    advance->done(halted_.ok() ? stuck_why_ : halted_);
    return absl::OkStatus();
  }
  absl::Status status = ReachMoment(advance->to_us);
  if (status.ok()) status = NoteClock();
  if (!status.ok()) {
    advance->done(status);
    return status;
  }
  advanced_.emplace_back(std::move(advance->done), partition_->clock_us());
  return absl::OkStatus();
}

base::Micros Loop::MomentOf(const Event& event) const {
  return options_.clock == ClockKind::kEvents ? event.time_us() : options_.machine_clock();
}

absl::Status Loop::ReachMoment(base::Micros moment) {
  if (absl::Status status = FireDue(std::max(moment, partition_->clock_us())); !status.ok()) return status;
  partition_->ClockReached(moment);
  return absl::OkStatus();
}

absl::Status Loop::FireDue(base::Micros moment) {
  if (absl::Status status = partition_->LookAhead(moment); !status.ok()) return status;
  for (auto due = partition_->NextDue(); due && due->at_us <= moment; due = partition_->NextDue()) {
    const std::string id(due->traject);
    const absl::StatusOr<engine::TrajectState*> state = partition_->FindOrMake(id);
    if (!state.ok()) return state.status();
    const std::optional<engine::DueTimer> timer = engine::NextTimer((*state)->traject);
    if (!timer || timer->at_us != due->at_us) return absl::DataLossError("cache.db: the timer index does not fit the trajecten");
    Record* const record = AddRecord(std::max(timer->at_us, (*state)->traject.last_us()));
    record->set_traject(id);
    *record->mutable_term() = timer->term;
    partition_->ClockReached(record->time_us());
    Decide(*state, record);
    Keep(id, *state, record);
    if (absl::Status status = CommitIfFull(); !status.ok()) return status;
  }
  return absl::OkStatus();
}

// What moved the clock `events` and left no other record leaves one of its own, so that a restart finds the same clock.
absl::Status Loop::NoteClock() {
  if (options_.clock != ClockKind::kEvents || partition_->clock_us() <= journaled_clock_us_) return absl::OkStatus();
  Record* const record = AddRecord(partition_->clock_us());
  record->mutable_clock();
  Keep("", nullptr, record);
  return absl::OkStatus();
}

absl::Status Loop::Deploy(workflow::v1::WorkflowDefinition definition) {
  absl::StatusOr<std::shared_ptr<const chart::Workflow>> compiled = chart::Workflow::Compile(std::move(definition));
  if (!compiled.ok()) return compiled.status();
  const chart::Workflow* const current = partition_->workflows()->Find((*compiled)->id());
  if (current != nullptr && current->version() == (*compiled)->version()) return absl::OkStatus();
  if (options_.clock == ClockKind::kWall) partition_->ClockReached(options_.machine_clock());
  Record* const record = AddRecord(partition_->clock_us());
  *record->mutable_definition()->mutable_definition() = (*compiled)->definition();
  record->mutable_definition()->set_version((*compiled)->version());
  absl::Status status = partition_->Deploy(record->number(), record->definition());
  Keep("", nullptr, record);
  return status;
}

// Puts the record added last, now that it is decided, into the open batch. A report that leaves no traject behind (refused start, unknown
// traject) belongs to none.
void Loop::Keep(const std::string& traject, engine::TrajectState* state, Record* record) {
  if (!batch_) batch_.emplace(owner_->Begin(owner_->tip().input_to, options_.machine_clock()));
  const auto append = [record](std::string* bytes) { record->AppendToString(bytes); };
  if (state == nullptr || !state->started()) {
    record->clear_traject();
    batch_->Add({}, {}, append);
  } else {
    base::Hash previous{};
    std::copy(state->memory.head().begin(), state->memory.head().end(), previous.begin());
    const base::Hash head = batch_->Add(traject, previous, append);
    engine::SetHead(state, base::Hasher::View(head));
  }
  if (state != nullptr) partition_->Changed(traject);
  journaled_clock_us_ = std::max<base::Micros>(journaled_clock_us_, record->time_us());
}

void Loop::Promise(Report* report, Answer answer) {
  pending_.push_back({.done = std::exchange(report->done, nullptr), .order = report->order, .answer = std::move(answer)});
}

// ---- Append, answer, project -----------------------------------------------------------------------------------------------------------

absl::Status Loop::CommitIfFull() { return batch_ && batch_->size() >= options_.most_bytes_per_batch ? Commit() : absl::OkStatus(); }

absl::Status Loop::Commit() {
  if (absl::Status status = unreadable_->Commit(); !status.ok()) return status;
  const log::Tip before = owner_->tip();
  if (batch_) {
    stuck_ = batch_->Finish();
    batch_.reset();
    Failpoint("append");
    if (absl::Status status = owner_->Append(stuck_); !status.ok()) return status;
    stuck_.clear();
    figures_.AddBatch(records_.all());
  }
  for (Pending& pending : pending_) {
    Failpoint("answer");
    figures_.AddAnswer(pending.answer);
    pending.done(std::move(pending.answer));
  }
  for (auto& [done, clock] : advanced_) done(clock);
  pending_.clear();
  advanced_.clear();
  if (records_.empty()) return absl::OkStatus();
  Failpoint("project");
  std::set<std::string> told;
  absl::Status status = partition_->Project(before, owner_->tip(), records_.all(), options_.told ? &told : nullptr);
  records_.Clear();
  if (!status.ok()) return status;
  for (const std::string& organisation : told) options_.told(organisation);
  return status;
}

// The open batch does not go on: its callers are told, and the state goes back to what is durable.
void Loop::Abandon(const absl::Status& why) {
  for (Pending& pending : pending_) {
    if (pending.order) pending.order->broken = true;
    pending.done(why);
  }
  for (auto& [done, clock] : advanced_) done(why);
  pending_.clear();
  advanced_.clear();
  records_.Clear();
  batch_.reset();
  unreadable_->Rollback();
  if (!stuck_.empty()) {
    stuck_why_ = why;
    next_try_ = absl::Now() + options_.try_again;
    if (!absl::IsResourceExhausted(why) && !absl::IsUnavailable(why)) return Halt(why);
  } else if (absl::IsDataLoss(why)) {
    // The cache is damaged.
    partition_.reset();
    if (absl::Status status = Cache::Drop(CachePath(options_)); !status.ok()) return Halt(status);
  }
  if (absl::Status status = Rebuild(); !status.ok()) Halt(status);
}

void Loop::TryStuckBatch() {
  if (stuck_.empty() || !halted_.ok() || absl::Now() < next_try_) return;
  next_try_ = absl::Now() + options_.try_again;
  const absl::Status status = owner_->Append(stuck_);
  if (status.ok()) {
    stuck_.clear();
    // Fold it as a restart would.
    if (absl::Status read = partition_->CatchUp(journal_); !read.ok()) return Abandon(read);
    journaled_clock_us_ = partition_->clock_us();
    if (options_.told) options_.told("");
    return;
  }
  stuck_why_ = status;
  if (!absl::IsResourceExhausted(status) && !absl::IsUnavailable(status)) Halt(status);
}

void Loop::CheckpointSometimes() {
  if (partition_ == nullptr || partition_->AtCheckpoint() || absl::Now() < next_checkpoint_) return;
  next_checkpoint_ = absl::Now() + options_.checkpoint_every;
  if (absl::Status status = partition_->CheckpointUnlessBusy(); !status.ok()) Abandon(status);
}

absl::Status Loop::Rebuild() {
  if (options_.make_watch) watch_ = options_.make_watch();
  PartitionLimits limits = options_.partition;
  for (;;) {
    partition_.reset();  // one connection a file
    absl::StatusOr<std::unique_ptr<Partition>> partition = Partition::Open(CachePath(options_), journal_, limits);
    if (partition.ok()) {
      partition_ = *std::move(partition);
      journaled_clock_us_ = partition_->clock_us();
      return absl::OkStatus();
    }
    // A cache that cannot be written: make do with memory, as far as it goes.
    limits.records_per_checkpoint *= 2;
    if (!absl::IsResourceExhausted(partition.status()) || limits.records_per_checkpoint > limits.most_records_behind)
      return partition.status();
  }
}

void Loop::Halt(absl::Status why) { halted_ = std::move(why); }

}  // namespace overdracht::workflow
