// The lives that meet at one simulated partition, and what is expected of them at the end. Who runs when, what goes wrong, and what they
// choose where the rule leaves them free is decided elsewhere: by a seed (world.h), or all ways one after the other (explorer.h).
//
//   owner    takes over, decides inputs, tells what was decided once it counts; overtaken it discards all and takes over again
//   reader   follows, stops in the middle, goes on from a snapshot or from the beginning
#ifndef OVERDRACHT_TESTS_SIMULATION_STAGE_H_
#define OVERDRACHT_TESTS_SIMULATION_STAGE_H_

#include <memory>
#include <string>
#include <vector>

#include "services/log/owner.h"
#include "services/log/simulated/simulated_log.h"
#include "tests/simulation/decisions.h"
#include "tests/simulation/fibers.h"
#include "tests/simulation/ledger.h"

namespace overdracht::simulation {

// Ways to keep to a part of the rule only. Each is found (simulation_test.cc, exhaustive_test.cc).
struct Breakage {
  bool no_token = false;         // every attempt to take over has the same one
  bool epoch_not_lower = false;  // 'and its epoch is not lower' is all that is asked of epoch and owner
  bool no_look_at_tip = false;   // nobody reads its tip's own place again
  bool no_anchors = false;       // nobody asks what a writer knew to count
  bool no_reconnects = false;    // a report that fits is believed on any way
  bool decides_anew = false;     // what timed out is taken for failed, and decided anew
  bool tells_early = false;      // tells what was decided before it counts
};

struct Setting {
  int owners = 2;
  int readers = 1;
  uint64_t inputs = 3;
  int ownerships = 1;  // of each owner's life; 0: for ever
  int rounds = 1;      // of each reader's life; 0: for ever
  int patience = 20;
  Breakage breakage;
};

// Memory that is kept: for a tip, also what was folded up to it.
struct Snapshot {
  log::Tip tip;
  Decisions decisions;
};

class Stage : public log::Surroundings {
 public:
  explicit Stage(const Setting& setting);
  ~Stage() override = default;

  const log::SimulatedPartition& partition() const { return partition_; }
  const Ledger& ledger() const { return ledger_; }
  int halted() const;

 protected:
  struct Actor {
    std::string name;
    bool owns = false;  // an owner's life, else a reader's
    Snapshot now;       // what it remembers
    Snapshot kept;      // what it finds again after it was killed
    bool halted = false;
    uint64_t attempts = 0;  // to take over, in all its lives
  };

  // ---- What is decided elsewhere
  // One of 0 … choices - 1, where the rule leaves an actor free.
  virtual size_t Free(size_t choices) = 0;
  virtual log::OwnerToken Token(Actor& actor) = 0;
  virtual int64_t Now() const = 0;
  virtual std::unique_ptr<log::EventLog> Connect(size_t actor);
  // Here an actor's snapshots, attempts and how often it `lived` are all that it remembers (kTriesToOwn: if it never was left in doubt).
  enum Rest { kTriesToOwn, kWorks, kReads, kEnded };
  virtual void AtRest(Actor& me, Rest rest, int lived) {}
  void Pass() override { fibers_.Yield(); }

  void Begin(size_t actor);
  void Kill(size_t actor);
  // The tail from `kept` on is lost, whatever was reported of it.
  void Strike(uint64_t kept);
  log::Rule rule() const;

  // For people: what happened, beside what stands in the log.
  template <typename... Parts>
  void Note(const Parts&... parts) {
    absl::StrAppend(&story_, "at ", partition_.end(), ": ", parts..., "\n");
  }

  // Peace: all that is on its way lands, an owner decides what is left, everybody looks once more. What is wrong then.
  std::vector<std::string> Settle();

  const Setting setting_;
  log::SimulatedPartition partition_;
  Ledger ledger_;
  std::vector<Actor> actors_;
  Fibers fibers_;
  std::string story_;

 private:
  void OwnerLives(Actor& me, log::EventLog& log);
  bool Work(Actor& me, log::EventLog& log, log::Owner& owner, int lived);
  absl::Status Send(Actor& me, log::EventLog& log, log::Owner& owner, const Decisions& before, std::string bytes);
  void ReaderLives(Actor& me, log::EventLog& log);
  absl::Status Fold(Actor& me, const log::Tip& at, const log::Batch& batch);
  void Tell(const Actor& me, const log::Tip& at, absl::string_view bytes);
  void Halt(Actor& me, const absl::Status& why);
  void DecideTheRest(log::SimulatedLog log);
  void LookOnceMore(log::SimulatedLog log, const Actor& actor, const Snapshot& memory);
};

}  // namespace overdracht::simulation

#endif  // OVERDRACHT_TESTS_SIMULATION_STAGE_H_
