// The gRPC port of a service: how long a connection to it lasts.
#include "services/edge/server.h"

#include <absl/time/clock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <optional>
#include <set>
#include <string>

#include "overdracht/region/v1/region_service.grpc.pb.h"
#include "services/edge/answers.h"

namespace overdracht::edge {
namespace {

using region::v1::LinkRequest;
using region::v1::LinkResponse;
using region::v1::RegionService;

// Says on which connection a call came. A link echoes until its client has no more to say.
class Here : public RegionService::CallbackService {
 public:
  grpc::ServerUnaryReactor* ReadItems(grpc::CallbackServerContext* context, const region::v1::ReadItemsRequest*,
                                      region::v1::ReadItemsResponse*) override {
    context->AddInitialMetadata("peer", context->peer());
    return Finished(context, grpc::Status::OK);
  }

  grpc::ServerBidiReactor<LinkRequest, LinkResponse>* Link(grpc::CallbackServerContext*) override {
    class Echo : public grpc::ServerBidiReactor<LinkRequest, LinkResponse> {
     public:
      Echo() { StartRead(&request_); }
      void OnReadDone(bool ok) override { ok ? StartWrite(&response_) : Finish(grpc::Status::OK); }
      void OnWriteDone(bool) override { StartRead(&request_); }
      void OnDone() override { delete this; }

     private:
      LinkRequest request_;
      LinkResponse response_;
    };
    return new Echo;
  }
};

std::string PeerOf(RegionService::Stub* stub) {
  grpc::ClientContext context;
  region::v1::ReadItemsResponse response;
  const grpc::Status status = stub->ReadItems(&context, {}, &response);
  EXPECT_TRUE(status.ok()) << status.error_message();
  const auto found = context.GetServerInitialMetadata().find("peer");
  return found == context.GetServerInitialMetadata().end() ? "" : std::string(found->second.data(), found->second.size());
}

TEST(Server, AConnectionThatHasLastedLongIsFollowedByAnotherAndItsStreamsGoOn) {
  Here here;
  const auto server =
      Server::Start({.grpc_port = 0, .tls = std::nullopt, .services = {&here}, .longest_connection = absl::Milliseconds(200)});
  ASSERT_TRUE(server.ok()) << server.status();
  const auto stub = RegionService::NewStub(grpc::CreateChannel((*server)->address(), grpc::InsecureChannelCredentials()));
  grpc::ClientContext context;
  const auto link = stub->Link(&context);
  LinkResponse response;
  ASSERT_TRUE(link->Write({}) && link->Read(&response));
  const auto within = RegionService::NewStub((*server)->InProcessChannel());  // the HTTP port's, which cannot be made anew

  std::set<std::string> peers;
  const absl::Time end = absl::Now() + absl::Seconds(20);
  while (peers.size() < 3 && absl::Now() < end) peers.insert(PeerOf(stub.get()));  // none of these calls is lost
  EXPECT_EQ(peers.size(), 3u);
  PeerOf(within.get());
  EXPECT_TRUE(link->Write({}) && link->Read(&response));
  EXPECT_TRUE(link->WritesDone());
  EXPECT_TRUE(link->Finish().ok());
}

TEST(Server, WhatListensEverywhereIsReachedHere) {
  EXPECT_EQ(ReachedAt("0.0.0.0", 1), "127.0.0.1:1");
  EXPECT_EQ(ReachedAt("::", 1), "[::1]:1");
  EXPECT_EQ(ReachedAt("192.0.2.1", 1), "192.0.2.1:1");
}

}  // namespace
}  // namespace overdracht::edge
