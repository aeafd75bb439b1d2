// Disclosure (invariant 3): what consent, or an override, lets a recipient have. Consent covers once the recipient has accepted; an
// override covers in whatever open state. Each open disclosure has one basis; it keeps it while it lasts, then another one that covers
// takes its place, or the disclosure closes. Nothing new is disclosed after the end.

#include "services/base/time.h"
#include "services/engine/work.h"

namespace overdracht::engine {
namespace {

using journal::v1::Disclosure;
using journal::v1::Handover;

bool Covers(const journal::v1::Consent& consent, const Handover& handover, Category category) {
  const bool accepted =
      Discloses(handover) || handover.state() == notice::v1::HANDOVER_STATE_AFGEROND || RuleOut(Rule::kConsentNeedsAcceptance);
  const bool of_purpose = consent.purpose() == handover.purpose() || RuleOut(Rule::kConsentHasAPurpose);
  return accepted && of_purpose && consent.recipient() == handover.recipient() && Contains(consent.categories(), category);
}

bool Covers(const journal::v1::Override& override, const Handover& handover, Category category) {
  return Contains(override.handovers(), handover.handover()) && Contains(override.categories(), category);
}

// Its last day is past, though its timer, due at the same moment as another's, has not come to its turn: it takes no other's place any
// more.
bool IsOver(const journal::v1::Consent& consent, base::Micros now) { return *base::ParseDate(consent.valid_until()) < base::DayOf(now); }

struct Basis {
  const journal::v1::Consent* consent = nullptr;
  const journal::v1::Override* override = nullptr;
  bool found() const { return consent != nullptr || override != nullptr; }
};

// The first recorded consent that covers, or else the first override.
Basis FindBasis(const Work& work, const Handover& handover, Category category) {
  for (const journal::v1::Consent& consent : work.traject().consents()) {
    if (Covers(consent, handover, category) && !IsOver(consent, work.now())) return {.consent = &consent};
  }
  for (const journal::v1::Override& override : work.traject().overrides()) {
    if (Covers(override, handover, category)) return {.override = &override};
  }
  return {};
}

bool BasisLasts(const Work& work, const Handover& handover, const Disclosure& disclosure) {
  const Traject& traject = work.traject();
  if (!disclosure.consent().empty()) return Covers(*FindConsent(traject, disclosure.consent()), handover, disclosure.category());
  return Covers(*FindOverride(traject, disclosure.override()), handover, disclosure.category());
}

void Disclose(Work* work, const Handover& handover, Category category, const Basis& basis) {
  work->Emit([&](journal::v1::Effect* e) {
    Disclosure* disclosure = e->mutable_disclosure_changed()->mutable_disclosure();
    disclosure->set_handover(handover.handover());
    disclosure->set_recipient(handover.recipient());
    disclosure->set_category(category);
    disclosure->set_open(true);
    if (basis.consent != nullptr) {
      disclosure->set_consent(basis.consent->consent());
    } else {
      disclosure->set_override(basis.override->override());
    }
  });
  notice::v1::CategoryDisclosed* told = work->TellOne(handover.recipient())->mutable_category_disclosed();
  told->set_handover(handover.handover());
  told->set_category(category);
  *told->mutable_dossier() = handover.dossier();
  if (basis.consent != nullptr) {
    told->set_consent(basis.consent->consent());
    told->set_valid_until(basis.consent->valid_until());
  } else {
    told->set_override(basis.override->override());
    told->set_ground(basis.override->ground());
  }
}

void Close(Work* work, Disclosure disclosure, notice::v1::CloseReason reason) {
  disclosure.set_open(false);
  work->Emit([&](journal::v1::Effect* e) { *e->mutable_disclosure_changed()->mutable_disclosure() = disclosure; });
  notice::v1::CategoryClosed* told = work->TellOne(disclosure.recipient())->mutable_category_closed();
  told->set_handover(disclosure.handover());
  told->set_category(disclosure.category());
  told->set_reason(reason);
}

// Why a basis ended: an override with its handover, a consent by its day or by the client.
notice::v1::CloseReason ReasonOf(const Work& work, const Disclosure& disclosure) {
  if (!disclosure.override().empty()) return notice::v1::CLOSE_REASON_HANDOVER_ENDED;
  return work.event() == nullptr ? notice::v1::CLOSE_REASON_EXPIRED : notice::v1::CLOSE_REASON_WITHDRAWN;
}

void FollowHandover(Work* work, const Handover& handover) {
  for (int c : handover.categories()) {
    const auto category = static_cast<Category>(c);
    const Disclosure* disclosure = FindDisclosure(work->traject(), handover.handover(), category);
    const bool open = disclosure != nullptr && disclosure->open();
    if (open ? BasisLasts(*work, handover, *disclosure) : !IsOpen(handover.state())) continue;
    if (const Basis basis = FindBasis(*work, handover, category); basis.found()) {
      Disclose(work, handover, category, basis);
    } else if (open) {
      Close(work, *disclosure, ReasonOf(*work, *disclosure));
    }
  }
}

}  // namespace

bool HasBasis(const Work& work, const Handover& handover, Category category) { return FindBasis(work, handover, category).found(); }

void FollowCovers(Work* work) {
  for (int i = 0; i < work->traject().handovers_size(); ++i) {
    FollowHandover(work, work->traject().handovers(i));  // disclosures change, handovers do not
  }
}

void CloseDisclosures(Work* work, const std::string& handover, notice::v1::CloseReason reason) {
  for (int i = 0; i < work->traject().disclosures_size(); ++i) {
    const Disclosure disclosure = work->traject().disclosures(i);
    if (disclosure.open() && disclosure.handover() == handover) Close(work, disclosure, reason);
  }
}

void EndOverrides(Work* work, const std::string& handover) {
  for (int i = 0; i < work->traject().overrides_size(); ++i) {
    journal::v1::Override override = work->traject().overrides(i);
    if (!Contains(override.handovers(), handover)) continue;
    auto* handovers = override.mutable_handovers();
    handovers->erase(std::find(handovers->begin(), handovers->end(), handover));
    work->Emit([&](journal::v1::Effect* e) { *e->mutable_override_changed()->mutable_override() = override; });
  }
}

}  // namespace overdracht::engine
