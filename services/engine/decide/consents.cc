// Consent, its withdrawal, and the override of crisis (invariant 3). What they cover follows: follow/covers.cc.

#include "services/engine/decide/rules.h"

namespace overdracht::engine {
namespace {

using journal::v1::Consent;

Consent Without(const Consent& consent, const google::protobuf::RepeatedField<int>& withdrawn) {
  Consent left = consent;
  left.clear_categories();
  for (int category : consent.categories()) {
    const bool taken = withdrawn.empty() || Contains(withdrawn, category);
    if (!taken) left.add_categories(static_cast<Category>(category));
  }
  return left;
}

void Change(Work* work, const Consent& consent) {
  work->Emit([&](journal::v1::Effect* e) { *e->mutable_consent_changed()->mutable_consent() = consent; });
}

// The open handovers to the recipient that name at least one of the categories.
std::vector<std::string> OverriddenHandovers(const Work& work, const event::v1::ConsentsOverridden& event) {
  std::vector<std::string> handovers;
  for (const journal::v1::Handover& handover : work.traject().handovers()) {
    if (!IsOpen(handover.state()) || handover.recipient() != event.recipient()) continue;
    bool names_one = false;
    for (int category : event.categories()) names_one = names_one || Contains(handover.categories(), category);
    if (names_one) handovers.push_back(handover.handover());
  }
  return handovers;
}

}  // namespace

Refused Check(const Work& work, const event::v1::ConsentsGranted& event) {
  if (FindConsent(work.traject(), event.consent())) return Illegal(journal::v1::REFUSAL_REASON_REFERENCE_USED, {{"thing", "consent"}});
  if (*base::ParseDate(event.valid_until()) < base::DayOf(work.now())) {
    return Illegal(journal::v1::REFUSAL_REASON_DAY_PAST, {{"thing", "validUntil"}});
  }
  return std::nullopt;
}

void Do(Work* work, const event::v1::ConsentsGranted& event) {
  work->Emit([&](journal::v1::Effect* e) {
    Consent* consent = e->mutable_consent_changed()->mutable_consent();
    consent->set_consent(event.consent());
    consent->set_recipient(event.recipient());
    *consent->mutable_categories() = event.categories();
    consent->set_purpose(event.purpose());
    consent->set_valid_until(event.valid_until());
  });
  SetTimer(work, notice::v1::TERM_KIND_CONSENT_ENDS, event.consent(), base::StartOf(*base::ParseDate(event.valid_until()) + 1));
}

Refused Check(const Work& work, const event::v1::ConsentsWithdrawn& event) {
  const Consent& consent = *FindConsent(work.traject(), event.consent());
  if (Without(consent, event.categories()).categories_size() < consent.categories_size()) return std::nullopt;
  return Illegal(journal::v1::REFUSAL_REASON_NOTHING_LEFT, {{"thing", "consent"}});
}

void Do(Work* work, const event::v1::ConsentsWithdrawn& event) {
  if (RuleOut(Rule::kConsentIsTakenBack)) return;
  const Consent left = Without(*FindConsent(work->traject(), event.consent()), event.categories());
  Change(work, left);
  if (left.categories().empty()) ClearTimer(work, notice::v1::TERM_KIND_CONSENT_ENDS, event.consent());
}

Refused Check(const Work& work, const event::v1::ConsentsOverridden& event) {
  if (FindOverride(work.traject(), event.override())) return Illegal(journal::v1::REFUSAL_REASON_REFERENCE_USED, {{"thing", "override"}});
  if (OverriddenHandovers(work, event).empty()) return Illegal(journal::v1::REFUSAL_REASON_NO_HANDOVER_TO_RECIPIENT);
  return std::nullopt;
}

void Do(Work* work, const event::v1::ConsentsOverridden& event) {
  journal::v1::Override override;
  override.set_override(event.override());
  override.set_recipient(event.recipient());
  *override.mutable_categories() = event.categories();
  override.set_ground(event.ground());
  for (const std::string& handover : OverriddenHandovers(*work, event)) override.add_handovers(handover);
  work->Emit([&](journal::v1::Effect* e) { *e->mutable_override_changed()->mutable_override() = override; });
}

}  // namespace overdracht::engine
