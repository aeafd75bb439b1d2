// handover_kafka: handovers by unary typed calls, as handover_embedded does them, against a region on a real Kafka: two workflow services
// over four partitions, and a partner service for each organisation that calls. The broker, the services and the client share the machine;
// what each of them takes is told apart. Beside it, in the same run: an empty gRPC echo.
#include <algorithm>

#include "tests/bench/bench.h"
#include "tests/bench/handover_calls.h"
#include "tests/bench/kafka_region.h"

namespace overdracht::bench {
namespace {

constexpr int kPartitions = 4;
constexpr size_t kWarmUpInFlight = 256;

Result Measure(const Options& options, size_t in_flight) {
  Result result(in_flight == 1 ? "handover_kafka_unloaded" : "handover_kafka", "handovers/s", options.runs,
                "an empty gRPC echo, handovers of four calls/s");
  const auto count = static_cast<size_t>(std::max(32.0, (in_flight == 1 ? 1'000 : 5'000) * options.scale));
  const auto warm_up = static_cast<size_t>(std::max(32.0, 10'000 * options.scale));
  std::vector<double> rates, echoes, client, workflow, partner, broker, took_ms, report_ms;
  for (int run = 0; run < options.runs; ++run) {
    {
      KafkaRegion region(options.server, kPartitions, HandoverOrganisations());
      region.StartAll();
      const auto address_of = [&](const std::string& organisation) { return region.AddressOf(organisation); };
      const auto cpu = [&] { return region.WorkflowCpu() + region.PartnerCpu(); };
      DoHandovers(address_of, cpu, 1'000'000'000, warm_up, kWarmUpInFlight);
      const double workflow_before = region.WorkflowCpu(), partner_before = region.PartnerCpu(), broker_before = region.BrokerCpu();
      const HandoverRun measured = DoHandovers(address_of, cpu, 0, count, in_flight);
      const double per_op = 1e3 / static_cast<double>(count);
      rates.push_back(measured.per_s);
      client.push_back(measured.client_cpu_ms);
      workflow.push_back(per_op * (region.WorkflowCpu() - workflow_before));
      partner.push_back(per_op * (region.PartnerCpu() - partner_before));
      broker.push_back(per_op * (region.BrokerCpu() - broker_before));
      took_ms.insert(took_ms.end(), measured.took_ms.begin(), measured.took_ms.end());
      report_ms.insert(report_ms.end(), measured.report_ms.begin(), measured.report_ms.end());
    }
    const testing::ServerProcess echo({"/proc/self/exe", "--echo"});
    const auto at_echo = [&](const std::string&) { return echo.address(); };
    DoHandovers(
        at_echo, [] { return 0.0; }, 1'000'000'000, std::min(warm_up, count), in_flight);
    echoes.push_back(DoHandovers(
                         at_echo, [] { return 0.0; }, 0, count, in_flight)
                         .per_s);
  }
  result.value = Median(rates);
  result.spread = Spread(rates);
  result.baseline_value = Median(echoes);
  result.p50_ms = Percentile(took_ms, 50);
  result.p99_ms = Percentile(took_ms, 99);
  result.more["report_p50_ms"] = Percentile(report_ms, 50);
  result.more["report_p99_ms"] = Percentile(report_ms, 99);
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
  for (const size_t in_flight : {32, 256, 1024}) give(Measure(options, in_flight));
}

void HandoverKafkaUnloaded(const Options& options, const std::function<void(const Result&)>& give) { give(Measure(options, 1)); }

}  // namespace overdracht::bench
