// overdracht audit export, restore, verify, replay: what an auditor does with a journal, without a service.
#include "services/audit/audit.h"

#include <absl/strings/str_cat.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "overdracht/region/v1/operator_service.grpc.pb.h"
#include "services/audit/replay.h"
#include "services/base/uuid.h"
#include "services/cli/client.h"
#include "services/cli/command.h"
#include "services/cli/kafka_options.h"
#include "services/cli/progress.h"
#include "services/cli/traject_text.h"
#include "services/log/embedded/embedded_log.h"
#include "services/log/embedded/folder_lock.h"
#include "services/topics/settings.h"
#include "services/workflow/kafka/partition_place.h"
#include "services/workflow/view.h"

namespace overdracht::cli {
namespace {

using nlohmann::ordered_json;

struct Options {
  std::string data, out;               // export
  KafkaOptions kafka;                  // export, of a region on Kafka
  ServerOption server;                 // export, of a folder that is held
  std::string file, heads, heads_out;  // verify, replay
  std::string traject, at;             // replay
  bool compare = false, json = false;
};

int Failed(const absl::Status& status) { return NotFinished(std::string(status.message())); }

int PrintJson(const ordered_json& json) {
  std::printf("%s\n", json.dump().c_str());
  return kDone;
}

// ---- export ----------------------------------------------------------------------------------------------------------------------------

// The process that holds the folder writes the export; this one keeps what it sends.
int ExportFromHolder(const Options& options, const std::string& address) {
  if (address.empty()) return NotFinished(absl::StrCat("the process that holds ", options.data, " does not serve yet; try again"));
  ServerOption server = options.server;
  server.address = address;
  const auto channel = Connect(server);
  if (channel == nullptr) return kNotFinished;
  const std::string unfinished = options.out + ".unfinished";
  std::ofstream file(unfinished, std::ios::binary | std::ios::trunc);
  grpc::ClientContext context;
  const auto reader = region::v1::OperatorService::NewStub(channel)->ReadJournal(&context, {});
  Progress progress("export");
  region::v1::ReadJournalResponse response;
  uint64_t bytes = 0;
  while (file && reader->Read(&response)) {
    file << response.chunk();
    progress.At(bytes += response.chunk().size(), 0);
  }
  file.close();
  const bool written = !file.fail();
  if (!written) context.TryCancel();
  const grpc::Status status = reader->Finish();
  if (written && status.ok() && rename(unfinished.c_str(), options.out.c_str()) == 0) return kDone;
  unlink(unfinished.c_str());
  return written && !status.ok() ? CallFailed(address, status) : NotFinished(absl::StrCat("cannot write ", options.out));
}

int ExportFromFolder(const Options& options) {
  const std::string path = options.data + "/journal.db";
  if (std::filesystem::exists(options.data + "/partitions"))
    return NotFinished("expected a folder with a journal, but it is that of a region on Kafka; give --kafka and --topics instead");
  if (!std::filesystem::exists(path))
    return NotFinished(absl::StrCat("expected a data folder with a journal, but ", options.data, " is none"));
  const absl::StatusOr<log::FolderLock> lock = log::FolderLock::Acquire(options.data);
  if (!lock.ok()) return Failed(lock.status());
  const absl::StatusOr<std::unique_ptr<log::EmbeddedLog>> journal = log::EmbeddedLog::Open(path);
  if (!journal.ok()) return Failed(journal.status());
  Progress progress("export");
  const absl::Status status =
      audit::Export({journal->get()}, options.out, [&](uint64_t done, uint64_t total) { progress.At(done, total); });
  return status.ok() ? static_cast<int>(kDone) : Failed(status);
}

int ExportFromKafka(const Options& options, const OnKafka& region) {
  const absl::StatusOr<uint32_t> partitions = topics::CountPartitions(region.cluster, region.names);
  if (!partitions.ok()) return Failed(partitions.status());
  std::vector<std::unique_ptr<log::KafkaLog>> journals;
  std::vector<log::EventLog*> logs;
  for (uint32_t partition = 0; partition < *partitions; ++partition) {
    absl::StatusOr<std::unique_ptr<log::KafkaLog>> journal =
        workflow::PartitionPlace{region.cluster, region.names, partition}.OpenJournal();
    if (!journal.ok()) return Failed(journal.status());
    logs.push_back(journals.emplace_back(*std::move(journal)).get());
  }
  Progress progress("export");
  const absl::Status status = audit::Export(logs, options.out, [&](uint64_t done, uint64_t total) { progress.At(done, total); });
  return status.ok() ? static_cast<int>(kDone) : Failed(status);
}

int Export(const Options& options) {
  const absl::StatusOr<std::optional<OnKafka>> kafka = ChooseKafka(options.kafka, {}, "");
  if (!kafka.ok()) return Usage(std::string(kafka.status().message()));
  if (kafka->has_value())
    return options.data.empty() ? ExportFromKafka(options, **kafka) : Usage("expected --data or --kafka, but there are both");
  if (options.data.empty()) return Usage("expected --data, or --kafka and --topics, but there is neither");
  const absl::StatusOr<std::optional<std::string>> holder = log::FolderLock::Holder(options.data);
  if (!holder.ok()) return Failed(holder.status());
  return holder->has_value() ? ExportFromHolder(options, **holder) : ExportFromFolder(options);
}

// ---- restore ---------------------------------------------------------------------------------------------------------------------------

// Into a file of another name first: a folder never has half a journal.
absl::Status RestoreInto(const std::string& folder, const std::string& file) {
  const std::string unfinished = folder + "/restore.unfinished", path = folder + "/journal.db";
  const absl::StatusOr<log::FolderLock> lock = log::FolderLock::Acquire(folder);
  if (!lock.ok()) return lock.status();
  if (std::filesystem::exists(path)) {
    return absl::FailedPreconditionError(absl::StrCat("expected a folder without a journal, but ", folder, " has one"));
  }
  for (const char* beside : {"", "-wal", "-shm"}) unlink((unfinished + beside).c_str());
  {
    const absl::StatusOr<std::unique_ptr<log::EmbeddedLog>> journal = log::EmbeddedLog::Open(unfinished);
    if (!journal.ok()) return journal.status();
    Progress progress("restore");
    absl::Status status = audit::Restore(file, journal->get(), [&](uint64_t done, uint64_t total) { progress.At(done, total); });
    if (!status.ok()) return status;
  }
  if (rename(unfinished.c_str(), path.c_str()) == 0) return absl::OkStatus();
  return absl::UnavailableError(absl::StrCat("cannot write ", path));
}

int Restore(const Options& options) {
  const absl::StatusOr<audit::Verification> verification = audit::Verify(options.file);
  if (!verification.ok()) return Failed(verification.status());
  if (verification->divergence) {
    PrintJson({{"verified", false}, {"position", verification->divergence->position}, {"why", verification->divergence->why}});
    return kRefused;
  }
  if (absl::Status status = RestoreInto(options.data, options.file); !status.ok()) return Failed(status);
  return PrintJson({{"records", verification->records}, {"root", verification->root}, {"data", options.data}});
}

// ---- verify ----------------------------------------------------------------------------------------------------------------------------

int Verify(const Options& options) {
  absl::StatusOr<audit::Verification> verification = absl::UnknownError("");
  {
    Progress progress("verify");
    verification = audit::Verify(options.file, options.heads, [&](uint64_t done, uint64_t total) { progress.At(done, total); });
  }
  if (!verification.ok()) return Failed(verification.status());
  if (verification->divergence) {
    PrintJson({{"verified", false}, {"position", verification->divergence->position}, {"why", verification->divergence->why}});
    return kRefused;
  }
  if (!options.heads_out.empty()) {
    std::ofstream file(options.heads_out);
    audit::WriteHeads(verification->heads, verification->tips, file);
    if (!file.flush()) return NotFinished(absl::StrCat("cannot write ", options.heads_out));
  }
  ordered_json json = {{"records", verification->records},
                       {"heads", verification->heads.size()},
                       {"verified", true},
                       {"root", verification->root},
                       {"batches", verification->batches}};
  for (const audit::BatchTip& from : verification->moved_from)
    json["movedFrom"].push_back({{"partition", from.partition}, {"batch", from.batch}, {"hash", base::Hex(from.hash)}});
  return PrintJson(json);
}

// ---- replay ----------------------------------------------------------------------------------------------------------------------------

int PrintDifference(const audit::Difference& difference) {
  PrintJson({{"same", false}, {"position", difference.position}, {"field", difference.field}, {"why", difference.why}});
  return kRefused;
}

int Replay(const Options& options) {
  audit::ReplayOptions replay;
  replay.compare = options.compare;
  if (!options.traject.empty()) {
    const std::optional<std::string> id = base::ParseUuid(options.traject);
    if (!id) return Usage("expected --traject to be a UUID, but it is not");
    replay.traject = *id;
  }
  if (!options.at.empty()) {
    const absl::StatusOr<audit::Until> until = audit::ParseUntil(options.at);
    if (!until.ok()) return Usage(std::string(until.status().message()));
    replay.until = *until;
  }
  absl::StatusOr<std::unique_ptr<audit::Replayer>> replayer = absl::UnknownError("");
  {
    Progress progress("replay");
    replayer = audit::Replay(options.file, replay, [&](uint64_t done, uint64_t total) { progress.At(done, total); });
  }
  if (!replayer.ok()) return Failed(replayer.status());
  // What follows a difference is nobody's state: none is printed.
  if ((*replayer)->difference()) return PrintDifference(*(*replayer)->difference());
  for (const engine::TrajectState* state : (*replayer)->Trajecten()) {
    const std::string line = workflow::TrajectLine(state->traject);
    std::printf("%s\n", options.json ? line.c_str() : TrajectLineText(nlohmann::json::parse(line)).c_str());
  }
  if (options.compare)
    std::fprintf(stderr, "%llu records read, all that were replayed are decided the same\n",
                 static_cast<unsigned long long>((*replayer)->records()));
  return kDone;
}

}  // namespace

void AddAudit(CLI::App* program, Action* action) {
  CLI::App* const audit = program->add_subcommand("audit", "Copies of the journal: make one, restore it, verify it, replay it");
  audit->require_subcommand(1);
  auto options = std::make_shared<Options>();

  CLI::App* const make = audit->add_subcommand("export", "The whole journal in one file, with all that is needed to verify it");
  make->add_option("--data", options->data, "The data folder; a process that holds it is asked")->type_name("DIR");
  AddKafkaOptions(make, &options->kafka);
  make->add_option("--out", options->out, "The file to write")->type_name("FILE")->required();
  AddTlsOptions(make, &options->server);
  make->callback([options, action] { *action = [options] { return Export(*options); }; });

  CLI::App* const restore = audit->add_subcommand("restore", "A data folder from an export, after it was verified");
  restore->add_option("FILE", options->file, "The export")->required();
  restore->add_option("--data", options->data, "The folder; made when it is not there, and without a journal")
      ->type_name("DIR")
      ->required();
  restore->callback([options, action] { *action = [options] { return Restore(*options); }; });

  CLI::App* const verify = audit->add_subcommand("verify", "That nothing in an export was changed; names the first record where it was");
  verify->add_option("FILE", options->file, "The export")->required();
  verify->add_option("--heads", options->heads, "Heads that were kept of an earlier export: must lie on its chains")->type_name("FILE");
  verify->add_option("--write-heads", options->heads_out, "Keep the heads of this one")->type_name("FILE");
  verify->add_flag("--json", options->json, "JSON (there is no other form)");
  verify->callback([options, action] { *action = [options] { return Verify(*options); }; });

  CLI::App* const replay = audit->add_subcommand("replay", "How the trajecten stood, by an export alone");
  replay->add_option("FILE", options->file, "The export")->required();
  replay->add_option("--traject", options->traject, "Only this one")->type_name("ID");
  replay->add_option("--at", options->at, "Up to and including this moment or position")->type_name("TIME|POSITION");
  replay->add_flag("--json", options->json, "As `traject list --json`");
  replay->add_flag("--compare", options->compare,
                   "Decide every input again too; where one differs, only the first such record is named (exit 2)");
  replay->callback([options, action] { *action = [options] { return Replay(*options); }; });
}

}  // namespace overdracht::cli
