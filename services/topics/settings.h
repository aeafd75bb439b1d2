// How the topics of a region have to be, made and checked. What is there is never changed.
#ifndef OVERDRACHT_SERVICES_TOPICS_SETTINGS_H_
#define OVERDRACHT_SERVICES_TOPICS_SETTINGS_H_

#include <absl/status/statusor.h>

#include <map>
#include <string>
#include <vector>

#include "services/kafka/admin.h"
#include "services/topics/names.h"

namespace overdracht::topics {

struct Plan {
  Names names;
  int partitions = 1;  // of the journal; for ever
  std::vector<std::string> organisations;
  int replication = 1;
};

// The topics of a region, in the order in which they are made.
std::vector<kafka::NewTopic> TopicsOf(const Plan& plan);

// In what a topic differs from what it has to be, in words; settings that no topic of ours depends on are the operator's matter.
std::vector<std::string> Differences(const kafka::NewTopic& wanted, const kafka::TopicThere& there, const kafka::Settings& settings);

struct Outcome {
  std::vector<std::string> made, there;
};
// Makes what is not there. FAILED_PRECONDITION, and nothing is made: what is there is not as it has to be.
absl::StatusOr<Outcome> MakeTopics(const Plan& plan, kafka::Admin* admin);

// What every service asks at its start: how many partitions the region has. NOT_FOUND: a topic is not there, or may not be seen;
// FAILED_PRECONDITION: the partitions of events and journal differ, or an outbox has more than one.
absl::StatusOr<uint32_t> CheckRegion(const kafka::Cluster& cluster, const Names& names);
// The same by the journal alone, for auditors, who may see nothing else.
absl::StatusOr<uint32_t> CountPartitions(const kafka::Cluster& cluster, const Names& names);
// The same, of what is there.
absl::StatusOr<uint32_t> CheckTopics(const Names& names, const std::map<std::string, kafka::TopicThere>& there);

// The outbox of an organisation that is told something for the first time: as the region's other topics are.
absl::Status MakeOutbox(const kafka::Cluster& cluster, const Names& names, const std::string& organisation);

}  // namespace overdracht::topics

#endif  // OVERDRACHT_SERVICES_TOPICS_SETTINGS_H_
