#include "tests/bench/caller.h"

#include <absl/strings/str_cat.h>
#include <absl/time/clock.h>
#include <grpcpp/grpcpp.h>

#include <atomic>

#include "services/base/check.h"
#include "tests/bench/bench.h"

namespace overdracht::bench {

using api::v1::EventService;

constexpr int kConnections = 2;

std::unique_ptr<testing::ServerProcess> ServeFolder(const std::string& server, const std::string& folder) {
  return std::make_unique<testing::ServerProcess>(
      std::vector<std::string>{server, "dev", "--data", folder, "--grpc-port", "0", "--http-port", "0"});
}

uint64_t FreshNumber() {
  // A second, and a million numbers in it; 48 bits.
  static std::atomic<uint64_t> next = static_cast<uint64_t>(absl::ToUnixSeconds(absl::Now())) % (1 << 28) << 20;
  return next++;
}

std::string ContactJson(const Population& population, testing::Chance* chance) {
  return ContactJson(population, ClientOf(population, chance->Bits() % population.trajecten));
}

std::string ContactJson(const Population& population, const Client& client) {
  return absl::StrCat(R"({"specversion":"1.0","id":"contact-)", FreshNumber(), R"(","source":"urn:nld:oin:)", client.Organisation('z'),
                      R"(:systeem:bench","type":"nl.overdracht.contacts.held.v1","subject":")", client.traject, R"(","time":")",
                      base::FormatTime(population.until), R"(","datacontenttype":"application/json","data":{"kind":"home_visit"}})");
}

std::vector<std::string> Contacts(const Population& population, size_t count, testing::Chance* chance) {
  std::vector<std::string> events;
  for (size_t i = 0; i < count; ++i) events.push_back(ContactJson(population, chance));
  return events;
}

Caller::Caller(const std::string& address) {
  for (int i = 0; i < kConnections; ++i) {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    stubs_.push_back(EventService::NewStub(grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments)));
  }
}

Caller::~Caller() { Wait(); }

void Caller::Report(const std::string& json, std::function<void()> answered) {
  struct UnderWay {
    grpc::ClientContext context;
    api::v1::PublishRequest request;
    api::v1::PublishResponse response;
  };
  auto* const way = new UnderWay;
  way->request.set_cloud_event(json);
  EventService::Stub* stub = nullptr;
  {
    absl::MutexLock lock(&mutex_);
    stub = stubs_[next_++ % stubs_.size()].get();
    ++under_way_;
  }
  stub->async()->Publish(&way->context, &way->request, &way->response,
                         [this, way, answered = std::move(answered)](const grpc::Status& status) {
                           OVERDRACHT_CHECK(status.ok(), status.error_message());
                           delete way;
                           answered();
                           absl::MutexLock lock(&mutex_);
                           --under_way_;
                         });
}

void Caller::Wait() { absl::MutexLock lock(&mutex_, absl::Condition(this, &Caller::Idle)); }

void Caller::ReportAndWait(const std::string& json) {
  Report(json, [] {});
  Wait();
}

std::vector<double> Caller::ReportAll(const std::vector<std::string>& events, size_t in_flight) {
  std::vector<double> took_ms(events.size());
  std::atomic<size_t> next = 0;
  std::function<void()> report = [&] {
    const size_t i = next++;
    if (i >= events.size()) return;
    Report(events[i], [&, i, began = Stopwatch()] {
      took_ms[i] = 1e3 * began.Seconds();
      report();
    });
  };
  for (size_t i = 0; i < in_flight; ++i) report();
  Wait();
  return took_ms;
}

std::vector<double> Caller::ReportSteadily(const std::vector<std::string>& events, double per_second) {
  std::vector<double> took_ms(events.size());
  const Stopwatch watch;
  for (size_t i = 0; i < events.size(); ++i) {
    absl::SleepFor(absl::Seconds(static_cast<double>(i) / per_second - watch.Seconds()));
    Report(events[i], [&took_ms, i, began = Stopwatch()] { took_ms[i] = 1e3 * began.Seconds(); });
  }
  Wait();
  return took_ms;
}

}  // namespace overdracht::bench
