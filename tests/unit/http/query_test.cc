#include "services/http/query.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace overdracht::http {
namespace {

using testing::IsEmpty;
using testing::Pair;
using testing::UnorderedElementsAre;

TEST(Query, NamesAndValues) {
  EXPECT_THAT(*ParseQuery("", {"a"}), IsEmpty());
  EXPECT_THAT(*ParseQuery("a=1&b=x%2Cy%20", {"a", "b"}), UnorderedElementsAre(Pair("a", "1"), Pair("b", "x,y ")));
  EXPECT_THAT(*ParseQuery("%61=&&b", {"a", "b"}), UnorderedElementsAre(Pair("a", ""), Pair("b", "")));
}

TEST(Query, WhatCannotBeReadIsNotRepeated) {
  for (const char* query : {"geheim=1", "a=1&a=2", "a=%", "a=%4", "a=%geheim", "%zz=1"}) {
    const absl::Status status = ParseQuery(query, {"a"}).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << query;
    EXPECT_EQ(std::string(status.message()).find("geheim"), std::string::npos) << query;
  }
}

}  // namespace
}  // namespace overdracht::http
