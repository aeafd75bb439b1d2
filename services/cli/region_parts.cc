#include "services/cli/region_parts.h"

#include <absl/strings/str_cat.h>
#include <absl/time/clock.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <thread>

#include "services/audit/audit.h"
#include "services/cli/definitions.h"
#include "services/cli/serving.h"
#include "services/workflow/folder.h"
#include "services/workflow/invariants.h"

namespace overdracht::cli {

using workflow::ClockKind;

// Reads the whole journal again in the background, slowly: what the start did not read is verified too, and damage is found while it can be
// mended from a copy. At most a fiftieth of one core, so that it is not felt: a gigabyte takes minutes.
class SlowPass {
 public:
  SlowPass(log::EventLog* journal, uint64_t batches, std::function<void(absl::Status)> found)
      : thread_([this, journal, batches, found = std::move(found)] {
          const absl::Status status = journal->Read({}, [&](const log::Tip& at, const log::Batch&) {
            const absl::Duration worked = absl::Now() - began_;
            absl::MutexLock lock(&mutex_);
            if (worked >= kStretch) {
              mutex_.AwaitWithTimeout(absl::Condition(&stopping_), std::min(kLongestRest, worked * kRestsPerWork));
              began_ = absl::Now();
            }
            return stopping_ || at.number >= batches ? absl::CancelledError() : absl::OkStatus();
          });
          if (!status.ok() && !absl::IsCancelled(status)) found(status);
        }) {}
  ~SlowPass() {
    {
      absl::MutexLock lock(&mutex_);
      stopping_ = true;
    }
    thread_.join();
  }

 private:
  static constexpr absl::Duration kStretch = absl::Milliseconds(1), kLongestRest = absl::Seconds(1);
  static constexpr int kRestsPerWork = 49;

  absl::Mutex mutex_;
  bool stopping_ = false;
  absl::Time began_ = absl::Now();  // to work, after a rest
  std::thread thread_;
};

void AddRegionOptions(CLI::App* command, RegionOptions* options) {
  command->add_option("--data", options->data, "Folder of the data; made when it is not there")->type_name("DIR")->required();
  command->add_option("--clock", options->clock, "The machine's clock, or the latest time of an event")
      ->check(CLI::IsMember({"wall", "events"}))
      ->capture_default_str();
  command
      ->add_option("--workflows", options->workflows,
                   "The workflows of this folder, and no others; what they extend may be one of the program")
      ->type_name("DIR");
}

absl::StatusOr<std::unique_ptr<RegionParts>> RegionParts::Open(const RegionOptions& options, const edge::Callers* callers) {
  absl::StatusOr<log::FolderLock> lock = log::FolderLock::Acquire(options.data);
  if (!lock.ok()) return lock.status();
  if (options.new_folder && std::filesystem::exists(options.data + "/journal.db")) {
    return absl::FailedPreconditionError(absl::StrCat("expected a new folder for --demo, but ", options.data, " has a journal"));
  }
  const ClockKind clock = options.clock == "events" ? ClockKind::kEvents : ClockKind::kWall;
  if (absl::Status status = workflow::KeepClock(options.data, clock); !status.ok()) return status;
  absl::StatusOr<std::vector<workflow::v1::WorkflowDefinition>> definitions = ReadDefinitions(options.workflows);
  if (!definitions.ok()) return definitions.status();
  absl::StatusOr<std::unique_ptr<log::EmbeddedLog>> journal = log::EmbeddedLog::Open(options.data + "/journal.db");
  if (!journal.ok()) return journal.status();
  std::unique_ptr<RegionParts> parts(new RegionParts(*std::move(lock), *std::move(journal)));

  workflow::LoopOptions loop_options;
  loop_options.data = options.data;
  loop_options.clock = clock;
  loop_options.machine_clock = MachineClock;
  loop_options.told = [listeners = &parts->listeners_](const std::string& organisation) { listeners->Tell(organisation); };
  loop_options.program = "overdracht " OVERDRACHT_VERSION;
#if defined(OVERDRACHT_TEST_HOOKS) || !defined(NDEBUG)
  loop_options.make_watch = workflow::HoldToTheInvariants;
#endif
  absl::StatusOr<std::unique_ptr<workflow::Loop>> loop =
      workflow::Loop::Open(std::move(loop_options), parts->journal_.get(), *std::move(definitions));
  if (!loop.ok()) return loop.status();
  parts->loop_ = *std::move(loop);
  parts->loop_->Start([ended = &parts->ended_, tell = options.ended](absl::Status why) {
    *ended = std::move(why);
    tell();
  });

  parts->outboxes_.emplace(parts->loop_.get(), parts->journal_.get());
  parts->region_.emplace(parts->loop_.get(), &*parts->outboxes_, &parts->listeners_);
  parts->operators_ = std::make_unique<workflow::OperatorService>(
      parts->loop_.get(), &*parts->outboxes_, &parts->listeners_, callers, options.data,
      [journal = parts->journal_.get()](const std::string& path) { return audit::Export({journal}, path); });
  parts->partners_ = std::make_unique<workflow::RegionService>(parts->region(), callers);
  return parts;
}

RegionParts::RegionParts(log::FolderLock lock, std::unique_ptr<log::EmbeddedLog> journal)
    : lock_(std::move(lock)), journal_(std::move(journal)), batches_before_(journal_->tip().number) {}

RegionParts::~RegionParts() {
  if (loop_ != nullptr) (void)Drain();
}

absl::Status RegionParts::Serving(const std::string& address) {
  if (absl::Status status = lock_.Announce(address); !status.ok()) return status;
  if (batches_before_ > 0) {
    pass_ = std::make_unique<SlowPass>(journal_.get(), batches_before_, [this](absl::Status why) { loop_->Stop(std::move(why)); });
  }
  return absl::OkStatus();
}

absl::Status RegionParts::Drain() {
  loop_->Drain();
  pass_.reset();
  return ended_;
}

}  // namespace overdracht::cli
