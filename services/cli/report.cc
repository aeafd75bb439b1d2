// overdracht report: one event by hand.
#include <absl/strings/str_cat.h>
#include <absl/time/clock.h>
#include <absl/time/time.h>

#include <cstdio>

#include "services/base/time.h"
#include "services/cli/answer_text.h"
#include "services/cli/client.h"
#include "services/cli/command.h"
#include "services/event/compose.h"
#include "services/event/write.h"

namespace overdracht::cli {
namespace {

struct Options {
  std::string name;
  std::string as;
  std::string traject;
  std::vector<std::string> fields;
  std::string id;
  std::string time;
  bool validate_only = false;
  std::string if_position;
  bool json = false;
  ServerOption server;
};

int Report(const Options& options) {
  event::ReportEnvelope envelope;
  envelope.organisation = options.as;
  envelope.id = options.id.empty() ? client::NewId() : options.id;
  envelope.traject = options.traject;
  envelope.time = options.time.empty() ? base::FormatTime(absl::ToUnixMicros(absl::Now())) : options.time;
  if (!options.if_position.empty() && !event::ParsePosition(options.if_position)) {
    return Usage(absl::StrCat("expected --if-position to be a position such as 0:1289, but it is ", options.if_position));
  }
  const absl::StatusOr<std::string> event = event::ComposeEvent(options.name, envelope, options.fields);
  if (!event.ok()) return Usage(std::string(event.status().message()));
  const absl::StatusOr<client::Client> client = ConnectAs(options.server, options.as);
  if (!client.ok()) return kNotFinished;
  api::v1::PublishRequest request;
  request.set_cloud_event(*event);
  request.set_validate_only(options.validate_only);
  request.set_if_position(options.if_position);
  absl::StatusOr<api::v1::Answer> decided = client->Publish(request);
  if (!decided.ok()) return CallFailed(options.server.address, decided.status());
  api::v1::Answer& answer = *decided;
  answer.set_source(absl::StrCat("urn:nld:oin:", envelope.organisation, ":systeem:", envelope.system));
  answer.set_id(envelope.id);
  answer.set_subject(envelope.traject);
  const std::string text = options.json ? event::WriteAnswer(answer) : AnswerText(answer);
  std::printf("%s%s\n", options.validate_only && !options.json ? "niets vastgelegd; zou worden: " : "", text.c_str());
  return answer.accepted() ? kDone : kRefused;
}

}  // namespace

void AddReport(CLI::App* program, Action* action) {
  CLI::App* const command = program->add_subcommand("report", "Report one event by hand");
  auto options = std::make_shared<Options>();
  command->add_option("NAME", options->name, "The event: tasks.completed, handovers.offered, …")->required();
  command->add_option("FIELDS", options->fields, "Its data: task=NAME categories=wonen,inkomen dossier.reference=d-1")
      ->type_name("FIELD=VALUE");
  command->add_option("--as", options->as, "The organisation that reports")->type_name("OIN")->required();
  command->add_option("--traject", options->traject, "Id of the traject (a UUID)")->type_name("ID")->required();
  command->add_option("--id", options->id, "Id of the event; the same id again changes nothing. Without it a new one is drawn")
      ->type_name("ID");
  command->add_option("--time", options->time, "When it is logged; now without it. Moves the clock `events`")->type_name("TIME");
  command->add_flag("--validate-only", options->validate_only, "Say what would become of it, record nothing");
  command->add_option("--if-position", options->if_position, "Refuse it unless this is the traject's last position")->type_name("P");
  command->add_flag("--json", options->json, "The answer as JSON");
  AddServerOption(command, &options->server);
  command->callback([options, action] { *action = [options] { return Report(*options); }; });
}

}  // namespace overdracht::cli
