// Where a region is on Kafka, by flags and by the configuration file; a flag wins.
#ifndef OVERDRACHT_SERVICES_CLI_KAFKA_OPTIONS_H_
#define OVERDRACHT_SERVICES_CLI_KAFKA_OPTIONS_H_

#include <absl/status/statusor.h>

#include <CLI/CLI.hpp>
#include <optional>
#include <string>

#include "overdracht/config/v1/configuration.pb.h"
#include "services/kafka/handle.h"
#include "services/topics/names.h"

namespace overdracht::cli {

struct KafkaOptions {
  std::string bootstrap = {}, topics = {}, certificate = {}, key = {}, ca = {};
};
void AddKafkaOptions(CLI::App* command, KafkaOptions* options);

struct OnKafka {
  kafka::Cluster cluster;
  topics::Names names;
};

// Nothing: not on Kafka. INVALID_ARGUMENT: what is wrong with the flags; of the file nothing is. `folder`: where its files are.
absl::StatusOr<std::optional<OnKafka>> ChooseKafka(const KafkaOptions& options, const config::v1::Kafka& file, const std::string& folder);

}  // namespace overdracht::cli

#endif  // OVERDRACHT_SERVICES_CLI_KAFKA_OPTIONS_H_
