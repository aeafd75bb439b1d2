// Which partitions this workflow service is to own, by Kafka's word: the services of a region are a consumer group on the topic of events.
// The group only divides; it reads nothing, and commits no offsets. Two services may both believe for a while that a partition is theirs:
// the journal's chain sees to it that one of them can append (log/owner.h).
#ifndef OVERDRACHT_SERVICES_WORKFLOW_KAFKA_MEMBERSHIP_H_
#define OVERDRACHT_SERVICES_WORKFLOW_KAFKA_MEMBERSHIP_H_

#include <absl/status/statusor.h>
#include <absl/time/time.h>

#include <atomic>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <thread>

#include "services/kafka/handle.h"

namespace overdracht::workflow {

class Membership {
 public:
  struct Options {
    kafka::Cluster cluster;
    std::string group, topic;
    // A service that is not heard of for so long is gone. A broker allows 6 s and more unless told otherwise
    // (group.min.session.timeout.ms).
    absl::Duration session = absl::Seconds(2);
    // What keeps this service out of the group until a person has mended it, once each time that it changes; OK: it is in. On the
    // membership's thread.
    std::function<void(const absl::Status& why)> said = [](const absl::Status&) {};
  };
  // `own` is called on the membership's thread, whenever it changes, with all that are to be owned now.
  using Own = std::function<void(const std::set<uint32_t>& partitions)>;
  static absl::StatusOr<std::unique_ptr<Membership>> Join(const Options& options, Own own);
  // Leaves the group, so that others have its partitions at once.
  ~Membership();

 private:
  Membership(Options options, Own own) : options_(std::move(options)), own_(std::move(own)) {}
  void Run();
  absl::Status KeptOut(rd_kafka_resp_err_t error) const;
  void Say(const absl::Status& why);
  static void Rebalanced(rd_kafka_t* kafka, rd_kafka_resp_err_t what, rd_kafka_topic_partition_list_t* partitions, void* self);

  const Options options_;
  const Own own_;
  absl::Status kept_out_;  // of its thread
  std::unique_ptr<kafka::Handle> handle_;
  std::atomic<bool> stopping_ = false;
  std::thread thread_;
};

}  // namespace overdracht::workflow

#endif  // OVERDRACHT_SERVICES_WORKFLOW_KAFKA_MEMBERSHIP_H_
