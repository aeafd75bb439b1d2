// Notices and answers as partners get them, to the letter.
#include "services/event/write.h"

#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "services/base/time.h"
#include "services/base/uuid.h"

namespace overdracht::event {
namespace {

using notice::v1::Notice;

template <typename Message>
Message Parse(const std::string& text) {
  Message message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message)) << text;
  return message;
}

// The data of a notice; moments are microseconds, of which 1483347600 seconds are 2017-01-02T09:00:00Z.
void ExpectData(const std::string& notice, const std::string& kind, const std::string& json) {
  const Notice parsed = Parse<Notice>(notice);
  EXPECT_EQ(NoticeKind(parsed), kind);
  EXPECT_EQ(WriteNoticeData(parsed), json);
}

journal::v1::Record SomeRecord() {
  journal::v1::Record record = Parse<journal::v1::Record>(R"(
    number: 1289
    time_us: 1483347600000000
    event { id: "e-1" organisation: "00000099000000101000" system: "ecd" tasks_completed { task: "actieplan" } }
    gemeente: "00000099000000103000"
    notices { to: "00000099000000102000" appointment_missed { appointment: "a-1" } }
    notices { to: "00000099000000101000" signal_reported { signal: "s-1" kind: SIGNAL_KIND_NUISANCE } })");
  const std::string traject = *base::ParseUuid("6c5fd8e9-0b9b-5bb7-b71f-0e6e8d02788a");
  record.set_traject(traject);
  record.mutable_event()->set_traject(traject);
  return record;
}

TEST(WriteNotice, TheDataOfEveryKind) {
  ExpectData(R"(offer_received { handover: "h-1" sender: "00000099000000101000" purpose: PURPOSE_HANDOVER categories: CATEGORY_WONEN
                                 categories: CATEGORY_MEDICATIE transfers_responsibility: true answer_by_us: 1483347600000000 })",
             "offer-received",
             R"({"handover":"h-1","sender":"00000099000000101000","purpose":"handover","categories":["wonen","medicatie"],)"
             R"("transfersResponsibility":true,"answerBy":"2017-01-02T09:00:00Z"})");
  ExpectData(R"(offer_answered { handover: "h-1" answer: OFFER_ANSWER_MORE_REQUESTED categories: CATEGORY_INKOMEN })", "offer-answered",
             R"({"handover":"h-1","answer":"more_requested","categories":["inkomen"]})");
  ExpectData(R"(offer_answered { handover: "h-1" answer: OFFER_ANSWER_DECLINED reason: DECLINE_REASON_OTHER_GEMEENTE })", "offer-answered",
             R"({"handover":"h-1","answer":"declined","reason":"other_gemeente"})");
  ExpectData(R"(handover_changed { handover: "h-1" state: HANDOVER_STATE_AANVULLING_GEVRAAGD due_by_us: 1483347600000001 })",
             "handover-changed", R"({"handover":"h-1","state":"aanvulling_gevraagd","dueBy":"2017-01-02T09:00:00.000001Z"})");
  ExpectData(R"(handover_changed { handover: "h-1" state: HANDOVER_STATE_AFGEROND })", "handover-changed",
             R"({"handover":"h-1","state":"afgerond"})");
  ExpectData(
      R"(category_disclosed { handover: "h-1" category: CATEGORY_WONEN consent: "c-1" valid_until: "2017-12-31"
                                     dossier { reference: "d-1" digest: "sha256:00" } })",
      "category-disclosed",
      R"({"handover":"h-1","category":"wonen","consent":"c-1","dossier":{"reference":"d-1","digest":"sha256:00"},"validUntil":"2017-12-31"})");
  ExpectData(R"(category_disclosed { handover: "h-1" category: CATEGORY_WONEN override: "o-1" ground: OVERRIDE_GROUND_VITAL_INTEREST })",
             "category-disclosed", R"({"handover":"h-1","category":"wonen","override":"o-1","ground":"vital_interest"})");
  ExpectData(R"(category_withheld { handover: "h-1" category: CATEGORY_VEILIGHEID })", "category-withheld",
             R"({"handover":"h-1","category":"veiligheid"})");
  ExpectData(R"(category_closed { handover: "h-1" category: CATEGORY_WONEN reason: CLOSE_REASON_HANDOVER_ENDED })", "category-closed",
             R"({"handover":"h-1","category":"wonen","reason":"handover_ended"})");
  ExpectData(R"(responsibility_moved { from: "1" to: "2" })", "responsibility-moved", R"({"from":"1","to":"2"})");
  ExpectData(
      R"(participants_changed { participants { role: ROLE_GEMEENTE organisation: "3" } participants { role: ROLE_VERTREKKEND organisation: "1" }
                                       responsible: "1" })",
      "participants-changed",
      R"({"participants":[{"role":"gemeente","organisation":"3"},{"role":"vertrekkend","organisation":"1"}],"responsible":"1"})");
  ExpectData(R"(task_opened { task: "signaal_opvolgen:s-1" leefgebied: LEEFGEBIED_GEZONDHEID required: true due_by_us: 1483347600500000 })",
             "task-opened",
             R"({"task":"signaal_opvolgen:s-1","leefgebied":"gezondheid","required":true,"dueBy":"2017-01-02T09:00:00.5Z"})");
  ExpectData(R"(task_opened { task: "inrichting" leefgebied: LEEFGEBIED_INKOMEN })", "task-opened",
             R"({"task":"inrichting","leefgebied":"inkomen","required":false})");
  ExpectData(R"(task_closed { task: "woning_regelen" leefgebied: LEEFGEBIED_WONEN required: true outcome: TASK_OUTCOME_BY_ITSELF })",
             "task-closed", R"({"task":"woning_regelen","leefgebied":"wonen","required":true,"outcome":"by_itself"})");
  ExpectData(R"(term_expired { of: TERM_KIND_TASK reference: "actieplan" times: 2 next { at_us: 1483347600000000 to: "3" to: "1" } })",
             "term-expired", R"({"of":"task","reference":"actieplan","times":2,"next":{"at":"2017-01-02T09:00:00Z","to":["3","1"]}})");
  ExpectData(R"(term_expired { of: TERM_KIND_MONITORING reference: "P12M" times: 1 })", "term-expired",
             R"({"of":"monitoring","reference":"P12M","times":1})");
  ExpectData(R"(traject_changed { phase: "voor" status: STATUS_LOPEND })", "traject-changed", R"({"phase":"voor","status":"lopend"})");
  ExpectData(R"(episode_changed { episode: "e-1" state: EPISODE_STATE_GESLOTEN severity: SEVERITY_NONE })", "episode-changed",
             R"({"episode":"e-1","state":"gesloten","severity":"none"})");
  ExpectData(R"(signal_reported { signal: "s-1" kind: SIGNAL_KIND_RENT_ARREARS })", "signal-reported",
             R"({"signal":"s-1","kind":"rent_arrears"})");
  ExpectData(R"(appointment_missed { appointment: "a-1" })", "appointment-missed", R"({"appointment":"a-1"})");
  ExpectData(R"(access_uncovered { handover: "h-1" categories: CATEGORY_WONEN accessor: "p-1" })", "access-uncovered",
             R"({"handover":"h-1","categories":["wonen"],"accessor":"p-1"})");
}

TEST(WriteNotice, TheEnvelope) {
  EXPECT_EQ(
      WriteItem(ItemOf(0, SomeRecord(), 1)),
      R"({"specversion":"1.0","id":"0:1289/1","source":"urn:nld:oin:00000099000000103000:systeem:overdracht",)"
      R"("type":"nl.overdracht.notices.signal-reported.v1","subject":"6c5fd8e9-0b9b-5bb7-b71f-0e6e8d02788a","time":"2017-01-02T09:00:00Z",)"
      R"("datacontenttype":"application/json","sequence":"00000000001289000001","cursor":"00000000001289000001","causationid":"e-1",)"
      R"("data":{"signal":"s-1","kind":"nuisance"}})");
}

TEST(WriteNotice, ATermIsTheCauseOfItsNotices) {
  journal::v1::Record record = SomeRecord();
  record.mutable_term()->set_of(notice::v1::TERM_KIND_TASK);
  record.mutable_term()->set_reference("signaal_opvolgen:s-1");
  EXPECT_EQ(nlohmann::json::parse(WriteItem(ItemOf(3, record, 0)))["causationid"], "term:task:signaal_opvolgen:s-1");
  EXPECT_EQ(nlohmann::json::parse(WriteItem(ItemOf(3, record, 0)))["id"], "3:1289/0");
}

TEST(WriteNotice, WhereAnItemStandsMayBeAnotherNumberThanWhatItIsCalledBy) {
  api::v1::OutboxItem item = ItemOf(3, SomeRecord(), 0);
  item.set_sequence(item.cursor());
  item.set_cursor(FormatSequence(7));
  EXPECT_EQ(nlohmann::json::parse(WriteItem(item))["sequence"], "00000000001289000000");
  EXPECT_EQ(nlohmann::json::parse(WriteItem(item))["cursor"], "00000000000000000007");
}

// Names come from a workflow's file: whatever stands there, the line stays JSON.
TEST(WriteNotice, TextIsEscaped) {
  Notice notice;
  notice.mutable_task_opened()->set_task("a\"b\\c\nd\xff");
  const nlohmann::json data = nlohmann::json::parse(WriteNoticeData(notice));
  EXPECT_EQ(data["task"], "a\"b\\c\nd\xef\xbf\xbd");
  EXPECT_EQ(WriteNoticeData(notice).find('\n'), std::string::npos);
}

TEST(WriteNotice, SequencesRiseWithTheJournal) {
  EXPECT_EQ(FormatSequence(SequenceOf(1, 0)), "00000000000001000000");
  EXPECT_LT(FormatSequence(SequenceOf(9, kAnswer)), FormatSequence(SequenceOf(10, 0)));
  EXPECT_LT(FormatSequence(SequenceOf(10, 9)), FormatSequence(SequenceOf(10, 10)));
  EXPECT_LT(FormatSequence(SequenceOf(10, 10)), FormatSequence(SequenceOf(10, kAnswer)));
}

TEST(Position, IsReadAsItIsWritten) {
  const std::optional<Position> position = ParsePosition(FormatPosition(4'294'967'295, 18'446'744'073'709'551'615u));
  ASSERT_TRUE(position);
  EXPECT_EQ(position->partition, 4'294'967'295);
  EXPECT_EQ(position->number, 18'446'744'073'709'551'615u);
  for (const char* none : {"", ":", "1", "1:", ":1", "a:1", "1:a", "1:2:3", "-1:1", "4294967296:1"})
    EXPECT_FALSE(ParsePosition(none)) << none;
}

TEST(WriteAnswer, Accepted) {
  EXPECT_EQ(
      WriteItem(ItemOf(0, SomeRecord(), kAnswer)),
      R"({"specversion":"1.0","id":"0:1289/answer","source":"urn:nld:oin:00000099000000103000:systeem:overdracht",)"
      R"("type":"nl.overdracht.answers.accepted.v1","subject":"6c5fd8e9-0b9b-5bb7-b71f-0e6e8d02788a","time":"2017-01-02T09:00:00Z",)"
      R"("datacontenttype":"application/json","sequence":"00000000001289999999","cursor":"00000000001289999999","causationid":"e-1",)"
      R"("data":{"source":"urn:nld:oin:00000099000000101000:systeem:ecd","id":"e-1","subject":"6c5fd8e9-0b9b-5bb7-b71f-0e6e8d02788a",)"
      R"("outcome":"accepted","position":"0:1289","duplicate":false}})");
}

TEST(WriteAnswer, Refused) {
  journal::v1::Record record = SomeRecord();
  record.clear_notices();
  record.clear_gemeente();
  *record.mutable_refusal() = Parse<journal::v1::Refusal>(R"(
    code: REFUSAL_CODE_ILLEGAL_STATE reason: REFUSAL_REASON_TASK_NOT_OPEN parameters { name: "state" value: "skipped" })");
  const nlohmann::json answer = nlohmann::json::parse(WriteItem(ItemOf(0, record, kAnswer)));
  EXPECT_EQ(answer["type"], "nl.overdracht.answers.refused.v1");
  EXPECT_EQ(answer["source"], "urn:nld:oin:00000000000000000000:systeem:overdracht");
  EXPECT_EQ(answer["data"].dump(),
            R"({"code":"ILLEGAL_STATE","duplicate":false,"id":"e-1","melding":"verwacht een taak die open is, maar deze is overgeslagen",)"
            R"("message":"expected a task that is open, but it is skipped","outcome":"refused","parameters":{"state":"skipped"},)"
            R"("position":"0:1289","reason":"TASK_NOT_OPEN","source":"urn:nld:oin:00000099000000101000:systeem:ecd",)"
            R"("subject":"6c5fd8e9-0b9b-5bb7-b71f-0e6e8d02788a"})");
}

// A report on a traject that was never started, a refused start, a wrong source: the record is of no traject, the answer is about what was
// reported.
TEST(WriteAnswer, OfNoTraject) {
  journal::v1::Record record = SomeRecord();
  record.clear_notices();
  record.clear_gemeente();
  record.clear_traject();
  *record.mutable_refusal() = Parse<journal::v1::Refusal>("code: REFUSAL_CODE_UNKNOWN_TRAJECT reason: REFUSAL_REASON_NO_SUCH_TRAJECT");
  const nlohmann::json answer = nlohmann::json::parse(WriteItem(ItemOf(0, record, kAnswer)));
  EXPECT_EQ(answer["subject"], "6c5fd8e9-0b9b-5bb7-b71f-0e6e8d02788a");
  EXPECT_EQ(answer["data"]["subject"], "6c5fd8e9-0b9b-5bb7-b71f-0e6e8d02788a");
}

}  // namespace
}  // namespace overdracht::event
