#include "services/kafka/admin.h"

#include <absl/strings/ascii.h>
#include <absl/strings/str_cat.h>
#include <absl/time/clock.h>

#include <algorithm>

namespace overdracht::kafka {
namespace {

// What librdkafka gives is given back.
template <typename T, void (*Destroy)(T*)>
struct Destroyer {
  void operator()(T* value) const { Destroy(value); }
};
using Queue = std::unique_ptr<rd_kafka_queue_t, Destroyer<rd_kafka_queue_t, rd_kafka_queue_destroy>>;
using Event = std::unique_ptr<rd_kafka_event_t, Destroyer<rd_kafka_event_t, rd_kafka_event_destroy>>;
using Options = std::unique_ptr<rd_kafka_AdminOptions_t, Destroyer<rd_kafka_AdminOptions_t, rd_kafka_AdminOptions_destroy>>;
using TopicToMake = std::unique_ptr<rd_kafka_NewTopic_t, Destroyer<rd_kafka_NewTopic_t, rd_kafka_NewTopic_destroy>>;
using Resource = std::unique_ptr<rd_kafka_ConfigResource_t, Destroyer<rd_kafka_ConfigResource_t, rd_kafka_ConfigResource_destroy>>;
using Binding = std::unique_ptr<rd_kafka_AclBinding_t, Destroyer<rd_kafka_AclBinding_t, rd_kafka_AclBinding_destroy>>;

template <typename Owner>
std::vector<typename Owner::pointer> Pointers(const std::vector<Owner>& owners) {
  std::vector<typename Owner::pointer> pointers;
  for (const Owner& owner : owners) pointers.push_back(owner.get());
  return pointers;
}

absl::Status ErrorOf(rd_kafka_resp_err_t error, const char* said, absl::string_view what) {
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return absl::OkStatus();
  const absl::Status status = StatusOf(error, what);
  return said == nullptr ? status : absl::Status(status.code(), absl::StrCat(what, ": ", said));
}

// Asks, by `ask`, and waits for the answer.
template <typename Ask>
absl::StatusOr<Event> Request(rd_kafka_t* kafka, rd_kafka_admin_op_t operation, absl::Duration timeout, absl::string_view what,
                              const Ask& ask) {
  const Queue queue(rd_kafka_queue_new(kafka));
  const Options options(rd_kafka_AdminOptions_new(kafka, operation));
  rd_kafka_AdminOptions_set_request_timeout(options.get(), Milliseconds(timeout), nullptr, 0);
  ask(options.get(), queue.get());
  Event event(rd_kafka_queue_poll(queue.get(), Milliseconds(timeout + absl::Seconds(5))));
  if (event == nullptr) return absl::UnavailableError(absl::StrCat(what, ": no broker answered"));
  if (absl::Status status = ErrorOf(rd_kafka_event_error(event.get()), rd_kafka_event_error_string(event.get()), what); !status.ok())
    return status;
  return event;
}

std::map<std::string, TopicThere> ThereIn(const Metadata& metadata) {
  std::map<std::string, TopicThere> topics;
  for (int i = 0; i < metadata->topic_cnt; ++i) {
    const struct rd_kafka_metadata_topic& topic = metadata->topics[i];
    if (topic.partition_cnt == 0) continue;
    topics[topic.topic] = {.partitions = topic.partition_cnt, .replication = topic.partitions[0].replica_cnt};
  }
  return topics;
}

}  // namespace

std::string Right::ToString() const {
  return absl::StrCat(principal, " may ", absl::AsciiStrToLower(rd_kafka_AclOperation_name(operation)), " ",
                      absl::AsciiStrToLower(rd_kafka_ResourceType_name(type)), " ", name, prefixed ? "*" : "");
}

absl::StatusOr<std::unique_ptr<Admin>> Admin::Open(const Cluster& cluster, absl::Duration timeout) {
  // Who asks for a topic as a producer makes it, where the brokers allow that.
  absl::StatusOr<std::unique_ptr<Handle>> handle = Handle::Open(RD_KAFKA_CONSUMER, cluster, {});
  if (!handle.ok()) return handle.status();
  return std::unique_ptr<Admin>(new Admin(*std::move(handle), timeout));
}

// ---- Topics ----------------------------------------------------------------------------------------------------------------------------

absl::StatusOr<std::map<std::string, TopicThere>> Admin::Topics() {
  const absl::StatusOr<Metadata> metadata = handle_->QueryTopics(timeout_);
  if (!metadata.ok()) return metadata.status();
  return ThereIn(*metadata);
}

absl::StatusOr<std::optional<TopicThere>> Admin::Topic(const std::string& name) {
  const absl::StatusOr<Metadata> metadata = handle_->QueryTopic(name, timeout_);
  if (!metadata.ok()) return metadata.status();
  const std::map<std::string, TopicThere> there = ThereIn(*metadata);
  const auto found = there.find(name);
  return found == there.end() ? std::nullopt : std::optional(found->second);
}

absl::StatusOr<std::map<std::string, Settings>> Admin::SettingsOf(const std::vector<std::string>& topics) {
  std::map<std::string, Settings> settings;
  if (topics.empty()) return settings;
  std::vector<Resource> resources;
  for (const std::string& topic : topics) resources.emplace_back(rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic.c_str()));
  std::vector<rd_kafka_ConfigResource_t*> pointers = Pointers(resources);
  const absl::StatusOr<Event> answer = Request(handle_->get(), RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS, timeout_, "the settings of topics",
                                               [&](const rd_kafka_AdminOptions_t* options, rd_kafka_queue_t* queue) {
                                                 rd_kafka_DescribeConfigs(handle_->get(), pointers.data(), pointers.size(), options, queue);
                                               });
  if (!answer.ok()) return answer.status();
  size_t count = 0;
  const rd_kafka_ConfigResource_t** const found =
      rd_kafka_DescribeConfigs_result_resources(rd_kafka_event_DescribeConfigs_result(answer->get()), &count);
  for (size_t i = 0; i < count; ++i) {
    const char* const topic = rd_kafka_ConfigResource_name(found[i]);
    if (absl::Status status = ErrorOf(rd_kafka_ConfigResource_error(found[i]), rd_kafka_ConfigResource_error_string(found[i]), topic);
        !status.ok())
      return status;
    size_t entries = 0;
    const rd_kafka_ConfigEntry_t** const entry = rd_kafka_ConfigResource_configs(found[i], &entries);
    for (size_t j = 0; j < entries; ++j) {
      const char* const value = rd_kafka_ConfigEntry_value(entry[j]);
      settings[topic][rd_kafka_ConfigEntry_name(entry[j])] = value == nullptr ? "" : value;
    }
  }
  return settings;
}

absl::Status Admin::MakeTopics(const std::vector<NewTopic>& topics) {
  if (topics.empty()) return absl::OkStatus();
  char why[512];
  std::vector<TopicToMake> made;
  for (const NewTopic& topic : topics) {
    made.emplace_back(rd_kafka_NewTopic_new(topic.name.c_str(), topic.partitions, topic.replication, why, sizeof why));
    if (made.back() == nullptr) return absl::InvalidArgumentError(absl::StrCat(topic.name, ": ", why));
    for (const auto& [name, value] : topic.settings) rd_kafka_NewTopic_set_config(made.back().get(), name.c_str(), value.c_str());
  }
  std::vector<rd_kafka_NewTopic_t*> pointers = Pointers(made);
  const absl::StatusOr<Event> answer = Request(handle_->get(), RD_KAFKA_ADMIN_OP_CREATETOPICS, timeout_, "the topics could not be made",
                                               [&](const rd_kafka_AdminOptions_t* options, rd_kafka_queue_t* queue) {
                                                 rd_kafka_CreateTopics(handle_->get(), pointers.data(), pointers.size(), options, queue);
                                               });
  if (!answer.ok()) return answer.status();
  size_t count = 0;
  const rd_kafka_topic_result_t** const results =
      rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(answer->get()), &count);
  for (size_t i = 0; i < count; ++i) {
    const rd_kafka_resp_err_t error = rd_kafka_topic_result_error(results[i]);
    if (error == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS) continue;
    if (absl::Status status = ErrorOf(error, rd_kafka_topic_result_error_string(results[i]), rd_kafka_topic_result_name(results[i]));
        !status.ok())
      return status;
  }
  // They are made before every broker knows of them.
  for (const absl::Time late = absl::Now() + timeout_; !HaveLeaders(topics);) {
    if (absl::Now() >= late) return absl::UnavailableError("the topics were made, but they have no leaders yet");
    absl::SleepFor(absl::Milliseconds(20));
  }
  return absl::OkStatus();
}

bool Admin::HaveLeaders(const std::vector<NewTopic>& topics) {
  const absl::StatusOr<Metadata> metadata =
      topics.size() == 1 ? handle_->QueryTopic(topics[0].name, timeout_) : handle_->QueryTopics(timeout_);
  if (!metadata.ok()) return false;
  std::set<std::string> ready;
  for (int i = 0; i < (*metadata)->topic_cnt; ++i) {
    const struct rd_kafka_metadata_topic& topic = (*metadata)->topics[i];
    const bool has_leaders = std::all_of(topic.partitions, topic.partitions + topic.partition_cnt,
                                         [](const struct rd_kafka_metadata_partition& partition) { return partition.leader >= 0; });
    if (topic.partition_cnt > 0 && has_leaders) ready.insert(topic.topic);
  }
  return std::all_of(topics.begin(), topics.end(), [&](const NewTopic& topic) { return ready.count(topic.name) > 0; });
}

// ---- Rights ----------------------------------------------------------------------------------------------------------------------------

absl::StatusOr<std::set<Right>> Admin::Rights() {
  char why[512];
  const Binding all(rd_kafka_AclBindingFilter_new(RD_KAFKA_RESOURCE_ANY, nullptr, RD_KAFKA_RESOURCE_PATTERN_ANY, nullptr, nullptr,
                                                  RD_KAFKA_ACL_OPERATION_ANY, RD_KAFKA_ACL_PERMISSION_TYPE_ALLOW, why, sizeof why));
  const absl::StatusOr<Event> answer = Request(handle_->get(), RD_KAFKA_ADMIN_OP_DESCRIBEACLS, timeout_, "the access control lists",
                                               [&](const rd_kafka_AdminOptions_t* options, rd_kafka_queue_t* queue) {
                                                 rd_kafka_DescribeAcls(handle_->get(), all.get(), options, queue);
                                               });
  if (!answer.ok()) return answer.status();
  size_t count = 0;
  const rd_kafka_AclBinding_t** const found = rd_kafka_DescribeAcls_result_acls(rd_kafka_event_DescribeAcls_result(answer->get()), &count);
  std::set<Right> rights;
  for (size_t i = 0; i < count; ++i) {
    rights.insert({.principal = rd_kafka_AclBinding_principal(found[i]),
                   .operation = rd_kafka_AclBinding_operation(found[i]),
                   .type = rd_kafka_AclBinding_restype(found[i]),
                   .name = rd_kafka_AclBinding_name(found[i]),
                   .prefixed = rd_kafka_AclBinding_resource_pattern_type(found[i]) == RD_KAFKA_RESOURCE_PATTERN_PREFIXED});
  }
  return rights;
}

absl::Status Admin::Grant(const std::vector<Right>& rights) {
  if (rights.empty()) return absl::OkStatus();
  char why[512];
  std::vector<Binding> bindings;
  for (const Right& right : rights) {
    bindings.emplace_back(rd_kafka_AclBinding_new(
        right.type, right.name.c_str(), right.prefixed ? RD_KAFKA_RESOURCE_PATTERN_PREFIXED : RD_KAFKA_RESOURCE_PATTERN_LITERAL,
        right.principal.c_str(), "*", right.operation, RD_KAFKA_ACL_PERMISSION_TYPE_ALLOW, why, sizeof why));
    if (bindings.back() == nullptr) return absl::InvalidArgumentError(absl::StrCat(right.ToString(), ": ", why));
  }
  std::vector<rd_kafka_AclBinding_t*> pointers = Pointers(bindings);
  const absl::StatusOr<Event> answer =
      Request(handle_->get(), RD_KAFKA_ADMIN_OP_CREATEACLS, timeout_, "the access control lists could not be made",
              [&](const rd_kafka_AdminOptions_t* options, rd_kafka_queue_t* queue) {
                rd_kafka_CreateAcls(handle_->get(), pointers.data(), pointers.size(), options, queue);
              });
  if (!answer.ok()) return answer.status();
  size_t count = 0;
  const rd_kafka_acl_result_t** const results = rd_kafka_CreateAcls_result_acls(rd_kafka_event_CreateAcls_result(answer->get()), &count);
  for (size_t i = 0; i < count; ++i) {
    const rd_kafka_error_t* const error = rd_kafka_acl_result_error(results[i]);
    if (error != nullptr) return ErrorOf(rd_kafka_error_code(error), rd_kafka_error_string(error), rights[i].ToString());
  }
  // They are granted before the broker that is asked knows of them.
  const std::set<Right> wanted(rights.begin(), rights.end());
  for (const absl::Time late = absl::Now() + timeout_;; absl::SleepFor(absl::Milliseconds(20))) {
    const absl::StatusOr<std::set<Right>> there = Rights();
    if (!there.ok()) return there.status();
    if (std::includes(there->begin(), there->end(), wanted.begin(), wanted.end())) return absl::OkStatus();
    if (absl::Now() >= late) return absl::UnavailableError("the access control lists were made, but they are not there yet");
  }
}

}  // namespace overdracht::kafka
