// The port between those who speak with organisations (services/partner) and whoever decides (services/workflow), in one process or in two.
#ifndef OVERDRACHT_SERVICES_REGION_REGION_H_
#define OVERDRACHT_SERVICES_REGION_REGION_H_

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "overdracht/api/v1/outbox_service.pb.h"
#include "services/chart/workflow.h"
#include "services/region/listeners.h"
#include "services/region/report.h"

namespace overdracht::region {

// About what a report holds in memory while it waits, by the bytes that came in: protobuf and strings take a few times those.
inline size_t MemoryOf(size_t bytes) { return 512 + 3 * bytes; }

// Which items of an outbox.
struct OutboxRequest {
  std::string organisation;
  uint64_t after = 0;  // the number of a cursor; 0: from the start
  bool answers = false;
  // For who goes through all of it: pages of many records, as each page takes its turns with whatever else is done. Others may not read on,
  // and hold what they were given.
  bool large_pages = false;
};

struct OutboxPage {
  std::vector<api::v1::OutboxItem> items;
  uint64_t after = 0;  // where the next page begins
  bool more = false;   // it is worth asking for the next page now
  uint64_t end = 0;    // about where the outbox ends; `after` where there is no more
};

class Region {
 public:
  virtual ~Region() = default;

  // Has the report decided. Not taken in, left alone, and no callback of it will come: UNAVAILABLE; or RESOURCE_EXHAUSTED, and then
  // `when_room`, if there is one, is called once, on whatever thread, when it is worth trying again. `bytes`: about how much memory the
  // report holds while it waits.
  virtual absl::Status Take(Report&& report, size_t bytes, std::function<void()> when_room = nullptr) = 0;

  // The workflows that were deployed. Never null.
  virtual std::shared_ptr<const chart::Workflows> workflows() const = 0;

  // The next items of an outbox, in order; a page is bounded, and may be empty. `give` is called once, on whatever thread.
  // OUT_OF_RANGE: the cursor is ahead of the outbox.
  virtual void ReadOutbox(const OutboxRequest& request, std::function<void(absl::StatusOr<OutboxPage>)> give) = 0;

  // `told` is called whenever something new may stand in the outbox (listeners.h).
  virtual std::unique_ptr<Listener> Listen(const std::string& organisation, std::function<void()> told) = 0;
};

}  // namespace overdracht::region

#endif  // OVERDRACHT_SERVICES_REGION_REGION_H_
