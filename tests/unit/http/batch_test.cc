#include "services/http/batch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace overdracht::http {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(Batch, ItemsAreTheBytesThatCame) {
  EXPECT_THAT(*ItemsOf(R"( [ {"a" : 1.50, "a":[1,2]} ,	"x" ] )", 9), ElementsAre(R"({"a" : 1.50, "a":[1,2]})", R"("x")"));
  EXPECT_THAT(*ItemsOf("[1]", 9), ElementsAre("1"));
  EXPECT_THAT(*ItemsOf("[]", 9), IsEmpty());
  EXPECT_THAT(*ItemsOf("\r\n[ \t]\n", 9), IsEmpty());
}

TEST(Batch, BracketsAndCommasInStringsAreText) {
  EXPECT_THAT(*ItemsOf(R"([{"a":"]},{[\"\\"},{"b":","}])", 9), ElementsAre(R"({"a":"]},{[\"\\"})", R"({"b":","})"));
}

TEST(Batch, WhatIsNoEventIsAnItemToo) {
  EXPECT_THAT(*ItemsOf("[{\"a\" 1},nonsense,,\xff]", 9), ElementsAre("{\"a\" 1}", "nonsense", "", "\xff"));
}

TEST(Batch, WhatIsNoArray) {
  for (const char* text : {"", " ", "[", "]", "{}", "[}", "[{]", "[[]", "[]]", "[{]}", "[\"]", "[\"\\\"]", "[1]x", "null"}) {
    EXPECT_EQ(ItemsOf(text, 9).status().code(), absl::StatusCode::kInvalidArgument) << text;
  }
}

TEST(Batch, Bounds) {
  EXPECT_EQ(ItemsOf("[1,2,3]", 3)->size(), 3u);
  EXPECT_EQ(ItemsOf("[1,2,3,4]", 3).status().code(), absl::StatusCode::kResourceExhausted);
  const std::string deep = std::string(1'000'000, '[') + std::string(1'000'000, ']');
  EXPECT_EQ(ItemsOf(deep, 3)->size(), 1u);
}

}  // namespace
}  // namespace overdracht::http
