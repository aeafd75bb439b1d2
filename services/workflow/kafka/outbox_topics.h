// DATA LEAVES, on Kafka: the items of the records that count, appended to the outbox topics of whom they are for, and the answers of
// reports that leave no record of their own, to who asked.
#ifndef OVERDRACHT_SERVICES_WORKFLOW_KAFKA_OUTBOX_TOPICS_H_
#define OVERDRACHT_SERVICES_WORKFLOW_KAFKA_OUTBOX_TOPICS_H_

#include <absl/container/flat_hash_map.h>

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "services/kafka/outstanding.h"
#include "services/kafka/publisher.h"
#include "services/topics/item_record.h"
#include "services/topics/names.h"
#include "services/workflow/input.h"
#include "services/workflow/outboxes.h"

namespace overdracht::workflow {

// Who asked for an answer, and for which report.
struct Asked {
  std::string call;          // topics/report_record.h; empty: nobody waits
  std::string organisation;  // in whose outbox it is answered; empty: nobody's
  std::string source, id, subject;
};

// Used by the loop's thread only, but for Since.
class OutboxTopics : public Outboxes {
 public:
  // The publisher must outlive it. An organisation that is told something for the first time may have no topic yet: it is made.
  // `failed` is called, on any thread, for each item of which it is not known that it stands there: no batch will follow, and whoever
  // owns the journal next tells it again.
  OutboxTopics(kafka::Publisher* publisher, kafka::Cluster cluster, topics::Names names, uint32_t partition,
               std::function<void(absl::Status)> failed)
      : publisher_(publisher), cluster_(std::move(cluster)), names_(std::move(names)), partition_(partition), failed_(std::move(failed)) {}

  // Among the last kLookBack records of each: an outbox has those of all partitions, so that what this one told it last may stand further
  // back.
  static constexpr size_t kLookBack = 256;
  absl::StatusOr<std::vector<Told>> Newest() override;
  // What became of a report; before the Tell of its round.
  void Answered(const Asked& asked, const Answer& answer);
  void Tell(uint64_t batch, const base::Hash& hash, const std::vector<journal::v1::Record*>& records) override;
  absl::Status Settle() override { return outstanding_.Wait(); }
  // Since when the oldest item waits that no broker has acknowledged; in the infinite future: none does.
  absl::Time Since() const { return outstanding_.Since(); }

 private:
  using Item = std::shared_ptr<const base::KafkaRecord>;

  void TellUnrecorded(const Asked& asked, const Answer& answer);
  void TellRecord(const journal::v1::Record& record, const topics::ItemMarks& marks);
  void Append(const std::string& organisation, const Item& item);

  kafka::Publisher* const publisher_;
  const kafka::Cluster cluster_;
  const topics::Names names_;
  const uint32_t partition_;
  const std::function<void(absl::Status)> failed_;
  std::set<std::string> made_;
  // Until Tell.
  absl::flat_hash_map<uint64_t, Asked> asked_;  // by the record that is the answer
  std::vector<std::pair<Asked, Answer>> unrecorded_;

  kafka::Outstanding outstanding_;
};

}  // namespace overdracht::workflow

#endif  // OVERDRACHT_SERVICES_WORKFLOW_KAFKA_OUTBOX_TOPICS_H_
