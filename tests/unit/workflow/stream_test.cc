// A stream of reports over gRPC before a loop that is slow.
#include <grpcpp/grpcpp.h>

#include <thread>

#include "services/partner/event_service.h"
#include "services/workflow/edge/local_region.h"
#include "tests/unit/workflow/service.h"

namespace overdracht::workflow {
namespace {

TEST(PublishStream, AFullQueueSlowsTheSenderDown) {
  constexpr int kReports = 100;
  Folder folder;
  Service service(folder);
  service.options().queue.inputs = 1;
  service.Open();
  ASSERT_TRUE(service.loop().Submit(Advance{.to_us = 0, .done = [](const auto&) {}}, 1).ok());  // full
  OutboxReader outboxes(&service.loop(), &service.journal());
  region::Listeners listeners;
  LocalRegion region(&service.loop(), &outboxes, &listeners);
  const edge::Callers callers;
  partner::EventService events(&region, &callers);
  grpc::ServerBuilder builder;
  builder.RegisterService(&events);
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  const auto stub = api::v1::EventService::NewStub(server->InProcessChannel({}));
  grpc::ClientContext context;
  const auto stream = stub->PublishStream(&context);
  std::thread sender([&] {
    api::v1::PublishStreamRequest request;
    for (int i = 1; i <= kReports; ++i) {
      request.set_cloud_event(Started(i, "2017-01-02T09:00:00Z"));
      if (!stream->Write(request)) break;
    }
    stream->WritesDone();
  });
  service.Run();

  int accepted = 0;
  api::v1::PublishStreamResponse response;
  while (stream->Read(&response)) {
    EXPECT_EQ(response.answer().id(), absl::StrCat("start-", accepted + 1));
    accepted += response.answer().accepted() ? 1 : 0;
  }
  sender.join();
  const grpc::Status status = stream->Finish();
  EXPECT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(accepted, kReports);
  server->Shutdown();
  service.Stop();
}

}  // namespace
}  // namespace overdracht::workflow
