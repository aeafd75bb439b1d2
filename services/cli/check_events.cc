// overdracht check-events: what would become of the events of a file. The same way as `publish`, into a region of its own that is gone
// afterwards.
#include <absl/strings/str_cat.h>
#include <grpcpp/grpcpp.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "services/cli/command.h"
#include "services/cli/publish.h"
#include "services/cli/region_parts.h"
#include "services/client/connection.h"
#include "services/partner/event_service.h"

namespace overdracht::cli {
namespace {

struct Options {
  PublishOptions file;
  std::string workflows;
};

// A folder that is gone when it goes out of scope.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "overdracht-check.XXXXXX").string();
    if (mkdtemp(name.data()) != nullptr) path_ = name;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  const std::string& path() const { return path_; }  // empty: there is none

 private:
  std::string path_;
};

int CheckEvents(const Options& options) {
  const TemporaryFolder folder;
  if (folder.path().empty()) return NotFinished(absl::StrCat("expected a folder for temporary files, but: ", std::strerror(errno)));
  const edge::Callers callers;
  RegionOptions region_options;
  region_options.data = folder.path();
  region_options.clock = "events";
  region_options.workflows = options.workflows;
  region_options.ended = [] {};  // then the stream ends too
  absl::StatusOr<std::unique_ptr<RegionParts>> region = RegionParts::Open(region_options, &callers);
  if (!region.ok()) return NotFinished(std::string(region.status().message()));
  partner::EventService events((*region)->region(), &callers);
  const std::unique_ptr<grpc::Server> server = grpc::ServerBuilder().RegisterService(&events).BuildAndStart();
  const int result = Publish(options.file, [&] {
    return client::Client(std::make_shared<client::Connection>(
        client::Connection{.options = {.patience = absl::ZeroDuration()}, .channel = server->InProcessChannel({})}));
  });
  server->Shutdown();
  return result;
}

}  // namespace

void AddCheckEvents(CLI::App* program, Action* action) {
  CLI::App* const command =
      program->add_subcommand("check-events", "Say what would become of the events of a file, from an empty region on; keep nothing");
  auto options = std::make_shared<Options>();
  options->file.command = "check-events";
  AddFileOptions(command, &options->file);
  command->add_option("--workflows", options->workflows, "The workflows of this folder instead of the shipped ones")->type_name("DIR");
  command->callback([options, action] { *action = [options] { return CheckEvents(*options); }; });
}

}  // namespace overdracht::cli
