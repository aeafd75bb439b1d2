#include "services/topics/settings.h"

#include <absl/strings/match.h>
#include <absl/strings/numbers.h>
#include <absl/strings/str_cat.h>
#include <absl/strings/str_join.h>
#include <absl/time/clock.h>

#include <optional>
#include <utility>

namespace overdracht::topics {
namespace {

constexpr absl::string_view kMinInSync = "min.insync.replicas", kMaxBytes = "max.message.bytes";
// Kafka's own default: kafka::kMostRecordBytes and what it adds. Said, so that a cluster that allows less does not refuse a batch of ours.
constexpr int64_t kMostMessageBytes = 1'048'588;

// Of every topic: whatever is there is kept, whole and for ever. Where it is too much for the disk, tiering (remote.storage.enable) moves
// it.
kafka::Settings SettingsOf(int replication) {
  return {
      // A journal that forgets its beginning is a lost one, and what is known of a traject stands in its events, not in the newest of them.
      {"cleanup.policy", "delete"},
      {"retention.ms", "-1"},
      {"retention.bytes", "-1"},
      // Acknowledged is what a majority of the replicas has, so that any of them that leads has it.
      {std::string(kMinInSync), absl::StrCat(replication / 2 + 1)},
      {"unclean.leader.election.enable", "false"},
      {std::string(kMaxBytes), absl::StrCat(kMostMessageBytes)},
      // The brokers keep what they were sent and compress nothing anew. Producers of ours send it as it is: their records are small,
      // readers
      // wait for nothing, and whoever needs the disk has a file system that compresses.
      {"compression.type", "producer"},
  };
}

// These may be more than is asked for.
bool IsEnough(const std::string& name, const std::string& wanted, const std::string& found) {
  if (wanted == found) return true;
  int64_t least = 0, number = 0;
  return (name == kMinInSync || name == kMaxBytes) && absl::SimpleAtoi(wanted, &least) && absl::SimpleAtoi(found, &number) &&
         number >= least;
}

std::string Partitions(int count) { return absl::StrCat(count, count == 1 ? " partition" : " partitions"); }

constexpr absl::Duration kUntilKnown = absl::Seconds(3), kLookAgain = absl::Milliseconds(200);

absl::Status NotThere(const std::string& topic) {
  return absl::NotFoundError(
      absl::StrCat("expected the topic ", topic, ", but it is not there, or may not be seen (overdracht deploy kafka-init makes it)"));
}

// What may be seen there.
absl::StatusOr<std::map<std::string, kafka::TopicThere>> FindTopics(const kafka::Cluster& cluster) {
  const absl::StatusOr<std::unique_ptr<kafka::Admin>> admin = kafka::Admin::Open(cluster);
  if (!admin.ok()) return admin.status();
  return (*admin)->Topics();
}

}  // namespace

std::vector<kafka::NewTopic> TopicsOf(const Plan& plan) {
  std::vector<std::pair<std::string, int>> topics = {{plan.names.Events(), plan.partitions},
                                                     {plan.names.Journal(), plan.partitions},
                                                     {plan.names.Unreadable(), 1},
                                                     {plan.names.Workflows(), 1}};
  for (const std::string& organisation : plan.organisations) {
    topics.emplace_back(plan.names.Outbox(organisation), 1);
    topics.emplace_back(plan.names.Ingress(organisation), 1);
  }
  std::vector<kafka::NewTopic> wanted;
  for (auto& [name, partitions] : topics) {
    wanted.push_back(
        {.name = std::move(name), .partitions = partitions, .replication = plan.replication, .settings = SettingsOf(plan.replication)});
  }
  return wanted;
}

std::vector<std::string> Differences(const kafka::NewTopic& wanted, const kafka::TopicThere& there, const kafka::Settings& settings) {
  std::vector<std::string> differences;
  if (there.partitions != wanted.partitions) {
    differences.push_back(absl::StrCat(
        "expected ", Partitions(wanted.partitions), ", but it has ", there.partitions,
        wanted.partitions == 1 ? " (it has one order)"
                               : " (a traject's partition follows from their number: with another one its next event would be read "
                                 "apart from its earlier ones; a region is moved to new topics instead)"));
  }
  for (const auto& [name, value] : wanted.settings) {
    const auto found = settings.find(name);
    if (found != settings.end() && !IsEnough(name, value, found->second))
      differences.push_back(absl::StrCat("expected ", name, " to be ", value, ", but it is ", found->second));
  }
  return differences;
}

absl::StatusOr<Outcome> MakeTopics(const Plan& plan, kafka::Admin* admin) {
  const absl::StatusOr<std::map<std::string, kafka::TopicThere>> there = admin->Topics();
  if (!there.ok()) return there.status();
  const std::vector<kafka::NewTopic> wanted = TopicsOf(plan);
  Outcome outcome;
  std::vector<kafka::NewTopic> missing;
  for (const kafka::NewTopic& topic : wanted) {
    if (there->count(topic.name) > 0) {
      outcome.there.push_back(topic.name);
    } else {
      outcome.made.push_back(topic.name);
      missing.push_back(topic);
    }
  }
  const absl::StatusOr<std::map<std::string, kafka::Settings>> settings = admin->SettingsOf(outcome.there);
  if (!settings.ok()) return settings.status();
  std::vector<std::string> wrong;
  for (const kafka::NewTopic& topic : wanted) {
    const auto found = there->find(topic.name);
    if (found == there->end()) continue;
    const auto set = settings->find(topic.name);
    for (const std::string& difference : Differences(topic, found->second, set == settings->end() ? kafka::Settings() : set->second))
      wrong.push_back(absl::StrCat(topic.name, ": ", difference));
  }
  if (!wrong.empty()) return absl::FailedPreconditionError(absl::StrJoin(wrong, "\n"));
  if (absl::Status made = admin->MakeTopics(missing); !made.ok()) return made;
  return outcome;
}

absl::StatusOr<uint32_t> CheckTopics(const Names& names, const std::map<std::string, kafka::TopicThere>& there) {
  const auto events = there.find(names.Events());
  if (events == there.end()) return NotThere(names.Events());
  // Who may not see the journal has nothing to do with it.
  if (const auto journal = there.find(names.Journal()); journal != there.end() && journal->second.partitions != events->second.partitions) {
    return absl::FailedPreconditionError(
        absl::StrCat("expected ", names.Journal(), " and ", names.Events(), " to have as many partitions as each other, but they have ",
                     journal->second.partitions, " and ", events->second.partitions, ": their number was changed after they were made"));
  }
  for (const auto& [name, topic] : there) {
    if (topic.partitions != 1 && (absl::StartsWith(name, names.OutboxPrefix()) || name == names.Workflows() || name == names.Unreadable()))
      return absl::FailedPreconditionError(absl::StrCat("expected ", name, " to have 1 partition, but it has ", topic.partitions));
  }
  return static_cast<uint32_t>(events->second.partitions);
}

absl::StatusOr<uint32_t> CheckRegion(const kafka::Cluster& cluster, const Names& names) {
  // Of topics that have just been made not every broker knows yet.
  for (const absl::Time late = absl::Now() + kUntilKnown;; absl::SleepFor(kLookAgain)) {
    const absl::StatusOr<std::map<std::string, kafka::TopicThere>> there = FindTopics(cluster);
    if (!there.ok()) return there.status();
    absl::StatusOr<uint32_t> partitions = CheckTopics(names, *there);
    if (!absl::IsNotFound(partitions.status()) || absl::Now() >= late) return partitions;
  }
}

absl::StatusOr<uint32_t> CountPartitions(const kafka::Cluster& cluster, const Names& names) {
  const absl::StatusOr<std::map<std::string, kafka::TopicThere>> there = FindTopics(cluster);
  if (!there.ok()) return there.status();
  const auto journal = there->find(names.Journal());
  if (journal == there->end()) return NotThere(names.Journal());
  return static_cast<uint32_t>(journal->second.partitions);
}

absl::Status MakeOutbox(const kafka::Cluster& cluster, const Names& names, const std::string& organisation) {
  const absl::StatusOr<std::unique_ptr<kafka::Admin>> admin = kafka::Admin::Open(cluster);
  if (!admin.ok()) return admin.status();
  const std::string outbox = names.Outbox(organisation);
  const absl::StatusOr<std::optional<kafka::TopicThere>> there = (*admin)->Topic(outbox);
  if (!there.ok() || *there) return there.status();
  const absl::StatusOr<std::optional<kafka::TopicThere>> events = (*admin)->Topic(names.Events());
  if (!events.ok()) return events.status();
  if (!*events) return NotThere(names.Events());
  const int replication = (*events)->replication;
  return (*admin)->MakeTopics({{.name = outbox, .partitions = 1, .replication = replication, .settings = SettingsOf(replication)}});
}

}  // namespace overdracht::topics
