// A region's topics are made by `overdracht deploy kafka-init`, and a real broker with certificates refuses everybody what is not theirs.
#include <absl/strings/ascii.h>
#include <absl/strings/str_cat.h>
#include <absl/synchronization/mutex.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdio.h>
#include <stdlib.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "services/kafka/publisher.h"
#include "services/kafka/reader.h"
#include "services/topics/settings.h"
#include "services/workflow/kafka/membership.h"
#include "tests/support/kafka_broker.h"

namespace overdracht::kafka {
namespace {

using nlohmann::json;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr char kOrganisation[] = "00000099000000101000", kOther[] = "00000099000000102000", kNew[] = "00000099000000103000",
               kPartnerService[] = "00000099000000910000", kWorkflowService[] = "00000099000000920000", kAuditor[] = "00000099000000930000";
constexpr absl::Duration kConnect = absl::Seconds(3);

struct Ran {
  int code = 0;
  std::string said;
};
Ran Run(const std::string& arguments) {
  FILE* const pipe = popen(absl::StrCat(OVERDRACHT_BINARY " ", arguments, " 2>&1").c_str(), "r");
  Ran ran;
  char bytes[4096];
  for (size_t count = 0; (count = fread(bytes, 1, sizeof bytes, pipe)) > 0;) ran.said.append(bytes, count);
  ran.code = WEXITSTATUS(pclose(pipe));
  return ran;
}

// A broker with a region of four partitions and two organisations, for all tests.
class Region {
 public:
  Region() {
    std::string name = (std::filesystem::temp_directory_path() / "rights_XXXXXX").string();
    folder_ = mkdtemp(name.data());
    std::string organisations;
    for (const char* oin : {kOrganisation, kOther, kPartnerService, kWorkflowService, kAuditor})
      absl::StrAppend(&organisations, " --oin ", oin, " --name N", oin);
    const Ran certs = Run(absl::StrCat("certs --out ", certs_folder(), organisations));
    EXPECT_EQ(certs.code, 0) << certs.said;
    broker_.emplace(overdracht::testing::KafkaBrokerOptions{.certificates = certs_folder()});
    made_ = Init("--partitions 4");
  }
  ~Region() {
    broker_.reset();
    std::filesystem::remove_all(folder_);
  }

  Ran Init(const std::string& more) const {
    return Run(absl::StrCat("deploy kafka-init --kafka ", broker_->bootstrap(), " --topics pilot --json --acls --organisation ",
                            kOrganisation, " --organisation ", kOther, " --partner-services ", kPartnerService, " --workflow-services ",
                            kWorkflowService, " --auditor ", kAuditor, " --kafka-cert ", Pem("operator"), " --kafka-key ", Key("operator"),
                            " --kafka-ca ", Pem("ca"), " ", more));
  }
  Ran Export(const std::string& oin) const {
    return Run(absl::StrCat("audit export --kafka ", broker_->bootstrap(), " --topics pilot --out ", folder_, "/", oin,
                            ".journal --kafka-cert ", Pem(oin), " --kafka-key ", Key(oin), " --kafka-ca ", Pem("ca")));
  }
  const Ran& made() const { return made_; }

  // The broker, for whoever has this certificate.
  Cluster As(const std::string& name) const {
    return {.bootstrap = broker_->bootstrap(),
            .settings = {{"security.protocol", "ssl"},
                         {"ssl.certificate.location", Pem(name)},
                         {"ssl.key.location", Key(name)},
                         {"ssl.ca.location", Pem("ca")}}};
  }
  const std::string& bootstrap() const { return broker_->bootstrap(); }

 private:
  std::string certs_folder() const { return folder_ + "/certs"; }
  std::string Pem(const std::string& name) const { return absl::StrCat(certs_folder(), "/", name, ".pem"); }
  std::string Key(const std::string& name) const { return absl::StrCat(certs_folder(), "/", name, ".key"); }

  std::string folder_;
  std::optional<overdracht::testing::KafkaBroker> broker_;
  Ran made_;
};

Region& Pilot() {
  static Region region;
  return region;
}

const topics::Names kNames("pilot");

absl::Status Read(const std::string& name, const std::string& topic) {
  const auto reader = Reader::Open({.cluster = Pilot().As(name), .topic = topic}, {.connect = kConnect});
  if (!reader.ok()) return reader.status();
  return (*reader)->ReadAll([](PlacedRecord&) {});
}

absl::Status Write(const std::string& name, const std::string& topic) {
  const auto publisher = Publisher::Open(Pilot().As(name), {.give_up = absl::Seconds(10), .connect = kConnect});
  if (!publisher.ok()) return publisher.status();
  return (*publisher)->PublishNow(topic, 0, {.value = "x"}).status();
}

// There is something in every topic, and who may not is refused all the same.
void Expect(bool may, const absl::Status& status) {
  EXPECT_TRUE(may ? status.ok() : absl::IsNotFound(status) || absl::IsPermissionDenied(status)) << status;
}

void FillAll() {
  for (const std::string& topic : {kNames.Events(), kNames.Journal(), kNames.Unreadable(), kNames.Workflows(), kNames.Outbox(kOrganisation),
                                   kNames.Outbox(kOther), kNames.Ingress(kOrganisation), kNames.Ingress(kOther)}) {
    const absl::Status written = Write("operator", topic);
    ASSERT_TRUE(written.ok()) << topic << ": " << written;
  }
}

// Everything that is not in `may` is refused.
void ExpectOnly(const std::string& name, const std::set<std::string>& may_read, const std::set<std::string>& may_write) {
  for (const std::string& topic : {kNames.Events(), kNames.Journal(), kNames.Unreadable(), kNames.Workflows(), kNames.Outbox(kOrganisation),
                                   kNames.Outbox(kOther), kNames.Ingress(kOrganisation), kNames.Ingress(kOther)}) {
    SCOPED_TRACE(absl::StrCat(name, " ", topic));
    Expect(may_read.count(topic) > 0, Read(name, topic));
    Expect(may_write.count(topic) > 0, Write(name, topic));
  }
}

TEST(KafkaInit, MakesWhatIsNotThereAndSaysSo) {
  ASSERT_EQ(Pilot().made().code, 0) << Pilot().made().said;
  const json first = json::parse(Pilot().made().said);
  EXPECT_THAT(first["made"], SizeIs(8));
  EXPECT_THAT(first["there"], IsEmpty());
  EXPECT_THAT(first["granted"], Contains("User:oin-00000099000000101000 may read topic pilot.outbox.00000099000000101000"));

  const Ran again = Pilot().Init("--partitions 4");
  ASSERT_EQ(again.code, 0) << again.said;
  const json second = json::parse(again.said);
  EXPECT_THAT(second["made"], IsEmpty());
  EXPECT_THAT(second["there"], SizeIs(8));
  EXPECT_THAT(second["granted"], IsEmpty());
  EXPECT_THAT(second["others"], IsEmpty());

  const Ran other = Pilot().Init("--partitions 5");
  EXPECT_EQ(other.code, 2);
  EXPECT_THAT(other.said, HasSubstr("pilot.events: expected 5 partitions, but it has 4 (a traject's partition follows from their number"));
  EXPECT_EQ(*topics::CheckRegion(Pilot().As("operator"), kNames), 4u);
}

TEST(KafkaInit, ThePlanIsWhatIsMade) {
  const Ran planned = Pilot().Init("--partitions 4 --plan");
  ASSERT_EQ(planned.code, 0) << planned.said;
  const json plan = json::parse(planned.said), made = json::parse(Pilot().made().said);
  std::vector<std::string> topics, rights;
  for (const json& topic : plan["topics"]) topics.push_back(topic["name"]);
  for (const json& right : plan["rights"]) {
    rights.push_back(absl::StrCat(
        right["principal"].get<std::string>(), " may ", absl::AsciiStrToLower(right["operation"].get<std::string>()), " ",
        absl::AsciiStrToLower(right["resource"].get<std::string>()), " ", right["name"].get<std::string>(), right["prefixed"] ? "*" : ""));
  }
  EXPECT_EQ(json(topics), made["made"]);
  EXPECT_EQ(json(rights), made["granted"]);
  EXPECT_EQ(plan["topics"][1]["partitions"], 4);
  EXPECT_EQ(plan["topics"][1]["settings"]["retention.ms"], "-1");
}

TEST(Rights, OfAnOrganisationAreItsOutboxAndItsIngress) {
  FillAll();
  ExpectOnly(kOrganisation, {kNames.Outbox(kOrganisation)}, {kNames.Ingress(kOrganisation)});
  // It sees its own outbox, and may not write there all the same.
  EXPECT_TRUE(absl::IsPermissionDenied(Write(kOrganisation, kNames.Outbox(kOrganisation))));
}

TEST(Rights, OfServicesAndAuditors) {
  FillAll();
  ExpectOnly(
      kPartnerService,
      {kNames.Workflows(), kNames.Outbox(kOrganisation), kNames.Outbox(kOther), kNames.Ingress(kOrganisation), kNames.Ingress(kOther)},
      {kNames.Events(), kNames.Unreadable()});
  // It reads what it has told, to see that the journal has not lost it.
  ExpectOnly(kWorkflowService, {kNames.Events(), kNames.Journal(), kNames.Workflows(), kNames.Outbox(kOrganisation), kNames.Outbox(kOther)},
             {kNames.Journal(), kNames.Unreadable(), kNames.Workflows(), kNames.Outbox(kOrganisation), kNames.Outbox(kOther)});
  ExpectOnly(kAuditor, {kNames.Journal()}, {});
  // Whoever is told something for the first time gets an outbox; no other topic is made by a service.
  const absl::Status made = topics::MakeOutbox(Pilot().As(kWorkflowService), kNames, kNew);
  EXPECT_TRUE(made.ok()) << made;
  EXPECT_TRUE(Write(kWorkflowService, kNames.Outbox(kNew)).ok());
  EXPECT_TRUE(topics::MakeOutbox(Pilot().As(kWorkflowService), kNames, kNew).ok()) << "it is there";
  EXPECT_FALSE((*Admin::Open(Pilot().As(kWorkflowService)))->MakeTopics({{.name = kNames.Ingress(kNew)}}).ok());
  EXPECT_EQ(*topics::CheckRegion(Pilot().As(kWorkflowService), kNames), 4u);
  EXPECT_EQ(*topics::CheckRegion(Pilot().As(kPartnerService), kNames), 4u);
  const Ran exported = Pilot().Export(kAuditor);
  EXPECT_EQ(exported.code, 0) << exported.said;
}

// The group of the workflow services is theirs; who has no right to it owns nothing, and says so.
TEST(Rights, ToTheGroupAreTheWorkflowServices) {
  absl::Mutex mutex;
  std::map<std::string, absl::Status> said;
  std::map<std::string, size_t> owned;
  std::vector<std::unique_ptr<workflow::Membership>> memberships;
  for (const char* who : {kPartnerService, kWorkflowService}) {
    auto membership = workflow::Membership::Join({.cluster = Pilot().As(who),
                                                  .group = kNames.Group(),
                                                  .topic = kNames.Events(),
                                                  .said =
                                                      [&, who](const absl::Status& why) {
                                                        absl::MutexLock lock(&mutex);
                                                        said[who] = why;
                                                      }},
                                                 [&, who](const std::set<uint32_t>& own) {
                                                   absl::MutexLock lock(&mutex);
                                                   owned[who] = own.size();
                                                 });
    ASSERT_TRUE(membership.ok()) << membership.status();
    memberships.push_back(*std::move(membership));
  }
  const auto both = [&] { return said.count(kPartnerService) > 0 && owned[kWorkflowService] == 4; };
  {
    absl::MutexLock lock(&mutex);
    EXPECT_TRUE(mutex.AwaitWithTimeout(absl::Condition(&both), absl::Seconds(30)));
    EXPECT_TRUE(absl::IsPermissionDenied(said[kPartnerService])) << said[kPartnerService];
    EXPECT_THAT(std::string(said[kPartnerService].message()), HasSubstr("kafka-init with --acls"));
    EXPECT_EQ(said.count(kWorkflowService), 0u);
    EXPECT_EQ(owned.count(kPartnerService), 0u);
  }
  memberships.clear();
}

TEST(Rights, OfNobodyAreNone) {
  // Without certificates, and with one that has no OIN.
  EXPECT_TRUE(absl::IsUnavailable(
      Reader::Open({.cluster = {.bootstrap = Pilot().bootstrap()}, .topic = kNames.Events()}, {.connect = kConnect}).status()));
  EXPECT_TRUE(
      absl::IsUnavailable(Reader::Open({.cluster = Pilot().As("server"), .topic = kNames.Events()}, {.connect = kConnect}).status()));
}

TEST(Rights, ThatSomebodyElseHasAreSaid) {
  const auto admin = *Admin::Open(Pilot().As("operator"));
  const absl::Status granted = admin->Grant({{.principal = absl::StrCat("User:oin-", kNew), .name = kNames.Journal()}});
  ASSERT_TRUE(granted.ok()) << granted;
  const Ran ran = Pilot().Init("--partitions 4");
  EXPECT_EQ(json::parse(ran.said)["others"], json::array({"User:oin-00000099000000103000 may read topic pilot.journal"})) << ran.said;
}

}  // namespace
}  // namespace overdracht::kafka
