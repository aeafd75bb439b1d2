#include "tests/bench/handover_calls.h"

#include <absl/strings/str_cat.h>
#include <absl/synchronization/mutex.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <iterator>
#include <map>
#include <memory>
#include <tuple>
#include <utility>

#include "overdracht/api/v1/consent_service.pb.h"
#include "overdracht/api/v1/handover_service.pb.h"
#include "overdracht/api/v1/traject_service.pb.h"
#include "services/base/check.h"
#include "services/base/uuid.h"
#include "tests/bench/bench.h"
#include "tests/bench/handover.h"

namespace overdracht::bench {
namespace {

constexpr int kConnections = 2;

struct Call {
  std::string method;
  std::string organisation;
  grpc::ByteBuffer request;
};
using Calls = std::array<Call, kReports>;

template <typename Request, typename Data>
Call MakeCall(const std::string& method, const event::v1::Event& event, const Data& data) {
  Request request;
  request.mutable_report()->set_traject(base::FormatUuid(event.traject()));
  request.mutable_report()->set_request_id(event.id());
  *request.mutable_event() = data;
  const grpc::Slice slice(request.SerializeAsString());
  return {absl::StrCat("/overdracht.api.v1.", method), event.organisation(), grpc::ByteBuffer(&slice, 1)};
}

Calls HandoverCalls(uint64_t n) {
  const auto events = HandoverEvents(n, "2026-01-01T09:00:00Z");
  return {MakeCall<api::v1::StartTrajectRequest>("TrajectService/StartTraject", events[0], events[0].trajecten_started()),
          MakeCall<api::v1::GrantConsentRequest>("ConsentService/GrantConsent", events[1], events[1].consents_granted()),
          MakeCall<api::v1::OfferHandoverRequest>("HandoverService/OfferHandover", events[2], events[2].handovers_offered()),
          MakeCall<api::v1::AcceptHandoverRequest>("HandoverService/AcceptHandover", events[3], events[3].handovers_accepted())};
}

// Does so many handovers, of which so many are under way at once; a slot has one call under way.
class Driver {
 public:
  Driver(const std::function<std::string(const std::string&)>& address_of, const std::vector<Calls>& handovers)
      : handovers_(handovers), left_(handovers.size()), report_ms_(handovers.size() * kReports) {
    for (const Call& call : handovers.front()) {
      std::vector<grpc::GenericStub*>& stubs = stubs_of_[call.organisation];
      std::vector<std::unique_ptr<grpc::GenericStub>>& at = stubs_at_[address_of(call.organisation)];
      for (int i = static_cast<int>(at.size()); i < kConnections; ++i) at.push_back(Connect(address_of(call.organisation)));
      if (stubs.empty()) std::transform(at.begin(), at.end(), std::back_inserter(stubs), [](const auto& stub) { return stub.get(); });
    }
  }

  // How long each handover took, and each report.
  std::pair<std::vector<double>, std::vector<double>> Go(size_t in_flight) {
    for (size_t slot = 0; slot < in_flight; ++slot) Begin(slot);
    absl::MutexLock lock(&mutex_);
    mutex_.Await(absl::Condition(
        +[](size_t* left) { return *left == 0; }, &left_));
    return {std::move(took_ms_), std::move(report_ms_)};
  }

 private:
  struct UnderWay {
    grpc::ClientContext context;
    grpc::ByteBuffer response;
  };

  static std::unique_ptr<grpc::GenericStub> Connect(const std::string& address) {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    return std::make_unique<grpc::GenericStub>(grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments));
  }

  void Begin(size_t slot) {
    const size_t handover = next_++;
    if (handover < handovers_.size()) Report(slot, handover, 0, Stopwatch());
  }

  void Report(size_t slot, size_t handover, int report, Stopwatch began) {
    const Call& call = handovers_[handover][report];
    auto* const way = new UnderWay;
    way->context.AddMetadata("overdracht-oin", call.organisation);
    stubs_of_.at(call.organisation)[slot % kConnections]->UnaryCall(
        &way->context, call.method, {}, &call.request, &way->response,
        [this, slot, handover, report, began, called = Stopwatch(), way](const grpc::Status& status) {
          OVERDRACHT_CHECK(status.ok(), status.error_message());
          delete way;
          report_ms_[handover * kReports + report] = 1e3 * called.Seconds();
          if (report + 1 < kReports) return Report(slot, handover, report + 1, began);
          Begin(slot);
          absl::MutexLock lock(&mutex_);
          took_ms_.push_back(1e3 * began.Seconds());
          --left_;
        });
  }

  const std::vector<Calls>& handovers_;
  std::map<std::string, std::vector<std::unique_ptr<grpc::GenericStub>>> stubs_at_;  // by address
  std::map<std::string, std::vector<grpc::GenericStub*>> stubs_of_;                  // by organisation
  std::atomic<size_t> next_ = 0;
  absl::Mutex mutex_;
  std::vector<double> took_ms_;
  size_t left_;
  std::vector<double> report_ms_;
};

}  // namespace

HandoverRun DoHandovers(const std::function<std::string(const std::string& organisation)>& address_of,
                        const std::function<double()>& server_cpu_s, uint64_t first, size_t count, size_t in_flight) {
  std::vector<Calls> handovers;
  for (size_t i = 0; i < count; ++i) handovers.push_back(HandoverCalls(first + i));
  Driver driver(address_of, handovers);
  HandoverRun run;
  const double client = CpuSeconds(), servers = server_cpu_s();
  const Stopwatch watch;
  std::tie(run.took_ms, run.report_ms) = driver.Go(in_flight);
  run.per_s = static_cast<double>(count) / watch.Seconds();
  run.client_cpu_ms = 1e3 * (CpuSeconds() - client) / static_cast<double>(count);
  run.server_cpu_ms = 1e3 * (server_cpu_s() - servers) / static_cast<double>(count);
  return run;
}

}  // namespace overdracht::bench
