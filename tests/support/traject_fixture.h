// One traject of the base workflow, in the words of the scenarios: tests of the engine read as what was reported and what came of it.
//
//   Start();
//   Later("P1D");
//   EXPECT_EQ(Reports("wijkteam handovers.accepted handover=h-1"), "ILLEGAL_STATE wrong_state");
//   EXPECT_TRUE(Told("wijkteam", "handover-changed handover=h-1 state=afgewezen"));
//
// Organisations are called by the role that they have or could have (workflows/uitstroom/scenarios/region.steps); the oracle looks at every
// record.
#ifndef OVERDRACHT_TESTS_SUPPORT_TRAJECT_FIXTURE_H_
#define OVERDRACHT_TESTS_SUPPORT_TRAJECT_FIXTURE_H_

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace overdracht::testing {

class TrajectFixture : public ::testing::Test {
 protected:
  TrajectFixture();
  ~TrajectFixture() override;
  void TearDown() override;  // no invariant was violated

  // trajecten.started on 2 January 2017, 09:00. `more` are roles beyond the first three: "woningcorporatie ggz".
  void Start(const std::string& more = "woningcorporatie ggz");
  // Every task of voor closed, support without end, home w-1 signed.
  void ToTijdens();
  // w-1 lived in, every task of tijdens closed, h-na completed: the wijkteam is responsible.
  void ToNa();
  // h-… offered by `sender` for wonen and inkomen, purpose handover.
  void Offer(const std::string& handover, const std::string& sender, const std::string& recipient, bool transfers);
  // From offered to the state: geaccepteerd, overlegd, afgerond.
  void Bring(const std::string& handover, const std::string& to);

  // "<who> <event> <field>=<value> …". What came of it: accepted, or code and reason.
  std::string Reports(const std::string& report);
  // Must be accepted.
  void Accepted(const std::string& report);
  // The clock, moved on by a duration, or to a moment ("2017-02-01 09:00"); what is due fires.
  void Later(const std::string& duration);
  void At(const std::string& moment);

  // Since the last report or move of the clock: some notice to exactly these (comma separated; "x*": to x among others), written so; a
  // shorter text is the beginning.
  bool Told(const std::string& to, const std::string& notice) const;
  bool ToldNobody(const std::string& notice) const;
  // What was decided since then, to read in a failure.
  std::string Came() const;
  // A line of the state begins so: "handovers: h-1", "tasks: actieplan owner=… open".
  bool Stands(const std::string& line) const;
  std::string Phase() const;
  std::string Status() const;
  std::string Responsible() const;
  bool TaskOpen(const std::string& task) const;
  // When the timer runs out next: "2017-02-01 09:00", "stands still", or "none".
  std::string Due(const std::string& of, const std::string& reference) const;

 private:
  struct Inside;
  std::unique_ptr<Inside> inside_;
};

}  // namespace overdracht::testing

#endif  // OVERDRACHT_TESTS_SUPPORT_TRAJECT_FIXTURE_H_
