// The loop of one partition, on one thread:
//
//   take what waits in the queue -> decide each input -> append all decisions as one batch -> answer -> project -> answer questions
//
// Nothing leaves before the batch counts. Events come in as values (reading JSON is the caller's work), so the loop only decides.
//
// The clock `wall` is the machine's, never earlier than before; `events` is the latest time of an event that could be read and came from
// whom it says. Before an input is decided every timer of every traject that is due by then fires, in due order, decided at its due moment.
// When these are many the input waits some rounds for them; who only asks does not.
//
// When the disk is full the callers of the batch are told so, the state goes back to what is durable, and the same bytes are offered to
// the log until they count: a batch is never decided anew for its place in the chain. Until then questions are answered, reports refused.
//
// Where the input has places (on Kafka) each batch notes how far it is decided. Nothing of it is refused or forgotten: a loop that cannot
// append ends, and whoever takes over, this process perhaps, reads on from where the newest batch that counts says. It compares the
// outboxes with the journal first, and takes over no journal that has lost what they tell of.
#ifndef OVERDRACHT_SERVICES_WORKFLOW_LOOP_H_
#define OVERDRACHT_SERVICES_WORKFLOW_LOOP_H_

#include <absl/status/statusor.h>
#include <absl/synchronization/mutex.h>

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "overdracht/journal/v1/record.pb.h"
#include "services/base/time.h"
#include "services/chart/workflow.h"
#include "services/engine/records.h"
#include "services/log/event_log.h"
#include "services/log/owner.h"
#include "services/workflow/figures.h"
#include "services/workflow/input.h"
#include "services/workflow/outboxes.h"
#include "services/workflow/partition.h"
#include "services/workflow/queue.h"
#include "services/workflow/unreadable.h"

namespace overdracht::workflow {

// The cache in a loop's folder.
std::string CachePath(const std::string& data);

enum class ClockKind { kWall, kEvents };

// Shown every decision on a traject as it is made: the record, and the traject before and after it.
using Watch = std::function<void(const journal::v1::Record&, const journal::v1::Traject& before, const journal::v1::Traject& after)>;

struct LoopOptions {
  std::string data;               // the folder; its lock is held by the caller
  uint32_t partition_number = 0;  // in the region
  ClockKind clock = ClockKind::kWall;
  std::function<base::Micros()> machine_clock;
  std::string program;  // name and version, for the batches
  InputQueue::Limits queue;
  PartitionLimits partition;
  // A round takes in no more than this, and nothing more once it has lasted so long: what comes meanwhile waits for it.
  size_t most_inputs_per_round = 1024;
  absl::Duration longest_round = absl::Milliseconds(10);
  // The same, of a round in which others wait for their answers while one lane alone has more.
  absl::Duration longest_wait_for_one = absl::Milliseconds(2);
  size_t most_bytes_per_batch = 512 << 10;
  absl::Duration try_again = absl::Seconds(1);  // after the log could not take a batch
  absl::Duration checkpoint_every = absl::Seconds(2);
  // Input that left no record is noted by a batch of its own after so long.
  absl::Duration note_input_after = absl::Seconds(1);
  // Null: outboxes are read from the journal. It must outlive the loop.
  Outboxes* outboxes = nullptr;
  // How long a journal that ends before what its outboxes tell of is given: its leader may be new.
  absl::Duration journal_catches_up = absl::Seconds(10);
  // Called on the loop's thread when something new stands in an organisation's outbox; empty: perhaps in everybody's. Null: nobody listens.
  std::function<void(const std::string& organisation)> told;
  // Where what it does is counted, to go on from the counts of another. Null: it counts for itself. They must outlive it.
  Figures* figures = nullptr;
  // Makes who watches the decisions (invariants.h), anew whenever the state goes back to what is durable. Null: nobody.
  std::function<Watch()> make_watch;
};

class Loop {
 public:
  // Takes the journal over and brings the state to its end; deploys those definitions that are not the current ones of their id. DATA_LOSS,
  // here and where a loop ends: the journal has lost something.
  static absl::StatusOr<std::unique_ptr<Loop>> Open(LoopOptions options, log::EventLog* journal,
                                                    std::vector<workflow::v1::WorkflowDefinition> definitions);
  ~Loop();

  // Starts the thread. `ended` is called on it when it ends by itself, with the reason.
  void Start(std::function<void(absl::Status)> ended);
  // RESOURCE_EXHAUSTED or UNAVAILABLE: not taken in, and no callback of the input will come. `when_room`: as InputQueue says.
  // What is submitted in one lane is taken in that order; the lanes take turns.
  absl::Status Submit(Input&& input, size_t bytes, std::function<void()> when_room = nullptr, absl::string_view lane = "") {
    return queue_.Push(lane, std::move(input), bytes, std::move(when_room));
  }
  // Takes nothing in any more, finishes what waits, and brings the cache up to the tip. Returns when that is done.
  void Drain();
  // Ends the loop with this status, as soon as the round is over.
  void Stop(absl::Status why);
  // The machine's clock was moved (tests): looks at the timers again.
  void Wake() { queue_.Wake(); }

  std::shared_ptr<const chart::Workflows> workflows() const;
  ClockKind clock() const { return options_.clock; }
  LoopCounts counts() const { return figures_->Read(); }
  // Where the input goes on: before Start only.
  uint64_t input_to() const { return input_to_; }
  uint32_t partition() const { return options_.partition_number; }
  // Inputs that wait.
  size_t waiting() const { return queue_.size(); }

 private:
  struct Pending {
    std::function<void(absl::StatusOr<Answer>)> done;
    std::shared_ptr<Order> order;
    Answer answer;
  };

  Loop(LoopOptions options, log::EventLog* journal);
  absl::Status TakeOver(std::vector<workflow::v1::WorkflowDefinition> definitions);

  void Run();
  void Serve();
  // Held: the next ones in their order. False: there are none.
  bool TakeFromQueue(absl::Time until);
  bool RoundIsLong(absl::Time begin) const;
  // False: it has to wait for timers that are due before it, and nothing became of it.
  bool TakeIn(Input* input, std::vector<Question>* questions);
  void TakeOutQuestions(std::vector<Question>* questions);
  absl::Time NextMoment();

  // Decide: into the open batch. An error means that the open batch cannot be finished. False: not yet, as TakeIn says.
  absl::StatusOr<bool> Take(Report* report);
  absl::StatusOr<bool> Take(Advance* advance);
  absl::Status DecideEvent(Report* report, event::v1::Event* event);
  absl::Status RefuseSource(Report* report, event::v1::Event* event);
  absl::Status Validate(Report* report, event::v1::Event* event);
  void Decide(engine::TrajectState* state, journal::v1::Record* record);
  absl::StatusOr<bool> ReachMoment(base::Micros moment);
  // One at least, and no more once the round has lasted long enough: false, some are left.
  absl::StatusOr<bool> FireDue(base::Micros moment);
  absl::Status Fire(const Partition::Due& due);
  absl::Status NoteClock();
  absl::Status Deploy(workflow::v1::WorkflowDefinition definition);
  uint64_t NextNumber() const { return owner_->tip().last_record + records_.size() + 1; }
  journal::v1::Record* AddRecord(base::Micros time) { return records_.Add(NextNumber(), time); }
  void Keep(const std::string& traject, engine::TrajectState* state, journal::v1::Record* record);
  void Reached(uint64_t input_to);
  void Promise(Report* report, Answer answer);
  base::Micros MomentOf(const event::v1::Event& event) const;
  bool PositionMoved(const Report& report, const engine::TrajectState& state) const;
  journal::v1::Refusal RefuseMoved(const Report& report, engine::TrajectState state, journal::v1::Record record) const;

  // Append, answer, project.
  absl::Status Commit();
  absl::Status Append();
  absl::Status NoteInput();
  absl::Status TellAgain();
  // Also where so many bytes more would fill the open batch.
  absl::Status CommitIfFull(size_t more = 0);
  void Abandon(const absl::Status& why);
  void TryStuckBatch();
  void CheckpointSometimes();
  void MoveCheckpointOn();
  absl::Status Rebuild();
  // What a loop ends with that failed for this reason. Where only its cache is damaged: UNAVAILABLE, and the next has a new one.
  absl::Status WithoutDamagedCache(const absl::Status& why);
  absl::Status OpenUnreadable();
  // The same of the unreadable ones: what was to be kept there is sent again.
  absl::Status WithoutDamagedUnreadable(const absl::Status& why);
  void Halt(absl::Status why);

  const LoopOptions options_;
  log::EventLog* const journal_;
  InputQueue queue_;
  Figures own_figures_;
  Figures* const figures_;
  std::thread thread_;
  std::function<void(absl::Status)> ended_;

  // The loop's thread only.
  std::deque<Input> held_;     // taken from the queue, and not decided yet
  bool several_wait_ = false;  // organisations have something in this round
  bool one_lane_has_more_ = false;
  absl::Time round_ends_ = absl::InfiniteFuture();
  std::unique_ptr<log::Owner> owner_;
  std::unique_ptr<Partition> partition_;
  std::unique_ptr<Unreadable> unreadable_;  // null where the input has places: whoever feeds it keeps them
  Watch watch_;
  std::optional<log::BatchWriter> batch_;
  engine::Records records_;  // of the open batch, and until it is projected
  std::vector<Pending> pending_;
  std::vector<std::pair<std::function<void(absl::StatusOr<base::Micros>)>, base::Micros>> advanced_;
  uint64_t input_to_ = 0;  // how far it is decided
  absl::Time note_input_at_ = absl::InfiniteFuture();
  base::Micros journaled_clock_us_ = 0;  // what a restart would find as the clock
  std::string stuck_;                    // a batch that the log could not take yet
  absl::Status stuck_why_;
  absl::Time next_try_ = absl::InfinitePast();
  absl::Time next_checkpoint_ = absl::InfinitePast();
  absl::Status halted_;

  mutable absl::Mutex mutex_;
  std::shared_ptr<const chart::Workflows> workflows_ ABSL_GUARDED_BY(mutex_);
  absl::Status stop_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace overdracht::workflow

#endif  // OVERDRACHT_SERVICES_WORKFLOW_LOOP_H_
