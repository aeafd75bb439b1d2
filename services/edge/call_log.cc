#include "services/edge/call_log.h"

#include <absl/strings/ascii.h>
#include <absl/time/clock.h>

#include <algorithm>
#include <chrono>

#include "overdracht/api/v1/error_details.pb.h"

namespace overdracht::edge {
namespace {

using grpc::experimental::InterceptionHookPoints;
using grpc::experimental::Interceptor;
using Clock = std::chrono::steady_clock;

Log::Severity SeverityOf(grpc::StatusCode code) {
  switch (code) {
    case grpc::StatusCode::INTERNAL:
    case grpc::StatusCode::UNKNOWN:
    case grpc::StatusCode::DATA_LOSS:
      return Log::kError;
    case grpc::StatusCode::UNAVAILABLE:
    case grpc::StatusCode::RESOURCE_EXHAUSTED:
      return Log::kWarning;
    default:
      return Log::kInfo;
  }
}

const char* NameOf(grpc::StatusCode code) {
  constexpr const char* kNames[] = {"OK",        "CANCELLED",      "UNKNOWN",           "INVALID_ARGUMENT",   "DEADLINE_EXCEEDED",
                                    "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION",
                                    "ABORTED",   "OUT_OF_RANGE",   "UNIMPLEMENTED",     "INTERNAL",           "UNAVAILABLE",
                                    "DATA_LOSS", "UNAUTHENTICATED"};
  return code >= 0 && code < std::size(kNames) ? kNames[code] : "UNKNOWN";
}

// Of a refusal its code and reason, of closed lists; never its sentence, which may quote what was reported.
void AddReason(const std::string& details, Log::Fields* fields) {
  api::v1::RefusalStatus status;
  api::v1::RefusalInfo info;
  if (details.empty() || !status.ParseFromString(details) || status.details_size() == 0) return;
  if (status.details(0).type_url() != "type.googleapis.com/google.rpc.ErrorInfo" || !info.ParseFromString(status.details(0).value()))
    return;
  if (const auto code = info.metadata().find("code"); code != info.metadata().end()) fields->emplace_back("code", code->second);
  fields->emplace_back("reason", info.reason());
}

// W3C Trace Context; what has not its form was written by somebody who could write anything.
bool IsTraceparent(absl::string_view text) {
  constexpr absl::string_view kForm = "xx-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx-xxxxxxxxxxxxxxxx-xx";
  const auto fits = [](char c, char form) { return form == '-' ? c == '-' : absl::ascii_isxdigit(c) && !absl::ascii_isupper(c); };
  return text.size() == kForm.size() && std::equal(text.begin(), text.end(), kForm.begin(), fits);
}

}  // namespace

// One call.
class CallLog::Seen : public Interceptor {
 public:
  Seen(CallLog* log, grpc::experimental::ServerRpcInfo* info) : log_(*log), info_(*info) {}

  void Intercept(grpc::experimental::InterceptorBatchMethods* methods) override {
    if (methods->QueryInterceptionHookPoint(InterceptionHookPoints::PRE_SEND_STATUS)) {
      const grpc::Status status = methods->GetSendStatus();
      log_.Ended(MethodOf(status), *info_.server_context(), status, absl::FromChrono(Clock::now() - began_));
    }
    methods->Proceed();
  }

 private:
  // The name of a method that the server has not is the client's text, which could say anything, and ever something else.
  absl::string_view MethodOf(const grpc::Status& status) const {
    return status.error_code() == grpc::StatusCode::UNIMPLEMENTED ? "" : info_.method();
  }

  CallLog& log_;
  grpc::experimental::ServerRpcInfo& info_;
  const Clock::time_point began_ = Clock::now();
};

class CallLog::Factory : public grpc::experimental::ServerInterceptorFactoryInterface {
 public:
  explicit Factory(CallLog* log) : log_(*log) {}
  Interceptor* CreateServerInterceptor(grpc::experimental::ServerRpcInfo* info) override { return new Seen(&log_, info); }

 private:
  CallLog& log_;
};

std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface> CallLog::MakeFactory() { return std::make_unique<Factory>(this); }

void CallLog::Ended(absl::string_view method, const grpc::ServerContextBase& context, const grpc::Status& status, absl::Duration took) {
  {
    absl::MutexLock lock(&mutex_);
    auto& [calls, together] = counts_[method][status.error_code()];
    ++calls;
    together += took;
  }
  // Who goes away, or has waited enough, is nobody's trouble.
  const bool well = status.ok() || status.error_code() == grpc::StatusCode::CANCELLED;
  if (which_ == kAll || (which_ == kRefused && !well)) Say(method, context, status, took);
}

void CallLog::Say(absl::string_view method, const grpc::ServerContextBase& context, const grpc::Status& status, absl::Duration took) {
  Log::Fields fields = {{"rpc", std::string(method)}, {"status", std::string(NameOf(status.error_code()))}};
  AddReason(status.error_details(), &fields);
  if (std::string who = who_(context); !who.empty()) fields.emplace_back("organisation", std::move(who));
  const auto trace = context.client_metadata().find("traceparent");
  if (trace != context.client_metadata().end()) {
    const absl::string_view text(trace->second.data(), trace->second.size());
    if (IsTraceparent(text)) fields.emplace_back("traceparent", std::string(text));
  }
  fields.emplace_back("seconds", absl::ToDoubleSeconds(took));
  log_.Write(SeverityOf(status.error_code()), "call", std::move(fields));
}

std::vector<CallLog::Count> CallLog::counts() {
  std::vector<Count> counts;
  absl::MutexLock lock(&mutex_);
  for (const auto& [method, ended] : counts_) {
    for (const auto& [code, count] : ended) counts.push_back({method, NameOf(code), count.first, absl::ToDoubleSeconds(count.second)});
  }
  std::sort(counts.begin(), counts.end(),
            [](const Count& a, const Count& b) { return std::tie(a.rpc, a.status) < std::tie(b.rpc, b.status); });
  return counts;
}

}  // namespace overdracht::edge
