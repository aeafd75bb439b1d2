#include "tests/bench/kafka_region.h"

#include <absl/strings/match.h>
#include <absl/strings/str_cat.h>
#include <absl/time/clock.h>

#include <set>
#include <utility>

#include "services/base/check.h"
#include "services/kafka/admin.h"
#include "services/log/embedded/embedded_log.h"
#include "services/log/kafka/kafka_log.h"
#include "services/topics/settings.h"
#include "tests/bench/handover.h"

namespace overdracht::bench {
namespace {

constexpr char kName[] = "bench";

}  // namespace

std::vector<std::string> HandoverOrganisations() {
  std::set<std::string> organisations;
  for (const event::v1::Event& event : HandoverEvents(0, "2026-01-01T09:00:00Z")) organisations.insert(event.organisation());
  return {organisations.begin(), organisations.end()};
}

KafkaRegion::KafkaRegion(std::string server, int partitions, std::vector<std::string> organisations)
    : server_(std::move(server)),
      partitions_(partitions),
      organisations_(std::move(organisations)),
      names_(kName),
      broker_(testing::KafkaBrokerOptions{.nodes = 1, .certificates = "", .quick = false}) {
  const auto admin = kafka::Admin::Open({.bootstrap = bootstrap()});
  OVERDRACHT_CHECK(
      admin.ok() && topics::MakeTopics({.names = names_, .partitions = partitions, .organisations = organisations_}, admin->get()).ok(),
      "the topics cannot be made");
}

void KafkaRegion::StartWorkflow(size_t which, const std::vector<std::string>& more) {
  std::vector<std::string> words = {"workflow-service"};
  words.insert(words.end(), more.begin(), more.end());
  workflow_[which] = Start(absl::StrCat(which), std::move(words));
}

void KafkaRegion::StartPartner(const std::string& organisation) {
  partner_[organisation] = Start(organisation, {"partner-service", "--oin", organisation});
}

void KafkaRegion::StartAll() {
  for (size_t which = 0; which < kWorkflowServices; ++which) StartWorkflow(which);
  for (const std::string& organisation : organisations_) StartPartner(organisation);
}

size_t KafkaRegion::OwnerOf(uint32_t partition) const {
  const std::string owns = absl::StrCat("overdracht_partition_owned{partition=\"", partition, "\"} 1");
  for (const absl::Time late = absl::Now() + absl::Minutes(5); absl::Now() < late; absl::SleepFor(absl::Milliseconds(50))) {
    for (size_t which = 0; which < kWorkflowServices; ++which) {
      if (workflow_[which] != nullptr && absl::StrContains(workflow_[which]->HttpGet("/metrics"), owns)) return which;
    }
  }
  OVERDRACHT_CHECK(false, "nobody owns the partition");
  return 0;
}

void KafkaRegion::CopyJournal(const std::string& folder, int partition) const {
  const auto from = log::EmbeddedLog::Open(folder + "/journal.db");
  const auto to =
      log::KafkaLog::Open({.place = {.cluster = {.bootstrap = bootstrap()}, .topic = names_.Journal(), .partition = partition}});
  OVERDRACHT_CHECK(from.ok() && to.ok(), "the journals cannot be opened");
  log::Tip tip;
  const absl::Status copied = (*from)->Read(log::Tip{}, [&](const log::Tip&, const log::Batch& batch) {
    const absl::StatusOr<log::Tip> at = (*to)->Append(tip, batch.stored);
    if (at.ok()) tip = *at;
    return at.status();
  });
  OVERDRACHT_CHECK(copied.ok(), std::string(copied.message()).c_str());
}

void KafkaRegion::AwaitAll(size_t which, bool alone) const {
  const auto has = [](const std::string& page, const char* figure, int partition, const char* value) {
    return absl::StrContains(page, absl::StrCat("\n", figure, "{partition=\"", partition, "\"} ", value, "\n"));
  };
  for (const absl::Time late = absl::Now() + absl::Hours(2); absl::Now() < late; absl::SleepFor(absl::Milliseconds(50))) {
    const std::string page = workflow_[which]->HttpGet("/metrics");
    int all = 0;
    for (int partition = 0; partition < partitions_; ++partition) {
      const bool owned = has(page, "overdracht_partition_owned", partition, "1");
      all += owned || (!alone && has(page, "overdracht_journal_lag", partition, "0"));
    }
    if (all == partitions_) return;
  }
  OVERDRACHT_CHECK(false, "a partition is neither owned nor followed");
}

double KafkaRegion::WorkflowCpu() const {
  double cpu = 0;
  for (const auto& service : workflow_) {
    if (service != nullptr) cpu += service->CpuSeconds();
  }
  return cpu;
}

double KafkaRegion::PartnerCpu() const {
  double cpu = 0;
  for (const auto& [organisation, service] : partner_) cpu += service->CpuSeconds();
  return cpu;
}

std::unique_ptr<testing::ServerProcess> KafkaRegion::Start(const std::string& name, std::vector<std::string> words) const {
  words.insert(words.begin(), server_);
  for (const std::string& word : std::vector<std::string>{"--kafka", bootstrap(), "--topics", kName, "--data", folder_.path() + "/" + name,
                                                          "--grpc-port", "0", "--http-port", "0"}) {
    words.push_back(word);
  }
  return std::make_unique<testing::ServerProcess>(std::move(words));
}

}  // namespace overdracht::bench
