// Homes (invariants 4 and 5):
//
//   (new) -offered-> offered -declined-> declined
//   (new), offered -contract-signed-> signed -moved-in-> lived_in -(moved in elsewhere)-> left
//   offered, signed, lived_in -lost-> lost          omklap, signed or lived_in -contract-flipped-> as it was

#include "services/engine/decide/rules.h"

namespace overdracht::engine {
namespace {

using journal::v1::Home;
using journal::v1::HomeState;

void Change(Work* work, const Home& home) {
  work->Emit([&](journal::v1::Effect* e) { *e->mutable_home_changed()->mutable_home() = home; });
}

void MoveTo(Work* work, const std::string& id, HomeState state) {
  Home home = *FindHome(work->traject(), id);
  home.set_state(state);
  Change(work, home);
}

Refused CheckState(const Work& work, const std::string& id, std::initializer_list<HomeState> expected) {
  const Home& home = *FindHome(work.traject(), id);
  std::string names;
  for (HomeState state : expected) {
    if (home.state() == state) return std::nullopt;
    names += (names.empty() ? "" : ", ") + base::Code(state);
  }
  return WrongState("home", base::Code(home.state()), names);
}

}  // namespace

Refused Check(const Work& work, const event::v1::HomesOffered& event) {
  if (!FindHome(work.traject(), event.home())) return std::nullopt;
  return Illegal(journal::v1::REFUSAL_REASON_REFERENCE_USED, {{"thing", "home"}});
}

void Do(Work* work, const event::v1::HomesOffered& event) {
  Home home;
  home.set_home(event.home());
  home.set_kind(event.kind());
  home.set_state(journal::v1::HOME_STATE_OFFERED);
  Change(work, home);
}

Refused Check(const Work& work, const event::v1::HomesDeclined& event) {
  return CheckState(work, event.home(), {journal::v1::HOME_STATE_OFFERED});
}

void Do(Work* work, const event::v1::HomesDeclined& event) { MoveTo(work, event.home(), journal::v1::HOME_STATE_DECLINED); }

Refused Check(const Work& work, const event::v1::HomesContractSigned& event) {
  if (!FindHome(work.traject(), event.home())) return std::nullopt;
  return CheckState(work, event.home(), {journal::v1::HOME_STATE_OFFERED});
}

void Do(Work* work, const event::v1::HomesContractSigned& event) {
  Home home;
  home.set_home(event.home());
  home.set_kind(event.kind());
  home.set_state(journal::v1::HOME_STATE_SIGNED);
  Change(work, home);
}

Refused Check(const Work& work, const event::v1::HomesMovedIn& event) {
  if (RuleOut(Rule::kOnlySignedIsMovedInto)) return std::nullopt;
  return CheckState(work, event.home(), {journal::v1::HOME_STATE_SIGNED});
}

void Do(Work* work, const event::v1::HomesMovedIn& event) {
  for (int i = 0; i < work->traject().homes_size(); ++i) {
    const Home& home = work->traject().homes(i);
    if (home.state() == journal::v1::HOME_STATE_LIVED_IN) MoveTo(work, std::string(home.home()), journal::v1::HOME_STATE_LEFT);
  }
  MoveTo(work, event.home(), journal::v1::HOME_STATE_LIVED_IN);
}

Refused Check(const Work& work, const event::v1::HomesContractFlipped& event) {
  if (Refused refused = CheckState(work, event.home(), {journal::v1::HOME_STATE_SIGNED, journal::v1::HOME_STATE_LIVED_IN})) return refused;
  const Home& home = *FindHome(work.traject(), event.home());
  if (home.kind() == event::v1::HOME_KIND_OMKLAP) return std::nullopt;
  return Illegal(journal::v1::REFUSAL_REASON_NOT_OMKLAP, {{"thing", "home"}, {"state", base::Code(home.kind())}});
}

void Do(Work* work, const event::v1::HomesContractFlipped& event) {
  Home home = *FindHome(work->traject(), event.home());
  home.set_flipped(!home.flipped());
  Change(work, home);
}

Refused Check(const Work& work, const event::v1::HomesLost& event) {
  return CheckState(work, event.home(),
                    {journal::v1::HOME_STATE_OFFERED, journal::v1::HOME_STATE_SIGNED, journal::v1::HOME_STATE_LIVED_IN});
}

void Do(Work* work, const event::v1::HomesLost& event) {
  if (!RuleOut(Rule::kLostIsLost)) MoveTo(work, event.home(), journal::v1::HOME_STATE_LOST);
}

}  // namespace overdracht::engine
