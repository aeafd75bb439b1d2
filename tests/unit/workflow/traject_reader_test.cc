// The operator's trajecten, over gRPC, of several partitions as of one.
#include "services/workflow/edge/traject_reader.h"

#include <absl/strings/match.h>
#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>

#include <array>

#include "services/kafka/publisher.h"
#include "services/workflow/edge/outbox_reader.h"
#include "tests/unit/workflow/service.h"

namespace overdracht::workflow {
namespace {

using ::testing::ElementsAreArray;

constexpr int kPartitions = 3;
constexpr int kTrajecten = 200;  // several pieces of each partition

class Operators : public region::v1::OperatorService::CallbackService {
 public:
  explicit Operators(std::vector<TrajectReader::Ask> partitions) : reader_(std::move(partitions), &callers_) {}
  grpc::ServerWriteReactor<region::v1::ListTrajectenResponse>* ListTrajecten(grpc::CallbackServerContext* context,
                                                                             const region::v1::ListTrajectenRequest*) override {
    return reader_.List(*context);
  }
  grpc::ServerUnaryReactor* GetTraject(grpc::CallbackServerContext* context, const region::v1::GetTrajectRequest* request,
                                       region::v1::GetTrajectResponse* response) override {
    return reader_.Get(context, *request, response);
  }

 private:
  const edge::Callers callers_;
  const TrajectReader reader_;
};

class TrajectReading : public ::testing::Test {
 protected:
  TrajectReading() {
    std::vector<TrajectReader::Ask> asks;
    for (size_t partition = 0; partition < kPartitions; ++partition) {
      services_.push_back(std::make_unique<Service>(folders_[partition]));
      Loop* const loop = &services_.back()->Start().loop();
      asks.emplace_back([this, loop, partition](const TrajectReader::Question& question) {
        if (partition == away_) return question(absl::UnavailableError("away"));
        AskLoop(loop, "", question, question);
      });
    }
    operators_.emplace(std::move(asks));
    server_ = grpc::ServerBuilder().RegisterService(&*operators_).BuildAndStart();
    stub_ = region::v1::OperatorService::NewStub(server_->InProcessChannel({}));
  }
  ~TrajectReading() override {
    server_->Shutdown();
    for (const auto& service : services_) service->Stop();
  }

  static size_t PartitionOf(int traject) { return static_cast<size_t>(kafka::PartitionOf(TrajectNumber(traject), kPartitions)); }
  void StartAll() {
    for (int traject = 0; traject < kTrajecten; ++traject) {
      EXPECT_EQ(services_[PartitionOf(traject)]->Outcome(Started(traject, "2017-01-02T09:00:00Z")), "accepted");
    }
  }

  grpc::Status List(std::vector<std::string>* lines) {
    grpc::ClientContext context;
    const auto stream = stub_->ListTrajecten(&context, {});
    region::v1::ListTrajectenResponse response;
    while (stream->Read(&response)) lines->push_back(response.json());
    return stream->Finish();
  }
  grpc::Status Get(int traject, std::string* json) {
    grpc::ClientContext context;
    region::v1::GetTrajectRequest request;
    request.set_traject(TrajectNumber(traject));
    region::v1::GetTrajectResponse response;
    const grpc::Status status = stub_->GetTraject(&context, request, &response);
    *json = response.json();
    return status;
  }

  std::array<Folder, kPartitions> folders_;
  std::vector<std::unique_ptr<Service>> services_;
  std::optional<size_t> away_;  // a partition
  std::optional<Operators> operators_;
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<region::v1::OperatorService::Stub> stub_;
};

TEST_F(TrajectReading, ListsThoseOfAllPartitionsSortedById) {
  std::vector<std::string> lines;
  EXPECT_TRUE(List(&lines).ok());
  EXPECT_TRUE(lines.empty());
  StartAll();
  std::vector<std::string> expected;
  for (const auto& service : services_) {
    const std::vector<std::string> some = service->List();
    EXPECT_GT(some.size(), 32);
    expected.insert(expected.end(), some.begin(), some.end());
  }
  std::sort(expected.begin(), expected.end());  // each begins with its id
  EXPECT_EQ(expected.size(), kTrajecten);
  const grpc::Status status = List(&lines);
  EXPECT_TRUE(status.ok()) << status.error_message();
  EXPECT_THAT(lines, ElementsAreArray(expected));
}

TEST_F(TrajectReading, IsNeverAListWithoutSomeOfThem) {
  StartAll();
  away_ = 1;
  std::vector<std::string> lines;
  EXPECT_EQ(List(&lines).error_code(), grpc::StatusCode::UNAVAILABLE);
}

TEST_F(TrajectReading, ShowsEachFromItsOwnPartition) {
  StartAll();
  std::set<size_t> shown;
  for (int traject = 0; traject < 10; ++traject) {
    std::string json;
    EXPECT_TRUE(Get(traject, &json).ok());
    EXPECT_TRUE(absl::StrContains(json, TrajectNumber(traject))) << json;
    EXPECT_TRUE(absl::StrContains(json, absl::StrCat("\"position\":\"", PartitionOf(traject), ":"))) << json;
    shown.insert(PartitionOf(traject));
  }
  EXPECT_EQ(shown.size(), kPartitions);
  std::string json;
  EXPECT_EQ(Get(kTrajecten, &json).error_code(), grpc::StatusCode::NOT_FOUND);
  away_ = PartitionOf(0);
  EXPECT_EQ(Get(0, &json).error_code(), grpc::StatusCode::UNAVAILABLE);
}

}  // namespace
}  // namespace overdracht::workflow
