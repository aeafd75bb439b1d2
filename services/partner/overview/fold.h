// STATE CHANGES here, of an overview: what an organisation knows of a traject is the fold of the items of its own outbox, its own reports
// among them, and of nothing else. Pure.
#ifndef OVERDRACHT_SERVICES_PARTNER_OVERVIEW_FOLD_H_
#define OVERDRACHT_SERVICES_PARTNER_OVERVIEW_FOLD_H_

#include "overdracht/api/v1/outbox_service.pb.h"
#include "overdracht/api/v1/overview_service.pb.h"

namespace overdracht::partner {

// Rises with every change to what Fold makes of an item: overviews that another version kept are made anew.
inline constexpr int kFoldVersion = 1;

// Whether the item says anything about its traject: a refusal does not.
bool Tells(const api::v1::OutboxItem& item);

// The items of one traject, in the order of the outbox, each of which tells.
void Fold(const api::v1::OutboxItem& item, api::v1::TrajectOverview* overview);

}  // namespace overdracht::partner

#endif  // OVERDRACHT_SERVICES_PARTNER_OVERVIEW_FOLD_H_
