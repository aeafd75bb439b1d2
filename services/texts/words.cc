#include "services/texts/words.h"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_replace.h>
#include <absl/strings/str_split.h>
#include <absl/strings/strip.h>

#include <algorithm>
#include <vector>

namespace overdracht::texts {
namespace {

struct Entry {
  absl::string_view parameter;  // "" : in any
  absl::string_view code;
  absl::string_view english;
  absl::string_view dutch;
};

constexpr Entry kWords[] = {
    // Things, with their article.
    {"thing", "agreement", "the agreement", "de afspraak"},
    {"thing", "appointment", "the appointment", "de behandelafspraak"},
    {"thing", "categories", "the list of categories", "de lijst met categorieën"},
    {"thing", "consent", "the consent", "de toestemming"},
    {"thing", "contact", "the kind of contact", "de soort contact"},
    {"thing", "decision", "the decision", "het besluit"},
    {"thing", "episode", "the episode", "de terugval"},
    {"thing", "handover", "the handover", "de overdracht"},
    {"thing", "home", "the home", "de woning"},
    {"thing", "override", "the override", "de verstrekking zonder toestemming"},
    {"thing", "purpose", "the purpose", "het doel"},
    {"thing", "recipient", "the recipient", "de ontvanger"},
    {"thing", "signal", "the signal", "het signaal"},
    {"thing", "stay", "the stay", "het verblijf"},
    {"thing", "support", "the support", "de begeleiding"},
    {"thing", "task", "the task", "de taak"},
    {"thing", "traject", "the traject", "het traject"},
    {"thing", "transfersResponsibility", "the transfer of responsibility", "de keuze of de verantwoordelijkheid overgaat"},
    {"thing", "until", "the last day", "de laatste dag"},
    {"thing", "validUntil", "the last day of the consent", "de laatste dag van de toestemming"},
    {"thing", "workflow", "the workflow", "de werkwijze"},

    // Forms of a value in an event.
    {"expected", "absent", "nothing", "niets"},
    {"expected", "application_json", "application/json", "application/json"},
    {"expected", "boolean", "true or false", "true of false"},
    {"expected", "contact_kind", "a kind of contact that a workflow names", "een soort contact die een werkwijze noemt"},
    {"expected", "content_type", "application/json, application/protobuf or application/cloudevents+json",
     "application/json, application/protobuf of application/cloudevents+json"},
    {"expected", "date", "a date (YYYY-MM-DD)", "een datum (JJJJ-MM-DD)"},
    {"expected", "digest", "sha256: and 64 hexadecimal digits", "sha256: en 64 hexadecimale cijfers"},
    {"expected", "each_once", "each code once", "elke code één keer"},
    {"expected", "event_id", "1 to 128 characters A-Z a-z 0-9 . _ : / -", "1 tot en met 128 tekens A-Z a-z 0-9 . _ : / -"},
    {"expected", "event_source", "urn:nld:oin:<20 digits>:systeem:<name>", "urn:nld:oin:<20 cijfers>:systeem:<naam>"},
    {"expected", "event_type", "a type of the catalogue", "een type uit de catalogus"},
    {"expected", "json", "a CloudEvent in JSON", "een CloudEvent in JSON"},
    {"expected", "list", "a list", "een lijst"},
    {"expected", "list_not_empty", "at least one code", "ten minste één code"},
    {"expected", "name", "a name of 1 to 64 characters A-Z a-z 0-9 . _ -", "een naam van 1 tot en met 64 tekens A-Z a-z 0-9 . _ -"},
    {"expected", "names_once", "each name once in an object", "elke naam één keer in een object"},
    {"expected", "number", "a number greater than 0", "een getal groter dan 0"},
    {"expected", "object", "an object", "een object"},
    {"expected", "oin", "an OIN of 20 digits", "een OIN van 20 cijfers"},
    {"expected", "oin_or_role", "an OIN of 20 digits or a role", "een OIN van 20 cijfers of een rol"},
    {"expected", "protobuf", "the message of the type", "het bericht van het type"},
    {"expected", "reference", "1 to 64 characters A-Z a-z 0-9 . _ -", "1 tot en met 64 tekens A-Z a-z 0-9 . _ -"},
    {"expected", "task_name", "a task, as name or name:reference", "een taak, als naam of naam:kenmerk"},
    {"expected", "time", "a moment by RFC 3339 from 1970 through 2199", "een tijdstip volgens RFC 3339 van 1970 tot en met 2199"},
    {"expected", "uuid", "the UUID of a traject", "de UUID van een traject"},
    {"expected", "version_1_0", "1.0", "1.0"},
    {"expected", "workflow_name", "a workflow, as name or name@version", "een werkwijze, als naam of naam@versie"},

    // Who may report.
    {"permitted", "any_participant", "any participant", "elke deelnemer"},
    {"permitted", "begeleider", "the begeleider", "de begeleider"},
    {"permitted", "bewindvoerder", "the bewindvoerder", "de bewindvoerder"},
    {"permitted", "gemeente", "the gemeente", "de gemeente"},
    {"permitted", "ggz", "the ggz", "de ggz"},
    {"permitted", "offerer", "the party responsible, or for an offer that leaves responsibility where it is a care role",
     "de verantwoordelijke partij, of een zorgrol als de verantwoordelijkheid niet overgaat"},
    {"permitted", "provider", "the provider of the support", "de aanbieder van de begeleiding"},
    {"permitted", "recipient", "the recipient", "de ontvanger"},
    {"permitted", "responsible", "the party responsible", "de verantwoordelijke partij"},
    {"permitted", "sender", "the sender", "de afzender"},
    {"permitted", "task_owner", "the owner of the task", "de eigenaar van de taak"},
    {"permitted", "wijkteam", "the wijkteam", "het wijkteam"},
    {"permitted", "woningcorporatie", "the woningcorporatie", "de woningcorporatie"},
    {"permitted", "zorgaanbieder", "the zorgaanbieder", "de zorgaanbieder"},

    // What a task that closes by itself waits for.
    {"closes_by", "decision", "a decision is taken", "er een besluit is"},
    {"closes_by", "handover", "a handover is as far as it needs", "een overdracht ver genoeg is"},
    {"closes_by", "home", "a home is as far as it needs", "een woning ver genoeg is"},
    {"closes_by", "home_lived_in", "the client lives in a home", "de cliënt in een woning woont"},
    {"closes_by", "home_signed", "the contract of a home is signed", "het contract van een woning getekend is"},
    {"closes_by", "not_interrupted", "the client is back", "de cliënt terug is"},
    {"closes_by", "responsible", "another party is responsible", "een andere partij verantwoordelijk is"},
    {"closes_by", "state", "the traject is as far as it needs", "het traject ver genoeg is"},
    {"closes_by", "support_arranged", "support is arranged", "de begeleiding geregeld is"},
    {"closes_by", "task", "another task is closed", "een andere taak gesloten is"},
    {"closes_by", "transfer_arranged", "a handover that moves responsibility is open or completed",
     "de overdracht van de verantwoordelijkheid loopt of klaar is"},

    // What must be there first. Gates have the names that the workflow gives them.
    {"missing", "client_knows_contact", "the client knows whom to call", "de cliënt weet wie te bellen"},
    {"missing", "recipient", "the recipient", "de ontvanger"},
    {"missing", "sender", "the sender", "de afzender"},

    // States and outcomes whose code is English.
    {"", "by_itself", "closed by itself", "vanzelf gesloten"},
    {"", "clustered", "clustered", "geclusterd"},
    {"", "completed", "completed", "afgerond"},
    {"", "declined", "declined", "afgewezen"},
    {"", "ended", "ended", "beëindigd"},
    {"", "left", "left", "verlaten"},
    {"", "lived_in", "lived in", "bewoond"},
    {"", "lost", "lost", "verloren"},
    {"", "moved", "moved", "verhuisd"},
    {"", "never_open", "never open", "nooit open geweest"},
    {"", "none", "none", "geen"},
    {"", "offered", "offered", "aangeboden"},
    {"", "regular", "regular", "regulier"},
    {"", "signed", "signed", "getekend"},
    {"", "skipped", "skipped", "overgeslagen"},
    {"", "temporary", "temporary", "tijdelijk"},
};

bool IsCode(absl::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; });
}

// P5D as "5 days"; other durations stay as they are.
std::string Duration(Language language, absl::string_view text) {
  struct Unit {
    absl::string_view before;
    char letter;
    absl::string_view english;
    absl::string_view dutch;
  };
  static constexpr Unit kUnits[] = {{"PT", 'H', "hours", "uur"},
                                    {"P", 'D', "days", "dagen"},
                                    {"P", 'W', "weeks", "weken"},
                                    {"P", 'M', "months", "maanden"},
                                    {"P", 'Y', "years", "jaar"}};
  for (const Unit& unit : kUnits) {
    absl::string_view number = text;
    if (!absl::ConsumePrefix(&number, unit.before) || !absl::ConsumeSuffix(&number, absl::string_view(&unit.letter, 1))) continue;
    if (number.empty() || !std::all_of(number.begin(), number.end(), [](char c) { return c >= '0' && c <= '9'; })) continue;
    return absl::StrCat(number, " ", language == Language::kEnglish ? unit.english : unit.dutch);
  }
  return std::string(text);
}

// Of these every one is meant; of the others one is enough.
bool MeansAll(absl::string_view parameter) { return parameter == "missing" || parameter == "categories"; }

}  // namespace

std::string Word(Language language, absl::string_view parameter, absl::string_view code, bool typed) {
  for (const Entry& entry : kWords) {
    if (entry.code != code || (entry.parameter.empty() ? typed : entry.parameter != parameter)) continue;
    return std::string(language == Language::kEnglish ? entry.english : entry.dutch);
  }
  if (typed) return std::string(code);
  return IsCode(code) ? absl::StrReplaceAll(code, {{"_", " "}}) : Duration(language, code);
}

std::string Words(Language language, absl::string_view parameter, absl::string_view value, bool typed) {
  const std::vector<absl::string_view> codes = absl::StrSplit(value, ", ");
  const absl::string_view last =
      language == Language::kEnglish ? (MeansAll(parameter) ? " and " : " or ") : (MeansAll(parameter) ? " en " : " of ");
  std::string text;
  for (size_t i = 0; i < codes.size(); ++i) {
    if (i > 0) absl::StrAppend(&text, i + 1 == codes.size() ? last : ", ");
    text += Word(language, parameter, codes[i], typed);
  }
  return text;
}

}  // namespace overdracht::texts
