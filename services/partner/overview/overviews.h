// The overviews of organisations, brought up to the end of their outboxes whenever somebody looks: nobody who does not look costs anything.
#ifndef OVERDRACHT_SERVICES_PARTNER_OVERVIEW_OVERVIEWS_H_
#define OVERDRACHT_SERVICES_PARTNER_OVERVIEW_OVERVIEWS_H_

#include <absl/base/thread_annotations.h>
#include <absl/container/flat_hash_map.h>
#include <absl/status/statusor.h>
#include <absl/synchronization/mutex.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "services/edge/workers.h"
#include "services/partner/overview/store.h"
#include "services/region/region.h"

namespace overdracht::partner {

class Overviews {
 public:
  // The region must outlive it.
  Overviews(region::Region* region, std::unique_ptr<OverviewStore> store) : region_(region), store_(std::move(store)) {}

  // Called once, on the thread that works with the store.
  using Look = std::function<void(absl::StatusOr<OverviewStore*>)>;
  // `look` sees the organisation's overviews with all that its outbox held when this was called.
  void Ask(const std::string& organisation, Look look);

 private:
  // An organisation's outbox that is being read.
  struct Reading {
    std::vector<Look> answered_by_this;
    std::vector<Look> answered_by_the_next;  // they came when it had begun
  };

  void Begin(const std::string& organisation);
  void ReadFrom(const std::string& organisation, uint64_t place);
  void Add(const std::string& organisation, const absl::StatusOr<region::OutboxPage>& page);
  void End(const std::string& organisation, const absl::Status& status);

  region::Region* const region_;
  const std::unique_ptr<OverviewStore> store_;  // the worker's
  absl::Mutex mutex_;
  absl::flat_hash_map<std::string, Reading> readings_ ABSL_GUARDED_BY(mutex_);
  edge::Workers worker_{1};  // gone first
};

}  // namespace overdracht::partner

#endif  // OVERDRACHT_SERVICES_PARTNER_OVERVIEW_OVERVIEWS_H_
