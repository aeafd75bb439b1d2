#include "tests/property/generator.h"

#include <google/protobuf/util/json_util.h>

#include "services/base/time.h"
#include "services/base/uuid.h"

namespace overdracht::testing {
namespace {

using journal::v1::Traject;
using Kind = Reports::Kind;

const journal::v1::Home* HomeIn(const Traject& traject, journal::v1::HomeState state) {
  for (const auto& one : traject.homes()) {
    if (one.state() == state) return &one;
  }
  return nullptr;
}

}  // namespace

Generator::Generator(uint64_t seed, std::string workflow)
    : chance_(seed),
      reports_(&chance_, std::string(14, 'x') + std::string({static_cast<char>(seed >> 8 & 127), static_cast<char>(seed & 127)})),
      workflow_(std::move(workflow)) {
  haste_ = chance_.OneOf({25, 60, 85, 95});
  patience_ = chance_.OneOf({5, 15, 40});
}

int64_t Generator::Moment(const Traject* traject, int64_t clock_us) {
  if (traject != nullptr && chance_.Percent(patience_)) {
    // To where something is due, or just before it, or long after it.
    std::vector<int64_t> due;
    for (const auto& one : traject->timers()) {
      if (!one.stands_still()) due.push_back(one.at_us());
    }
    if (!due.empty()) {
      int64_t at = due[0];
      for (int64_t one : due) at = chance_.Percent(15) ? one : std::min(at, one);
      at += chance_.OneOf<int64_t>({0, 0, -base::kSecond, base::kSecond, 10 * base::kDay});
      return std::max(at, clock_us);
    }
  }
  if (chance_.Percent(3)) return clock_us;
  if (chance_.Percent(2)) return clock_us - base::kDay;  // a clock that goes back
  return clock_us + chance_.OneOf<int64_t>({1, 60, 600, 3600, 36000, 86400, 86400, 300000}) * base::kSecond;
}

Input Generator::Next(const Traject* traject, int64_t clock_us) {
  Input input;
  input.at_us = clock_us == 0 ? base::StartOf(17000 + chance_.Below(1500)) + chance_.OneOf<int64_t>({0, 9 * 3600, 86399}) * base::kSecond
                              : Moment(traject, clock_us);
  if (traject == nullptr) {
    input.event = reports_.Start(workflow_, input.at_us);
    if (clock_us != 0 || !chance_.Percent(2)) return input;
    event::v1::Event early;  // before there is a traject
    early = *input.event;
    early.set_id("e-0");
    early.mutable_contacts_held()->set_kind("home_visit");
    input.event = early;
    return input;
  }
  if (chance_.Percent(patience_ / 3)) return input;
  if (chance_.Percent(1)) {
    input.event = reports_.Start(workflow_, input.at_us);
  } else if (chance_.Percent(haste_)) {
    input.event = Forward(*traject, input.at_us);
  } else {
    auto kind = static_cast<Kind>(chance_.Below(static_cast<int>(Kind::kCount)));
    // What ends a traject, or what one alone can do, comes seldom.
    bool busy = traject->status() != notice::v1::STATUS_LOPEND;
    for (const auto& one : traject->handovers()) busy = busy || one.state() == notice::v1::HANDOVER_STATE_AANGEHOUDEN;
    if (kind == Kind::kStop && !chance_.Percent(busy ? 60 : 15)) kind = Kind::kRelapse;
    if (traject->status() == notice::v1::STATUS_AFSLUITEND && chance_.Percent(5)) kind = Kind::kStop;
    if (chance_.Percent(15))
      kind = chance_.OneOf({Kind::kAssess, Kind::kRaise, Kind::kRespite, Kind::kAdmit, Kind::kReturn, Kind::kResolve});
    if (chance_.Percent(20))
      kind =
          chance_.OneOf({Kind::kOffer, Kind::kAccept, Kind::kAskMore, Kind::kMeet, Kind::kFarewell, Kind::kGrantConsent, Kind::kOverride});
    input.event = reports_.Make(kind, *traject, input.at_us);
  }
  return input;
}

std::optional<event::v1::Event> Generator::ForwardHome(const Traject& traject, int64_t now) {
  if (const auto* home = HomeIn(traject, journal::v1::HOME_STATE_SIGNED); home != nullptr && traject.configuration(0) != "voor") {
    auto event = reports_.Home(Kind::kMoveIn, traject, now);
    event.mutable_homes_moved_in()->set_home(home->home());
    return event;
  }
  if (HomeIn(traject, journal::v1::HOME_STATE_SIGNED) == nullptr && HomeIn(traject, journal::v1::HOME_STATE_LIVED_IN) == nullptr) {
    return reports_.Home(chance_.OneOf({Kind::kSign, Kind::kSign, Kind::kOfferHome}), traject, now);
  }
  return std::nullopt;
}

std::optional<event::v1::Event> Generator::ForwardHandover(const Traject& traject, int64_t now) {
  for (const auto& one : traject.handovers()) {
    if (!one.transfers_responsibility()) continue;
    switch (one.state()) {
      case notice::v1::HANDOVER_STATE_AANGEBODEN: {
        auto event = reports_.Make(chance_.Percent(60) ? Kind::kAccept : Kind::kGrantConsent, traject, now);
        if (event.has_handovers_accepted()) {
          event.mutable_handovers_accepted()->set_handover(one.handover());
          event.set_organisation(one.recipient());
        }
        return event;
      }
      case notice::v1::HANDOVER_STATE_AANVULLING_GEVRAAGD:
        return reports_.Make(Kind::kOffer, traject, now);
      case notice::v1::HANDOVER_STATE_GEACCEPTEERD:
        return reports_.MeetWell(traject, now);
      case notice::v1::HANDOVER_STATE_OVERLEGD: {
        auto event = reports_.Make(Kind::kFarewell, traject, now);
        event.mutable_handovers_farewell_held()->set_handover(one.handover());
        event.set_organisation(one.sender());
        return event;
      }
      default:
        break;
    }
  }
  return std::nullopt;
}

event::v1::Event Generator::Forward(const Traject& traject, int64_t now) {
  for (const auto& one : traject.episodes()) {
    if (one.state() == notice::v1::EPISODE_STATE_UNSPECIFIED || one.state() >= notice::v1::EPISODE_STATE_OPGELOST) continue;
    if (chance_.Percent(50)) break;
    return reports_.Make(chance_.OneOf({Kind::kAssess, Kind::kRaise, Kind::kReturn, Kind::kReturn, Kind::kResolve, Kind::kResolve}),
                         traject, now);
  }
  const std::string& phase = traject.configuration(0);
  if (phase == "aanmelding" && chance_.Percent(50)) {
    auto event = reports_.Make(Kind::kDecide, traject, now);
    event.mutable_decisions_taken()->set_decision("opstapcommissie");
    return event;
  }
  bool support = traject.support_declined();
  for (const auto& one : traject.supports()) support = support || (!one.ended() && (one.before_us() == 0 || one.before_us() > now));
  if (!support && chance_.Percent(60)) return reports_.Support(traject, now);
  if (const auto event = ForwardHome(traject, now); event && chance_.Percent(50)) return *event;
  if (phase != "voor" || chance_.Percent(10)) {
    if (const auto event = ForwardHandover(traject, now)) return *event;
    const bool to_do = phase == "tijdens" && HomeIn(traject, journal::v1::HOME_STATE_LIVED_IN) != nullptr;
    if (chance_.Percent(to_do ? 40 : 3)) return reports_.Transfer(traject, now);
  }
  if (phase == "na" && chance_.Percent(30))
    return reports_.Contact(traject, chance_.OneOf({std::string("monitoring"), std::string("waakvlam")}), now);
  return reports_.Make(chance_.Percent(90) ? Kind::kComplete : Kind::kSkip, traject, now);
}

std::string ToJson(const event::v1::Event& event) {
  std::string json;
  google::protobuf::util::MessageToJsonString(event, &json);
  return json;
}

}  // namespace overdracht::testing
