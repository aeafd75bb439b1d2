// Every call of a server, seen from outside its services: counted, and said in the log.
#ifndef OVERDRACHT_SERVICES_EDGE_CALL_LOG_H_
#define OVERDRACHT_SERVICES_EDGE_CALL_LOG_H_

#include <absl/base/thread_annotations.h>
#include <absl/container/flat_hash_map.h>
#include <absl/strings/string_view.h>
#include <absl/synchronization/mutex.h>
#include <absl/time/time.h>
#include <grpcpp/server_context.h>
#include <grpcpp/support/server_interceptor.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "services/edge/log.h"

namespace overdracht::edge {

class CallLog {
 public:
  // Which calls the log has. Refused: that did not end well.
  enum Which { kRefused, kAll, kNone };
  // The OIN of whoever calls; empty: not known.
  using Who = std::function<std::string(const grpc::ServerContextBase&)>;

  CallLog(Log* log, Which which, Who who) : log_(*log), which_(which), who_(std::move(who)) {}

  // For a server that is gone before this is.
  std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface> MakeFactory();

  struct Count {
    std::string rpc;     // /overdracht.api.v1.OutboxService/Subscribe; empty: none of this server, or no request came
    std::string status;  // OK, NOT_FOUND, …
    uint64_t calls = 0;
    double seconds = 0;  // from the first to the last of all of them
  };
  std::vector<Count> counts();

 private:
  class Seen;
  class Factory;

  void Ended(absl::string_view method, const grpc::ServerContextBase& context, const grpc::Status& status, absl::Duration took);
  void Say(absl::string_view method, const grpc::ServerContextBase& context, const grpc::Status& status, absl::Duration took);

  Log& log_;
  const Which which_;
  const Who who_;
  absl::Mutex mutex_;
  // By method, and by status.
  absl::flat_hash_map<std::string, std::map<grpc::StatusCode, std::pair<uint64_t, absl::Duration>>> counts_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace overdracht::edge

#endif  // OVERDRACHT_SERVICES_EDGE_CALL_LOG_H_
