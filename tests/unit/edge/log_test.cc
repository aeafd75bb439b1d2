#include "services/edge/log.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <nlohmann/json.hpp>
#include <sstream>

namespace overdracht::edge {
namespace {

class LogTest : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_EQ(pipe(ends_), 0); }
  void TearDown() override {
    close(ends_[0]);
    close(ends_[1]);
  }

  // What stands in the pipe now.
  std::vector<nlohmann::json> Lines() {
    fcntl(ends_[0], F_SETFL, O_NONBLOCK);
    std::string text, piece(65536, ' ');
    for (ssize_t size = 0; (size = read(ends_[0], piece.data(), piece.size())) > 0;) text += piece.substr(0, static_cast<size_t>(size));
    std::vector<nlohmann::json> lines;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);) lines.push_back(nlohmann::json::parse(line));
    return lines;
  }

  int ends_[2];
};

TEST_F(LogTest, EachLineIsAnObject) {
  {
    Log log(ends_[1]);
    log.Write(Log::kWarning, "call", {{"rpc", std::string("/a.B/C")}, {"count", int64_t{3}}, {"seconds", 0.25}});
    log.Write(Log::kInfo, "quotes", {{"why", std::string("a \"b\"\n\xff")}});
  }
  const std::vector<nlohmann::json> lines = Lines();
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(lines[0]["severity"], "WARNING");
  EXPECT_EQ(lines[0]["message"], "call");
  EXPECT_EQ(lines[0]["rpc"], "/a.B/C");
  EXPECT_EQ(lines[0]["count"], 3);
  EXPECT_EQ(lines[0]["seconds"], 0.25);
  EXPECT_EQ(lines[0]["time"].get<std::string>().size(), std::string("2026-11-27T09:00:00.000Z").size());
  EXPECT_EQ(lines[1]["why"], "a \"b\"\n\xEF\xBF\xBD");
}

TEST_F(LogTest, WhoDoesNotReadHoldsUpNobody) {
  constexpr int kWritten = 20'000;
  {
    Log log(ends_[1]);
    for (int i = 0; i < kWritten; ++i) log.Write(Log::kInfo, "line", {{"n", int64_t{i}}});
  }  // ends, though nobody reads
  const size_t read = Lines().size();
  EXPECT_GT(read, 100u);
  EXPECT_LT(read, static_cast<size_t>(kWritten));
}

TEST_F(LogTest, WhatWasMissedIsCounted) {
  constexpr int64_t kWritten = 20'000;
  int64_t last = -1, missed = 0, seen = 0;
  const auto count = [&](const std::vector<nlohmann::json>& lines) {
    for (const nlohmann::json& line : lines) {
      if (line["message"] == "log lines missed") {
        missed += line["lines"].get<int64_t>();
      } else {
        ++seen;
        EXPECT_GT(line["n"].get<int64_t>(), last);
        last = line["n"].get<int64_t>();
      }
    }
  };
  {
    Log log(ends_[1]);
    for (int64_t i = 0; i < kWritten; ++i) log.Write(Log::kInfo, "line", {{"n", i}});
    int64_t n = kWritten;
    while (missed == 0) {  // somebody reads again
      log.Write(Log::kInfo, "line", {{"n", n++}});
      count(Lines());
    }
  }
  EXPECT_GT(missed, 0);
  EXPECT_LT(missed + seen, last + 1 + kWritten);
}

}  // namespace
}  // namespace overdracht::edge
