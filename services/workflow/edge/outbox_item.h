// DATA LEAVES: a record -> an item of an outbox, as the API says it.
#ifndef OVERDRACHT_SERVICES_WORKFLOW_EDGE_OUTBOX_ITEM_H_
#define OVERDRACHT_SERVICES_WORKFLOW_EDGE_OUTBOX_ITEM_H_

#include "overdracht/api/v1/outbox_service.pb.h"
#include "overdracht/journal/v1/record.pb.h"

namespace overdracht::workflow {

// The n-th notice of the record, or the answer to its event (n is event::kAnswer).
api::v1::OutboxItem ItemOf(const journal::v1::Record& record, int n);

}  // namespace overdracht::workflow

#endif  // OVERDRACHT_SERVICES_WORKFLOW_EDGE_OUTBOX_ITEM_H_
