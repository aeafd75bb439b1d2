#include "services/config/read.h"

#include <absl/strings/str_cat.h>
#include <gmock/gmock.h>
#include <google/protobuf/descriptor.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

namespace overdracht::config {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr char kTls[] = "tls: {certificate: a.pem, key: a.key, client_ca: ca.pem}\n";

// The findings, one a line.
std::string Findings(const std::string& text) {
  std::string findings;
  for (const yaml::Finding& finding : ReadConfiguration("f.yaml", text).findings) absl::StrAppend(&findings, finding.ToString(), "\n");
  return findings;
}

TEST(Configuration, IsReadWhole) {
  const ReadResult read = ReadConfiguration("f.yaml", absl::StrCat(kTls, R"(
listen: 0.0.0.0
grpc_port: 0
operators: [00000099000000900000]
issuers:
  - name: CN=Example CA,O=Example,C=NL
    prefixes: [00000099]
delegations:
  - supplier: 00000099000000999000
    organisations: [00000099000000101000]
    events: [contacts.held]
limits: {reports_per_second: 50}
)"));
  ASSERT_TRUE(read.ok()) << read.findings.front().ToString();
  EXPECT_EQ(read.configuration.listen(), "0.0.0.0");
  EXPECT_TRUE(read.configuration.has_grpc_port());
  EXPECT_FALSE(read.configuration.has_http_port());
  EXPECT_EQ(read.configuration.tls().client_ca(), "ca.pem");
  EXPECT_THAT(read.configuration.operators(), ElementsAre("00000099000000900000"));
  EXPECT_EQ(read.configuration.issuers(0).name(), "CN=Example CA,O=Example,C=NL");
  EXPECT_THAT(read.configuration.delegations(0).events(), ElementsAre("contacts.held"));
  EXPECT_EQ(read.configuration.limits().reports_per_second(), 50);
}

TEST(Configuration, NamesThePlaceOfWhatIsWrong) {
  EXPECT_THAT(Findings("grpc_prt: 1\n"), HasSubstr("f.yaml:1:1: unknown_key: expected one of listen, grpc_port"));
  EXPECT_THAT(Findings("grpc_port: 70000\n"), HasSubstr("f.yaml:1:12: form:"));
  EXPECT_THAT(Findings("grpc_port: seven\n"), HasSubstr("f.yaml:1:12: form:"));
  EXPECT_THAT(Findings("tls: {certificate: a.pem}\n"), HasSubstr("the key client_ca here"));
  EXPECT_THAT(Findings(absl::StrCat(kTls, "operators:\n  - 00000099000000900000\n  - 123\n")), HasSubstr("f.yaml:4:5: oin:"));
  EXPECT_THAT(Findings(absl::StrCat(kTls, "delegations:\n  - supplier: 00000099000000999000\n")), HasSubstr("the key organisations here"));
  EXPECT_THAT(Findings(absl::StrCat(kTls, "delegations:\n  - {supplier: 00000099000000999000, organisations: [00000099000000999000]}\n")),
              HasSubstr("f.yaml:3:54: itself:"));
  EXPECT_THAT(Findings(absl::StrCat(kTls,
                                    "delegations:\n  - {supplier: 00000099000000999000, organisations: [00000099000000101000],"
                                    " events: [contacts.hold]}\n")),
              HasSubstr("unknown_event"));
  EXPECT_THAT(Findings(absl::StrCat(kTls, "issuers: [{name: CN=A, prefixes: [x]}]\n")), HasSubstr("f.yaml:2:35: prefix:"));
  EXPECT_THAT(Findings("limits: {open_streams: 0}\n"), HasSubstr("f.yaml:1:24: form:"));
  EXPECT_THAT(Findings("listen: 10.0.0.5\n"), HasSubstr("f.yaml:1:9: not_loopback:"));
  EXPECT_THAT(Findings("operators: [00000099000000900000]\n"), HasSubstr("needs_tls"));
}

TEST(Configuration, LoopbackIsOfThisMachine) {
  for (const char* address : {"127.0.0.1", "127.1.2.3", "localhost", "::1"}) EXPECT_TRUE(IsLoopback(address)) << address;
  for (const char* address : {"0.0.0.0", "::", "10.0.0.5", "127.example.org", "127.", "1127.0.0.1"}) {
    EXPECT_FALSE(IsLoopback(address)) << address;
  }
}

TEST(Configuration, OfARegionOnKafka) {
  const std::string tls = "  tls: {certificate: a.pem, key: a.key, ca: ca.pem}\n";
  EXPECT_EQ(Findings(absl::StrCat("kafka:\n  bootstrap: b-1.example.nl:9093, b-2.example.nl:9093\n  topics: twente-2\n", tls)), "");
  EXPECT_EQ(Findings("kafka: {bootstrap: \"127.0.0.1:9092, [::1]:9092\", topics: \"0\"}\n"), "");
  EXPECT_THAT(Findings("kafka: {bootstrap: \"127.0.0.1:9092,b-2.example.nl:9092\", topics: a}\n"), HasSubstr("f.yaml:1:20: not_loopback:"));
  EXPECT_THAT(Findings("kafka: {bootstrap: localhost, topics: a}\n"), HasSubstr("not_loopback"));
  EXPECT_THAT(Findings("kafka: {bootstrap: \"localhost:9092\"}\n"), HasSubstr("the key topics here"));
  EXPECT_THAT(Findings("kafka: {bootstrap: \"localhost:9092\", topics: a.b}\n"), HasSubstr("f.yaml:1:46: form:"));
  for (const char* name : {"", "-a", "A", "a.b", "a_b", "a b"}) EXPECT_FALSE(IsRegionName(name)) << name;
  EXPECT_TRUE(IsRegionName(std::string(64, 'a')));
  EXPECT_FALSE(IsRegionName(std::string(65, 'a')));
}

TEST(Configuration, OfSnapshots) {
  const ReadResult read = ReadConfiguration("f.yaml", "snapshots: {folder: s, every_seconds: 600, kilobytes_per_second: 999999}\n");
  ASSERT_TRUE(read.ok()) << read.findings.front().ToString();
  EXPECT_EQ(read.configuration.snapshots().folder(), "s");
  EXPECT_EQ(read.configuration.snapshots().kilobytes_per_second(), 999'999);
  EXPECT_THAT(Findings("snapshots: {every_seconds: 600}\n"), HasSubstr("the key folder here"));
  EXPECT_THAT(Findings("snapshots: {folder: s, every_seconds: 0}\n"), HasSubstr("f.yaml:1:39: form:"));
  EXPECT_THAT(Findings("snapshots: {folder: s, kilobytes_per_second: 0}\n"), HasSubstr("form"));
}

// The page for those who run it ---------------------------------------------------------------------------------------------------------

std::string Page() {
  std::ifstream file(OVERDRACHT_SOURCE_DIR "/docs/configuration.md");
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

void ExpectKeys(const google::protobuf::Descriptor* type, const std::string& path, const std::string& page) {
  for (int i = 0; i < type->field_count(); ++i) {
    const auto* field = type->field(i);
    const std::string key = absl::StrCat(path, field->name(), field->is_repeated() && field->message_type() != nullptr ? "[]" : "");
    EXPECT_THAT(page, HasSubstr(absl::StrCat("| `", key, "` |"))) << "docs/configuration.md has no row for it";
    if (field->message_type() != nullptr) ExpectKeys(field->message_type(), key + ".", page);
  }
}

TEST(Page, HasARowForEachKey) { ExpectKeys(v1::Configuration::descriptor(), "", Page()); }

TEST(Page, HasNoRowForWhatIsNoKey) {
  std::istringstream page(Page());
  for (std::string line; std::getline(page, line);) {
    if (line.rfind("| `", 0) != 0) continue;
    std::string key = line.substr(3, line.find('`', 3) - 3);
    const google::protobuf::Descriptor* type = v1::Configuration::descriptor();
    for (size_t dot = 0; type != nullptr && dot != std::string::npos;) {
      dot = key.find('.');
      std::string name = key.substr(0, dot);
      if (name.size() > 2 && name.substr(name.size() - 2) == "[]") name.resize(name.size() - 2);
      const auto* field = type->FindFieldByName(name);
      ASSERT_NE(field, nullptr) << line;
      type = field->message_type();
      key = dot == std::string::npos ? "" : key.substr(dot + 1);
    }
  }
}

TEST(Page, TheExampleIsAConfiguration) {
  const std::string page = Page();
  const size_t from = page.find("```yaml\n");
  ASSERT_NE(from, std::string::npos);
  EXPECT_EQ(Findings(page.substr(from + 8, page.find("```", from + 8) - from - 8)), "");
}

}  // namespace
}  // namespace overdracht::config
