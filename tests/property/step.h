// The words in which the rows of coverage are written: what a record is about, what was before, what follows.
#ifndef OVERDRACHT_TESTS_PROPERTY_STEP_H_
#define OVERDRACHT_TESTS_PROPERTY_STEP_H_

#include <absl/strings/string_view.h>

#include <functional>
#include <initializer_list>
#include <set>
#include <string>
#include <vector>

#include "overdracht/journal/v1/record.pb.h"
#include "overdracht/journal/v1/traject.pb.h"

namespace overdracht::testing {

// One record with the traject on both sides of it.
struct Step {
  const journal::v1::Record& record;
  const journal::v1::Traject& before;
  const journal::v1::Traject& after;
};

using Is = std::function<bool(const Step&)>;
using On = event::v1::Event::DataCase;

Is All(std::initializer_list<Is> all);
Is Any(std::initializer_list<Is> any);
Is Not(Is one);

// --- what it is about ---
Is Accepted(On on);
Is Refused(On on, journal::v1::RefusalReason reason);
Is RefusedAs(journal::v1::RefusalCode code);
Is RefusedFor(journal::v1::RefusalReason reason);
Is Parameter(absl::string_view name, absl::string_view value);  // of the refusal
Is Field(absl::string_view field, absl::string_view code);      // of the event's data: an enum's code, a bool, a text
Is RanOut(notice::v1::TermKind of);

// --- what was before, what is after ---
Is Phase(absl::string_view phase);  // before
Is PhaseBecomes(absl::string_view phase);
Is Was(notice::v1::Status status);
Is Becomes(notice::v1::Status status);
// The handover, episode or home that the event (or the term) names.
Is HandoverWas(notice::v1::HandoverState state);
Is HandoverIs(notice::v1::HandoverState state);
Is Transfers(bool transfers);
Is EpisodeWas(notice::v1::EpisodeState state);  // a signal: the open one
Is EpisodeIs(notice::v1::EpisodeState state);
Is SeverityWas(event::v1::Severity severity);
Is SeverityIs(event::v1::Severity severity);
Is HomeWas(journal::v1::HomeState state);
Is HomeIs(journal::v1::HomeState state);
Is HomeKindIs(event::v1::HomeKind kind);
// Some handover goes from one state to another.
Is SomeHandover(notice::v1::HandoverState from, notice::v1::HandoverState to);
Is TransferHeldNow();

// --- tasks ---
// `task` without its reference. Opened for the holder of the role (UNSPECIFIED: the party responsible), its term from now (empty: none).
Is Opens(absl::string_view task, event::v1::Role owner, absl::string_view term);
Is Closes(absl::string_view task, notice::v1::TaskOutcome outcome);
Is Moves(absl::string_view task);
Is OfTask(absl::string_view task);  // the event or the term is about it
bool TaskOpen(const journal::v1::Traject& traject, absl::string_view task);

// --- notices ---
enum class Who { kResponsible, kGemeente, kSender, kRecipient, kOwner, kCare, kZorgaanbieder, kWijkteam, kWoningcorporatie };
// A term ran out for the `times`-th time (0: the third or later); exactly these were told, the next moment comes after `next` (empty:
// none).
Is TermTold(notice::v1::TermKind of, uint32_t times, std::initializer_list<Who> to, absl::string_view next);
Is Tells(std::function<bool(const notice::v1::Notice&)> notice);
Is TellsExactly(std::function<bool(const notice::v1::Notice&)> notice, std::initializer_list<Who> to);

// --- look-ups ---
std::string Holder(const journal::v1::Traject& traject, event::v1::Role role);
// The text of the event's field, or the term's reference.
std::string Reference(const journal::v1::Record& record, absl::string_view field);
const journal::v1::Handover* FindHandover(const journal::v1::Traject& traject, absl::string_view id);
const journal::v1::Timer* FindTimer(const journal::v1::Traject& traject, notice::v1::TermKind of, absl::string_view reference);

}  // namespace overdracht::testing

#endif  // OVERDRACHT_TESTS_PROPERTY_STEP_H_
