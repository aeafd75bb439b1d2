#include "services/workflow/loop.h"

#include <absl/time/clock.h>

#include "services/engine/query.h"
#include "services/event/write.h"
#include "services/workflow/answer.h"
#include "services/workflow/moved.h"

namespace overdracht::workflow {

using event::v1::Event;
using journal::v1::Record;

namespace {

constexpr size_t kInputsAtOnce = 16;  // between two looks at the time

}  // namespace

Loop::Loop(LoopOptions options, log::EventLog* journal)
    : options_(std::move(options)),
      journal_(journal),
      queue_(options_.queue),
      figures_(options_.figures == nullptr ? &own_figures_ : options_.figures) {}

Loop::~Loop() {
  queue_.Close();
  if (thread_.joinable()) thread_.join();
}

absl::StatusOr<std::unique_ptr<Loop>> Loop::Open(LoopOptions options, log::EventLog* journal,
                                                 std::vector<workflow::v1::WorkflowDefinition> definitions) {
  std::unique_ptr<Loop> loop(new Loop(std::move(options), journal));
  if (absl::Status taken = loop->TakeOver(std::move(definitions)); !taken.ok()) return loop->WithoutDamagedCache(taken);
  return loop;
}

absl::Status Loop::TakeOver(std::vector<workflow::v1::WorkflowDefinition> definitions) {
  std::vector<Told> told;
  if (options_.outboxes == nullptr) {
    if (absl::Status status = OpenUnreadable(); !status.ok()) return status;
  } else {
    absl::StatusOr<std::vector<Told>> newest = options_.outboxes->Newest();
    if (!newest.ok()) return newest.status();
    told = *std::move(newest);
  }
  if (absl::Status status = Rebuild(); !status.ok()) return status;
  const absl::Status held = HoldToTold(std::move(told), options_.journal_catches_up, partition_.get(), journal_);
  if (!held.ok()) return held;
  if (absl::Status whole = HoldToMoved(partition_.get(), journal_); !whole.ok()) return whole;
  absl::StatusOr<std::unique_ptr<log::Owner>> owner =
      log::Owner::TakeOver(journal_, partition_->tip(), 0, options_.machine_clock(), options_.program,
                           [&](const log::Tip& at, const log::Batch& batch) { return partition_->Follow(at, batch); });
  if (!owner.ok()) return owner.status();
  owner_ = *std::move(owner);
  input_to_ = owner_->tip().input_to;
  figures_->Decided(input_to_);
  if (absl::Status status = TellAgain(); !status.ok()) return status;
  for (workflow::v1::WorkflowDefinition& definition : definitions) {
    if (absl::Status status = CommitIfFull(definition.ByteSizeLong()); !status.ok()) return status;
    if (absl::Status status = Deploy(std::move(definition)); !status.ok()) return status;
  }
  if (absl::Status status = Commit(); !status.ok()) return status;
  absl::MutexLock lock(&mutex_);
  workflows_ = partition_->workflows();
  return absl::OkStatus();
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
  while (halted_.ok() && !(held_.empty() && queue_.ClosedAndEmpty())) {
    Serve();
    absl::MutexLock lock(&mutex_);
    if (halted_.ok()) halted_ = stop_;
  }
  queue_.Close();
  const absl::Status left = halted_.ok() ? absl::UnavailableError("the service is stopping; send again later") : halted_;
  for (; TakeFromQueue(absl::InfinitePast()); held_.pop_front()) {
    Input& input = held_.front();
    if (auto* report = std::get_if<Report>(&input)) report->done(left);
    if (auto* advance = std::get_if<Advance>(&input)) advance->done(left);
    if (auto* question = std::get_if<Question>(&input)) question->ask(left);
  }
  // A cache that cannot be written costs the next start some time, no more.
  if (halted_.ok() && stuck_.empty()) (void)partition_->Checkpoint();
  ended_(halted_);
}

// One round, from its inputs to their answers.
void Loop::Serve() {
  several_wait_ = false;
  TakeFromQueue(NextMoment());
  const Figures::Round round(figures_);
  const absl::Time begin = absl::Now();
  round_ends_ = begin + options_.longest_round;
  TryStuckBatch();
  MoveCheckpointOn();
  std::vector<Question> questions;
  for (size_t left = options_.most_inputs_per_round; !held_.empty() && left > 0; --left) {
    if (!TakeIn(&held_.front(), &questions)) {
      TakeOutQuestions(&questions);
      break;
    }
    held_.pop_front();
    if (held_.size() % kInputsAtOnce == 0 && (!stuck_.empty() || RoundIsLong(begin))) break;
    TakeFromQueue(absl::InfinitePast());
  }
  absl::Status status;
  if (stuck_.empty() && halted_.ok()) {
    status = FireDue(options_.clock == ClockKind::kWall ? options_.machine_clock() : partition_->clock_us()).status();
    if (status.ok()) status = Commit();
    if (status.ok()) status = NoteInput();
  }
  if (!status.ok()) Abandon(status);
  for (const Question& question : questions) {
    if (halted_.ok()) {
      question.ask(partition_.get());
    } else {
      question.ask(halted_);
    }
  }
  CheckpointSometimes();
  // Also when nobody reports anything: else a list could not be read for as long.
  if (halted_.ok() && stuck_.empty() && partition_->damaged()) Abandon(absl::DataLossError("the cache is damaged"));
}

bool Loop::TakeFromQueue(absl::Time until) {
  if (!held_.empty()) return true;
  InputQueue::Taken taken = queue_.Take(kInputsAtOnce, until);
  for (Input& input : taken.inputs) held_.push_back(std::move(input));
  several_wait_ |= taken.of_several_lanes;
  one_lane_has_more_ = taken.one_lane_has_more;
  return !held_.empty();
}

bool Loop::RoundIsLong(absl::Time begin) const {
  return absl::Now() - begin >= (several_wait_ && one_lane_has_more_ ? options_.longest_wait_for_one : options_.longest_round);
}

bool Loop::TakeIn(Input* input, std::vector<Question>* questions) {
  if (auto* question = std::get_if<Question>(input)) {
    questions->push_back(std::move(*question));
    return true;
  }
  auto* const placed = std::get_if<Placed>(input);
  if (placed != nullptr && !halted_.ok()) return false;
  auto* const report = placed == nullptr ? std::get_if<Report>(input) : placed->report ? &*placed->report : nullptr;
  absl::StatusOr<bool> taken = true;
  if (placed != nullptr && partition_->Overfull()) {
    taken = absl::ResourceExhaustedError("the cache cannot be written");
  } else if (report != nullptr) {
    taken = Take(report);
  } else if (placed == nullptr) {
    taken = Take(&std::get<Advance>(*input));
  }
  if (taken.ok() && !*taken) return false;
  absl::Status status = taken.status();
  if (status.ok() && placed != nullptr) Reached(placed->to);
  if (status.ok()) status = CommitIfFull();
  if (status.ok()) return true;
  // Also the one at which it failed hears of it.
  if (report != nullptr && report->done) Promise(report, {});
  Abandon(status);
  return true;
}

// While reports wait for the timers before them, whoever only asks does not wait with them.
void Loop::TakeOutQuestions(std::vector<Question>* questions) {
  if (held_.size() < options_.most_inputs_per_round) {
    for (Input& input : queue_.Take(kInputsAtOnce, absl::InfinitePast()).inputs) held_.push_back(std::move(input));
  }
  std::deque<Input> others;
  for (Input& input : held_) {
    if (auto* question = std::get_if<Question>(&input)) {
      questions->push_back(std::move(*question));
    } else {
      others.push_back(std::move(input));
    }
  }
  held_ = std::move(others);
}

// When there is something to do without an input.
absl::Time Loop::NextMoment() {
  if (!held_.empty()) return absl::InfinitePast();
  if (!stuck_.empty()) return next_try_;
  absl::Time moment = std::min(partition_->AtCheckpoint() ? absl::InfiniteFuture() : next_checkpoint_, note_input_at_);
  if (options_.clock == ClockKind::kWall) {
    const base::Micros due = partition_->QuietUntil();
    moment = std::min(moment, absl::Now() + absl::Microseconds(due) - absl::Microseconds(options_.machine_clock()));
  }
  return moment;
}

// ---- Decide ----------------------------------------------------------------------------------------------------------------------------

absl::StatusOr<bool> Loop::Take(Report* report) {
  if (report->order && report->order->broken) {
    std::exchange(report->done, nullptr)(absl::AbortedError("a report before this one could not be recorded; send again from there"));
    return true;
  }
  if (!stuck_.empty() || !halted_.ok() || partition_->Overfull()) {
    if (report->order) report->order->broken = true;
    std::exchange(report->done, nullptr)(!halted_.ok()     ? halted_
                                         : !stuck_.empty() ? stuck_why_
                                                           : absl::ResourceExhaustedError("the cache cannot be written"));
    return true;
  }
  if (const auto* malformed = std::get_if<event::Malformed>(&report->event)) {
    if (!report->validate_only && options_.outboxes == nullptr) {
      if (unreadable_ == nullptr) {  // it was damaged, and could not be made anew
        if (absl::Status opened = OpenUnreadable(); !opened.ok()) return log::NotTheJournal(opened);
      }
      absl::Status status = unreadable_->Add(options_.machine_clock(), NextNumber() - 1, report->caller, malformed->refusal, report->bytes);
      if (!status.ok()) return WithoutDamagedUnreadable(status);
    }
    Promise(report, AnswerOf(malformed->refusal));
    return true;
  }
  auto& event = std::get<Event>(report->event);
  // A clock `events` that no event has set yet begins now.
  const bool set = options_.clock == ClockKind::kEvents && partition_->clock_us() > 0;
  if (report->now) event.set_time_us(set ? partition_->clock_us() : options_.machine_clock());
  if (event.organisation() == report->caller && !report->validate_only) {
    const absl::StatusOr<bool> reached = ReachMoment(MomentOf(event));
    if (!reached.ok() || !*reached) return reached;
  }
  const absl::Status status = event.organisation() != report->caller ? RefuseSource(report, &event)
                              : report->validate_only                ? Validate(report, &event)
                                                                     : DecideEvent(report, &event);
  if (!status.ok()) return status;
  return true;
}

absl::Status Loop::DecideEvent(Report* report, Event* event) {
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
    parameter->set_value(event::FormatPosition(options_.partition_number, number));
  }
  return refusal;
}

absl::StatusOr<bool> Loop::Take(Advance* advance) {
  if (options_.clock != ClockKind::kEvents) {
    advance->done(absl::FailedPreconditionError("expected the clock `events`, but this folder has the clock `wall`"));
    return true;
  }
  if (!stuck_.empty() || !halted_.ok()) {
    advance->done(halted_.ok() ? stuck_why_ : halted_);
    return true;
  }
  const absl::StatusOr<bool> reached = ReachMoment(advance->to_us);
  if (reached.ok() && !*reached) return false;
  absl::Status status = reached.status();
  if (status.ok()) status = NoteClock();
  if (!status.ok()) {
    advance->done(status);
    return status;
  }
  advanced_.emplace_back(std::move(advance->done), partition_->clock_us());
  return true;
}

base::Micros Loop::MomentOf(const Event& event) const {
  return options_.clock == ClockKind::kEvents ? event.time_us() : options_.machine_clock();
}

absl::StatusOr<bool> Loop::ReachMoment(base::Micros moment) {
  const absl::StatusOr<bool> fired = FireDue(std::max(moment, partition_->clock_us()));
  if (fired.ok() && *fired) partition_->ClockReached(moment);
  return fired;
}

absl::StatusOr<bool> Loop::FireDue(base::Micros moment) {
  while (partition_->QuietUntil() <= moment) {
    if (!partition_->NextDue()) {
      if (absl::Status status = partition_->LookAhead(); !status.ok()) return status;
    } else {
      if (absl::Status status = Fire(*partition_->NextDue()); !status.ok()) return status;
      if (absl::Status status = CommitIfFull(); !status.ok()) return status;
    }
    if (absl::Now() >= round_ends_) return partition_->QuietUntil() > moment;
  }
  return true;
}

absl::Status Loop::Fire(const Partition::Due& due) {
  const std::string id(due.traject);
  const absl::StatusOr<engine::TrajectState*> state = partition_->FindOrMake(id);
  if (!state.ok()) return state.status();
  const std::optional<engine::DueTimer> timer = engine::NextTimer((*state)->traject);
  if (!timer || timer->at_us != due.at_us) return partition_->Damaged("the timer index does not fit the trajecten");
  Record* const record = AddRecord(std::max(timer->at_us, (*state)->traject.last_us()));
  record->set_traject(id);
  *record->mutable_term() = timer->term;
  partition_->ClockReached(record->time_us());
  Decide(*state, record);
  Keep(id, *state, record);
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

void Loop::Reached(uint64_t input_to) {
  input_to_ = input_to;
  note_input_at_ = std::min(note_input_at_, absl::Now() + options_.note_input_after);
}

void Loop::Promise(Report* report, Answer answer) {
  answer.partition = options_.partition_number;
  pending_.push_back({.done = std::exchange(report->done, nullptr), .order = report->order, .answer = std::move(answer)});
}

}  // namespace overdracht::workflow
