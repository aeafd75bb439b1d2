// handover_kafka: handovers by unary typed calls, as handover_embedded does them, against a region on a real Kafka: two workflow services
// over four partitions, and a partner service for each organisation that calls. The broker, the services and the client share the machine;
// what each of them takes is told apart. Beside it, in the same run: an empty gRPC echo.
#include <algorithm>
#include <map>
#include <set>

#include "services/base/check.h"
#include "services/kafka/admin.h"
#include "services/topics/settings.h"
#include "tests/bench/bench.h"
#include "tests/bench/handover.h"
#include "tests/bench/handover_calls.h"
#include "tests/support/kafka_broker.h"
#include "tests/support/server_process.h"

namespace overdracht::bench {
namespace {

constexpr int kPartitions = 4;

class Region {
 public:
  explicit Region(const std::string& server) {
    const topics::Names names("bench");
    const auto admin = kafka::Admin::Open({.bootstrap = broker_.bootstrap()});
    OVERDRACHT_CHECK(
        admin.ok() && topics::MakeTopics({.names = names, .partitions = kPartitions, .organisations = Organisations()}, admin->get()).ok(),
        "the topics cannot be made");
    for (const char* name : {"1", "2"}) workflow_.push_back(Start(server, name, {"workflow-service"}));
    for (const std::string& organisation : Organisations())
      partner_.emplace(organisation, Start(server, organisation, {"partner-service", "--oin", organisation}));
  }

  const std::string& AddressOf(const std::string& organisation) const { return partner_.at(organisation)->address(); }
  double WorkflowCpu() const {
    double cpu = 0;
    for (const auto& service : workflow_) cpu += service->CpuSeconds();
    return cpu;
  }
  double PartnerCpu() const {
    double cpu = 0;
    for (const auto& [organisation, service] : partner_) cpu += service->CpuSeconds();
    return cpu;
  }
  double BrokerCpu() const { return broker_.CpuSeconds(); }

 private:
  static std::vector<std::string> Organisations() {
    std::set<std::string> organisations;
    for (const event::v1::Event& event : HandoverEvents(0, "2026-01-01T09:00:00Z")) organisations.insert(event.organisation());
    return {organisations.begin(), organisations.end()};
  }

  std::unique_ptr<testing::ServerProcess> Start(const std::string& server, const std::string& name, std::vector<std::string> words) const {
    words.insert(words.begin(), server);
    for (const std::string& word : std::vector<std::string>{"--kafka", broker_.bootstrap(), "--topics", "bench", "--data",
                                                            folder_.path() + "/" + name, "--grpc-port", "0", "--http-port", "0"})
      words.push_back(word);
    return std::make_unique<testing::ServerProcess>(std::move(words));
  }

  const TemporaryFolder folder_;
  testing::KafkaBroker broker_;
  std::vector<std::unique_ptr<testing::ServerProcess>> workflow_;
  std::map<std::string, std::unique_ptr<testing::ServerProcess>> partner_;
};

Result Measure(const Options& options, size_t in_flight) {
  Result result(in_flight == 1 ? "handover_kafka_unloaded" : "handover_kafka", "handovers/s", options.runs,
                "an empty gRPC echo, handovers of four calls/s");
  const auto count = static_cast<size_t>(std::max(32.0, (in_flight == 1 ? 1'000 : 5'000) * options.scale));
  const size_t warm_up = std::max<size_t>(32, count / 5);
  std::vector<double> rates, echoes, client, workflow, partner, broker, took_ms;
  for (int run = 0; run < options.runs; ++run) {
    {
      const Region region(options.server);
      const auto address_of = [&](const std::string& organisation) { return region.AddressOf(organisation); };
      const auto cpu = [&] { return region.WorkflowCpu() + region.PartnerCpu(); };
      DoHandovers(address_of, cpu, 1'000'000'000, warm_up, in_flight);
      const double workflow_before = region.WorkflowCpu(), partner_before = region.PartnerCpu(), broker_before = region.BrokerCpu();
      const HandoverRun measured = DoHandovers(address_of, cpu, 0, count, in_flight);
      const double per_op = 1e3 / static_cast<double>(count);
      rates.push_back(measured.per_s);
      client.push_back(measured.client_cpu_ms);
      workflow.push_back(per_op * (region.WorkflowCpu() - workflow_before));
      partner.push_back(per_op * (region.PartnerCpu() - partner_before));
      broker.push_back(per_op * (region.BrokerCpu() - broker_before));
      took_ms.insert(took_ms.end(), measured.took_ms.begin(), measured.took_ms.end());
    }
    const testing::ServerProcess echo({"/proc/self/exe", "--echo"});
    const auto at_echo = [&](const std::string&) { return echo.address(); };
    DoHandovers(
        at_echo, [] { return 0.0; }, 1'000'000'000, warm_up, in_flight);
    echoes.push_back(DoHandovers(
                         at_echo, [] { return 0.0; }, 0, count, in_flight)
                         .per_s);
  }
  result.value = Median(rates);
  result.spread = Spread(rates);
  result.baseline_value = Median(echoes);
  result.p50_ms = Percentile(took_ms, 50);
  result.p99_ms = Percentile(took_ms, 99);
  result.cpu_ms_per_op = Median(workflow) + Median(partner);
  result.more["in_flight"] = static_cast<double>(in_flight);
  result.more["workflow_cpu_ms_per_op"] = Median(workflow);
  result.more["partner_cpu_ms_per_op"] = Median(partner);
  result.more["broker_cpu_ms_per_op"] = Median(broker);
  result.more["client_cpu_ms_per_op"] = Median(client);
  return result;
}

}  // namespace

void HandoverKafka(const Options& options, const std::function<void(const Result&)>& give) {
  for (const size_t in_flight : {32, 256}) give(Measure(options, in_flight));
}

void HandoverKafkaUnloaded(const Options& options, const std::function<void(const Result&)>& give) { give(Measure(options, 1)); }

}  // namespace overdracht::bench
