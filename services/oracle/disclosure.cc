// 3  No category reaches an organisation without consent (recipient, category, purpose; unexpired, unwithdrawn) or an override with its
// ground,
//    each recomputed by the model from what was reported. Consent covers from acceptance on, an override in
//    any open state. What is covered is disclosed, what is not is told as withheld, and every end is told.
//    Who has no care role learns nothing of a terugval; who takes no part learns nothing.

#include "services/base/codes.h"
#include "services/base/time.h"
#include "services/oracle/checks.h"

namespace overdracht::oracle {
namespace {

using notice::v1::Notice;

std::string Name(const std::string& handover, int category) {
  return absl::StrCat(base::Code(static_cast<event::v1::Category>(category)), " in handover ", handover);
}

void CheckState(const Moment& m, Findings* f) {
  std::set<std::pair<std::string, int>> open;
  for (const auto& one : m.after.disclosures()) {
    if (!one.open()) continue;
    open.insert({one.handover(), one.category()});
    const Handover* handover = m.is.FindHandover(one.handover());
    f->Expect(3, handover != nullptr && handover->recipient == one.recipient(), Name(one.handover(), one.category()),
              " is disclosed to another");
    const bool accepted = handover != nullptr && handover->accepted;
    f->Expect(3, accepted || one.consent().empty(), Name(one.handover(), one.category()),
              " is disclosed on consent before it was accepted");
    const auto expected = m.is.disclosures.find({one.handover(), one.category()});
    const bool may = expected != m.is.disclosures.end() && expected->second.is_open();
    f->Expect(3, may, Name(one.handover(), one.category()), " is disclosed, and nothing covers it");
    if (!may) continue;
    f->Expect(3, expected->second == Disclosure{one.consent(), one.override()}, Name(one.handover(), one.category()), " rests on ",
              one.consent(), one.override(), ", expected ", expected->second.consent, expected->second.override);
  }
  for (const auto& [key, disclosure] : m.is.disclosures) {
    f->Expect(3, !disclosure.is_open() || open.count(key) > 0, Name(key.first, key.second), " is covered and accepted, and not disclosed");
  }
}

// Every change is told to the recipient, with its basis, and nothing else is told.
void CheckDisclosedAndClosed(const Moment& m, Findings* f) {
  std::set<std::pair<std::string, int>> disclosed, closed;
  for (const Notice& one : m.record.notices()) {
    if (one.has_category_closed()) closed.insert({one.category_closed().handover(), one.category_closed().category()});
    if (!one.has_category_disclosed()) continue;
    const notice::v1::CategoryDisclosed& told = one.category_disclosed();
    disclosed.insert({told.handover(), told.category()});
    const Handover* handover = m.is.FindHandover(told.handover());
    const Disclosure basis{told.consent(), told.override()};
    const bool covered = handover != nullptr && basis.is_open() && m.is.Covers(basis, *handover, told.category());
    f->Expect(3, covered, Name(told.handover(), told.category()), " was disclosed, and ", told.consent(), told.override(),
              " does not cover it");
    if (handover != nullptr) f->Expect(3, To(one) == std::set<std::string>{handover->recipient}, "told to others than the recipient");
    const Consent* consent = m.is.FindConsent(told.consent());
    if (consent != nullptr) f->Expect(3, m.now() < consent->end_us, "consent ", told.consent(), " was over when it was used");
    f->Expect(3, told.consent().empty() == (told.ground() != 0), Name(told.handover(), told.category()),
              ": a ground for an override, and for nothing else");
  }
  for (const auto& [key, now_is] : m.is.disclosures) {
    const auto it = m.was.disclosures.find(key);
    const Disclosure before = it == m.was.disclosures.end() ? Disclosure() : it->second;
    if (now_is.is_open() && !(now_is == before))
      f->Expect(3, disclosed.count(key) > 0, Name(key.first, key.second), " has another basis, and the recipient was not told");
    if (before.is_open() && !now_is.is_open())
      f->Expect(3, closed.count(key) > 0, Name(key.first, key.second), " was closed, and the recipient was not told");
  }
}

// At acceptance: silence can be told from withheld.
void CheckWithheld(const Moment& m, Findings* f) {
  std::set<int> withheld;
  for (const Notice& one : m.record.notices()) {
    if (one.has_category_withheld()) withheld.insert(one.category_withheld().category());
  }
  if (m.event() == nullptr || !m.event()->has_handovers_accepted())
    return f->Expect(3, withheld.empty(), "a category was told as withheld out of time");
  const Handover* handover = m.is.FindHandover(m.event()->handovers_accepted().handover());
  if (handover == nullptr) return;
  for (int category : handover->categories) {
    const bool open = m.is.disclosures.at({handover->id, category}).is_open();
    f->Expect(3, open != (withheld.count(category) > 0), Name(handover->id, category), " was neither disclosed nor told as withheld");
  }
}

void CheckOverride(const Moment& m, Findings* f) {
  if (m.event() == nullptr || !m.event()->has_consents_overridden()) return;
  const std::string& id = m.event()->consents_overridden().override();
  bool kept = false, reported = false;
  for (const auto& one : m.after.overrides()) kept |= one.override() == id && one.ground() == m.event()->consents_overridden().ground();
  for (const auto& one : m.after.tasks()) {
    const bool of_it = one.task().size() > id.size() + 1 && one.task().substr(one.task().size() - id.size() - 1) == ":" + id;
    reported |=
        of_it && one.open() && one.owner() == m.is.responsible && FindTimer(m.after, notice::v1::TERM_KIND_TASK, one.task()) != nullptr;
  }
  f->Expect(3, kept, "override ", id, " does not stand with its ground");
  f->Expect(3, reported, "override ", id, ": nobody has to tell the client");
}

void CheckAccess(const Moment& m, Findings* f) {
  if (m.event() == nullptr || !m.event()->has_dossiers_accessed()) return;
  const auto& data = m.event()->dossiers_accessed();
  std::set<int> uncovered, written, told;
  for (int category : data.categories()) {
    const auto it = m.was.disclosures.find({data.handover(), category});
    if (it == m.was.disclosures.end() || !it->second.is_open()) uncovered.insert(category);
  }
  for (const auto& one : m.record.effects())
    written.insert(one.dossier_accessed().uncovered().begin(), one.dossier_accessed().uncovered().end());
  for (const Notice& one : m.record.notices()) {
    if (one.has_access_uncovered() && To(one).count(m.is.roles.at(event::v1::ROLE_GEMEENTE)) > 0) {
      told.insert(one.access_uncovered().categories().begin(), one.access_uncovered().categories().end());
    }
  }
  f->Expect(3, written == uncovered, "an access to handover ", data.handover(), " stands with other uncovered categories than there were");
  f->Expect(3, told == uncovered, "the gemeente was not told what was handed out of handover ", data.handover(), " without a disclosure");
}

bool TellsOfTerugval(const Notice& notice) {
  const auto of = notice.term_expired().of();
  return notice.has_episode_changed() || notice.traject_changed().status() == notice::v1::STATUS_ONDERBROKEN ||
         of == notice::v1::TERM_KIND_ASSESSMENT || of == notice::v1::TERM_KIND_RESPONSE || of == notice::v1::TERM_KIND_RESPITE ||
         of == notice::v1::TERM_KIND_REVIEW;
}

void CheckReaders(const Moment& m, Findings* f) {
  const std::set<std::string> care = Either(m.was.Care(), m.is.Care());
  const std::set<std::string> everybody = Either(m.was.Everybody(), m.is.Everybody());
  for (const Notice& one : m.record.notices()) {
    f->Expect(3, !one.to().empty(), "a notice to nobody");
    if (TellsOfTerugval(one)) f->Expect(3, Within(To(one), care), "a terugval or an interruption was told outside the care roles");
    const bool of_a_past_handover = one.has_category_closed() || one.has_category_disclosed();
    f->Expect(3, of_a_past_handover || Within(To(one), everybody), "a notice to one that takes no part");
  }
}

}  // namespace

void CheckDisclosure(const Moment& moment, Findings* findings) {
  CheckState(moment, findings);
  CheckDisclosedAndClosed(moment, findings);
  CheckWithheld(moment, findings);
  CheckOverride(moment, findings);
  CheckAccess(moment, findings);
  CheckReaders(moment, findings);
}

}  // namespace overdracht::oracle
