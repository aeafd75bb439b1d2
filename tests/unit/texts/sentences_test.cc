// The sentence of every refusal, in both languages, with and without its parameters.
#include "services/texts/sentences.h"

#include <absl/strings/str_split.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/base/codes.h"
#include "services/texts/words.h"

namespace overdracht::texts {
namespace {

using journal::v1::Refusal;
using Parameters = std::vector<std::pair<std::string, std::string>>;

Refusal Because(journal::v1::RefusalReason reason, const Parameters& parameters = {}) {
  Refusal refusal;
  refusal.set_reason(reason);
  for (const Sentence& sentence : Sentences()) {
    if (sentence.reason == reason) refusal.set_code(sentence.code);
  }
  for (const auto& [name, value] : parameters) {
    auto* parameter = refusal.add_parameters();
    parameter->set_name(name);
    parameter->set_value(value);
  }
  return refusal;
}

void ExpectSentences(const Refusal& refusal, const std::string& english, const std::string& dutch) {
  EXPECT_EQ(English(refusal), english);
  EXPECT_EQ(Dutch(refusal), dutch);
}

// A sentence that a person can read: both halves, nothing left of the template, no gap and no double space.
void ExpectSound(const std::string& sentence, const std::string& expected, const std::string& but) {
  EXPECT_EQ(sentence.rfind(expected + " ", 0), 0u) << sentence;
  EXPECT_THAT(sentence, testing::HasSubstr(", " + but + " "));
  for (const char* wrong : {"{", "}", "[", "]", "|", "  ", " ,", ",,", "_"}) EXPECT_THAT(sentence, testing::Not(testing::HasSubstr(wrong)));
  EXPECT_NE(sentence.back(), ' ') << sentence;
}

TEST(Sentences, EveryReasonOnceInTheOrderOfTheEnum) {
  const auto* reasons = journal::v1::RefusalReason_descriptor();
  std::vector<int> expected, listed;
  for (int i = 1; i < reasons->value_count(); ++i) expected.push_back(reasons->value(i)->number());
  for (const Sentence& sentence : Sentences()) {
    listed.push_back(sentence.reason);
    EXPECT_NE(sentence.code, journal::v1::REFUSAL_CODE_UNSPECIFIED);
  }
  EXPECT_EQ(listed, expected);
}

// The names in braces, sorted.
std::vector<std::string> Used(absl::string_view text) {
  std::vector<std::string> names;
  for (size_t open = text.find('{'); open != absl::string_view::npos; open = text.find('{', open + 1)) {
    names.emplace_back(text.substr(open + 1, text.find_first_of("|}", open) - open - 1));
  }
  std::sort(names.begin(), names.end());
  return names;
}

// Whatever parameters a refusal carries: all, none, or any one of them.
TEST(Sentences, AreSoundWithAndWithoutParameters) {
  for (const Sentence& row : Sentences()) {
    const std::vector<std::string> names = absl::StrSplit(row.parameters, ", ", absl::SkipEmpty());
    const std::vector<std::string> used = Used(row.english);
    EXPECT_EQ(Used(row.dutch), used) << row.english;
    EXPECT_THAT(names, testing::IsSupersetOf(used)) << row.english;
    Parameters all;
    for (const std::string& name : names) all.emplace_back(name, "somewhere");
    std::vector<Parameters> choices = {{}, all};
    for (const auto& one : all) choices.push_back({one});
    for (const Parameters& parameters : choices) {
      ExpectSound(English(Because(row.reason, parameters)), "expected", "but");
      ExpectSound(Dutch(Because(row.reason, parameters)), "verwacht", "maar");
    }
    for (const std::string& name : used) {
      EXPECT_THAT(English(Because(row.reason, {{name, "xyzzy"}})), testing::HasSubstr("xyzzy"));
      EXPECT_THAT(Dutch(Because(row.reason, {{name, "xyzzy"}})), testing::HasSubstr("xyzzy"));
    }
  }
}

TEST(Sentences, Texts) {
  using namespace journal::v1;
  ExpectSentences(Because(REFUSAL_REASON_FIELD_INVALID, {{"place", "/data/reason"}, {"expected", "arrears, nuisance, other"}}),
                  "expected arrears, nuisance or other at /data/reason, but something else is there",
                  "verwacht arrears, nuisance of other op /data/reason, maar daar staat iets anders");
  // What is to be typed stands there as it is typed.
  ExpectSentences(Because(REFUSAL_REASON_FIELD_INVALID, {{"place", "/data/kind"}, {"expected", "regular, rent_arrears"}}),
                  "expected regular or rent_arrears at /data/kind, but something else is there",
                  "verwacht regular of rent_arrears op /data/kind, maar daar staat iets anders");
  ExpectSentences(Because(REFUSAL_REASON_FIELD_INVALID, {{"place", "/data/hoursPerWeek"}, {"expected", "number"}, {"limit", "168"}}),
                  "expected a number greater than 0 and at most 168 at /data/hoursPerWeek, but something else is there",
                  "verwacht een getal groter dan 0 en hooguit 168 op /data/hoursPerWeek, maar daar staat iets anders");
  ExpectSentences(Because(REFUSAL_REASON_UNREADABLE, {{"expected", "json"}, {"place", "byte 17"}}),
                  "expected a CloudEvent in JSON, but the text cannot be read as such (byte 17)",
                  "verwacht een CloudEvent in JSON, maar de tekst is niet zo te lezen (byte 17)");
  ExpectSentences(Because(REFUSAL_REASON_PARTICIPANTS_INCOMPLETE, {{"place", "/data/participants"}, {"missing", "wijkteam, gemeente"}}),
                  "expected at least zorgaanbieder, wijkteam and gemeente and each role once at /data/participants, but wijkteam and "
                  "gemeente is missing",
                  "verwacht ten minste zorgaanbieder, wijkteam en gemeente en elke rol één keer op /data/participants, maar wijkteam en "
                  "gemeente ontbreekt");
  ExpectSentences(Because(REFUSAL_REASON_REPORTER_NOT_PERMITTED, {{"permitted", "task_owner, gemeente"}}),
                  "expected the owner of the task or the gemeente to report this, but the organisation is not that in this traject",
                  "verwacht een melding van de eigenaar van de taak of de gemeente, maar dat is de organisatie niet in dit traject");
  ExpectSentences(Because(REFUSAL_REASON_NO_SUCH_THING, {{"thing", "decision"}}), "expected the decision to be known here, but it is not",
                  "verwacht dat het besluit hier bekend is, maar dat is niet zo");
  ExpectSentences(
      Because(REFUSAL_REASON_WRONG_STATE, {{"thing", "home"}, {"state", "declined"}, {"expected", "offered, signed, lived_in"}}),
      "expected the home to be offered, signed or lived in, but its state is now declined",
      "verwacht dat de woning aangeboden, getekend of bewoond is, maar de toestand is nu afgewezen");
  ExpectSentences(
      Because(REFUSAL_REASON_WRONG_STATE,
              {{"thing", "handover"}, {"state", "aanvulling_gevraagd"}, {"expected", "aangeboden"}, {"permitted", "recipient"}}),
      "expected the handover to be aangeboden, reported by the recipient, but its state is now aanvulling gevraagd",
      "verwacht dat de overdracht aangeboden is, gemeld door de ontvanger, maar de toestand is nu aanvulling gevraagd");
  ExpectSentences(Because(REFUSAL_REASON_TASK_CLOSES_BY_ITSELF, {{"thing", "task"}, {"closes_by", "support_arranged"}}),
                  "expected a task that is closed by hand, but this one closes by itself once support is arranged",
                  "verwacht een taak die met de hand gesloten wordt, maar deze sluit vanzelf zodra de begeleiding geregeld is");
  ExpectSentences(Because(REFUSAL_REASON_REQUIREMENT_NOT_MET, {{"missing", "begeleiding_geregeld, niet_onderbroken"}}),
                  "expected this to be so first: begeleiding geregeld and niet onderbroken, but it is not so yet",
                  "verwacht dat eerst dit in orde is: begeleiding geregeld en niet onderbroken, maar dat is nog niet zo");
  ExpectSentences(Because(REFUSAL_REASON_REQUIREMENT_NOT_MET, {{"missing", "client_knows_contact"}}),
                  "expected this to be so first: the client knows whom to call, but it is not so yet",
                  "verwacht dat eerst dit in orde is: de cliënt weet wie te bellen, maar dat is nog niet zo");
  ExpectSentences(Because(REFUSAL_REASON_STAY_TOO_LONG, {{"limit", "P5D"}}),
                  "expected a stay of at most 5 days from its first day, but it would end later",
                  "verwacht een verblijf van hooguit 5 dagen vanaf de eerste dag, maar het zou later eindigen");
  ExpectSentences(Because(REFUSAL_REASON_POSITION_MOVED, {{"expected", "0:7"}, {"state", "0:9"}}),
                  "expected the traject at position 0:7, but it has changed since and is at 0:9",
                  "verwacht het traject op positie 0:7, maar het is sindsdien veranderd en staat op 0:9");
}

// The reporter may not know of a terugval, an interruption or a task of gezondheid: this one says nothing, whatever it carries.
TEST(Sentences, NotPossibleNowSaysNothingOfWhy) {
  const auto refusal = Because(journal::v1::REFUSAL_REASON_NOT_POSSIBLE_NOW,
                               {{"missing", "not_interrupted"}, {"state", "onderbroken"}, {"thing", "episode"}});
  ExpectSentences(refusal, "expected this at another moment, but it is not possible now",
                  "verwacht dit op een ander moment, maar nu kan het niet");
}

// A journal may have been written by a later version.
TEST(Sentences, AReasonOfALaterVersion) {
  ExpectSound(English(Because(static_cast<journal::v1::RefusalReason>(999))), "expected", "but");
  ExpectSound(Dutch(Because(static_cast<journal::v1::RefusalReason>(999))), "verwacht", "maar");
}

TEST(Words, OneTextForACodeAndOthersAsTheyAre) {
  EXPECT_EQ(Words(Language::kEnglish, "state", "lived_in"), "lived in");
  EXPECT_EQ(Words(Language::kDutch, "state", "lived_in"), "bewoond");
  EXPECT_EQ(Words(Language::kEnglish, "closes_by", "home"), "a home is as far as it needs");
  EXPECT_EQ(Words(Language::kEnglish, "thing", "home"), "the home");
  EXPECT_EQ(Words(Language::kDutch, "state", "een_code_van_later"), "een code van later");
  EXPECT_EQ(Words(Language::kDutch, "place", "/data/a_b"), "/data/a_b");
  EXPECT_EQ(Words(Language::kDutch, "limit", "PT12H"), "12 uur");
  EXPECT_EQ(Words(Language::kEnglish, "limit", "P1Y6M"), "P1Y6M");
  EXPECT_EQ(Words(Language::kEnglish, "limit", "PD"), "PD");
  EXPECT_EQ(Words(Language::kDutch, "categories", "wonen, inkomen, relaties"), "wonen, inkomen en relaties");
}

}  // namespace
}  // namespace overdracht::texts
