// What a comparison of two regions sees.
#include "services/move/contents.h"

#include <gmock/gmock.h>

#include "services/move/numbered.h"

namespace overdracht::move {
namespace {

using journal::v1::Record;

const std::string kFirst(16, '1'), kSecond(16, '2'), kOrganisation = "00000099000000101000", kOther = "00000099000000102000";

Record RecordOf(const std::string& traject, int64_t time_us, std::vector<std::string> told = {}) {
  Record record;
  record.set_traject(traject);
  record.set_time_us(time_us);
  record.mutable_term();
  for (const std::string& organisation : told) record.add_notices()->add_to(organisation);
  return record;
}

// About a traject that was never started.
Record Refused(int64_t time_us) {
  Record record;
  record.set_time_us(time_us);
  record.mutable_event()->set_organisation(kOrganisation);
  record.mutable_refusal();
  return record;
}

Contents Of(const std::vector<Record>& records) {
  Contents contents;
  for (const Record& record : records) contents.Add(record, WithoutNumber(record).rest);
  return contents;
}

TEST(Contents, AreTheSameHoweverTrajectenStandAmongEachOther) {
  const Contents one = Of({RecordOf(kFirst, 1), Refused(2), RecordOf(kSecond, 3), RecordOf(kFirst, 4), Refused(5)});
  const Contents other = Of({Refused(5), RecordOf(kSecond, 3), Refused(2), RecordOf(kFirst, 1), RecordOf(kFirst, 4)});
  EXPECT_EQ(one.DifferenceTo(other), std::nullopt);
  EXPECT_EQ(one.records(), 5);
  EXPECT_EQ(one.trajecten(), 2);
}

TEST(Contents, AreWithoutWhatIsOfThePartition) {
  Record deployed, moved, clock;
  deployed.mutable_definition();
  moved.mutable_moved();
  clock.mutable_clock();
  EXPECT_EQ(Of({RecordOf(kFirst, 1)}).DifferenceTo(Of({moved, deployed, RecordOf(kFirst, 1), clock, moved})), std::nullopt);
}

TEST(Contents, DifferByEachRecordAndItsOrder) {
  const Contents all = Of({RecordOf(kFirst, 1), RecordOf(kFirst, 2), RecordOf(kSecond, 3), Refused(4)});
  for (const auto& other : std::vector<std::vector<Record>>{
           {RecordOf(kFirst, 1), RecordOf(kFirst, 2), RecordOf(kSecond, 3)},                               // one is missing
           {RecordOf(kFirst, 2), RecordOf(kFirst, 1), RecordOf(kSecond, 3), Refused(4)},                   // in another order
           {RecordOf(kFirst, 1), RecordOf(kFirst, 2), RecordOf(kFirst, 3), Refused(4)},                    // a traject less
           {RecordOf(kFirst, 1), RecordOf(kSecond, 2), RecordOf(kSecond, 3), Refused(4)},                  // of another traject
           {RecordOf(kFirst, 1), RecordOf(kFirst, 2), RecordOf(kSecond, 3), Refused(5)},                   // another refusal
           {RecordOf(kFirst, 1), RecordOf(kFirst, 2), RecordOf(kSecond, 3, {kOrganisation}), Refused(4)},  // somebody is told
       }) {
    EXPECT_NE(all.DifferenceTo(Of(other)), std::nullopt);
  }
}

TEST(Contents, DifferByTheOrderOfEachTrajectAlsoBeforeItsLast) {
  const Contents one = Of({RecordOf(kFirst, 1), RecordOf(kFirst, 2), RecordOf(kFirst, 3)});
  EXPECT_NE(one.DifferenceTo(Of({RecordOf(kFirst, 2), RecordOf(kFirst, 1), RecordOf(kFirst, 3)})), std::nullopt);
}

TEST(Contents, CountTheItemsOfEachOrganisation) {
  Record mismatch = Refused(3);
  mismatch.set_caller(kOther);
  mismatch.mutable_refusal()->set_code(journal::v1::REFUSAL_CODE_SOURCE_MISMATCH);
  const Contents contents = Of({RecordOf(kFirst, 1, {kOrganisation, kOther, kOther}), Refused(2), mismatch});
  EXPECT_EQ(contents.items(), (std::map<std::string, uint64_t>{{kOrganisation, 2}, {kOther, 3}}));
}

}  // namespace
}  // namespace overdracht::move
