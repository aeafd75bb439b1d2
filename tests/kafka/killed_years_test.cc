// A region's three years through its services as processes: two workflow services, of which the one that decides is killed in the middle of
// its work again and again, and a partner service for each organisation. What is decided, what the trajecten have become and what each
// organisation is shown is what the embedded log gives.
#include <absl/strings/match.h>
#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>

#include "overdracht/api/v1/outbox_service.grpc.pb.h"
#include "overdracht/region/v1/operator_service.grpc.pb.h"
#include "services/base/uuid.h"
#include "services/event/write.h"
#include "tests/kafka/region_check.h"
#include "tests/kafka/topics_of_region.h"
#include "tests/kafka/years.h"
#include "tests/support/region.h"
#include "tests/support/server_process.h"

namespace overdracht::workflow {
namespace {

using overdracht::testing::CheckRegion;
using overdracht::testing::RegionCheck;
using overdracht::testing::ServerProcess;
using ::testing::IsEmpty;
using Items = std::vector<std::string>;

constexpr size_t kKills = 8;

// The same in every log: where it stands in its outbox is a matter of the outbox.
std::string BytesOf(api::v1::OutboxItem item) {
  item.set_sequence(event::SequenceOf(item));
  item.clear_cursor();
  return item.SerializeAsString();
}

// What a journal says each organisation is told, in order.
std::map<std::string, Items> ItemsOf(const std::vector<std::string>& records) {
  std::map<std::string, Items> items;
  for (const std::string& stored : records) {
    const journal::v1::Record record = ReadRecord(stored);
    for (int n = 0; n < record.notices_size(); ++n) {
      for (const std::string& organisation : record.notices(n).to()) items[organisation].push_back(BytesOf(event::ItemOf(0, record, n)));
    }
    if (const std::string reporter = ReporterOf(record); !reporter.empty())
      items[reporter].push_back(BytesOf(event::ItemOf(0, record, event::kAnswer)));
  }
  return items;
}

std::shared_ptr<grpc::Channel> Connect(const ServerProcess& process) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  return grpc::CreateCustomChannel(process.address(), grpc::InsecureChannelCredentials(), arguments);
}

class KilledYears : public RegionOnKafka {
 protected:
  std::unique_ptr<ServerProcess> Start(const std::string& name, std::vector<std::string> words) const {
    words.insert(words.begin(), OVERDRACHT_BINARY);
    for (const std::string& word : std::vector<std::string>{"--kafka", cluster_.bootstrap, "--topics", names_.region(), "--data",
                                                            folder_ / name, "--grpc-port", "0", "--http-port", "0"})
      words.push_back(word);
    return std::make_unique<ServerProcess>(std::move(words));
  }
  void StartWorkflowService(size_t n) { services_[n] = Start(absl::StrCat("workflow-", n), {"workflow-service", "--clock", "events"}); }

  // Which of them decides; waits until one does.
  size_t Owner() const {
    for (const absl::Time late = absl::Now() + kPatience; absl::Now() < late; absl::SleepFor(absl::Milliseconds(50))) {
      for (size_t n = 0; n < 2; ++n) {
        if (absl::StrContains(services_[n]->HttpGet("/metrics"), "overdracht_partition_owned{partition=\"0\"} 1\n")) return n;
      }
    }
    ADD_FAILURE() << "nobody owns the partition";
    return 0;
  }

  void AdvanceToTheEnd() const {
    region::v1::AdvanceClockRequest request;
    request.set_to_us(At(kEndOfYears));
    region::v1::AdvanceClockResponse response;
    grpc::ClientContext context;
    const auto stub = region::v1::OperatorService::NewStub(Connect(*services_[Owner()]));
    const grpc::Status status = stub->AdvanceClock(&context, request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
  }

  void ExpectTrajecten(const std::map<std::string, engine::TrajectState>& trajecten) const {
    const auto stub = region::v1::OperatorService::NewStub(Connect(*services_[Owner()]));
    for (const auto& [id, state] : trajecten) {
      region::v1::GetTrajectRequest request;
      request.set_traject(base::FormatUuid(id));
      region::v1::GetTrajectResponse response;
      grpc::ClientContext context;
      const grpc::Status status = stub->GetTraject(&context, request, &response);
      EXPECT_TRUE(status.ok()) << status.error_message();
      EXPECT_EQ(response.json(), TrajectShow(state, testing::ProjectWorkflows(), 0));
    }
  }

  // What a partner service shows its organisation, once it is so many items.
  static Items Shown(const std::string& organisation, const ServerProcess& partner, size_t count, absl::Time late) {
    const auto stub = api::v1::OutboxService::NewStub(Connect(partner));
    grpc::ClientContext context;
    context.AddMetadata("overdracht-oin", organisation);
    context.set_deadline(absl::ToChronoTime(late));
    api::v1::SubscribeRequest request;
    request.set_answers(true);
    const auto stream = stub->Subscribe(&context, request);
    Items items;
    for (api::v1::SubscribeResponse response; items.size() < count && stream->Read(&response);) items.push_back(BytesOf(response.item()));
    context.TryCancel();
    (void)stream->Finish();
    return items;
  }

  uint64_t CountTakeOvers() const {
    uint64_t count = 0;
    const absl::Status read = OpenJournal(0)->Read({}, [&count](const log::Tip&, const log::Batch& batch) {
      if (batch.kind == log::BatchKind::kTakeOver) ++count;
      return absl::OkStatus();
    });
    EXPECT_TRUE(read.ok()) << read;
    return count;
  }

  const Folder folder_;
  std::unique_ptr<ServerProcess> services_[2];
};

TEST_F(KilledYears, AreTheSameAsOnTheEmbeddedLog) {
  const LivedYears embedded = LiveOnTheEmbeddedLog(ReportsOfYears());
  const std::map<std::string, Items> told = ItemsOf(embedded.records);
  std::vector<std::string> organisations;
  for (const auto& [organisation, items] : told) organisations.push_back(organisation);
  MakeRegion(1, organisations);
  for (size_t n = 0; n < 2; ++n) StartWorkflowService(n);
  std::map<std::string, std::unique_ptr<ServerProcess>> partners;
  for (const std::string& organisation : organisations)
    partners.emplace(organisation, Start(organisation, {"partner-service", "--oin", organisation}));

  std::vector<region::Report> reports = ReportsOfYears();
  const size_t part = reports.size() / (kKills + 1);
  size_t reported = 0;
  JournalFollower journal(OpenJournal(0));
  for (size_t kill = 1; kill <= kKills; ++kill) {
    const size_t owner = Owner();
    for (; reported < kill * part; ++reported) Report(std::move(reports[reported]));
    EXPECT_LT(journal.Await(reported - part / 2), reported) << "expected to kill in the middle of the work";
    services_[owner]->Kill();
    StartWorkflowService(owner);
  }
  for (; reported < reports.size(); ++reported) Report(std::move(reports[reported]));
  AwaitDecisions();
  AdvanceToTheEnd();

  ExpectTrajecten(embedded.trajecten);
  const absl::Time late = absl::Now() + kPatience;
  for (const auto& [organisation, partner] : partners) {
    const Items& expected = told.at(organisation);
    EXPECT_TRUE(Shown(organisation, *partner, expected.size(), late) == expected) << "of " << organisation;
  }
  EXPECT_TRUE(RecordsOf(OpenJournal(0).get()) == embedded.records);
  EXPECT_GE(CountTakeOvers(), kKills) << "expected that whoever decided was killed";
  const RegionCheck check = CheckRegion(cluster_.bootstrap, names_.region(), 1);
  EXPECT_THAT(check.wrong, IsEmpty());
}

}  // namespace
}  // namespace overdracht::workflow
