// Questions about a traject: look-ups that change nothing and know no workflow.
#ifndef OVERDRACHT_SERVICES_ENGINE_QUERY_H_
#define OVERDRACHT_SERVICES_ENGINE_QUERY_H_

#include <absl/strings/string_view.h>

#include <string>
#include <vector>

#include "overdracht/journal/v1/traject.pb.h"
#include "overdracht/workflow/v1/definition.pb.h"

namespace overdracht::engine {

using event::v1::Category;
using event::v1::Role;
using journal::v1::Traject;
using notice::v1::HandoverState;
using notice::v1::Status;
using notice::v1::TermKind;

using Organisations = std::vector<std::string>;  // OINs, each once

// Null where there is none.
const journal::v1::Task* FindTask(const Traject& traject, absl::string_view task);
const journal::v1::Timer* FindTimer(const Traject& traject, TermKind of, absl::string_view reference);
const journal::v1::Home* FindHome(const Traject& traject, absl::string_view home);
const journal::v1::Support* FindSupport(const Traject& traject, absl::string_view support);
const journal::v1::Consent* FindConsent(const Traject& traject, absl::string_view consent);
const journal::v1::Override* FindOverride(const Traject& traject, absl::string_view id);
const journal::v1::Handover* FindHandover(const Traject& traject, absl::string_view handover);
const journal::v1::Disclosure* FindDisclosure(const Traject& traject, absl::string_view handover, Category category);
const journal::v1::Episode* FindEpisode(const Traject& traject, absl::string_view episode);
const journal::v1::Episode* OpenEpisode(const Traject& traject);
const journal::v1::Decision* FindDecision(const Traject& traject, absl::string_view decision);
const journal::v1::Series* FindSeries(const Traject& traject, absl::string_view name);
const journal::v1::Clock* FindClock(const Traject& traject, absl::string_view of);
bool IsUsed(const Traject& traject, journal::v1::UsedReference::Kind kind, absl::string_view reference);

// The phase: the outermost active state.
const std::string& Phase(const Traject& traject);
bool Running(const Traject& traject);  // lopend or onderbroken
bool Ended(const Traject& traject);    // afgerond or gestopt
bool Interrupted(const Traject& traject);

// Roles that may know of a terugval or an interruption.
bool IsCareRole(Role role);
// The organisation in this role; empty: nobody.
const std::string& Holder(const Traject& traject, Role role);
bool HoldsRole(const Traject& traject, absl::string_view organisation, Role role);
const journal::v1::Leaving* FindLeaving(const Traject& traject, absl::string_view organisation);
bool TakesPart(const Traject& traject, absl::string_view organisation);
bool HoldsCareRole(const Traject& traject, absl::string_view organisation);
Organisations Everybody(const Traject& traject);
Organisations CareOrganisations(const Traject& traject);
void AddOnce(const std::string& organisation, Organisations* organisations);

bool IsOpen(HandoverState state);
// Accepted and not ended, also while held: what consent covers is disclosed.
bool Discloses(const journal::v1::Handover& handover);
bool HasOpenHandover(const Traject& traject, absl::string_view organisation);
const journal::v1::Handover* OpenTransfer(const Traject& traject);
// An open transferring handover is held while this is so.
bool TransferHeld(const Traject& traject);

bool IsOpen(notice::v1::EpisodeState state);
bool Counts(const journal::v1::Support& support, int64_t now_us);
bool SupportCounts(const Traject& traject, int64_t now_us);
bool HasHome(const Traject& traject, journal::v1::HomeState state);

// What the task of a definition is called in a traject, in events and in notices.
const std::string& CalledName(const workflow::v1::Task& task);

template <typename Codes, typename Code>
bool Contains(const Codes& codes, const Code& code) {
  for (const auto& one : codes) {
    if (one == code) return true;
  }
  return false;
}

}  // namespace overdracht::engine

#endif  // OVERDRACHT_SERVICES_ENGINE_QUERY_H_
