#include "services/cli/kafka_options.h"

#include <filesystem>

#include "services/cli/text_file.h"
#include "services/config/read.h"

namespace overdracht::cli {

void AddKafkaOptions(CLI::App* command, KafkaOptions* options) {
  command->add_option("--kafka", options->bootstrap, "Brokers of the region's topics; others than those of loopback with certificates only")
      ->type_name("HOST:PORT,…");
  command->add_option("--topics", options->topics, "The region's name, with which its topics begin")->type_name("NAME");
  command->add_option("--kafka-cert", options->certificate, "Certificate towards the brokers (PEM)")->type_name("FILE");
  command->add_option("--kafka-key", options->key, "Its key (PEM)")->type_name("FILE");
  command->add_option("--kafka-ca", options->ca, "Authorities of the brokers' certificates (PEM)")->type_name("FILE");
}

absl::StatusOr<std::optional<OnKafka>> ChooseKafka(const KafkaOptions& options, const config::v1::Kafka& file, const std::string& folder) {
  const auto choose = [&](const std::string& flag, const std::string& path) {
    return !flag.empty() || path.empty() ? flag : (std::filesystem::path(folder) / path).string();
  };
  const std::string bootstrap = options.bootstrap.empty() ? file.bootstrap() : options.bootstrap;
  const std::string topics = options.topics.empty() ? file.topics() : options.topics;
  const std::string certificate = choose(options.certificate, file.tls().certificate());
  const std::string key = choose(options.key, file.tls().key());
  const std::string ca = choose(options.ca, file.tls().ca());
  const bool has_tls = !certificate.empty() && !key.empty() && !ca.empty();
  const bool has_some_tls = !certificate.empty() || !key.empty() || !ca.empty();

  if (bootstrap.empty() && topics.empty() && !has_some_tls) return std::nullopt;
  if (bootstrap.empty() || topics.empty()) return absl::InvalidArgumentError("expected --kafka and --topics together, but one is missing");
  if (!config::IsRegionName(topics)) return absl::InvalidArgumentError("expected --topics of 1 to 64 characters a-z 0-9 -, but it is not");
  if (has_some_tls && !has_tls)
    return absl::InvalidArgumentError("expected --kafka-cert, --kafka-key and --kafka-ca together, but one is missing");
  if (!has_tls && !config::AreOfLoopback(bootstrap)) {
    return absl::InvalidArgumentError(
        "expected --kafka-cert, --kafka-key and --kafka-ca with other brokers than host:port of loopback, but they are missing");
  }
  OnKafka on{.cluster = {.bootstrap = bootstrap}, .names = topics::Names(topics)};
  if (has_tls) {
    // What librdkafka says of a file does not name it.
    for (const std::string& path : {certificate, key, ca}) {
      if (const absl::Status read = ReadTextFile(path).status(); !read.ok()) return absl::InvalidArgumentError(read.message());
    }
    on.cluster.settings = {
        {"security.protocol", "ssl"}, {"ssl.certificate.location", certificate}, {"ssl.key.location", key}, {"ssl.ca.location", ca}};
  }
  return on;
}

}  // namespace overdracht::cli
