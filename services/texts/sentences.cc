#include "services/texts/sentences.h"

#include <absl/strings/str_cat.h>

#include <algorithm>

#include "services/texts/words.h"

namespace overdracht::texts {
namespace {

using journal::v1::Refusal;

const std::vector<Sentence>& Table() {
  using namespace journal::v1;
  static const auto* table = new std::vector<Sentence>{
      {REFUSAL_CODE_MALFORMED, REFUSAL_REASON_UNREADABLE, "expected, place",
       "expected {expected|a CloudEvent in JSON}, but the text cannot be read as such[ ({place})]",
       "verwacht {expected|een CloudEvent in JSON}, maar de tekst is niet zo te lezen[ ({place})]"},
      {REFUSAL_CODE_MALFORMED, REFUSAL_REASON_TOO_LONG, "limit",  //
       "expected at most {limit|65536} bytes, but the event is longer",
       "verwacht hooguit {limit|65536} bytes, maar de gebeurtenis is langer"},
      {REFUSAL_CODE_MALFORMED, REFUSAL_REASON_FIELD_MISSING, "place, expected",  //
       "expected {expected|a value}[ at {place}], but nothing is there",
       "verwacht {expected|een waarde}[ op {place}], maar daar staat niets"},
      {REFUSAL_CODE_MALFORMED, REFUSAL_REASON_FIELD_INVALID, "place, expected, limit",
       "expected {expected|another value}[ and at most {limit}][ at {place}], but something else is there",
       "verwacht {expected|een andere waarde}[ en hooguit {limit}][ op {place}], maar daar staat iets anders"},
      {REFUSAL_CODE_MALFORMED, REFUSAL_REASON_FIELD_UNKNOWN, "place",
       "expected no fields but those of the catalogue[ in {place}], but there is another one",
       "verwacht alleen velden uit de catalogus[ in {place}], maar er staat een ander veld"},
      {REFUSAL_CODE_MALFORMED, REFUSAL_REASON_TYPE_UNKNOWN, "place, expected",  //
       "expected a type of the catalogue[ at {place}], but this one is not in it",
       "verwacht een type uit de catalogus[ op {place}], maar dit staat er niet in"},
      {REFUSAL_CODE_MALFORMED, REFUSAL_REASON_PARTICIPANTS_INCOMPLETE, "place, missing",
       "expected at least zorgaanbieder, wijkteam and gemeente and each role once[ at {place}], but [{missing} is missing|a role is there "
       "twice]",
       "verwacht ten minste zorgaanbieder, wijkteam en gemeente en elke rol één keer[ op {place}], maar [{missing} ontbreekt|een rol staat "
       "er twee keer]"},

      {REFUSAL_CODE_SOURCE_MISMATCH, REFUSAL_REASON_NOT_THE_CALLER, "",  //
       "expected the OIN of the caller in source, but it is the OIN of another organisation",
       "verwacht het OIN van de aanroeper in source, maar het is dat van een andere organisatie"},

      {REFUSAL_CODE_UNKNOWN_TRAJECT, REFUSAL_REASON_NO_SUCH_TRAJECT, "",  //
       "expected a traject that was started, but there is none with this subject",
       "verwacht een traject dat gestart is, maar er is geen traject met dit subject"},
      {REFUSAL_CODE_ALREADY_EXISTS, REFUSAL_REASON_TRAJECT_EXISTS, "",  //
       "expected a traject that was not started yet, but this one was started by another event",
       "verwacht een traject dat nog niet gestart is, maar dit is al gestart door een andere gebeurtenis"},
      {REFUSAL_CODE_NOT_A_PARTICIPANT, REFUSAL_REASON_TAKES_NO_PART, "",  //
       "expected a participant of the traject to report this, but the organisation takes no part in it",
       "verwacht een melding van een deelnemer aan het traject, maar de organisatie doet er niet aan mee"},

      {REFUSAL_CODE_ROLE_NOT_ALLOWED, REFUSAL_REASON_REPORTER_NOT_PERMITTED, "permitted",
       "expected {permitted|another party} to report this, but the organisation is not that in this traject",
       "verwacht een melding van {permitted|een andere partij}, maar dat is de organisatie niet in dit traject"},

      {REFUSAL_CODE_UNKNOWN_REFERENCE, REFUSAL_REASON_NO_SUCH_THING, "thing",  //
       "expected {thing|what it names} to be known here, but it is not",
       "verwacht dat {thing|wat er genoemd is} hier bekend is, maar dat is niet zo"},
      {REFUSAL_CODE_UNKNOWN_REFERENCE, REFUSAL_REASON_RECIPIENT_TAKES_NO_PART, "",  //
       "expected a recipient that takes part in the traject, but this one does not",
       "verwacht een ontvanger die aan het traject meedoet, maar deze doet dat niet"},

      {REFUSAL_CODE_ILLEGAL_STATE, REFUSAL_REASON_TRAJECT_ENDED, "state",  //
       "expected a traject that goes on, but it is {state|ended}", "verwacht een traject dat loopt, maar het is {state|beëindigd}"},
      {REFUSAL_CODE_ILLEGAL_STATE, REFUSAL_REASON_TRAJECT_CLOSING, "state",
       "expected a report that belongs to the closing of a traject, but this is another one and the traject is {state|afsluitend}",
       "verwacht een melding die bij het afsluiten hoort, maar dit is een andere en het traject is {state|afsluitend}"},
      {REFUSAL_CODE_ILLEGAL_STATE, REFUSAL_REASON_REFERENCE_USED, "thing, state",  //
       "expected a new id for {thing|this}, but the id was used before in this traject",
       "verwacht een nieuw kenmerk voor {thing|deze melding}, maar het kenmerk is in dit traject al gebruikt"},
      {REFUSAL_CODE_ILLEGAL_STATE, REFUSAL_REASON_WRONG_STATE, "thing, state, expected, permitted",
       "expected {thing|it} to be {expected|in another state}[, reported by {permitted}], but its state is now {state|a different one}",
       "verwacht dat {thing|dit} {expected|in een andere toestand} is[, gemeld door {permitted}], maar de toestand is nu {state|anders}"},
      {REFUSAL_CODE_ILLEGAL_STATE, REFUSAL_REASON_ROLE_TAKEN, "thing",  //
       "expected the role[ of {thing}] to be free, but an organisation holds it",
       "verwacht dat de rol[ van {thing}] vrij is, maar een organisatie heeft die al"},
      {REFUSAL_CODE_ILLEGAL_STATE, REFUSAL_REASON_ROLE_EMPTY, "thing",  //
       "expected an organisation in the role[ of {thing}], but nobody holds it",
       "verwacht een organisatie in de rol[ van {thing}], maar niemand heeft die"},
      {REFUSAL_CODE_ILLEGAL_STATE, REFUSAL_REASON_SAME_ORGANISATION, "thing",
       "expected another organisation than the one in the role[ of {thing}], but it is the same",
       "verwacht een andere organisatie dan die in de rol[ van {thing}], maar het is dezelfde"},
      {REFUSAL_CODE_ILLEGAL_STATE, REFUSAL_REASON_TASK_NOT_OPEN, "thing, state",  //
       "expected a task that is open, but it is {state|closed}", "verwacht een taak die open is, maar deze is {state|gesloten}"},
      {REFUSAL_CODE_ILLEGAL_STATE, REFUSAL_REASON_TASK_CLOSES_BY_ITSELF, "thing, closes_by",
       "expected a task that is closed by hand, but this one closes by itself[ once {closes_by}]",
       "verwacht een taak die met de hand gesloten wordt, maar deze sluit vanzelf[ zodra {closes_by}]"},
      {REFUSAL_CODE_ILLEGAL_STATE, REFUSAL_REASON_TASK_NOT_SKIPPED, "thing, expected",  //
       "expected this task to be {expected|completed}, but it was reported as skipped",
       "verwacht dat deze taak {expected|afgerond} wordt, maar die is gemeld als overgeslagen"},
      {REFUSAL_CODE_ILLEGAL_STATE, REFUSAL_REASON_TASK_NOT_REOPENED, "thing, state, expected",
       "expected a task that was closed by hand and may open again, but this one is {state|not}",
       "verwacht een taak die met de hand gesloten is en weer open mag, maar deze is {state|dat niet}"},
      {REFUSAL_CODE_ILLEGAL_STATE, REFUSAL_REASON_DAY_PAST, "thing",  //
       "expected {thing|the date} to be today or later, but that day is past",
       "verwacht dat {thing|de datum} vandaag of later is, maar die dag is voorbij"},
      {REFUSAL_CODE_ILLEGAL_STATE, REFUSAL_REASON_NOTHING_LEFT, "thing",
       "expected at least one category that {thing|the consent} still covers, but it covers none of those named",
       "verwacht ten minste één categorie waarvoor {thing|de toestemming} nog geldt, maar die geldt voor geen van de genoemde"},
      {REFUSAL_CODE_ILLEGAL_STATE, REFUSAL_REASON_SUPPORT_OVER, "thing",  //
       "expected a support that is not over, but this one is", "verwacht begeleiding die nog niet voorbij is, maar deze is voorbij"},
      {REFUSAL_CODE_ILLEGAL_STATE, REFUSAL_REASON_REQUIREMENT_NOT_MET, "missing",
       "expected this to be so first: {missing|what the workflow asks for}, but it is not so yet",
       "verwacht dat eerst dit in orde is: {missing|wat de werkwijze vraagt}, maar dat is nog niet zo"},
      {REFUSAL_CODE_ILLEGAL_STATE, REFUSAL_REASON_NOT_POSSIBLE_NOW, "",  //
       "expected this at another moment, but it is not possible now", "verwacht dit op een ander moment, maar nu kan het niet"},
      {REFUSAL_CODE_ILLEGAL_STATE, REFUSAL_REASON_NOT_OMKLAP, "thing, state",
       "expected an omklapwoning, but the home is of [the kind {state}|another kind]",
       "verwacht een omklapwoning, maar de woning is van [de soort {state}|een andere soort]"},
      {REFUSAL_CODE_ILLEGAL_STATE, REFUSAL_REASON_TRANSFER_OPEN, "state",
       "expected no open handover that moves responsibility, but there is one already",
       "verwacht dat er geen overdracht van de verantwoordelijkheid loopt, maar die loopt al"},
      {REFUSAL_CODE_ILLEGAL_STATE, REFUSAL_REASON_RECIPIENT_IS_SENDER, "",  //
       "expected another organisation as the recipient, but it is the sender",
       "verwacht een andere organisatie als ontvanger, maar het is de afzender zelf"},
      {REFUSAL_CODE_ILLEGAL_STATE, REFUSAL_REASON_RECIPIENT_HAS_NO_CARE_ROLE, "",
       "expected a recipient with a care role, but this one has none and cannot become responsible",
       "verwacht een ontvanger met een zorgrol, maar deze heeft die niet en kan niet verantwoordelijk worden"},
      {REFUSAL_CODE_ILLEGAL_STATE, REFUSAL_REASON_OFFER_DIFFERS, "thing, state",
       "expected the offer as it was, with at least the earlier categories, but [{thing} is not as before|it is not as before]",
       "verwacht het aanbod zoals het was, met ten minste de eerdere categorieën, maar [{thing} is anders|het is anders]"},
      {REFUSAL_CODE_ILLEGAL_STATE, REFUSAL_REASON_SIDE_ABSENT, "missing",
       "expected sender and recipient among the participants of the meeting, but [they lack {missing}|one of them is not there]",
       "verwacht afzender en ontvanger bij de deelnemers aan het overleg, maar [daar ontbreekt {missing}|een van beide ontbreekt]"},
      {REFUSAL_CODE_ILLEGAL_STATE, REFUSAL_REASON_NO_HANDOVER_TO_RECIPIENT, "",
       "expected an open handover to this recipient that names one of these categories, but there is none",
       "verwacht een lopende overdracht aan deze ontvanger met een van deze categorieën, maar die is er niet"},
      {REFUSAL_CODE_ILLEGAL_STATE, REFUSAL_REASON_STAY_TOO_LONG, "limit",
       "expected a stay of at most {limit|the longest of this region} from its first day, but it would end later",
       "verwacht een verblijf van hooguit {limit|de langste duur van deze regio} vanaf de eerste dag, maar het zou later eindigen"},
      {REFUSAL_CODE_ILLEGAL_STATE, REFUSAL_REASON_SAME_REASON, "state",  //
       "expected another reason than the one so far, but it is the same", "verwacht een andere reden dan tot nu toe, maar het is dezelfde"},
      {REFUSAL_CODE_ILLEGAL_STATE, REFUSAL_REASON_LIMIT_REACHED, "thing, limit",
       "expected at most {limit|the agreed number} of these contacts, but there were so many already",
       "verwacht hooguit {limit|het afgesproken aantal} van deze contacten, maar zo veel zijn er al geweest"},
      {REFUSAL_CODE_ILLEGAL_STATE, REFUSAL_REASON_DECISION_NOT_AWAITED, "thing",
       "expected this decision when the workflow has a use for it, but it has none now",
       "verwacht dit besluit als de werkwijze erom vraagt, maar nu is dat niet zo"},
      {REFUSAL_CODE_ILLEGAL_STATE, REFUSAL_REASON_POSITION_MOVED, "expected, state",
       "expected the traject at position {expected|that was given}, but it has changed since[ and is at {state}]",
       "verwacht het traject op positie {expected|die gegeven is}, maar het is sindsdien veranderd[ en staat op {state}]"},

      {REFUSAL_CODE_CONSENT_MISSING, REFUSAL_REASON_NOT_DISCLOSED, "categories",
       "expected an open disclosure of {categories|what was asked for}, but there is none",
       "verwacht een geldige basis om {categories|het gevraagde} te verstrekken, maar die is er niet"},
  };
  return *table;
}

const std::string* Find(const Refusal& refusal, absl::string_view name) {
  for (const auto& parameter : refusal.parameters()) {
    if (name == parameter.name() && !parameter.value().empty()) return &parameter.value();
  }
  return nullptr;
}

// The text with its parameters filled in. `complete` becomes false where one without a fallback is not there.
std::string FillParameters(Language language, absl::string_view text, const Refusal& refusal, bool* complete) {
  std::string filled;
  while (!text.empty()) {
    const size_t open = text.find('{');
    absl::StrAppend(&filled, text.substr(0, open));
    if (open == absl::string_view::npos) break;
    const size_t close = text.find('}', open);
    const absl::string_view inside = text.substr(open + 1, close - open - 1);
    const size_t bar = inside.find('|');
    const absl::string_view name = inside.substr(0, bar);
    if (const std::string* value = Find(refusal, name)) {
      filled += Words(language, name, *value, refusal.code() == journal::v1::REFUSAL_CODE_MALFORMED);
    } else if (bar != absl::string_view::npos) {
      absl::StrAppend(&filled, inside.substr(bar + 1));
    } else {
      *complete = false;
    }
    text.remove_prefix(close + 1);
  }
  return filled;
}

// The part of [ first | second ] that fits: the bar is the one outside braces.
std::string FillChoice(Language language, absl::string_view choice, const Refusal& refusal) {
  int depth = 0;
  const auto* bar = std::find_if(choice.begin(), choice.end(), [&](char c) {
    depth += c == '{' ? 1 : c == '}' ? -1 : 0;
    return c == '|' && depth == 0;
  });
  bool complete = true;
  std::string first = FillParameters(language, choice.substr(0, bar - choice.begin()), refusal, &complete);
  if (complete) return first;
  return bar == choice.end() ? "" : FillParameters(language, choice.substr(bar - choice.begin() + 1), refusal, &complete);
}

std::string Fill(Language language, absl::string_view text, const Refusal& refusal) {
  std::string filled;
  bool complete = true;
  while (!text.empty()) {
    const size_t open = text.find('[');
    filled += FillParameters(language, text.substr(0, open), refusal, &complete);
    if (open == absl::string_view::npos) break;
    const size_t close = text.find(']', open);
    filled += FillChoice(language, text.substr(open + 1, close - open - 1), refusal);
    text.remove_prefix(close + 1);
  }
  return filled;
}

const Sentence* Find(journal::v1::RefusalReason reason) {
  for (const Sentence& sentence : Table()) {
    if (sentence.reason == reason) return &sentence;
  }
  return nullptr;
}

}  // namespace

std::string English(const Refusal& refusal) {
  const Sentence* sentence = Find(refusal.reason());
  // A journal of a later version may hold a reason that this one does not know.
  return Fill(Language::kEnglish, sentence != nullptr ? sentence->english : "expected something else, but this was reported", refusal);
}

std::string Dutch(const Refusal& refusal) {
  const Sentence* sentence = Find(refusal.reason());
  return Fill(Language::kDutch, sentence != nullptr ? sentence->dutch : "verwacht iets anders, maar dit is gemeld", refusal);
}

const std::vector<Sentence>& Sentences() { return Table(); }

}  // namespace overdracht::texts
