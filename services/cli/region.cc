// overdracht region move: from exports into new topics. The old ones are only read.
#include <absl/strings/str_cat.h>

#include <nlohmann/json.hpp>

#include "services/cli/command.h"
#include "services/cli/kafka_options.h"
#include "services/cli/progress.h"
#include "services/cli/serving.h"
#include "services/event/write.h"
#include "services/move/move.h"

namespace overdracht::cli {
namespace {

using nlohmann::ordered_json;

struct Options {
  std::vector<std::string> exports, old_topics;
  std::string old_kafka;
  KafkaOptions kafka;
  bool json = false;
};

// Who has read an outbox to here goes on behind it.
std::string CursorBehind(uint64_t items) { return event::FormatSequence(items); }

ordered_json EndOf(const audit::BatchTip& tip) {
  return {{"partition", tip.partition}, {"batch", tip.batch}, {"hash", base::Hex(tip.hash)}, {"records", tip.record}};
}

void SayJson(const move::Statement& statement) {
  ordered_json json = {{"records", statement.records}, {"trajecten", statement.trajecten}};
  for (const auto& from : statement.from) {
    ordered_json end = {{"export", from.file}};
    end.update(EndOf(from.end));
    json["from"].push_back(std::move(end));
  }
  for (const audit::BatchTip& to : statement.to) json["to"].push_back(EndOf(to));
  json["outboxes"] = ordered_json::array();
  for (const auto& [organisation, items] : statement.items)
    json["outboxes"].push_back({{"organisation", organisation}, {"items", items}, {"cursor", CursorBehind(items)}});
  std::printf("%s\n", json.dump().c_str());
}

void SayEnd(const char* what, const std::string& where, const audit::BatchTip& tip) {
  std::printf("%-7s %s %u: %llu records, batch %llu %s\n", what, where.c_str(), tip.partition, static_cast<unsigned long long>(tip.record),
              static_cast<unsigned long long>(tip.batch), base::Hex(tip.hash).c_str());
}

void Say(const move::Statement& statement, const topics::Names& names) {
  for (const auto& from : statement.from) SayEnd("from", from.file, from.end);
  for (const audit::BatchTip& to : statement.to) SayEnd("to", names.Journal(), to);
  for (const auto& [organisation, items] : statement.items)
    std::printf("outbox  %s: %llu items, cursor %s\n", organisation.c_str(), static_cast<unsigned long long>(items),
                CursorBehind(items).c_str());
  std::printf("moved   %llu records of %zu trajecten\n", static_cast<unsigned long long>(statement.records), statement.trajecten);
}

absl::StatusOr<move::Statement> Move(const Options& options, const OnKafka& region) {
  move::Options move{
      .exports = options.exports,
      .old_topics = {},
      .to = {.cluster = region.cluster, .names = region.names, .program = "overdracht " OVERDRACHT_VERSION, .machine_clock = MachineClock}};
  for (const std::string& name : options.old_topics) {
    KafkaOptions old = options.kafka;
    old.topics = name;
    if (!options.old_kafka.empty()) old.bootstrap = options.old_kafka;
    const absl::StatusOr<std::optional<OnKafka>> kafka = ChooseKafka(old, {}, "");
    if (!kafka.ok()) return absl::InvalidArgumentError(absl::StrCat("--old-topics: ", std::string(kafka.status().message())));
    move.old_topics.push_back({.cluster = (*kafka)->cluster, .names = (*kafka)->names});
  }
  std::optional<Progress> progress;
  std::string shown;
  return move::MoveRegion(move, [&](const char* stage, uint64_t done, uint64_t total) {
    if (shown != stage) progress.reset(), progress.emplace(shown = stage);
    progress->At(done, total);
  });
}

int Run(const Options& options) {
  const absl::StatusOr<std::optional<OnKafka>> kafka = ChooseKafka(options.kafka, {}, "");
  if (!kafka.ok()) return Usage(std::string(kafka.status().message()));
  if (!kafka->has_value()) return Usage("expected --kafka and --topics, but they are missing");
  const absl::StatusOr<move::Statement> statement = Move(options, **kafka);
  if (absl::IsInvalidArgument(statement.status())) return Usage(std::string(statement.status().message()));
  if (absl::IsFailedPrecondition(statement.status()) || absl::IsDataLoss(statement.status())) {
    std::fprintf(stderr, "%s\n", std::string(statement.status().message()).c_str());
    return kRefused;
  }
  if (!statement.ok()) return NotFinished(std::string(statement.status().message()));
  if (options.json) {
    SayJson(*statement);
  } else {
    Say(*statement, (*kafka)->names);
  }
  return kDone;
}

}  // namespace

void AddRegion(CLI::App* program, Action* action) {
  CLI::App* const region = program->add_subcommand("region", "A region as a whole");
  region->require_subcommand(1);
  CLI::App* const command =
      region->add_subcommand("move", "Moves a region to new topics, empty ones of `deploy kafka-init`, while no service of either runs");
  auto options = std::make_shared<Options>();
  command->add_option("--from", options->exports, "An export of the old region; may be given again, to move several into one")
      ->type_name("EXPORT")
      ->allow_extra_args(false)
      ->required();
  command
      ->add_option(
          "--old-topics", options->old_topics,
          "The name of the region that was exported, if it is on Kafka, to see that nothing of it was left behind; for each --from")
      ->type_name("NAME")
      ->allow_extra_args(false);
  command->add_option("--old-kafka", options->old_kafka, "Its brokers, where they are others")->type_name("HOST:PORT,…");
  AddKafkaOptions(command, &options->kafka);
  command->add_flag("--json", options->json, "Says what there was and what there is as JSON");
  command->callback([options, action] { *action = [options] { return Run(*options); }; });
}

}  // namespace overdracht::cli
