// Who may do what with the topics of a region. Principals are those of deploy/kafka/broker's mapping rule: User:oin-<OIN of the
// certificate>.
//
//   an organisation    reads its own outbox, writes its own ingress, and has groups of its own to do so
//   partner services   write events and unreadable ones, read workflows, outboxes and ingress
//   workflow services  read events, read and write the journal and outboxes (and make these), write unreadable ones and workflows
//   auditors           read the journal
//
// Nobody else may do anything, and nobody may change or delete what was written.
#ifndef OVERDRACHT_SERVICES_TOPICS_RIGHTS_H_
#define OVERDRACHT_SERVICES_TOPICS_RIGHTS_H_

#include <set>
#include <string>
#include <vector>

#include "services/kafka/admin.h"
#include "services/topics/names.h"

namespace overdracht::topics {

// By their OINs.
struct Parties {
  std::vector<std::string> organisations, partner_services, workflow_services, auditors;
};

std::set<kafka::Right> RightsOf(const Names& names, const Parties& parties);

// Of those that are there, what touches the region's topics or groups and is not wanted.
std::vector<kafka::Right> Others(const Names& names, const std::set<kafka::Right>& there, const std::set<kafka::Right>& wanted);

}  // namespace overdracht::topics

#endif  // OVERDRACHT_SERVICES_TOPICS_RIGHTS_H_
