// decide/tasks.cc, follow/tasks.cc: closed, skipped and reopened by hand; opened and closed by themselves.

#include "tests/support/traject_fixture.h"

namespace overdracht::testing {
namespace {

class TasksTest : public TrajectFixture {};

TEST_F(TasksTest, ClosedOnceReopenedAnew) {
  Start();
  Accepted("zorgaanbieder tasks.skipped task=crisiskaart reason=client_declines");
  EXPECT_TRUE(Told("zorgaanbieder", "task-closed task=crisiskaart leefgebied=gezondheid required outcome=skipped")) << Came();
  EXPECT_EQ(Reports("zorgaanbieder tasks.completed task=crisiskaart"), "ILLEGAL_STATE task_not_open");
  Later("P1M");
  Accepted("gemeente tasks.reopened task=crisiskaart");
  EXPECT_EQ(Due("task", "crisiskaart"), "2017-08-02 09:00");
  EXPECT_EQ(Reports("gemeente tasks.reopened task=crisiskaart"), "ILLEGAL_STATE task_not_reopened");
}

TEST_F(TasksTest, WhatClosesByItselfIsNotClosedByHand) {
  Start();
  EXPECT_EQ(Reports("gemeente tasks.completed task=woning_regelen"), "ILLEGAL_STATE task_closes_by_itself");
  EXPECT_EQ(Reports("gemeente tasks.skipped task=woning_regelen reason=client_declines"), "ILLEGAL_STATE task_closes_by_itself");
  EXPECT_EQ(Reports("gemeente tasks.skipped task=begeleiding_regelen reason=not_applicable"), "ILLEGAL_STATE task_closes_by_itself");
  Accepted("zorgaanbieder homes.contract-signed home=w-1 kind=regular");
  EXPECT_EQ(Reports("gemeente tasks.reopened task=woning_regelen"), "ILLEGAL_STATE task_not_reopened");
}

TEST_F(TasksTest, AClientMayDeclineSupportAndWantItAfterAll) {
  Start();
  Accepted("gemeente tasks.skipped task=begeleiding_regelen reason=client_declines");
  EXPECT_TRUE(Stands("supportDeclined"));
  Later("P1D");
  Accepted("gemeente tasks.reopened task=begeleiding_regelen");
  EXPECT_FALSE(Stands("supportDeclined"));
  EXPECT_EQ(Due("task", "begeleiding_regelen"), "2017-02-28 09:00");
}

TEST_F(TasksTest, ReopenedWhileASupportCountsItOpensAndClosesInOneDecision) {
  Start();
  Accepted("gemeente tasks.skipped task=begeleiding_regelen reason=client_declines");
  Accepted("gemeente supports.bridged support=s-1 provider=zorgaanbieder until=2018-01-01");
  Accepted("gemeente tasks.reopened task=begeleiding_regelen");
  EXPECT_TRUE(Told("gemeente", "task-opened task=begeleiding_regelen")) << Came();
  EXPECT_TRUE(Told("gemeente", "task-closed task=begeleiding_regelen leefgebied=gezondheid required outcome=by_itself")) << Came();
}

TEST_F(TasksTest, OptionalOnesHaveNoTermAndStayOpen) {
  Start();
  ToTijdens();
  EXPECT_TRUE(TaskOpen("streefdatum"));
  EXPECT_EQ(Due("task", "streefdatum"), "none");
  Accepted("zorgaanbieder tasks.completed task=streefdatum");
}

TEST_F(TasksTest, TheReopenedTaskOfVoorDoesNotBringThePhaseBack) {
  Start();
  ToTijdens();
  Accepted("zorgaanbieder tasks.reopened task=actieplan");
  EXPECT_EQ(Phase(), "tijdens");
  EXPECT_TRUE(TaskOpen("actieplan"));
}

TEST_F(TasksTest, TheTaskToHandOverStandsStillInACrisis) {
  Start();
  ToTijdens();
  EXPECT_EQ(Due("task", "overdracht_regelen"), "2017-01-16 09:00");
  Later("P4D");
  Accepted("wijkteam terugvallen.signalled episode=t-1 severity=crisis");
  EXPECT_EQ(Due("task", "overdracht_regelen"), "stands still");
  EXPECT_EQ(Due("task", "toeslagen"), "2017-02-13 09:00");
  Later("P1D");
  Accepted("gemeente terugvallen.assessed episode=t-1 severity=none");
  EXPECT_EQ(Due("task", "overdracht_regelen"), "2017-01-17 09:00");
}

TEST_F(TasksTest, WhoHandedOverAlreadyNeedNotInTijdens) {
  Start();
  ToTijdens();
  Accepted("wijkteam homes.moved-in home=w-1");
  Offer("h-1", "zorgaanbieder", "ggz", true);
  EXPECT_FALSE(TaskOpen("overdracht_regelen"));
  Bring("h-1", "afgerond");
  EXPECT_FALSE(TaskOpen("overdracht_regelen"));
  EXPECT_EQ(Responsible(), "ggz");
}

}  // namespace
}  // namespace overdracht::testing
