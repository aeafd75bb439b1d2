// overdracht deploy: what has to be there before services are started. Nothing that is there is changed.
#include <absl/strings/str_cat.h>
#include <absl/strings/str_join.h>

#include <nlohmann/json.hpp>

#include "services/cli/command.h"
#include "services/cli/installation.h"
#include "services/event/forms.h"
#include "services/topics/rights.h"
#include "services/topics/settings.h"

namespace overdracht::cli {
namespace {

constexpr int kMostPartitions = 1024;

struct Options {
  InstallationOptions installation;
  int partitions = 0;
  int replication = 1;
  topics::Parties parties;
  bool acls = false, plan = false, json = false;
};

topics::Plan PlanOf(const Options& options, const topics::Names& names) {
  return {
      .names = names, .partitions = options.partitions, .organisations = options.parties.organisations, .replication = options.replication};
}

// What was done, and what is to be known.
struct Done {
  topics::Outcome topics;
  std::vector<std::string> granted, others;
};

absl::Status CheckOins(const topics::Parties& parties) {
  for (const auto* oins : {&parties.organisations, &parties.partner_services, &parties.workflow_services, &parties.auditors}) {
    for (const std::string& oin : *oins) {
      if (!event::HasForm(event::v1::FORMAT_OIN, oin)) return absl::InvalidArgumentError("expected OINs of 20 digits, but one is none");
    }
  }
  return absl::OkStatus();
}

absl::Status Grant(const Options& options, const topics::Names& names, kafka::Admin* admin, Done* done) {
  const absl::StatusOr<std::set<kafka::Right>> there = admin->Rights();
  if (!there.ok()) return there.status();
  const std::set<kafka::Right> wanted = topics::RightsOf(names, options.parties);
  std::vector<kafka::Right> missing;
  for (const kafka::Right& right : wanted) {
    if (there->count(right) > 0) continue;
    missing.push_back(right);
    done->granted.push_back(right.ToString());
  }
  for (const kafka::Right& right : topics::Others(names, *there, wanted)) done->others.push_back(right.ToString());
  return admin->Grant(missing);
}

absl::StatusOr<Done> Make(const Options& options, const OnKafka& region) {
  const absl::StatusOr<std::unique_ptr<kafka::Admin>> admin = kafka::Admin::Open(region.cluster);
  if (!admin.ok()) return admin.status();
  absl::StatusOr<topics::Outcome> made = topics::MakeTopics(PlanOf(options, region.names), admin->get());
  if (!made.ok()) return made.status();
  Done done{.topics = *std::move(made), .granted = {}, .others = {}};
  if (!options.acls) return done;
  if (absl::Status granted = Grant(options, region.names, admin->get(), &done); !granted.ok()) return granted;
  return done;
}

void Say(const Done& done) {
  for (const std::string& topic : done.topics.there) std::printf("there    %s\n", topic.c_str());
  for (const std::string& topic : done.topics.made) std::printf("made     %s\n", topic.c_str());
  for (const std::string& right : done.granted) std::printf("granted  %s\n", right.c_str());
  for (const std::string& right : done.others) std::printf("also     %s\n", right.c_str());
}

// What has to be there, for those who make topics and rights in another way. No broker is asked.
int SayPlan(const Options& options, const topics::Names& names) {
  const std::vector<kafka::NewTopic> topics = topics::TopicsOf(PlanOf(options, names));
  const std::set<kafka::Right> rights = options.acls ? topics::RightsOf(names, options.parties) : std::set<kafka::Right>();
  if (!options.json) {
    for (const kafka::NewTopic& topic : topics) std::printf("topic    %s (%d partitions)\n", topic.name.c_str(), topic.partitions);
    for (const kafka::Right& right : rights) std::printf("right    %s\n", right.ToString().c_str());
    return kDone;
  }
  nlohmann::ordered_json json = {{"topics", nlohmann::json::array()}, {"rights", nlohmann::json::array()}};
  for (const kafka::NewTopic& topic : topics) {
    json["topics"].push_back(
        {{"name", topic.name}, {"partitions", topic.partitions}, {"replication", topic.replication}, {"settings", topic.settings}});
  }
  for (const kafka::Right& right : rights) {
    json["rights"].push_back({{"principal", right.principal},
                              {"operation", rd_kafka_AclOperation_name(right.operation)},
                              {"resource", rd_kafka_ResourceType_name(right.type)},
                              {"name", right.name},
                              {"prefixed", right.prefixed}});
  }
  std::printf("%s\n", json.dump().c_str());
  return kDone;
}

int Run(const Options& options) {
  if (absl::Status oins = CheckOins(options.parties); !oins.ok()) return Usage(std::string(oins.message()));
  const absl::StatusOr<Installation> installation = ReadInstallation(options.installation);
  if (!installation.ok()) return Usage(std::string(installation.status().message()));
  if (!installation->kafka) return Usage("expected --kafka and --topics, or both in the configuration, but they are missing");
  if (options.plan) return SayPlan(options, installation->kafka->names);
  const absl::StatusOr<Done> done = Make(options, *installation->kafka);
  if (absl::IsFailedPrecondition(done.status())) {
    std::fprintf(stderr, "%s\n", std::string(done.status().message()).c_str());
    return kRefused;
  }
  if (!done.ok()) return NotFinished(std::string(done.status().message()));
  if (options.json) {
    const nlohmann::ordered_json json = {
        {"there", done->topics.there}, {"made", done->topics.made}, {"granted", done->granted}, {"others", done->others}};
    std::printf("%s\n", json.dump().c_str());
  } else {
    Say(*done);
  }
  return kDone;
}

void AddOins(CLI::App* command, const char* flag, std::vector<std::string>* oins, const char* about) {
  command->add_option(flag, *oins, absl::StrCat(about, "; may be given again"))->type_name("OIN")->allow_extra_args(false);
}

}  // namespace

void AddDeploy(CLI::App* program, Action* action) {
  CLI::App* const deploy = program->add_subcommand("deploy", "What has to be there before services are started");
  deploy->require_subcommand(1);
  CLI::App* const command = deploy->add_subcommand(
      "kafka-init", "Makes the topics of a region on Kafka that are not there, checks those that are, grants rights");
  auto options = std::make_shared<Options>();
  command->add_option("--config", options->installation.config, "Configuration, of which `kafka` is read; flags win over it")
      ->type_name("FILE");
  AddKafkaOptions(command, &options->installation.kafka);
  command->add_option("--partitions", options->partitions, "Of events and journal; for ever")
      ->type_name("N")
      ->required()
      ->check(CLI::Range(1, kMostPartitions));
  command->add_option("--replication", options->replication, "Copies of each topic, on as many brokers [1]")
      ->type_name("R")
      ->check(CLI::Range(1, 15));
  AddOins(command, "--organisation", &options->parties.organisations, "An organisation that takes part: it has an outbox and an ingress");
  command->add_flag("--acls", options->acls, "Grants rights to these, by the OINs of their certificates, and says who has others");
  AddOins(command, "--partner-services", &options->parties.partner_services, "Who runs partner services");
  AddOins(command, "--workflow-services", &options->parties.workflow_services, "Who runs workflow services");
  AddOins(command, "--auditor", &options->parties.auditors, "Who may read the journal");
  command->add_flag("--plan", options->plan, "Says what has to be there, with all settings as JSON; asks no broker and makes nothing");
  command->add_flag("--json", options->json, "Says it as JSON");
  command->callback([options, action] { *action = [options] { return Run(*options); }; });
}

}  // namespace overdracht::cli
