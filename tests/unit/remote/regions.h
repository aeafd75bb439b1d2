// A workflow service with its region, in this process and as another process sees it. Tests speak for the zorgaanbieder.
#ifndef OVERDRACHT_TESTS_UNIT_REMOTE_REGIONS_H_
#define OVERDRACHT_TESTS_UNIT_REMOTE_REGIONS_H_

#include <absl/synchronization/mutex.h>
#include <absl/synchronization/notification.h>
#include <grpcpp/grpcpp.h>

#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include "services/edge/answers.h"
#include "services/remote/remote_region.h"
#include "services/workflow/edge/local_region.h"
#include "services/workflow/edge/region_service.h"
#include "tests/unit/workflow/service.h"

namespace overdracht::remote {

using workflow::Completed;
using workflow::kWijk;
using workflow::kZorg;
using workflow::Started;

constexpr char kTime[] = "2017-01-02T09:00:00Z";
constexpr absl::Duration kPatience = absl::Seconds(20);

// What is waited for, and whether it came.
class Happening {
 public:
  void Tell() {
    absl::MutexLock lock(&mutex_);
    ++times_;
  }
  bool WaitFor(int times) {
    absl::MutexLock lock(&mutex_);
    const auto came = [this, times] { return times_ >= times; };
    return mutex_.AwaitWithTimeout(absl::Condition(&came), kPatience);
  }

 private:
  absl::Mutex mutex_;
  int times_ = 0;
};

// The workflow service in this process, as `dev` has it.
class Local {
 public:
  explicit Local(const workflow::Folder& folder, size_t room = 1000) : service_(folder) {
    service_.options().queue.inputs = room;
    service_.options().told = [this](const std::string& organisation) { listeners_.Tell(organisation); };
    service_.Open();
    outboxes_.emplace(&service_.loop(), &service_.journal());
    region_.emplace(&service_.loop(), &*outboxes_, &listeners_);
  }
  ~Local() { service_.Stop(); }

  void Run() { service_.Run(); }
  workflow::Service& service() { return service_; }
  region::Region* region() { return &*region_; }

 private:
  workflow::Service service_;
  region::Listeners listeners_;
  std::optional<workflow::OutboxReader> outboxes_;
  std::optional<workflow::LocalRegion> region_;
};

// Its port.
class Port {
 public:
  Port(region::Region* region, int port) : service_(region, &callers_) {
    grpc::ServerBuilder builder;
    builder.AddListeningPort(absl::StrCat("127.0.0.1:", port), grpc::InsecureServerCredentials(), &port_);
    builder.RegisterService(&service_);
    server_ = builder.BuildAndStart();
    EXPECT_NE(server_, nullptr);
  }
  ~Port() { server_->Shutdown(std::chrono::system_clock::now()); }
  std::string address() const { return absl::StrCat("127.0.0.1:", port_); }
  int port() const { return port_; }

 private:
  const edge::Callers callers_;
  workflow::RegionService service_;
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

// A partner service's end of the link.
class Remote {
 public:
  explicit Remote(const std::string& address, RemoteOptions options = {.organisation = kZorg}) {
    options.changed = [this] {
      absl::MutexLock lock(&mutex_);
      ++changes_;
    };
    region_.emplace(ConnectTo(address, grpc::InsecureChannelCredentials()), std::move(options));
  }
  RemoteRegion* region() { return &*region_; }
  bool WaitUntilLinked(bool linked = true) {
    for (int seen = -1;;) {
      if (region_->linked().ok() == linked) return true;
      absl::MutexLock lock(&mutex_);
      const auto changed = [&] { return changes_ != seen; };
      if (!mutex_.AwaitWithTimeout(absl::Condition(&changed), kPatience)) return false;
      seen = changes_;
    }
  }

 private:
  absl::Mutex mutex_;
  int changes_ = 0;
  std::optional<RemoteRegion> region_;
};

inline region::Report Read(region::Region* region, const std::string& json) {
  region::Report report;
  report.event = event::ReadCloudEvent(json, [&](absl::string_view kind) { return region->workflows()->KnowsContact(kind); });
  if (const auto* event = std::get_if<event::v1::Event>(&report.event)) report.caller = event->organisation();
  report.bytes = json;
  return report;
}

inline absl::StatusOr<region::Answer> Publish(region::Region* region, region::Report report) {
  absl::StatusOr<region::Answer> result = absl::UnknownError("not answered");
  absl::Notification done;
  report.done = [&](absl::StatusOr<region::Answer> answer) {
    result = std::move(answer);
    done.Notify();
  };
  if (absl::Status status = region->Take(std::move(report), 1000); !status.ok()) return status;
  done.WaitForNotification();
  return result;
}

// accepted, or the code of the refusal; `again` before it for a duplicate; the status's code where there was no answer.
inline std::string Outcome(region::Region* region, const std::string& json) {
  return workflow::Service::Outcome(Publish(region, Read(region, json)));
}

inline absl::StatusOr<region::OutboxPage> ReadOutbox(region::Region* region, const region::OutboxRequest& request) {
  absl::StatusOr<region::OutboxPage> result = absl::UnknownError("not given");
  absl::Notification given;
  region->ReadOutbox(request, [&](absl::StatusOr<region::OutboxPage> page) {
    result = std::move(page);
    given.Notify();
  });
  given.WaitForNotification();
  return result;
}

}  // namespace overdracht::remote

#endif  // OVERDRACHT_TESTS_UNIT_REMOTE_REGIONS_H_
