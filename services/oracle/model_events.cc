// What each kind of event means to the model, and which of them could not be accepted in the state that the model is in.

#include <algorithm>

#include "services/base/codes.h"
#include "services/base/time.h"
#include "services/oracle/model.h"

namespace overdracht::oracle {
namespace {

using event::v1::Event;
using event::v1::Role;
using journal::v1::HomeState;
using namespace journal::v1;  // NOLINT: states of homes only
using namespace notice::v1;   // NOLINT: states and statuses only

bool Attends(const Model& model, const event::v1::HandoversMeetingHeld& event, const std::string& organisation) {
  return std::any_of(event.participants().begin(), event.participants().end(), [&](const std::string& one) {
    const std::optional<Role> role = base::Parse<Role>(one);
    return one == organisation || (role && model.Holds(organisation, *role));
  });
}

}  // namespace

void Model::FoldHandover(const Event& event) {
  const std::string& who = event.organisation();
  const auto expect = [&](const std::string& id, HandoverState state, bool recipient_may, bool sender_may) -> oracle::Handover* {
    oracle::Handover* handover = FindHandover(id);
    if (handover == nullptr) {
      Fault(2, "handover " + id + " was never offered");
      return nullptr;
    }
    if (handover->state != state) Fault(2, "handover " + id + " was " + base::Code(handover->state) + ", expected " + base::Code(state));
    if (handover->transfers && TransfersHeld()) Fault(2, "handover " + id + " went on while it is held");
    const bool may = (recipient_may && who == handover->recipient) || (sender_may && who == handover->sender);
    if (!may) Fault(2, "handover " + id + " was moved by " + who + ", which is not the side that may");
    return handover;
  };
  switch (event.data_case()) {
    case Event::kHandoversOffered: {
      const auto& data = event.handovers_offered();
      if (oracle::Handover* again = FindHandover(data.handover())) {
        const std::set<int> categories = SetOf(data.categories());
        const bool at_least = std::includes(categories.begin(), categories.end(), again->categories.begin(), again->categories.end());
        if (again->state != HANDOVER_STATE_AANVULLING_GEVRAAGD || again->sender != who || again->recipient != data.recipient() ||
            again->purpose != data.purpose() || again->transfers != data.transfers_responsibility() || !at_least) {
          Fault(2, "handover " + data.handover() + " was offered again as something else");
        }
        again->categories = categories;
        again->state = HANDOVER_STATE_AANGEBODEN;
        return;
      }
      if (data.transfers_responsibility()) {
        if (who != responsible)
          Fault(1, "handover " + data.handover() + ": responsibility was offered by " + who + ", expected " + responsible);
        if (Care().count(data.recipient()) == 0) Fault(1, "handover " + data.handover() + ": a recipient without a care role");
        if (TransfersHeld()) Fault(6, "handover " + data.handover() + ": responsibility was offered in a crisis or during a stay");
      }
      handovers.push_back({data.handover(), who, data.recipient(), data.purpose(), SetOf(data.categories()),
                           data.transfers_responsibility(), HANDOVER_STATE_AANGEBODEN});
      return;
    }
    case Event::kHandoversAccepted:
      if (auto* handover = expect(event.handovers_accepted().handover(), HANDOVER_STATE_AANGEBODEN, true, false)) {
        handover->state = HANDOVER_STATE_GEACCEPTEERD;
        handover->accepted = true;
      }
      return;
    case Event::kHandoversDeclined:
      if (auto* handover = expect(event.handovers_declined().handover(), HANDOVER_STATE_AANGEBODEN, true, false)) {
        EndHandover(handover, HANDOVER_STATE_AFGEWEZEN);
      }
      return;
    case Event::kHandoversMoreRequested:
      if (auto* handover = expect(event.handovers_more_requested().handover(), HANDOVER_STATE_AANGEBODEN, true, false)) {
        handover->state = HANDOVER_STATE_AANVULLING_GEVRAAGD;
      }
      return;
    case Event::kHandoversMeetingHeld: {
      const auto& data = event.handovers_meeting_held();
      auto* handover = expect(data.handover(), HANDOVER_STATE_GEACCEPTEERD, true, true);
      if (handover == nullptr) return;
      handover->state = HANDOVER_STATE_OVERLEGD;
      handover->met = Attends(*this, data, handover->sender) && Attends(*this, data, handover->recipient) &&
                      data.client_presence() != event::v1::CLIENT_PRESENCE_UNSPECIFIED;
      handover->coordinated = !data.coordinator().organisation().empty() && !data.coordinator().reference().empty();
      if (!handover->met) Fault(2, "handover " + data.handover() + ": a meeting without both sides, or without the client or its choice");
      if (!handover->coordinated) Fault(2, "handover " + data.handover() + ": a meeting that named no coördinator");
      return;
    }
    case Event::kHandoversFarewellHeld: {
      const auto& data = event.handovers_farewell_held();
      auto* handover = expect(data.handover(), HANDOVER_STATE_OVERLEGD, false, true);
      if (handover == nullptr) return;
      if (!data.client_knows_contact()) Fault(2, "handover " + data.handover() + ": the client does not know whom to call");
      if (!handover->accepted || !handover->met || !handover->coordinated) {
        Fault(2, "handover " + data.handover() + ": a farewell that nothing has led to");
      }
      if (handover->transfers) {
        const bool leaves = leaving.count(handover->sender) > 0 || status == STATUS_AFSLUITEND;
        if (!leaves && !HomeIs(HOME_STATE_LIVED_IN))
          Fault(2, "handover " + data.handover() + ": let go of a client who does not live in a home");
        if (handover->sender != responsible) Fault(1, "handover " + data.handover() + ": responsibility was handed over by " + who);
        responsible = handover->recipient;
      }
      EndHandover(handover, HANDOVER_STATE_AFGEROND);
      return;
    }
    case Event::kHandoversWithdrawn: {
      oracle::Handover* handover = FindHandover(event.handovers_withdrawn().handover());
      if (handover == nullptr || !handover->is_open() || handover->sender != who)
        Fault(2, "a handover was withdrawn that is not the sender's, or not open");
      if (handover != nullptr) EndHandover(handover, HANDOVER_STATE_INGETROKKEN);
      return;
    }
    default:
      return;
  }
}

void Model::FoldHome(const Event& event) {
  const auto move = [&](const std::string& id, std::initializer_list<HomeState> from, HomeState to) {
    const auto known = homes.find(id);
    const HomeState state = known == homes.end() ? HOME_STATE_UNSPECIFIED : known->second;
    if (std::find(from.begin(), from.end(), state) == from.end()) {
      Fault(5, "home " + id + " became " + base::Code(to) + " but was " + (known == homes.end() ? "unknown" : base::Code(state)));
    }
    homes[id] = to;
  };
  switch (event.data_case()) {
    case Event::kHomesOffered:
      return move(event.homes_offered().home(), {HOME_STATE_UNSPECIFIED}, HOME_STATE_OFFERED);
    case Event::kHomesDeclined:
      return move(event.homes_declined().home(), {HOME_STATE_OFFERED}, HOME_STATE_DECLINED);
    case Event::kHomesContractSigned:
      return move(event.homes_contract_signed().home(), {HOME_STATE_UNSPECIFIED, HOME_STATE_OFFERED}, HOME_STATE_SIGNED);
    case Event::kHomesMovedIn:
      for (auto& [id, state] : homes) {
        if (state == HOME_STATE_LIVED_IN) state = HOME_STATE_LEFT;
      }
      return move(event.homes_moved_in().home(), {HOME_STATE_SIGNED}, HOME_STATE_LIVED_IN);
    case Event::kHomesLost:
      return move(event.homes_lost().home(), {HOME_STATE_OFFERED, HOME_STATE_SIGNED, HOME_STATE_LIVED_IN}, HOME_STATE_LOST);
    default:
      return;
  }
}

void Model::FoldEpisode(const Event& event) {
  const auto move = [&](const std::string& id, std::initializer_list<EpisodeState> from, EpisodeState to) -> oracle::Episode* {
    for (oracle::Episode& one : episodes) {
      if (one.id != id) continue;
      if (std::find(from.begin(), from.end(), one.state) == from.end()) {
        Fault(6, "episode " + id + " went from " + base::Code(one.state) + " to " + base::Code(to));
      }
      one.state = to;
      return &one;
    }
    Fault(6, "episode " + id + " was never signalled");
    return nullptr;
  };
  constexpr auto kSignalled = EPISODE_STATE_GESIGNALEERD;
  constexpr auto kAssessed = EPISODE_STATE_BEOORDEELD;
  constexpr auto kRaised = EPISODE_STATE_OPGESCHAALD;
  constexpr auto kRespite = EPISODE_STATE_RESPIJT;
  switch (event.data_case()) {
    case Event::kTerugvallenSignalled: {
      const event::v1::Severity severity = event.terugvallen_signalled().severity();
      for (oracle::Episode& one : episodes) {
        if (!one.is_open()) continue;
        const bool raises = severity > one.severity;
        const bool again = !one.away() && (raises || (one.state == kRaised && severity == event::v1::SEVERITY_CRISIS));
        if (raises) one.severity = severity;
        if (again) one.state = kSignalled;
        return;
      }
      for (const oracle::Episode& one : episodes) {
        if (one.id == event.terugvallen_signalled().episode()) Fault(6, "episode " + one.id + " was signalled a second time");
      }
      episodes.push_back({event.terugvallen_signalled().episode(), kSignalled, severity});
      return;
    }
    case Event::kTerugvallenAssessed: {
      const auto& data = event.terugvallen_assessed();
      const bool none = data.severity() == event::v1::SEVERITY_NONE;
      if (auto* one = move(data.episode(), {kSignalled, kAssessed, kRaised}, none ? EPISODE_STATE_GESLOTEN : kAssessed)) {
        one->severity = data.severity();
      }
      return;
    }
    case Event::kTerugvallenSupportRaised:
      move(event.terugvallen_support_raised().episode(), {kSignalled, kAssessed, kRaised}, kRaised);
      return;
    case Event::kTerugvallenRespiteStarted:
      move(event.terugvallen_respite_started().episode(), {kSignalled, kAssessed, kRaised, kRespite}, kRespite);
      return;
    case Event::kTerugvallenAdmitted:
      move(event.terugvallen_admitted().episode(), {kSignalled, kAssessed, kRaised, kRespite}, EPISODE_STATE_OPGENOMEN);
      return;
    case Event::kTerugvallenReturned:
      move(event.terugvallen_returned().episode(), {kRespite, EPISODE_STATE_OPGENOMEN}, kRaised);
      return;
    case Event::kTerugvallenResolved:
      move(event.terugvallen_resolved().episode(), {kRaised}, EPISODE_STATE_OPGELOST);
      return;
    default:
      return;
  }
}

void Model::FoldConsent(const Event& event, int64_t now) {
  switch (event.data_case()) {
    case Event::kConsentsGranted: {
      const auto& data = event.consents_granted();
      if (FindConsent(data.consent()) != nullptr) Fault(3, "consent " + data.consent() + " was given a second time");
      if (DayAfter(data.valid_until()) <= now) Fault(3, "consent " + data.consent() + " was over before it was given");
      consents.push_back({data.consent(), data.recipient(), SetOf(data.categories()), data.purpose(), DayAfter(data.valid_until())});
      return;
    }
    case Event::kConsentsWithdrawn: {
      const auto& data = event.consents_withdrawn();
      for (oracle::Consent& one : consents) {
        if (one.id != data.consent()) continue;
        if (data.categories().empty()) one.categories.clear();
        for (int category : data.categories()) one.categories.erase(category);
      }
      return;
    }
    case Event::kConsentsOverridden: {
      const auto& data = event.consents_overridden();
      if (FindOverride(data.override()) != nullptr) Fault(3, "override " + data.override() + " was used a second time");
      if (event.organisation() != responsible) Fault(3, "override " + data.override() + " is not of the party responsible");
      oracle::Override made{data.override(), SetOf(data.categories()), data.ground(), {}};
      for (const oracle::Handover& one : handovers) {
        const bool names_one =
            std::any_of(data.categories().begin(), data.categories().end(), [&](int c) { return one.categories.count(c) > 0; });
        if (one.is_open() && one.recipient == data.recipient() && names_one) made.handovers.insert(one.id);
      }
      if (made.handovers.empty()) Fault(3, "override " + data.override() + " is for no open handover");
      overrides.push_back(std::move(made));
      return;
    }
    default:
      return;
  }
}

void Model::FoldSupport(const Event& event, int64_t now) {
  switch (event.data_case()) {
    case Event::kSupportsGranted: {
      const auto& data = event.supports_granted();
      const int64_t from = std::max(now, base::StartOf(base::ParseDate(data.from()).value_or(0)));
      supports.push_back({data.support(), data.provider(), from, data.until().empty() ? 0 : DayAfter(data.until())});
      break;
    }
    case Event::kSupportsBridged:
      supports.push_back(
          {event.supports_bridged().support(), event.supports_bridged().provider(), now, DayAfter(event.supports_bridged().until())});
      break;
    case Event::kSupportsEnded:
      for (oracle::Support& one : supports) one.ended |= one.id == event.supports_ended().support();
      break;
    default:
      break;
  }
}

}  // namespace overdracht::oracle
