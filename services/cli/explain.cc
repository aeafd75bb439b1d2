// overdracht explain: what an organisation may report of a traject now, and why not the rest.
#include <absl/strings/str_cat.h>
#include <absl/strings/str_join.h>

#include <cstdio>
#include <nlohmann/json.hpp>

#include "overdracht/api/v1/overview_service.pb.h"
#include "services/cli/client.h"
#include "services/cli/command.h"

namespace overdracht::cli {
namespace {

struct Options {
  std::string traject;
  std::string as;
  bool json = false;
  ServerOption server;
};

std::string Json(const api::v1::ExplainTrajectResponse& explained) {
  auto permitted = nlohmann::ordered_json::array();
  for (const auto& report : explained.permitted()) {
    auto fields = nlohmann::ordered_json::array();
    for (const auto& field : report.fields()) {
      nlohmann::ordered_json one = {{"field", field.field()}, {"values", field.values()}};
      if (!field.format().empty()) one["format"] = field.format();
      if (field.optional()) one["optional"] = true;
      fields.push_back(std::move(one));
    }
    permitted.push_back({{"name", report.kind()}, {"fields", std::move(fields)}});
  }
  auto refused = nlohmann::ordered_json::array();
  for (const auto& report : explained.refused()) {
    auto parameters = nlohmann::ordered_json::object();
    for (const auto& parameter : report.parameters()) parameters[parameter.name()] = parameter.value();
    refused.push_back({{"name", report.kind()},
                       {"code", report.code()},
                       {"reason", report.reason()},
                       {"parameters", std::move(parameters)},
                       {"message", report.message()},
                       {"melding", report.melding()}});
  }
  return nlohmann::ordered_json{{"permitted", std::move(permitted)}, {"refused", std::move(refused)}}.dump();
}

std::string FieldText(const api::v1::PermittedField& field) {
  std::string text = absl::StrJoin(field.values(), "|");
  if (!field.format().empty()) absl::StrAppend(&text, text.empty() ? "" : "|", "<", field.format(), ">");
  return field.optional() ? absl::StrCat("[", field.field(), "=", text, "]") : absl::StrCat(field.field(), "=", text);
}

void Print(const api::v1::ExplainTrajectResponse& explained) {
  std::printf("Nu te melden:\n");
  for (const auto& report : explained.permitted()) {
    const std::string fields = absl::StrJoin(report.fields(), " ", [](std::string* out, const auto& field) { *out += FieldText(field); });
    std::printf("  %s %s\n", report.kind().c_str(), fields.c_str());
  }
  std::printf("Nu niet:\n");
  for (const auto& report : explained.refused()) std::printf("  %s: %s\n", report.kind().c_str(), report.melding().c_str());
}

int Explain(const Options& options) {
  const absl::StatusOr<client::Client> client = ConnectAs(options.server, options.as);
  if (!client.ok()) return kNotFinished;
  api::v1::ExplainTrajectRequest request;
  request.set_traject(options.traject);
  const absl::StatusOr<api::v1::ExplainTrajectResponse> explained = client->ExplainTraject(request);
  if (!explained.ok()) return CallFailed(options.server.address, explained.status());
  if (options.json) {
    std::printf("%s\n", Json(*explained).c_str());
  } else {
    Print(*explained);
  }
  return kDone;
}

}  // namespace

void AddExplain(CLI::App* program, Action* action) {
  CLI::App* const command = program->add_subcommand("explain", "What an organisation may report of a traject now, and why not the rest");
  auto options = std::make_shared<Options>();
  command->add_option("ID", options->traject, "Id of the traject")->required();
  command->add_option("--as", options->as, "The organisation that asks")->type_name("OIN")->required();
  command->add_flag("--json", options->json, "As JSON");
  AddServerOption(command, &options->server);
  command->callback([options, action] { *action = [options] { return Explain(*options); }; });
}

}  // namespace overdracht::cli
