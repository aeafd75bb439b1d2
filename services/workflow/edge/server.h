// The edge of the workflow service: listens on loopback, gRPC and HTTP, until it is stopped.
#ifndef OVERDRACHT_SERVICES_WORKFLOW_EDGE_SERVER_H_
#define OVERDRACHT_SERVICES_WORKFLOW_EDGE_SERVER_H_

#include <absl/status/statusor.h>

#include <memory>
#include <string>

#include "services/log/event_log.h"
#include "services/workflow/edge/operator_service.h"
#include "services/workflow/loop.h"

namespace overdracht::workflow {

struct ServerOptions {
  int grpc_port = 7440;  // 0: a free one
  int http_port = 7441;
  std::string folder;
  OperatorService::ExportJournal export_journal;
};

class Server {
 public:
  // Serves when it returns. UNAVAILABLE: a port is taken.
  static absl::StatusOr<std::unique_ptr<Server>> Start(const ServerOptions& options, Loop* loop, log::EventLog* journal);
  ~Server();

  int grpc_port() const;
  int http_port() const;

  // NOT_SERVING from now on, for whoever looks at the health.
  void Draining();
  // Ends the calls that are still there after a moment.
  void Stop();

 private:
  struct Parts;
  Server();
  std::unique_ptr<Parts> parts_;
};

}  // namespace overdracht::workflow

#endif  // OVERDRACHT_SERVICES_WORKFLOW_EDGE_SERVER_H_
