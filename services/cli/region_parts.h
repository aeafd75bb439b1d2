// All of a region on the embedded log, in one folder that this process holds: journal, loop, outboxes, and the operator's service.
#ifndef OVERDRACHT_SERVICES_CLI_REGION_PARTS_H_
#define OVERDRACHT_SERVICES_CLI_REGION_PARTS_H_

#include <absl/status/statusor.h>

#include <CLI/CLI.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "services/cli/serving.h"
#include "services/edge/identity.h"
#include "services/log/embedded/embedded_log.h"
#include "services/log/embedded/folder_lock.h"
#include "services/workflow/edge/local_region.h"
#include "services/workflow/edge/operator_service.h"
#include "services/workflow/edge/region_service.h"

namespace overdracht::cli {

class SlowPass;

struct RegionOptions {
  std::string data;
  std::string clock = "wall";
  std::string workflows;    // a folder; empty: those in the program
  bool new_folder = false;  // refuse one that has a journal
  // Called when the loop has ended, on its thread.
  std::function<void()> ended = Signals::End;
};
void AddRegionOptions(CLI::App* command, RegionOptions* options);

class RegionParts {
 public:
  // Takes the folder and its journal over; when it returns the loop runs.
  static absl::StatusOr<std::unique_ptr<RegionParts>> Open(const RegionOptions& options, const edge::Callers* callers);
  // Whoever serves the parts is gone by then.
  ~RegionParts();

  workflow::Loop* loop() { return loop_.get(); }
  region::Region* region() { return &*region_; }
  // For the operator, and for partner services in processes of their own.
  grpc::Service* operators() { return operators_.get(); }
  grpc::Service* partners() { return partners_.get(); }

  // Tells the commands of this machine where they can ask, and reads what of the journal the start did not read.
  absl::Status Serving(const std::string& address);
  // Takes nothing in any more and finishes what waits. Why the loop had ended by itself, if it had.
  absl::Status Drain();

 private:
  RegionParts(log::FolderLock lock, std::unique_ptr<log::EmbeddedLog> journal);

  log::FolderLock lock_;
  const std::unique_ptr<log::EmbeddedLog> journal_;
  const uint64_t batches_before_;
  region::Listeners listeners_;
  absl::Status ended_;
  std::unique_ptr<workflow::Loop> loop_;
  std::optional<workflow::OutboxReader> outboxes_;
  std::optional<workflow::LocalRegion> region_;
  std::unique_ptr<workflow::OperatorService> operators_;
  std::unique_ptr<workflow::RegionService> partners_;
  std::unique_ptr<SlowPass> pass_;
};

}  // namespace overdracht::cli

#endif  // OVERDRACHT_SERVICES_CLI_REGION_PARTS_H_
