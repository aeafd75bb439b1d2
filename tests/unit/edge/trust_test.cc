#include "services/edge/trust.h"

#include <gtest/gtest.h>

namespace overdracht::edge {
namespace {

constexpr char kSupplier[] = "00000099000000999000";
constexpr char kZorg[] = "00000099000000101000";
constexpr char kWijk[] = "00000099000000102000";

TEST(Trust, WithoutADelegationNobodySpeaksForAnother) {
  const Trust trust;
  EXPECT_TRUE(trust.MayReport(kZorg, kZorg, "handovers.offered"));
  EXPECT_TRUE(trust.MayDoAll(kZorg, kZorg));
  EXPECT_FALSE(trust.MaySpeak(kSupplier, kZorg));
  EXPECT_FALSE(trust.MayReport(kSupplier, kZorg, "handovers.offered"));
  EXPECT_FALSE(trust.MayDoAll(kSupplier, kZorg));
}

TEST(Trust, ADelegationIsForOneOrganisationAndOneWay) {
  Trust trust;
  trust.delegations[{kSupplier, kZorg}] = {};
  EXPECT_TRUE(trust.MaySpeak(kSupplier, kZorg));
  EXPECT_TRUE(trust.MayReport(kSupplier, kZorg, "handovers.offered"));
  EXPECT_TRUE(trust.MayDoAll(kSupplier, kZorg));
  EXPECT_FALSE(trust.MaySpeak(kSupplier, kWijk));
  EXPECT_FALSE(trust.MaySpeak(kZorg, kSupplier));
}

TEST(Trust, ADelegationOfSomeKindsIsForReportsOfThoseOnly) {
  Trust trust;
  trust.delegations[{kSupplier, kZorg}] = {"contacts.held"};
  EXPECT_TRUE(trust.MaySpeak(kSupplier, kZorg));
  EXPECT_TRUE(trust.MayReport(kSupplier, kZorg, "contacts.held"));
  EXPECT_FALSE(trust.MayReport(kSupplier, kZorg, "handovers.offered"));
  EXPECT_FALSE(trust.MayDoAll(kSupplier, kZorg)) << "it reads no outbox";
}

TEST(Trust, AnIssuerVouchesForItsPrefixesOnly) {
  Trust trust;
  EXPECT_TRUE(trust.Vouches("CN=Whoever", kZorg)) << "nothing is said about issuers";
  trust.issuers["CN=Test CA"] = {"00000099"};
  EXPECT_TRUE(trust.Vouches("CN=Test CA", kZorg));
  EXPECT_FALSE(trust.Vouches("CN=Test CA", "00000001003214345000"));
  EXPECT_FALSE(trust.Vouches("CN=Whoever", kZorg));
}

}  // namespace
}  // namespace overdracht::edge
