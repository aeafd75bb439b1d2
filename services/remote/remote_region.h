// The region for one organisation, in another process (proto/overdracht/region/v1/region_service.proto).
//
// There is at most one link. While there is none every call is UNAVAILABLE at once; a new one is tried for as long as it takes, with
// growing pauses. A link that ends fails what was sent on it and not answered: it may be recorded or not, and its sender reports it again,
// under the same id. When a new link is there everybody who listens is woken: something may have been missed.
#ifndef OVERDRACHT_SERVICES_REMOTE_REMOTE_REGION_H_
#define OVERDRACHT_SERVICES_REMOTE_REMOTE_REGION_H_

#include <absl/base/thread_annotations.h>
#include <absl/synchronization/mutex.h>
#include <grpcpp/alarm.h>
#include <grpcpp/channel.h>
#include <grpcpp/security/credentials.h>

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "overdracht/region/v1/region_service.grpc.pb.h"
#include "services/edge/workers.h"
#include "services/region/region.h"
#include "services/remote/linked_region.h"

namespace overdracht::remote {

struct RemoteOptions {
  std::string organisation;
  // Called when a link is there and when it is gone, on whatever thread.
  std::function<void()> changed = [] {};
  // Of reports that are not answered; beyond these Take is RESOURCE_EXHAUSTED.
  size_t most_reports = 8192;
  size_t most_bytes = 64 << 20;
};

// A channel that notices a silent peer, and tries a lost one again soon.
std::shared_ptr<grpc::Channel> ConnectTo(const std::string& address, const std::shared_ptr<grpc::ChannelCredentials>& credentials);

class RemoteRegion : public LinkedRegion {
 public:
  RemoteRegion(const std::shared_ptr<grpc::Channel>& channel, RemoteOptions options);
  // Nobody calls it any more. Waits for calls that are under way.
  ~RemoteRegion() override;

  absl::Status linked() const override;
  using LinkedRegion::Drain;
  void Drain(absl::Duration patience) override;

  absl::Status Take(region::Report&& report, size_t bytes, std::function<void()> when_room) override;
  // Those of the last link; none before the first.
  std::shared_ptr<const chart::Workflows> workflows() const override;
  void ReadOutbox(const region::OutboxRequest& request, std::function<void(absl::StatusOr<region::OutboxPage>)> give) override;
  std::unique_ptr<region::Listener> Listen(const std::string& organisation, std::function<void()> told) override {
    return listeners_.Add(organisation, std::move(told));
  }

 private:
  class Link;
  // A report that is not answered.
  struct Unanswered {
    std::function<void(absl::StatusOr<region::Answer>)> done;
    std::shared_ptr<region::Order> order;
    size_t bytes = 0;
  };
  using Calls = std::vector<std::function<void()>>;

  // A call of gRPC, first member of what it has: the channel goes after the last of them. Let go of by a thread of gRPC it would wait for
  // itself.
  class UnderWay {
   public:
    explicit UnderWay(RemoteRegion* region) : region_(region) { region_->Count(+1); }
    ~UnderWay() { region_->Count(-1); }
    UnderWay(const UnderWay&) = delete;
    UnderWay& operator=(const UnderWay&) = delete;

   private:
    RemoteRegion* const region_;
  };
  void Count(int calls) {
    absl::MutexLock lock(&mutex_);
    calls_ += calls;
  }

  // A link from its start to its end. The next one starts when this one has ended.
  void Connect();
  void Received(region::v1::LinkResponse* response);
  void Learn(region::v1::Deployed* deployed);
  void Answered(region::v1::LinkResponse* response);
  void Write();
  void Written();
  void NoMoreComes();
  void Ended(const absl::Status& why);
  void ConnectLater() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  bool IsAlone() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return calls_ == 0 && alarm_ == nullptr; }
  bool IsQuiet() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return unanswered_.empty() || !linked_.ok(); }

  const RemoteOptions options_;
  const std::unique_ptr<region::v1::RegionService::Stub> stub_;
  region::Listeners listeners_;

  mutable absl::Mutex mutex_;
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Status linked_ ABSL_GUARDED_BY(mutex_) = absl::UnavailableError("expected a link with the region, but there is none yet");
  std::shared_ptr<const chart::Workflows> workflows_ ABSL_GUARDED_BY(mutex_) = std::make_shared<chart::Workflows>();

  std::shared_ptr<Link> link_ ABSL_GUARDED_BY(mutex_);  // from its start to its end
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;        // on it
  bool over_ ABSL_GUARDED_BY(mutex_) = false;           // nothing is written on it any more
  bool released_ ABSL_GUARDED_BY(mutex_) = false;       // and it was told so
  int failures_ ABSL_GUARDED_BY(mutex_) = 0;            // since the last one on which something came
  std::minstd_rand chance_ ABSL_GUARDED_BY(mutex_){std::random_device()()};
  std::unique_ptr<grpc::Alarm> alarm_ ABSL_GUARDED_BY(mutex_);  // will make the next one

  uint64_t last_call_ ABSL_GUARDED_BY(mutex_) = 0;
  std::deque<region::v1::Report> waiting_ ABSL_GUARDED_BY(mutex_);  // to be sent
  std::map<uint64_t, Unanswered> unanswered_ ABSL_GUARDED_BY(mutex_);
  size_t bytes_ ABSL_GUARDED_BY(mutex_) = 0;  // of the unanswered
  Calls for_room_ ABSL_GUARDED_BY(mutex_);

  int calls_ ABSL_GUARDED_BY(mutex_) = 0;  // under way
  // Starts reads: who asks may hold the lock of the listeners, and gRPC may call back at once.
  edge::Workers reader_{1};
};

}  // namespace overdracht::remote

#endif  // OVERDRACHT_SERVICES_REMOTE_REMOTE_REGION_H_
