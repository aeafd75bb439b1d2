// A journal made by the engine alone: workflows deployed, reports decided, terms fired with the clock `events`.
#ifndef OVERDRACHT_TESTS_UNIT_AUDIT_SOME_JOURNAL_H_
#define OVERDRACHT_TESTS_UNIT_AUDIT_SOME_JOURNAL_H_

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "services/audit/audit.h"
#include "services/engine/engine.h"
#include "services/event/read.h"
#include "tests/support/region.h"
#include "tests/unit/log/some_log.h"

namespace overdracht::audit {

using journal::v1::Record;

class SomeJournal {
 public:
  // Changes a record between decision and journal, for journals that another program wrote, or somebody who cheats.
  using Change = std::function<void(Record&)>;

  SomeJournal() : log_(log::MustOpen(folder_.File("journal"))), owner_(log::MustTakeOver(log_.get())) {
    for (const auto& workflow : testing::ProjectWorkflows().All()) {
      Record record;
      *record.mutable_definition()->mutable_definition() = workflow->definition();
      record.mutable_definition()->set_version(workflow->version());
      Keep(std::move(record), nullptr);
    }
  }

  void Publish(const std::string& json) {
    const auto read = event::ReadCloudEvent(json, [](absl::string_view) { return true; });
    ASSERT_TRUE(std::holds_alternative<event::v1::Event>(read)) << json;
    const auto& event = std::get<event::v1::Event>(read);
    clock_us_ = std::max(clock_us_, event.time_us());
    FireDue();
    engine::TrajectState& state = trajecten_[event.traject()];
    if (engine::FindSeen(state.memory, event) != nullptr) return;
    Record record;
    record.set_traject(event.traject());
    *record.mutable_event() = event;
    Decide(std::move(record), clock_us_, &state);
  }

  void AdvanceTo(absl::string_view time) {
    clock_us_ = *base::ParseTime(time);
    FireDue();
  }

  // Of the next record that is kept.
  void OnNext(Change change) { change_ = std::move(change); }
  void Add(Record record) { Keep(std::move(record), nullptr); }

  std::string Export() {
    const std::string path = folder_.File("export");
    EXPECT_TRUE(audit::Export({log_.get()}, path).ok());
    return path;
  }

  const std::map<std::string, engine::TrajectState>& trajecten() const { return trajecten_; }
  const std::vector<Record>& records() const { return records_; }
  // The traject's state hash after each of its records, with the record's number and time.
  struct Then {
    uint64_t number;
    int64_t time_us;
    std::string traject, state_hash;
  };
  const std::vector<Then>& history() const { return history_; }

 private:
  void FireDue() {
    while (true) {
      const std::string* first = nullptr;
      std::optional<engine::DueTimer> due;
      for (auto& [id, state] : trajecten_) {
        const auto next = engine::NextTimer(state.traject);
        if (next && next->at_us <= clock_us_ && (!due || next->at_us < due->at_us)) due = next, first = &id;
      }
      if (!due) return;
      Record record;
      record.set_traject(*first);
      *record.mutable_term() = due->term;
      engine::TrajectState& state = trajecten_[*first];
      Decide(std::move(record), std::max(due->at_us, state.traject.last_us()), &state);
    }
  }

  void Decide(Record record, int64_t time_us, engine::TrajectState* state) {
    record.set_number(owner_->tip().last_record + 1);
    record.set_time_us(time_us);
    engine::Decide(testing::ProjectWorkflows(), state, &record);
    Keep(std::move(record), state);
  }

  void Keep(Record record, engine::TrajectState* state) {
    record.set_number(owner_->tip().last_record + 1);
    if (change_) std::exchange(change_, nullptr)(record);
    log::BatchWriter writer = owner_->Begin(owner_->tip().input_to + 1, 0);
    base::Hash previous{};
    if (state != nullptr) std::copy(state->memory.head().begin(), state->memory.head().end(), previous.begin());
    const base::Hash head = writer.Add(record.traject(), previous, record.SerializeAsString());
    ASSERT_TRUE(owner_->Append(writer.Finish()).ok());
    if (!record.traject().empty() && state != nullptr) {
      engine::SetHead(state, base::Hasher::View(head));
      history_.push_back({record.number(), record.time_us(), record.traject(), engine::StateHash(state->traject)});
    }
    records_.push_back(std::move(record));
  }

  log::TemporaryFolder folder_;
  std::unique_ptr<log::EmbeddedLog> log_;
  std::unique_ptr<log::Owner> owner_;
  std::map<std::string, engine::TrajectState> trajecten_;
  std::vector<Record> records_;
  std::vector<Then> history_;
  int64_t clock_us_ = 0;
  Change change_;
};

// A CloudEvent; `data` as JSON.
inline std::string CloudEvent(int id, const std::string& traject, const std::string& time, const std::string& organisation,
                              const std::string& name, const std::string& data) {
  return R"({"specversion":"1.0","id":"e-)" + std::to_string(id) + R"(","source":"urn:nld:oin:)" + organisation +
         R"(:systeem:ecd","type":"nl.overdracht.)" + name + R"(.v1","subject":")" + traject + R"(","time":")" + time +
         R"(","datacontenttype":"application/json","data":)" + data + "}";
}

inline const std::string kZorg = "00000099000000101000", kWijk = "00000099000000102000", kGemeente = "00000099000000103000";
inline const std::string kFirst = "e13d1173-43b6-5f20-81a6-eb5740cb26df", kSecond = "11111111-2222-4333-8444-555555555555";

inline std::string Start(int id, const std::string& traject, const std::string& time) {
  return CloudEvent(
      id, traject, time, kZorg, "trajecten.started",
      R"({"workflow":"uitstroom","client":"c-1","participants":[{"role":"zorgaanbieder","organisation":")" + kZorg +
          R"("},{"role":"wijkteam","organisation":")" + kWijk + R"("},{"role":"gemeente","organisation":")" + kGemeente +
          R"("},{"role":"woningcorporatie","organisation":"00000099000000104000"},{"role":"ggz","organisation":"00000099000000105000"}]})");
}

inline std::string Offer(int id, const std::string& traject, const std::string& time) {
  return CloudEvent(
      id, traject, time, kZorg, "handovers.offered",
      R"({"handover":"h-1","recipient":")" + kWijk +
          R"(","purpose":"handover","categories":["wonen"],"transfersResponsibility":true,"dossier":{"reference":"d-1","digest":"sha256:)" +
          std::string(64, '0') + "\"}}");
}

inline std::string Accept(int id, const std::string& traject, const std::string& time) {
  return CloudEvent(id, traject, time, kWijk, "handovers.accepted", R"({"handover":"h-1"})");
}

}  // namespace overdracht::audit

#endif  // OVERDRACHT_TESTS_UNIT_AUDIT_SOME_JOURNAL_H_
