#include "services/edge/certificate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/certs/authority.h"

namespace overdracht::edge {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using Subject = std::vector<std::pair<std::string, std::string>>;

constexpr char kOin[] = "00000099000000101000";

base::Micros At(const char* time) { return *base::ParseTime(time); }

std::string CertificateOf(const Subject& subject) {
  static const auto* const authority =
      new certs::Authority(*certs::Authority::Make("Example CA", At("2020-01-01T00:00:00Z"), At("2040-01-01T00:00:00Z")));
  const auto issued = authority->Issue({.subject = subject,
                                        .names = "",
                                        .use = "clientAuth",
                                        .from_us = At("2026-01-01T00:00:00Z"),
                                        .until_us = At("2027-01-01T00:00:00Z")});
  EXPECT_TRUE(issued.ok()) << issued.status();
  return issued->certificate;
}

std::string WhyNot(const std::string& pem) { return std::string(ReadCertificatePem(pem).status().message()); }

TEST(Certificate, HasTheOinAndTheIssuer) {
  const auto read = ReadCertificatePem(CertificateOf({{"O", "Zorg"}, {"serialNumber", kOin}, {"CN", "zorg.example"}}));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->oin, kOin);
  EXPECT_EQ(read->issuer, "CN=Example CA,O=Example CA,C=NL");
  EXPECT_EQ(base::FormatTime(read->valid_until_us), "2027-01-01T00:00:00Z");
}

TEST(Certificate, MustHaveOneSerialNumber) {
  EXPECT_THAT(WhyNot(CertificateOf({{"CN", "zorg.example"}})), HasSubstr("but its subject has no serialNumber"));
  EXPECT_THAT(WhyNot(CertificateOf({{"serialNumber", kOin}, {"serialNumber", "00000099000000102000"}})),
              HasSubstr("but its subject has more than one serialNumber"));
}

TEST(Certificate, TheSerialNumberMustBeAnOin) {
  for (const char* wrong : {"0000009900000010100", "000000990000001010000", "0000009900000010100x", "EP76543", " 0000009900000010100"}) {
    EXPECT_THAT(WhyNot(CertificateOf({{"serialNumber", wrong}})), HasSubstr("is not 20 digits")) << wrong;
  }
  for (const char* wrong : {"00000000000000101000", "00000098000000101000", "12345678000000101000"}) {
    EXPECT_THAT(WhyNot(CertificateOf({{"serialNumber", wrong}})), HasSubstr("prefixes of an OIN")) << wrong;
  }
  for (const char* right : {"00000001003214345000", "00000003273590480000", "00000004000000010000", "00000009000000010000"}) {
    EXPECT_TRUE(ReadCertificatePem(CertificateOf({{"serialNumber", right}})).ok()) << right;
  }
}

TEST(Certificate, NoValueIsRepeated) {
  EXPECT_THAT(WhyNot(CertificateOf({{"serialNumber", "secret"}, {"CN", "secret"}})), Not(HasSubstr("secret")));
}

TEST(Certificate, WhatIsNoneIsRefused) {
  EXPECT_THAT(WhyNot(""), HasSubstr("but this is none"));
  EXPECT_THAT(WhyNot("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"), HasSubstr("but this is none"));
  EXPECT_FALSE(ReadCertificateDer("").ok());
  EXPECT_FALSE(ReadCertificateDer("0\x82").ok());
}

TEST(Certificate, OfAnAuthorityIsWhatThatSigned) {
  const auto make = [] { return *certs::Authority::Make("Example CA", At("2020-01-01T00:00:00Z"), At("2040-01-01T00:00:00Z")); };
  const certs::Authority one = make(), of_the_same_name = make();
  const auto issued = one.Issue({.subject = {{"serialNumber", kOin}},
                                 .names = "",
                                 .use = "clientAuth",
                                 .from_us = At("2026-01-01T00:00:00Z"),
                                 .until_us = At("2027-01-01T00:00:00Z")});
  ASSERT_TRUE(issued.ok()) << issued.status();
  EXPECT_TRUE(IsSignedByOneOf(one.own().certificate, issued->certificate));
  EXPECT_TRUE(IsSignedByOneOf(of_the_same_name.own().certificate + one.own().certificate, issued->certificate));
  EXPECT_FALSE(IsSignedByOneOf(of_the_same_name.own().certificate, issued->certificate));
  EXPECT_FALSE(IsSignedByOneOf("", issued->certificate));
}

TEST(Oin, OfATestHasItsPrefix) {
  EXPECT_TRUE(IsTestOin(kOin));
  EXPECT_FALSE(IsTestOin("00000001003214345000"));
  EXPECT_FALSE(IsTestOin("000000990000001010000"));
}

}  // namespace
}  // namespace overdracht::edge
