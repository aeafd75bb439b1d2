// A workflow service in a folder of its own, without its edge: reports in, answers and lines out. Tests read as what organisations do.
#ifndef OVERDRACHT_TESTS_UNIT_WORKFLOW_SERVICE_H_
#define OVERDRACHT_TESTS_UNIT_WORKFLOW_SERVICE_H_

#include <absl/strings/str_cat.h>
#include <absl/synchronization/notification.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <atomic>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "services/base/codes.h"
#include "services/base/time.h"
#include "services/base/uuid.h"
#include "services/chart/read.h"
#include "services/event/read.h"
#include "services/log/embedded/embedded_log.h"
#include "services/workflow/invariants.h"
#include "services/workflow/loop.h"
#include "services/workflow/view.h"

namespace overdracht::workflow {

inline constexpr char kZorg[] = "00000099000000101000";
inline constexpr char kWijk[] = "00000099000000102000";
inline constexpr char kGemeente[] = "00000099000000103000";

class Folder {
 public:
  Folder() {
    std::string name = ::testing::TempDir() + "overdracht.XXXXXX";
    path_ = mkdtemp(name.data());
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  std::string operator/(const std::string& file) const { return path_ + "/" + file; }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

inline base::Micros At(const std::string& time) { return base::ParseTime(time).value(); }

// An event as it comes in.
inline std::string Event(const std::string& organisation, const std::string& traject, const std::string& time, const std::string& name,
                         const std::string& data, const std::string& id) {
  return absl::StrCat(R"({"specversion":"1.0","id":")", id, R"(","source":"urn:nld:oin:)", organisation,
                      R"(:systeem:test","type":"nl.overdracht.)", name, R"(.v1","subject":")", traject, R"(","time":")", time,
                      R"(","data":)", data, "}");
}

inline std::string TrajectNumber(int n) { return absl::StrCat("00000000-0000-4000-8000-", 100000000000 + n); }

inline std::string Started(int traject, const std::string& time) {
  const std::string data =
      absl::StrCat(R"({"workflow":"uitstroom","client":"c-1","participants":[{"role":"zorgaanbieder","organisation":")", kZorg,
                   R"("},{"role":"wijkteam","organisation":")", kWijk, R"("},{"role":"gemeente","organisation":")", kGemeente, R"("}]})");
  return Event(kZorg, TrajectNumber(traject), time, "trajecten.started", data, absl::StrCat("start-", traject));
}

inline std::string Completed(int traject, const std::string& time, const std::string& task, const std::string& id) {
  return Event(kZorg, TrajectNumber(traject), time, "tasks.completed", absl::StrCat(R"({"task":")", task, R"("})"), id);
}

inline std::vector<workflow::v1::WorkflowDefinition> BaseWorkflow() {
  static const workflow::v1::WorkflowDefinition definition = [] {
    chart::ReadResult result = chart::ReadWorkflow("uitstroom", [](absl::string_view path) -> std::optional<std::string> {
      const auto& files = chart::ShippedWorkflows();
      const auto found = files.find(std::string(path));
      return found == files.end() ? std::nullopt : std::optional<std::string>(found->second);
    });
    for (const auto& finding : result.findings) ADD_FAILURE() << finding.ToString();
    return result.definition;
  }();
  return {definition};
}

class Service {
 public:
  explicit Service(const Folder& folder, ClockKind clock = ClockKind::kEvents, log::EventLog* journal = nullptr) {
    options_.data = folder.path();
    options_.clock = clock;
    options_.machine_clock = [this] { return machine_clock_us.load(); };
    options_.program = "test";
    options_.make_watch = HoldToTheInvariants;
    if (journal == nullptr) {
      auto opened = log::EmbeddedLog::Open(folder / "journal.db");
      EXPECT_TRUE(opened.ok()) << opened.status();
      own_journal_ = *std::move(opened);
      journal = own_journal_.get();
    }
    journal_ = journal;
  }

  // Changes before Start.
  LoopOptions& options() { return options_; }

  Service& Start() {
    Open();
    Run();
    return *this;
  }
  // What a start that is refused says.
  absl::Status TryToOpen() { return Loop::Open(options_, journal_, definitions).status(); }
  // In two steps: what is submitted between them waits, so that it is known what comes in one round.
  void Open() {
    auto loop = Loop::Open(options_, journal_, definitions);
    EXPECT_TRUE(loop.ok()) << loop.status();
    loop_ = *std::move(loop);
  }
  void Run() {
    loop_->Start([this](absl::Status why) { ended_ = std::move(why); });
  }
  // As SIGTERM.
  void Stop() {
    loop_->Drain();
    loop_.reset();
  }

  Loop& loop() { return *loop_; }
  log::EventLog& journal() { return *journal_; }
  const absl::Status& ended() const { return ended_; }
  // Deployed at the start; changes before Start.
  std::vector<workflow::v1::WorkflowDefinition> definitions = BaseWorkflow();
  // The wall clock of the test.
  std::atomic<base::Micros> machine_clock_us = 0;

  Report Read(const std::string& json, std::optional<std::string> caller = std::nullopt) {
    Report report;
    report.event = event::ReadCloudEvent(json, [&](absl::string_view kind) { return loop_->workflows()->KnowsContact(kind); });
    if (const auto* event = std::get_if<event::v1::Event>(&report.event)) report.caller = caller.value_or(event->organisation());
    report.bytes = json;
    return report;
  }

  absl::StatusOr<Answer> Publish(Report report) {
    absl::StatusOr<Answer> result = absl::UnknownError("not answered");
    absl::Notification done;
    report.done = [&](absl::StatusOr<Answer> answer) {
      result = std::move(answer);
      done.Notify();
    };
    if (absl::Status status = loop_->Submit(std::move(report), 1000); !status.ok()) return status;
    done.WaitForNotification();
    return result;
  }
  absl::StatusOr<Answer> Publish(const std::string& json) { return Publish(Read(json)); }

  // accepted, or the code of the refusal; `again` before it for a duplicate; the status's code where there was no answer.
  std::string Outcome(const std::string& json) { return Outcome(Publish(json)); }
  static std::string Outcome(const absl::StatusOr<Answer>& answer) {
    if (!answer.ok()) return absl::StatusCodeToString(answer.status().code());
    return absl::StrCat(answer->duplicate ? "again " : "", answer->refusal ? base::Code(answer->refusal->code()) : "accepted");
  }

  absl::StatusOr<base::Micros> Advance(base::Micros to) {
    absl::StatusOr<base::Micros> result = absl::UnknownError("not answered");
    absl::Notification done;
    workflow::Advance advance{.to_us = to, .done = [&](absl::StatusOr<base::Micros> clock) {
                                result = std::move(clock);
                                done.Notify();
                              }};
    if (absl::Status status = loop_->Submit(std::move(advance), 100); !status.ok()) return status;
    done.WaitForNotification();
    return result;
  }

  template <typename Do>
  absl::Status Ask(Do what) {
    absl::Status result;
    absl::Notification done;
    Question question{[&](absl::StatusOr<Partition*> partition) {
      result = partition.status();
      if (partition.ok()) what(**partition);
      done.Notify();
    }};
    if (absl::Status status = loop_->Submit(std::move(question), 100); !status.ok()) return status;
    done.WaitForNotification();
    return result;
  }

  std::vector<std::string> List() {
    std::vector<std::string> lines;
    EXPECT_TRUE(Ask([&](Partition& partition) {
                  const auto ids = partition.Ids("", 1000);
                  EXPECT_TRUE(ids.ok());
                  for (const std::string& id : *ids) lines.push_back(TrajectLine((*partition.Find(id))->traject));
                }).ok());
    return lines;
  }

  base::Micros Clock() {
    base::Micros clock = 0;
    EXPECT_TRUE(Ask([&](Partition& partition) { clock = partition.clock_us(); }).ok());
    return clock;
  }

  // Every record of the journal.
  std::vector<journal::v1::Record> Records() {
    std::vector<journal::v1::Record> records;
    EXPECT_TRUE(journal_
                    ->Read({},
                           [&](const log::Tip&, const log::Batch& batch) {
                             for (const auto& stored : batch.records) {
                               records.emplace_back();
                               EXPECT_TRUE(records.back().ParseFromArray(stored.bytes.data(), static_cast<int>(stored.bytes.size())));
                             }
                             return absl::OkStatus();
                           })
                    .ok());
    return records;
  }

 private:
  LoopOptions options_;
  std::unique_ptr<log::EmbeddedLog> own_journal_;
  log::EventLog* journal_ = nullptr;
  std::unique_ptr<Loop> loop_;
  absl::Status ended_;
};

}  // namespace overdracht::workflow

#endif  // OVERDRACHT_TESTS_UNIT_WORKFLOW_SERVICE_H_
