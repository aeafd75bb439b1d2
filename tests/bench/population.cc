#include "tests/bench/population.h"

#include <absl/container/flat_hash_map.h>
#include <absl/strings/str_cat.h>
#include <absl/strings/str_format.h>
#include <absl/strings/str_replace.h>
#include <absl/synchronization/mutex.h>
#include <absl/time/clock.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <queue>
#include <vector>

#include "services/base/check.h"
#include "services/base/uuid.h"
#include "services/event/compose.h"
#include "services/event/read.h"
#include "services/kafka/publisher.h"
#include "services/log/embedded/embedded_log.h"
#include "services/workflow/folder.h"
#include "services/workflow/loop.h"
#include "tests/bench/life.h"
#include "tests/support/region.h"

namespace overdracht::bench {
namespace {

using base::Micros;

constexpr Micros kMinute = 60 * base::kSecond;
constexpr Micros kDay = 24 * 60 * kMinute;
constexpr int kWaitingDays = 150;  // four to five months
// A whole life that began before would be afgerond by now.
constexpr int kWholeDays = 870, kWholeDaysAtLeast = 30;
constexpr size_t kWholeEvery = 20;
// As many as there are gemeenten. Some are much larger than others.
constexpr int kRegions = 342;
constexpr char kLetters[] = "zwgcp";
constexpr const char* kRoles[] = {"zorgaanbieder", "wijkteam", "gemeente", "woningcorporatie", "ggz"};
constexpr size_t kInFlight = 8192;

std::string Oin(int region, char letter) {
  return absl::StrFormat("00000099%09d000", 10'000 + 10 * region + (std::string(kLetters).find(letter) + 1));
}

// The steps of lives as events without id, traject and time; the same step of the same region is made once.
class Steps {
 public:
  const event::v1::Event* Find(const Step& step, int region, base::Days day) {
    std::string fields;
    for (const std::string& field : step.fields) absl::StrAppend(&fields, FillIn(field, region, day), "\n");
    std::unique_ptr<event::v1::Event>& found = made_[absl::StrCat(region, " ", std::string(1, step.by), " ", step.event, "\n", fields)];
    if (found == nullptr) found = std::make_unique<event::v1::Event>(Compose(step, region, day));
    return found.get();
  }

 private:
  static std::string FillIn(const std::string& field, int region, base::Days day) {
    if (field.find('$') == std::string::npos) return field;
    std::string participants;
    std::vector<std::pair<std::string, std::string>> values;
    for (size_t i = 0; i < std::size(kRoles); ++i) {
      absl::StrAppend(&participants, i == 0 ? "" : ",", kRoles[i], ":", Oin(region, kLetters[i]));
      values.emplace_back(absl::StrCat("$", std::string(1, kLetters[i])), Oin(region, kLetters[i]));
    }
    values.emplace_back("$participants", participants);
    for (int more : {0, 5}) values.emplace_back(absl::StrCat("$day+", more), base::FormatDate(day + more));
    return absl::StrReplaceAll(field, values);
  }

  static event::v1::Event Compose(const Step& step, int region, base::Days day) {
    const event::ReportEnvelope envelope{.organisation = Oin(region, step.by),
                                         .system = "bench",
                                         .id = "step",
                                         .traject = "00000000-0000-4000-8000-000000000000",
                                         .time = "2017-01-01T00:00:00Z"};
    std::vector<std::string> fields;
    for (const std::string& field : step.fields) fields.push_back(FillIn(field, region, day));
    const absl::StatusOr<std::string> json = event::ComposeEvent(step.event, envelope, fields);
    OVERDRACHT_CHECK(json.ok(), json.status().message());
    auto read = event::ReadCloudEvent(*json, [](absl::string_view) { return true; });
    OVERDRACHT_CHECK(std::holds_alternative<event::v1::Event>(read), *json);
    return std::get<event::v1::Event>(std::move(read));
  }

  absl::flat_hash_map<std::string, std::unique_ptr<event::v1::Event>> made_;
};

// All reports of the population in the order of time.
class History {
 public:
  explicit History(const Population& population) : population_(population) {
    // The next to begin of each kind; within a kind they begin in the order of their numbers.
    for (size_t first : {kWholeEvery - 1, size_t{0}}) {
      if (first < population_.trajecten) Begin(first);
    }
  }

  // False: that was all.
  bool Next(event::v1::Event* event) {
    if (next_.empty()) return false;
    const auto [at, n] = next_.top();
    next_.pop();
    UnderWay& way = under_way_.at(n);
    const Planned& step = way.steps[way.done++];
    *event = *step.what;
    event->set_traject(*base::ParseUuid(way.traject));
    event->set_id(absl::StrCat("e-", way.done));
    event->set_time_us(at);
    const bool began = way.done == 1;
    if (way.done < way.steps.size()) {
      next_.emplace(way.steps[way.done].at, n);
    } else {
      under_way_.erase(n);
    }
    if (began) Begin(NextOfItsKind(n));
    return true;
  }

 private:
  struct Planned {
    Micros at = 0;
    const event::v1::Event* what = nullptr;
  };
  struct UnderWay {
    std::string traject;
    std::vector<Planned> steps;
    size_t done = 0;
  };

  static size_t NextOfItsKind(size_t n) {
    if (!IsIdle(n)) return n + kWholeEvery;
    return IsIdle(n + 1) ? n + 1 : n + 2;
  }

  void Begin(size_t n) {
    if (n >= population_.trajecten) return;
    const bool idle = IsIdle(n);
    const int days = idle ? kWaitingDays : kWholeDays, at_least = idle ? 1 : kWholeDaysAtLeast;
    const double part = static_cast<double>(n) / static_cast<double>(population_.trajecten);
    const auto began = population_.until - days * kDay + static_cast<Micros>(part * (days - at_least) * static_cast<double>(kDay));
    testing::Chance chance(population_.seed + n);
    const Client client = ClientOf(population_, n);
    UnderWay& way = under_way_[n];
    way.traject = client.traject;
    for (const Step& step : idle ? waiting_ : WholeLife(&chance)) {
      const Micros at = began + step.minute * kMinute;
      if (at >= population_.until) break;
      way.steps.push_back({.at = at, .what = steps_.Find(step, client.region, base::DayOf(at))});
    }
    next_.emplace(way.steps.front().at, n);
  }

  const Population population_;
  const std::vector<Step> waiting_ = WaitingLife();
  Steps steps_;
  absl::flat_hash_map<size_t, UnderWay> under_way_;
  using Next_ = std::pair<Micros, size_t>;
  std::priority_queue<Next_, std::vector<Next_>, std::greater<>> next_;
};

// The loop that decides them, as a service would run it.
class Filling {
 public:
  // One of so many that share the population.
  Filling(const std::string& folder, const Population& population, size_t shares = 1) : most_in_flight_(kInFlight / shares) {
    std::filesystem::create_directories(folder);
    OVERDRACHT_CHECK(workflow::KeepClock(folder, workflow::ClockKind::kWall).ok(), "a folder that cannot be made");
    auto journal = log::EmbeddedLog::Open(folder + "/journal.db");
    OVERDRACHT_CHECK(journal.ok() && (*journal)->tip().number == 0, "a folder that is not new");
    journal_ = *std::move(journal);
    workflow::LoopOptions options;
    options.data = folder;
    // The reports bring the time with them, so that it does not matter how fast they are taken in.
    options.clock = workflow::ClockKind::kEvents;
    options.machine_clock = [until = population.until] { return until; };
    options.program = "bench";
    // All that is under way at once stays in memory, and is written seldom: nobody waits here, and nothing is lost by a kill.
    options.partition = {.hot_trajecten = (population.trajecten / kWholeEvery + 20'000) / shares,
                         .records_per_checkpoint = 500'000,
                         .changed_per_checkpoint = SIZE_MAX,
                         .most_records_behind = UINT64_MAX};
    options.checkpoint_every = absl::InfiniteDuration();
    // Not the half a megabyte that a loop writes which is never idle: who reads one notice reads its batch.
    options.most_bytes_per_batch = 32 << 10;
    std::vector<::overdracht::workflow::v1::WorkflowDefinition> definitions;
    for (const auto& workflow : testing::ProjectWorkflows().All()) definitions.push_back(workflow->definition());
    auto loop = workflow::Loop::Open(std::move(options), journal_.get(), std::move(definitions));
    OVERDRACHT_CHECK(loop.ok(), loop.status().message());
    loop_ = *std::move(loop);
    loop_->Start([](const absl::Status& why) { OVERDRACHT_CHECK(why.ok(), why.message()); });
  }

  void Report(event::v1::Event event) {
    workflow::Report report;
    report.caller = event.organisation();
    report.event = std::move(event);
    report.done = [this](const absl::StatusOr<workflow::Answer>& answer) {
      OVERDRACHT_CHECK(answer.ok(), "a report that is not answered");
      absl::MutexLock lock(&mutex_);
      --in_flight_;
    };
    {
      absl::MutexLock lock(&mutex_, absl::Condition(this, &Filling::HasRoom));
      ++in_flight_;
    }
    OVERDRACHT_CHECK(loop_->Submit(std::move(report), 1000).ok(), "a report that is not taken in");
  }

  // What is due by then runs out.
  Filled End(Micros until) {
    workflow::Advance advance{
        .to_us = until, .done = [](const absl::StatusOr<Micros>& clock) { OVERDRACHT_CHECK(clock.ok(), "a clock that cannot be moved"); }};
    OVERDRACHT_CHECK(loop_->Submit(std::move(advance), 100).ok(), "a move of the clock that is not taken in");
    loop_->Drain();
    const workflow::LoopCounts counts = loop_->counts();
    Filled filled{.events = counts.accepted, .records = counts.records};
    for (const auto& [code, count] : counts.refused) filled.refused += count;
    return filled;
  }

 private:
  bool HasRoom() const { return in_flight_ < most_in_flight_; }

  const size_t most_in_flight_;
  std::unique_ptr<log::EmbeddedLog> journal_;
  std::unique_ptr<workflow::Loop> loop_;
  absl::Mutex mutex_;
  size_t in_flight_ = 0;
};

}  // namespace

Population PopulationOf(size_t trajecten) { return {.trajecten = trajecten, .seed = 1, .until = absl::ToUnixMicros(absl::Now())}; }

bool IsIdle(size_t n) { return n % kWholeEvery != kWholeEvery - 1; }

std::string Client::Organisation(char letter) const { return Oin(region, letter); }

Client ClientOf(const Population& population, size_t n) {
  testing::Chance chance((population.seed << 32) ^ n);
  const uint64_t high = chance.Bits(), low = chance.Bits();
  Client client;
  client.traject =
      absl::StrFormat("%08x-%04x-4%03x-8%03x-%012x", high >> 32, high >> 16 & 0xffff, high & 0xfff, low >> 52, low & 0xffffffffffff);
  const double part = chance.Below(1'000'000) / 1e6;
  client.region = static_cast<int>(kRegions * part * part);
  return client;
}

Filled Fill(const std::string& folder, const Population& population) {
  const Stopwatch watch;
  Filling filling(folder, population);
  History history(population);
  for (event::v1::Event event; history.Next(&event);) filling.Report(std::move(event));
  Filled filled = filling.End(population.until);
  filled.seconds = watch.Seconds();
  return filled;
}

int PartitionOf(const std::string& traject, int partitions) { return kafka::PartitionOf(traject, partitions); }

Filled FillPartitions(const std::string& folder, const Population& population, int partitions) {
  const Stopwatch watch;
  std::vector<std::unique_ptr<Filling>> fillings;
  for (int partition = 0; partition < partitions; ++partition) {
    fillings.push_back(std::make_unique<Filling>(absl::StrCat(folder, "/", partition), population, static_cast<size_t>(partitions)));
  }
  History history(population);
  for (event::v1::Event event; history.Next(&event);) {
    fillings[static_cast<size_t>(PartitionOf(base::FormatUuid(event.traject()), partitions))]->Report(std::move(event));
  }
  Filled all;
  for (const auto& filling : fillings) {
    const Filled filled = filling->End(population.until);
    all.events += filled.events;
    all.refused += filled.refused;
    all.records += filled.records;
  }
  all.seconds = watch.Seconds();
  return all;
}

PopulatedFolder::PopulatedFolder(const Options& options, size_t trajecten) : path_(options.folder), population_(PopulationOf(trajecten)) {
  if (!path_.empty()) return;
  temporary_.emplace();
  path_ = temporary_->path();
  filled_ = Fill(path_, population_);
}

std::vector<size_t> SizesOf(const Options& options) {
  if (!options.folder.empty()) return {options.trajecten};
  std::vector<size_t> sizes;
  for (const double trajecten : {1e3, 1e4, 1e5}) {
    sizes.push_back(static_cast<size_t>(std::max(100.0, trajecten * std::min(1.0, options.scale))));
  }
  if (options.scale >= 10) sizes.push_back(1'000'000);
  return sizes;
}

}  // namespace overdracht::bench
