// Signals, appointments, contacts and accesses to dossiers. Whom to tell and what to open on a signal or a missed appointment are rules of
// the workflow (follow/rules.cc).

#include "services/engine/decide/rules.h"

namespace overdracht::engine {
namespace {

using journal::v1::UsedReference;

Refused CheckFresh(const Work& work, UsedReference::Kind kind, const std::string& reference, absl::string_view thing) {
  if (!IsUsed(work.traject(), kind, reference)) return std::nullopt;
  return Illegal(journal::v1::REFUSAL_REASON_REFERENCE_USED, {{"thing", std::string(thing)}});
}

void Use(Work* work, UsedReference::Kind kind, const std::string& reference) {
  work->Emit([&](journal::v1::Effect* e) {
    e->mutable_reference_used()->mutable_used()->set_kind(kind);
    e->mutable_reference_used()->mutable_used()->set_reference(reference);
  });
}

uint32_t CountOf(const Traject& traject, const std::string& kind) {
  for (const journal::v1::ContactCount& contact : traject.contacts()) {
    if (contact.kind() == kind) return contact.count();
  }
  return 0;
}

}  // namespace

Refused Check(const Work& work, const event::v1::AppointmentsKept& event) {
  return CheckFresh(work, UsedReference::KIND_APPOINTMENT, event.appointment(), "appointment");
}

void Do(Work* work, const event::v1::AppointmentsKept& event) { Use(work, UsedReference::KIND_APPOINTMENT, event.appointment()); }

Refused Check(const Work& work, const event::v1::AppointmentsMissed& event) {
  return CheckFresh(work, UsedReference::KIND_APPOINTMENT, event.appointment(), "appointment");
}

void Do(Work* work, const event::v1::AppointmentsMissed& event) { Use(work, UsedReference::KIND_APPOINTMENT, event.appointment()); }

Refused Check(const Work& work, const event::v1::SignalsReported& event) {
  return CheckFresh(work, UsedReference::KIND_SIGNAL, event.signal(), "signal");
}

void Do(Work* work, const event::v1::SignalsReported& event) { Use(work, UsedReference::KIND_SIGNAL, event.signal()); }

Refused Check(const Work& work, const event::v1::ContactsHeld& event) {
  const uint32_t at_most = work.workflow().FindContact(event.kind())->at_most();
  if (at_most == 0 || CountOf(work.traject(), event.kind()) < at_most) return std::nullopt;
  return Illegal(journal::v1::REFUSAL_REASON_LIMIT_REACHED, {{"thing", "contact"}, {"limit", std::to_string(at_most)}});
}

void Do(Work* work, const event::v1::ContactsHeld& event) {
  if (work->workflow().FindContact(event.kind())->at_most() != 0) {
    work->Emit([&](journal::v1::Effect* e) {
      e->mutable_contact_counted()->mutable_contact()->set_kind(event.kind());
      e->mutable_contact_counted()->mutable_contact()->set_count(CountOf(work->traject(), event.kind()) + 1);
    });
  }
  CountContact(work, event.kind());
}

Refused Check(const Work&, const event::v1::DossiersAccessed&) { return std::nullopt; }

void Do(Work* work, const event::v1::DossiersAccessed& event) {
  journal::v1::DossierAccessed accessed;
  accessed.set_handover(event.handover());
  for (int c : event.categories()) {
    const auto category = static_cast<Category>(c);
    const journal::v1::Disclosure* disclosure = FindDisclosure(work->traject(), event.handover(), category);
    if (disclosure != nullptr && disclosure->open()) {
      accessed.add_covered(category);
    } else {
      accessed.add_uncovered(category);
    }
  }
  work->Emit([&](journal::v1::Effect* e) { *e->mutable_dossier_accessed() = accessed; });
  if (accessed.uncovered().empty()) return;
  notice::v1::AccessUncovered* told = work->TellOne(Holder(work->traject(), event::v1::ROLE_GEMEENTE))->mutable_access_uncovered();
  told->set_handover(event.handover());
  *told->mutable_categories() = accessed.uncovered();
  told->set_accessor(event.accessor());
}

}  // namespace overdracht::engine
