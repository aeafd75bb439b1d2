#include "services/http/connect.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "overdracht/api/v1/error_details.pb.h"
#include "overdracht/api/v1/outbox_service.pb.h"

namespace overdracht::http {
namespace {

TEST(Connect, ContentTypes) {
  for (const char* type : {"application/json", "application/proto", "application/connect+json", "application/connect+proto"}) {
    ASSERT_TRUE(ParseConnectType(type)) << type;
    EXPECT_EQ(ContentTypeOf(*ParseConnectType(type)), type);
  }
  EXPECT_TRUE(ParseConnectType("application/json; charset=utf-8")->json);
  for (const char* type : {"", "json", "text/json", "application/grpc", "application/connect+", "application/jsonx"}) {
    EXPECT_FALSE(ParseConnectType(type)) << type;
  }
}

Request With(const char* name, const char* value) {
  Request request;
  request.headers[name] = value;
  return request;
}

TEST(Connect, Headers) {
  EXPECT_EQ(*ReadConnectHeaders({}), absl::InfiniteDuration());
  EXPECT_EQ(*ReadConnectHeaders(With("connect-timeout-ms", "1500")), absl::Milliseconds(1500));
  EXPECT_TRUE(ReadConnectHeaders(With("connect-protocol-version", "1")).ok());
  EXPECT_TRUE(ReadConnectHeaders(With("content-encoding", "identity")).ok());
  EXPECT_TRUE(absl::IsInvalidArgument(ReadConnectHeaders(With("connect-protocol-version", "2")).status()));
  for (const char* timeout : {"-1", "x", "12345678901"}) {
    EXPECT_TRUE(absl::IsInvalidArgument(ReadConnectHeaders(With("connect-timeout-ms", timeout)).status())) << timeout;
  }
  EXPECT_TRUE(absl::IsUnimplemented(ReadConnectHeaders(With("content-encoding", "gzip")).status()));
  EXPECT_TRUE(absl::IsUnimplemented(ReadConnectHeaders(With("connect-content-encoding", "br")).status()));
}

TEST(Connect, Envelopes) {
  const std::string envelope = Envelope(0, "abc");
  EXPECT_EQ(envelope, std::string("\0\0\0\0\3abc", 8));
  EXPECT_EQ(*OnlyMessage(envelope), "abc");
  EXPECT_EQ(*OnlyMessage(Envelope(0, "")), "");
  EXPECT_EQ(*OnlyMessage(Envelope(0, std::string(70'000, 'x'))), std::string(70'000, 'x'));
  EXPECT_TRUE(absl::IsUnimplemented(OnlyMessage(Envelope(kCompressed, "abc")).status()));
  for (const std::string& body :
       {std::string(), std::string("\0\0\0", 3), envelope + "x", envelope.substr(0, 7), envelope + envelope, Envelope(kEndOfStream, "")}) {
    EXPECT_TRUE(absl::IsInvalidArgument(OnlyMessage(body).status())) << body.size();
  }
}

TEST(Connect, AMessageInBothForms) {
  api::v1::ListItemsRequest request;
  ASSERT_TRUE(ReadMessage(R"({"pageSize":7,"kinds":["a"]})", true, &request).ok());
  EXPECT_EQ(WriteMessage(request, true), R"({"pageSize":7,"kinds":["a"]})");
  api::v1::ListItemsRequest again;
  ASSERT_TRUE(ReadMessage(WriteMessage(request, false), false, &again).ok());
  EXPECT_EQ(again.page_size(), 7);
}

TEST(Connect, WhatCannotBeReadIsNotRepeated) {
  for (const char* text : {"geheim", R"({"geheim":1})", R"({"pageSize":"geheim"})", R"({"kinds":[{"geheim":1}]})"}) {
    api::v1::ListItemsRequest request;
    const absl::Status status = ReadMessage(text, true, &request);
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << text;
    EXPECT_EQ(std::string(status.message()).find("geheim"), std::string::npos) << status;
  }
  api::v1::ListItemsRequest request;
  EXPECT_NE(std::string(ReadMessage(R"({"pageSize":"geheim"})", true, &request).message()).find("at pageSize"), std::string::npos);
}

TEST(Connect, Errors) {
  api::v1::RefusalInfo info;
  info.set_reason("TASK_NOT_OPEN");
  api::v1::RefusalStatus details;
  details.add_details()->set_type_url("type.googleapis.com/google.rpc.ErrorInfo");
  details.mutable_details(0)->set_value(info.SerializeAsString());
  const grpc::Status status(grpc::StatusCode::FAILED_PRECONDITION, "expected a, but b", details.SerializeAsString());
  const char* const expected =
      R"({"code":"failed_precondition","message":"expected a, but b","details":[{"type":"google.rpc.ErrorInfo","value":"Cg1UQVNLX05PVF9PUEVO","debug":{"reason":"TASK_NOT_OPEN"}}]})";
  EXPECT_EQ(ErrorJson(status), expected);
  EXPECT_EQ(ConnectError(status).status, 409);
  EXPECT_EQ(EndOfStream(status), Envelope(kEndOfStream, absl::StrCat(R"({"error":)", expected, "}")));
  EXPECT_EQ(EndOfStream(grpc::Status::OK), Envelope(kEndOfStream, "{}"));
  EXPECT_EQ(ErrorJson({grpc::StatusCode::UNAVAILABLE, "\xff"}), "{\"code\":\"unavailable\",\"message\":\"\xEF\xBF\xBD\"}");
}

}  // namespace
}  // namespace overdracht::http
