#include "services/topics/rights.h"

#include <absl/strings/match.h>
#include <absl/strings/str_cat.h>

#include <utility>

namespace overdracht::topics {
namespace {

constexpr rd_kafka_AclOperation_t kRead = RD_KAFKA_ACL_OPERATION_READ, kWrite = RD_KAFKA_ACL_OPERATION_WRITE,
                                  kCreate = RD_KAFKA_ACL_OPERATION_CREATE;

// What one party may do. Reading and writing imply that it may see that the topic is there.
class Grants {
 public:
  Grants(absl::string_view oin, std::set<kafka::Right>* rights) : principal_(absl::StrCat("User:oin-", oin)), rights_(*rights) {}

  Grants& May(rd_kafka_AclOperation_t operation, std::string topic) {
    return Add(operation, RD_KAFKA_RESOURCE_TOPIC, std::move(topic), false);
  }
  Grants& MayAll(rd_kafka_AclOperation_t operation, std::string topics) {
    return Add(operation, RD_KAFKA_RESOURCE_TOPIC, std::move(topics), true);
  }
  Grants& MayJoin(std::string group, bool prefixed) { return Add(kRead, RD_KAFKA_RESOURCE_GROUP, std::move(group), prefixed); }

 private:
  Grants& Add(rd_kafka_AclOperation_t operation, rd_kafka_ResourceType_t type, std::string name, bool prefixed) {
    rights_.insert({.principal = principal_, .operation = operation, .type = type, .name = std::move(name), .prefixed = prefixed});
    return *this;
  }

  const std::string principal_;
  std::set<kafka::Right>& rights_;
};

}  // namespace

std::set<kafka::Right> RightsOf(const Names& names, const Parties& parties) {
  std::set<kafka::Right> rights;
  for (const std::string& oin : parties.organisations) {
    Grants(oin, &rights).May(kRead, names.Outbox(oin)).May(kWrite, names.Ingress(oin)).MayJoin(names.GroupsOf(oin), true);
  }
  for (const std::string& oin : parties.partner_services) {
    Grants(oin, &rights)
        .May(kWrite, names.Events())
        .May(kWrite, names.Unreadable())
        .May(kRead, names.Workflows())
        .MayAll(kRead, names.OutboxPrefix())
        .MayAll(kRead, names.IngressPrefix());
  }
  for (const std::string& oin : parties.workflow_services) {
    Grants(oin, &rights)
        .May(kRead, names.Events())
        .May(kRead, names.Journal())
        .May(kWrite, names.Journal())
        .MayAll(kRead, names.OutboxPrefix())
        .MayAll(kWrite, names.OutboxPrefix())
        .MayAll(kCreate, names.OutboxPrefix())
        .May(kWrite, names.Unreadable())
        .May(kRead, names.Workflows())
        .May(kWrite, names.Workflows())
        .MayJoin(names.Group(), false);
  }
  for (const std::string& oin : parties.auditors) Grants(oin, &rights).May(kRead, names.Journal());
  return rights;
}

std::vector<kafka::Right> Others(const Names& names, const std::set<kafka::Right>& there, const std::set<kafka::Right>& wanted) {
  std::vector<kafka::Right> others;
  const std::string prefix = absl::StrCat(names.region(), ".");
  for (const kafka::Right& right : there) {
    // A literal star is every topic; a beginning may be one of ours, or ours begins as it does.
    const bool touches =
        right.name == "*" || absl::StartsWith(right.name, prefix) || (right.prefixed && absl::StartsWith(prefix, right.name));
    if (touches && wanted.count(right) == 0) others.push_back(right);
  }
  return others;
}

}  // namespace overdracht::topics
