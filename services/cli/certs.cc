// overdracht certs: an authority for tests and trials, and certificates of it.
#include <absl/strings/str_cat.h>
#include <fcntl.h>
#include <unistd.h>

#include <filesystem>

#include "services/certs/authority.h"
#include "services/cli/command.h"
#include "services/cli/serving.h"
#include "services/edge/certificate.h"

namespace overdracht::cli {
namespace {

constexpr char kOperator[] = "00000099000000900000";
constexpr char kThisMachine[] = "DNS:localhost,IP:127.0.0.1,IP:::1";
constexpr char kOfHosts[] = "abcdefghijklmnopqrstuvwxyz0123456789.-";
constexpr base::Micros kValid = 365 * base::kDay;

struct Options {
  std::string out;
  std::vector<std::string> oins, names, hosts;
};

// Where the services may be reached by their certificates.
std::string HostsOf(const Options& options) {
  std::string hosts = kThisMachine;
  for (const std::string& host : options.hosts) absl::StrAppend(&hosts, ",DNS:", host);
  return hosts;
}

// Whose certificates: those that were asked for, or those of a first handover.
std::vector<std::pair<std::string, std::string>> Organisations(const Options& options) {
  if (options.oins.empty()) {
    return {{"00000099000000101000", "Zorgaanbieder"}, {"00000099000000102000", "Wijkteam"}, {"00000099000000103000", "Gemeente"}};
  }
  std::vector<std::pair<std::string, std::string>> organisations;
  for (size_t i = 0; i < options.oins.size(); ++i) organisations.emplace_back(options.oins[i], options.names[i]);
  return organisations;
}

absl::Status Write(const std::string& path, const std::string& text, mode_t mode) {
  const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
  const bool written = file >= 0 && write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  if (file >= 0 && close(file) == 0 && written) return absl::OkStatus();
  return absl::UnavailableError(absl::StrCat("cannot write ", path));
}

absl::Status WritePair(const std::string& folder, const std::string& name, const absl::StatusOr<certs::Issued>& issued) {
  if (!issued.ok()) return issued.status();
  if (absl::Status status = Write(absl::StrCat(folder, "/", name, ".pem"), issued->certificate, 0644); !status.ok()) return status;
  return Write(absl::StrCat(folder, "/", name, ".key"), issued->key, 0600);
}

std::string Configuration() {
  return absl::StrCat(
      "# For tests and trials. What more there is to say: docs/configuration.md\n"
      "tls:\n  certificate: server.pem\n  key: server.key\n  client_ca: ca.pem\n"
      "operators: [",
      kOperator, "]\n");
}

absl::Status Make(const Options& options) {
  const base::Micros now = MachineClock(), from = now - base::kDay, until = now + kValid;
  const absl::StatusOr<certs::Authority> authority = certs::Authority::Make("Overdracht test CA (not for production)", from, until);
  if (!authority.ok()) return authority.status();
  const std::string hosts = HostsOf(options);
  const auto issue = [&](const std::string& name, const std::string& oin) {
    return authority->Issue({.subject = {{"C", "NL"}, {"O", name}, {"CN", name}, {"serialNumber", oin}},
                             .names = hosts,  // of its partner service
                             .use = "clientAuth,serverAuth",
                             .from_us = from,
                             .until_us = until});
  };
  const auto server = authority->Issue({.subject = {{"C", "NL"}, {"O", "Overdracht test"}, {"CN", "localhost"}},
                                        .names = hosts,
                                        .use = "serverAuth",
                                        .from_us = from,
                                        .until_us = until});
  absl::Status status = WritePair(options.out, "ca", authority->own());
  if (status.ok()) status = WritePair(options.out, "server", server);
  if (status.ok()) status = WritePair(options.out, "operator", issue("Operator", kOperator));
  for (const auto& [oin, name] : Organisations(options)) {
    if (status.ok()) status = WritePair(options.out, oin, issue(name, oin));
  }
  if (status.ok()) status = Write(absl::StrCat(options.out, "/overdracht.yaml"), Configuration(), 0644);
  return status;
}

int Run(const Options& options) {
  if (options.names.size() != options.oins.size()) return Usage("expected a --name for each --oin, but their numbers differ");
  for (const std::string& oin : options.oins) {
    if (!edge::IsTestOin(oin)) return Usage("expected test OINs (20 digits, prefix 00000099), but one is none");
  }
  for (const std::string& host : options.hosts) {
    if (host.find_first_not_of(kOfHosts) != std::string::npos) return Usage("expected names of machines (a-z 0-9 . -), but one is none");
  }
  std::error_code error;
  std::filesystem::create_directories(options.out, error);
  if (!std::filesystem::is_directory(options.out, error)) return NotFinished(absl::StrCat("cannot make the folder ", options.out));
  if (!std::filesystem::is_empty(options.out, error)) {
    return NotFinished(absl::StrCat("expected a folder without files, but there are some in ", options.out));
  }
  if (absl::Status status = Make(options); !status.ok()) return NotFinished(std::string(status.message()));
  std::fprintf(stderr,
               "For tests and trials only: whoever reads %s/ca.key is whoever it wants to be.\n"
               "Start a service with: overdracht dev --data DIR --config %s/overdracht.yaml\n",
               options.out.c_str(), options.out.c_str());
  return kDone;
}

}  // namespace

void AddCerts(CLI::App* program, Action* action) {
  CLI::App* const command =
      program->add_subcommand("certs", "Makes an authority and certificates for tests and trials, not for production");
  auto options = std::make_shared<Options>();
  command->add_option("--out", options->out, "A new folder")->type_name("DIR")->required();
  command->add_option("--oin", options->oins, "An organisation, by its test OIN; may be given again")
      ->type_name("OIN")
      ->allow_extra_args(false);
  command->add_option("--name", options->names, "Its name")->type_name("NAME")->allow_extra_args(false);
  command->add_option("--host", options->hosts, "A machine more on which services run, besides this one; may be given again")
      ->type_name("NAME")
      ->allow_extra_args(false);
  command->callback([options, action] { *action = [options] { return Run(*options); }; });
}

}  // namespace overdracht::cli
