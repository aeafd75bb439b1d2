// Topics and access control lists: what is there, what is made. Nothing is changed or deleted.
#ifndef OVERDRACHT_SERVICES_KAFKA_ADMIN_H_
#define OVERDRACHT_SERVICES_KAFKA_ADMIN_H_

#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "services/kafka/handle.h"

namespace overdracht::kafka {

struct NewTopic {
  std::string name;
  int partitions = 1;
  int replication = -1;    // -1: what the brokers make of it (default.replication.factor)
  Settings settings = {};  // of Kafka: retention.ms, …
};

struct TopicThere {
  int partitions = 0;
  int replication = 0;
};

// Who may do what with topics, groups or transactional ids of that name, or whose names begin so. From any host.
struct Right {
  std::string principal;  // User:…
  rd_kafka_AclOperation_t operation = RD_KAFKA_ACL_OPERATION_READ;
  rd_kafka_ResourceType_t type = RD_KAFKA_RESOURCE_TOPIC;
  std::string name;
  bool prefixed = false;

  // User:oin-… may read topic pilot.events; with a star where only the beginning is named.
  std::string ToString() const;
  auto Key() const { return std::tie(principal, type, name, prefixed, operation); }
  friend bool operator<(const Right& a, const Right& b) { return a.Key() < b.Key(); }
};

// For one thread.
class Admin {
 public:
  static absl::StatusOr<std::unique_ptr<Admin>> Open(const Cluster& cluster, absl::Duration timeout = absl::Seconds(30));

  // Of those that may be seen.
  absl::StatusOr<std::map<std::string, TopicThere>> Topics();
  // One, however many there are; nothing: it is not there, or may not be seen.
  absl::StatusOr<std::optional<TopicThere>> Topic(const std::string& name);
  // The settings of topics that are there, by topic: also what nobody has set.
  absl::StatusOr<std::map<std::string, Settings>> SettingsOf(const std::vector<std::string>& topics);
  // Returns when all of them are there and have leaders. One that somebody else made meanwhile counts.
  absl::Status MakeTopics(const std::vector<NewTopic>& topics);

  // All that are granted.
  absl::StatusOr<std::set<Right>> Rights();
  // Returns when they are there. FAILED_PRECONDITION: the brokers keep no rights (authorizer.class.name).
  absl::Status Grant(const std::vector<Right>& rights);

 private:
  Admin(std::unique_ptr<Handle> handle, absl::Duration timeout) : handle_(std::move(handle)), timeout_(timeout) {}
  bool HaveLeaders(const std::vector<NewTopic>& topics);

  const std::unique_ptr<Handle> handle_;
  const absl::Duration timeout_;
};

}  // namespace overdracht::kafka

#endif  // OVERDRACHT_SERVICES_KAFKA_ADMIN_H_
