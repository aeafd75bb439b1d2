#include "services/workflow/kafka/membership.h"

#include <absl/strings/str_cat.h>

namespace overdracht::workflow {
namespace {

constexpr int kSliceMs = 100;

}  // namespace

absl::StatusOr<std::unique_ptr<Membership>> Membership::Join(const Options& options, Own own) {
  const int64_t session_ms = absl::ToInt64Milliseconds(options.session);
  const kafka::Settings settings = {{"group.id", options.group},
                                    {"session.timeout.ms", absl::StrCat(session_ms)},
                                    {"heartbeat.interval.ms", absl::StrCat(session_ms / 4)},
                                    {"partition.assignment.strategy", "roundrobin"},
                                    {"enable.auto.commit", "false"}};
  std::unique_ptr<Membership> membership(new Membership(options, std::move(own)));
  absl::StatusOr<std::unique_ptr<kafka::Handle>> handle =
      kafka::Handle::Open(RD_KAFKA_CONSUMER, options.cluster, settings,
                          {.delivered = nullptr, .rebalanced = &Membership::Rebalanced, .opaque = membership.get()});
  if (!handle.ok()) return handle.status();
  membership->handle_ = *std::move(handle);
  rd_kafka_t* const kafka = membership->handle_->get();
  rd_kafka_poll_set_consumer(kafka);
  const kafka::PartitionList topics(rd_kafka_topic_partition_list_new(1));
  rd_kafka_topic_partition_list_add(topics.get(), options.topic.c_str(), RD_KAFKA_PARTITION_UA);
  if (const rd_kafka_resp_err_t error = rd_kafka_subscribe(kafka, topics.get()); error != RD_KAFKA_RESP_ERR_NO_ERROR)
    return kafka::StatusOf(error, options.group);
  membership->thread_ = std::thread([self = membership.get()] { self->Run(); });
  return membership;
}

Membership::~Membership() {
  stopping_ = true;
  if (thread_.joinable()) thread_.join();
}

void Membership::Run() {
  // Nothing is fetched; polling is how the group hears that this service is alive.
  while (!stopping_) {
    rd_kafka_message_t* const message = rd_kafka_consumer_poll(handle_->get(), kSliceMs);
    if (message == nullptr) continue;
    if (const absl::Status why = KeptOut(message->err); !why.ok()) Say(why);
    rd_kafka_message_destroy(message);
  }
  rd_kafka_consumer_close(handle_->get());
}

// OK: it is over by itself, sooner or later.
absl::Status Membership::KeptOut(rd_kafka_resp_err_t error) const {
  switch (error) {
    case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
      return absl::PermissionDeniedError(absl::StrCat("expected the right to read the group ", options_.group,
                                                      ", but this service has none; overdracht deploy kafka-init with --acls and "
                                                      "--workflow-services, the OIN of its certificate, grants it"));
    case RD_KAFKA_RESP_ERR_INVALID_SESSION_TIMEOUT: {
      const int64_t session_ms = absl::ToInt64Milliseconds(options_.session);
      return absl::FailedPreconditionError(absl::StrCat("expected brokers that allow a session of ", session_ms,
                                                        " ms, but they do not; set group.min.session.timeout.ms to ", session_ms,
                                                        " or less on every broker"));
    }
    case RD_KAFKA_RESP_ERR_INCONSISTENT_GROUP_PROTOCOL:
    case RD_KAFKA_RESP_ERR_INVALID_GROUP_ID:
    case RD_KAFKA_RESP_ERR_GROUP_MAX_SIZE_REACHED:
      return absl::FailedPreconditionError(
          absl::StrCat("expected the group ", options_.group, " to take this service in, but it does not: ", rd_kafka_err2str(error)));
    default:
      return absl::OkStatus();
  }
}

void Membership::Say(const absl::Status& why) {
  if (why == kept_out_) return;
  kept_out_ = why;
  options_.said(why);
}

void Membership::Rebalanced(rd_kafka_t* kafka, rd_kafka_resp_err_t what, rd_kafka_topic_partition_list_t* partitions, void* self) {
  std::set<uint32_t> own;
  if (what == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) {
    for (int i = 0; i < partitions->cnt; ++i) own.insert(static_cast<uint32_t>(partitions->elems[i].partition));
    rd_kafka_assign(kafka, partitions);
    rd_kafka_pause_partitions(kafka, partitions);
  } else {
    rd_kafka_assign(kafka, nullptr);
  }
  auto* const membership = static_cast<Membership*>(self);
  if (what == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) membership->Say(absl::OkStatus());
  membership->own_(own);
}

}  // namespace overdracht::workflow
