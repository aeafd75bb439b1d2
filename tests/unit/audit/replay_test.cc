#include "services/audit/replay.h"

#include <absl/strings/str_cat.h>
#include <gmock/gmock.h>

#include "services/audit/record_bytes.h"
#include "services/base/uuid.h"
#include "tests/unit/audit/some_journal.h"

namespace overdracht::audit {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Two trajecten, refusals of both kinds, terms that ran out.
void Fill(SomeJournal& journal) {
  journal.Publish(Start(1, kFirst, "2017-01-02T09:00:00Z"));
  journal.Publish(Accept(2, kFirst, "2017-01-02T10:00:00Z"));  // of nothing: refused
  journal.Publish(Offer(3, kSecond, "2017-01-03T09:00:00Z"));  // nobody started it: of no traject
  journal.Publish(Start(4, kSecond, "2017-01-04T09:00:00Z"));
  journal.Publish(Start(5, kSecond, "2017-01-04T09:30:00Z"));  // it exists
  journal.Publish(Offer(6, kFirst, "2017-01-05T09:00:00Z"));
  journal.Publish(Offer(6, kFirst, "2017-01-05T09:00:00Z"));  // a duplicate leaves nothing
  journal.AdvanceTo("2017-03-01T00:00:00Z");
  journal.Publish(Accept(7, kFirst, "2017-03-02T09:00:00Z"));
  ASSERT_GT(journal.records().size(), 15);
}

std::unique_ptr<Replayer> MustReplay(const std::string& path, const ReplayOptions& options = {}) {
  auto replayer = Replay(path, options);
  EXPECT_TRUE(replayer.ok()) << replayer.status();
  return replayer.ok() ? *std::move(replayer) : nullptr;
}

std::string IdOf(const std::string& uuid) { return *base::ParseUuid(uuid); }

TEST(Replay, GivesTheStateThatTheServiceHad) {
  SomeJournal journal;
  Fill(journal);
  const auto replayer = MustReplay(journal.Export());
  EXPECT_EQ(replayer->records(), journal.records().size());
  std::vector<std::string> replayed, live;
  for (const auto* state : replayer->Trajecten())
    replayed.push_back(state->traject.SerializeAsString() + state->memory.SerializeAsString());
  for (const auto& [id, state] : journal.trajecten()) {
    if (state.started()) live.push_back(state.traject.SerializeAsString() + state.memory.SerializeAsString());
  }
  EXPECT_EQ(live.size(), 2);
  EXPECT_EQ(replayed, live);
  EXPECT_NE(replayer->workflows().Find("uitstroom"), nullptr);
}

TEST(Replay, GivesTheStateAsItWasAtEachPosition) {
  SomeJournal journal;
  Fill(journal);
  const std::string path = journal.Export();
  for (const SomeJournal::Then& then : journal.history()) {
    const auto replayer =
        MustReplay(path, {.traject = then.traject, .until = *ParseUntil(absl::StrCat("0:", then.number)), .compare = false});
    ASSERT_EQ(replayer->Trajecten().size(), 1) << then.number;
    EXPECT_EQ(engine::StateHash(replayer->Trajecten()[0]->traject), then.state_hash) << then.number;
  }
  EXPECT_THAT(MustReplay(path, {.traject = "", .until = *ParseUntil("0:0"), .compare = false})->Trajecten(), IsEmpty());
  EXPECT_THAT(MustReplay(path, {.traject = "", .until = *ParseUntil("1:99"), .compare = false})->Trajecten(), IsEmpty())
      << "another partition";
}

TEST(Replay, GivesTheStateAsItWasAtEachMoment) {
  SomeJournal journal;
  Fill(journal);
  const std::string path = journal.Export();
  for (const SomeJournal::Then& then : journal.history()) {
    // Inclusive: the last record of the traject at this very moment or before.
    std::string expected, before;
    for (const SomeJournal::Then& other : journal.history()) {
      if (other.traject == then.traject && other.time_us <= then.time_us) expected = other.state_hash;
      if (other.traject == then.traject && other.time_us < then.time_us) before = other.state_hash;
    }
    const auto at = [&](int64_t us) {
      const auto replayer = MustReplay(path, {.traject = then.traject, .until = *ParseUntil(base::FormatTime(us)), .compare = false});
      return replayer->Trajecten().empty() ? "" : engine::StateHash(replayer->Trajecten()[0]->traject);
    };
    EXPECT_EQ(at(then.time_us), expected) << then.number;
    EXPECT_EQ(at(then.time_us - 1), before) << then.number;
  }
}

TEST(Replay, OfOneTrajectGivesThatOne) {
  SomeJournal journal;
  Fill(journal);
  const std::string path = journal.Export();
  const auto replayer = MustReplay(path, {.traject = IdOf(kSecond), .until = {}, .compare = true});
  EXPECT_EQ(replayer->difference(), std::nullopt);
  ASSERT_EQ(replayer->Trajecten().size(), 1);
  EXPECT_EQ(engine::StateHash(replayer->Trajecten()[0]->traject), engine::StateHash(journal.trajecten().at(IdOf(kSecond)).traject));
  EXPECT_THAT(MustReplay(path, {.traject = std::string(16, 'x'), .until = {}, .compare = false})->Trajecten(), IsEmpty());
}

TEST(Replay, DecidesTheSameAgain) {
  SomeJournal journal;
  Fill(journal);
  journal.AdvanceTo("2017-06-02T09:00:00Z");
  journal.OnNext([](Record& record) { record.set_caller("00000099000000999000"); });  // a supplier reported it
  journal.Publish(Start(90, "00000000-0000-4000-8000-000000000090", "2017-06-02T09:00:00Z"));
  journal.Add([] {  // what the service refuses before the engine is asked
    Record record;
    record.mutable_event()->set_organisation(kZorg);
    record.mutable_event()->set_traject(IdOf(kFirst));
    record.mutable_refusal()->set_code(journal::v1::REFUSAL_CODE_SOURCE_MISMATCH);
    record.set_caller(kWijk);
    return record;
  }());
  const auto replayer = MustReplay(journal.Export(), {.traject = "", .until = {}, .compare = true});
  EXPECT_EQ(replayer->difference(), std::nullopt) << replayer->difference()->why;
  EXPECT_EQ(replayer->records(), journal.records().size());
  const auto folded = MustReplay(journal.Export());
  ASSERT_EQ(replayer->Trajecten().size(), folded->Trajecten().size());
  for (size_t i = 0; i < folded->Trajecten().size(); ++i) {
    EXPECT_EQ(replayer->Trajecten()[i]->memory.SerializeAsString(), folded->Trajecten()[i]->memory.SerializeAsString());
  }
}

struct Cheat {
  const char* what;
  SomeJournal::Change change;
  const char* field;
};

TEST(Replay, NamesTheFirstRecordThatIsDecidedOtherwise) {
  const Cheat cheats[] = {
      {"another organisation is told", [](Record& r) { r.mutable_notices(1)->set_to(0, kGemeente); }, "notices[1].to[0]"},
      {"a notice is held back", [](Record& r) { r.mutable_notices()->RemoveLast(); }, "notices"},
      {"an effect is left out", [](Record& r) { r.mutable_effects()->RemoveLast(); }, "effects"},
      {"it is refused", [](Record& r) { r.mutable_refusal()->set_code(journal::v1::REFUSAL_CODE_ILLEGAL_STATE); }, "refusal"},
      {"another gemeente", [](Record& r) { r.set_gemeente("x"); }, "gemeente"},
  };
  for (const Cheat& cheat : cheats) {
    SomeJournal journal;
    journal.Publish(Start(1, kFirst, "2017-01-02T09:00:00Z"));
    journal.OnNext(cheat.change);
    journal.Publish(Offer(2, kFirst, "2017-01-05T09:00:00Z"));
    const uint64_t number = journal.records().back().number();
    journal.Publish(Accept(3, kFirst, "2017-01-06T09:00:00Z"));
    const auto replayer = MustReplay(journal.Export(), {.traject = "", .until = {}, .compare = true});
    ASSERT_TRUE(replayer->difference().has_value()) << cheat.what;
    EXPECT_EQ(replayer->difference()->position, absl::StrCat("0:", number)) << cheat.what;
    EXPECT_THAT(replayer->difference()->field, HasSubstr(cheat.field)) << cheat.what;
    EXPECT_THAT(replayer->difference()->why, HasSubstr("expected")) << cheat.what;
  }
}

TEST(Replay, NamesATermThatWasPassedOver) {
  SomeJournal journal;
  journal.Publish(Start(1, kFirst, "2017-01-02T09:00:00Z"));
  // Decided as if in January, written down as if in March, when terms had run out.
  journal.OnNext([](Record& record) { record.set_time_us(*base::ParseTime("2017-03-05T09:00:00Z")); });
  journal.Publish(Offer(2, kFirst, "2017-01-05T09:00:00Z"));
  const auto replayer = MustReplay(journal.Export(), {.traject = "", .until = {}, .compare = true});
  ASSERT_TRUE(replayer->difference().has_value());
  EXPECT_THAT(replayer->difference()->why, HasSubstr("term"));
}

TEST(Replay, NamesATermThatWasNotDue) {
  SomeJournal journal;
  journal.Publish(Start(1, kFirst, "2017-01-02T09:00:00Z"));
  journal.OnNext([](Record& record) { record.mutable_term()->set_reference("another"); });
  journal.AdvanceTo("2017-01-20T00:00:00Z");
  const auto replayer = MustReplay(journal.Export(), {.traject = "", .until = {}, .compare = true});
  ASSERT_TRUE(replayer->difference().has_value());
  EXPECT_EQ(replayer->difference()->field, "term");
}

TEST(Replay, NamesAWorkflowThatIsNotTheOneItSays) {
  SomeJournal journal;
  Record record;
  *record.mutable_definition()->mutable_definition() = testing::ProjectWorkflows().Find("uitstroom")->definition();
  record.mutable_definition()->set_version(std::string(64, '0'));
  journal.Add(record);
  const auto replayer = MustReplay(journal.Export(), {.traject = "", .until = {}, .compare = true});
  ASSERT_TRUE(replayer->difference().has_value());
  EXPECT_EQ(replayer->difference()->field, "definition.version");
}

TEST(Replay, ARecordOutOfItsChainIsDataLoss) {
  SomeJournal journal;
  Record record;
  record.set_traject(IdOf(kFirst));
  journal.Publish(Start(1, kFirst, "2017-01-02T09:00:00Z"));
  journal.Add(record);  // begins a second chain
  EXPECT_TRUE(absl::IsDataLoss(Replay(journal.Export(), {}).status()));
}

TEST(Replay, UntilIsATimeOrAPosition) {
  EXPECT_EQ(*ParseUntil("1970-01-01T00:00:01Z")->time, 1'000'000);
  EXPECT_EQ(*ParseUntil("3:17")->partition, 3);
  EXPECT_EQ(ParseUntil("3:17")->number, 17);
  for (const char* bad : {"", "17", "0:", ":1", "0:x", "2017-01-01", "0:-1", "0:1:2"})
    EXPECT_TRUE(absl::IsInvalidArgument(ParseUntil(bad).status())) << bad;
}

TEST(RecordBytes, NoticesAreLeftOutAndNothingElse) {
  SomeJournal journal;
  Fill(journal);
  std::string scratch;
  Record parsed;
  for (const Record& record : journal.records()) {
    Record expected = record;
    expected.clear_notices();
    const std::string bytes = record.SerializeAsString();
    ASSERT_TRUE(ParseWithoutNotices(bytes, &scratch, &parsed));
    EXPECT_EQ(parsed.SerializeAsString(), expected.SerializeAsString());
    if (bytes.size() > 3000) continue;
    for (size_t size = 1; size < bytes.size(); ++size) ParseWithoutNotices(absl::string_view(bytes).substr(0, size), &scratch, &parsed);
  }
  EXPECT_FALSE(ParseWithoutNotices("\x52\xff", &scratch, &parsed));
  EXPECT_TRUE(ParseWithoutNotices("", &scratch, &parsed));
}

}  // namespace
}  // namespace overdracht::audit
