// Reads outboxes for the edges: the loop says which records, a worker reads them from the journal.
#ifndef OVERDRACHT_SERVICES_WORKFLOW_EDGE_OUTBOX_READER_H_
#define OVERDRACHT_SERVICES_WORKFLOW_EDGE_OUTBOX_READER_H_

#include <functional>
#include <string>

#include "services/edge/workers.h"
#include "services/log/event_log.h"
#include "services/region/region.h"
#include "services/workflow/loop.h"
#include "services/workflow/outbox.h"

namespace overdracht::workflow {

// Asks the loop, when it is this organisation's turn; `failed` hears why it cannot answer. A full queue is waited for.
void AskLoop(Loop* loop, const std::string& organisation, std::function<void(Partition*)> ask,
             std::function<void(const absl::Status&)> failed);

class OutboxReader {
 public:
  OutboxReader(Loop* loop, log::EventLog* journal) : loop_(loop), journal_(journal) {}

  struct Place {
    uint64_t after = 0;
    bool more = false;
    uint64_t end = 0;
  };
  // `visit` sees the items of a page, on a worker's thread, before `done` is called.
  void Read(const region::OutboxRequest& request, std::function<void(const journal::v1::Record&, int n)> visit,
            std::function<void(absl::StatusOr<Place>)> done);

 private:
  Loop* const loop_;
  log::EventLog* const journal_;
  edge::Workers workers_{2};
};

}  // namespace overdracht::workflow

#endif  // OVERDRACHT_SERVICES_WORKFLOW_EDGE_OUTBOX_READER_H_
