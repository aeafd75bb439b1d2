// What is counted and said of calls.
#include "services/edge/call_log.h"

#include <gmock/gmock.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "overdracht/region/v1/region_service.grpc.pb.h"
#include "services/edge/answers.h"
#include "services/edge/server.h"

namespace overdracht::edge {
namespace {

class Answers : public region::v1::RegionService::CallbackService {
 public:
  grpc::ServerUnaryReactor* ReadItems(grpc::CallbackServerContext* context, const region::v1::ReadItemsRequest*,
                                      region::v1::ReadItemsResponse*) override {
    return Finished(context, grpc::Status::OK);
  }
};

grpc::StatusCode CodeOf(const std::shared_ptr<grpc::Channel>& channel, const std::string& method) {
  grpc::GenericStub stub(channel);
  grpc::CompletionQueue queue;
  grpc::ClientContext context;
  const auto call = stub.PrepareUnaryCall(&context, method, grpc::ByteBuffer(nullptr, 0), &queue);
  call->StartCall();
  grpc::ByteBuffer response;
  grpc::Status status;
  call->Finish(&response, &status, nullptr);
  void* tag;
  bool ok;
  EXPECT_TRUE(queue.Next(&tag, &ok));
  return status.error_code();
}

std::string ReadAll(int end) {
  std::string text;
  char piece[4096];
  for (ssize_t size = 0; (size = read(end, piece, sizeof piece)) > 0;) text.append(piece, static_cast<size_t>(size));
  return text;
}

// The name would be whatever the client wrote: a figure of its own for each, and a line that says anything.
TEST(CallLog, AMethodThatIsNotThereHasNoName) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  std::vector<CallLog::Count> counts;
  {
    Log log(ends[1]);
    CallLog calls(&log, CallLog::kAll, [](const grpc::ServerContextBase&) { return ""; });
    Answers answers;
    const auto server = Server::Start({.grpc_port = 0, .tls = std::nullopt, .services = {&answers}, .calls = &calls});
    ASSERT_TRUE(server.ok()) << server.status();
    const auto channel = grpc::CreateChannel((*server)->address(), grpc::InsecureChannelCredentials());
    const std::string known = "/overdracht.region.v1.RegionService/ReadItems";
    for (int i = 0; i < 20; ++i) {
      EXPECT_EQ(CodeOf(channel, "/nobodys.Service/" + std::string(static_cast<size_t>(i * 20), 'x')), grpc::StatusCode::UNIMPLEMENTED);
      EXPECT_EQ(CodeOf(channel, known), grpc::StatusCode::OK);
    }
    counts = calls.counts();
  }
  close(ends[1]);
  std::vector<std::string> said;
  for (const CallLog::Count& count : counts) said.push_back(count.rpc + " " + count.status + " " + std::to_string(count.calls));
  EXPECT_THAT(said, testing::ElementsAre(" UNIMPLEMENTED 20", "/overdracht.region.v1.RegionService/ReadItems OK 20"));
  EXPECT_THAT(ReadAll(ends[0]), testing::Not(testing::HasSubstr("nobodys")));
  close(ends[0]);
}

}  // namespace
}  // namespace overdracht::edge
