// A region on a real Kafka as processes of its own: a broker, workflow services, a partner service for each organisation that calls. What
// each of them takes is told apart.
#ifndef OVERDRACHT_TESTS_BENCH_KAFKA_REGION_H_
#define OVERDRACHT_TESTS_BENCH_KAFKA_REGION_H_

#include <array>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "services/topics/names.h"
#include "tests/bench/bench.h"
#include "tests/support/kafka_broker.h"
#include "tests/support/server_process.h"

namespace overdracht::bench {

// Who reports the handovers of handover.h, and who is told of them.
std::vector<std::string> HandoverOrganisations();

// Its broker gets quicker while its machine code is made, and then runs for months: what measures it loads it for some seconds first.
class KafkaRegion {
 public:
  static constexpr size_t kWorkflowServices = 2;

  // The topics are there, and no service runs.
  KafkaRegion(std::string server, int partitions, std::vector<std::string> organisations);

  // `more`: further arguments.
  void StartWorkflow(size_t which, const std::vector<std::string>& more = {});
  void KillWorkflow(size_t which) { workflow_[which]->Kill(); }
  void StopWorkflow(size_t which) { workflow_[which].reset(); }
  void StartPartner(const std::string& organisation);
  // Fills a partition's journal, before any service runs, with that of a folder of the embedded log.
  void CopyJournal(const std::string& folder, int partition) const;
  void StartAll();

  const std::string& bootstrap() const { return broker_.bootstrap(); }
  const topics::Names& names() const { return names_; }
  const std::string& AddressOf(const std::string& organisation) const { return partner_.at(organisation)->address(); }
  // The workflow service that owns the partition, by what they say of themselves. Waits until one does.
  size_t OwnerOf(uint32_t partition) const;

  // Until it owns each partition, or follows it to its end; `alone`: until it owns them all.
  void AwaitAll(size_t which, bool alone) const;
  std::string FolderOf(size_t which) const { return folder_.path() + "/" + std::to_string(which); }
  // Memory of its own.
  size_t WorkflowMemory(size_t which) const { return workflow_[which]->MemoryBytes(); }
  size_t BrokerMemory() const { return broker_.MemoryBytes(); }
  // Of the topic's files, all partitions.
  size_t TopicBytes(const std::string& topic) const { return broker_.TopicBytes(topic); }

  double WorkflowCpu() const;
  double PartnerCpu() const;
  double BrokerCpu() const { return broker_.CpuSeconds(); }

 private:
  std::unique_ptr<testing::ServerProcess> Start(const std::string& name, std::vector<std::string> words) const;

  const std::string server_;
  const int partitions_;
  const std::vector<std::string> organisations_;
  const topics::Names names_;
  const TemporaryFolder folder_;
  const testing::KafkaBroker broker_;
  std::array<std::unique_ptr<testing::ServerProcess>, kWorkflowServices> workflow_;
  std::map<std::string, std::unique_ptr<testing::ServerProcess>> partner_;
};

}  // namespace overdracht::bench

#endif  // OVERDRACHT_TESTS_BENCH_KAFKA_REGION_H_
