#include "services/http/stream_writer.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace overdracht::http {
namespace {

// A client that reads a piece when it is told to.
class SlowReply : public Reply {
 public:
  void Send(Response) override {}
  void Start(Response) override {}
  void Write(std::string piece, std::function<void()> written) override {
    EXPECT_EQ(written_, nullptr) << "the piece before is not read yet";
    pieces.push_back(std::move(piece));
    written_ = std::move(written);
  }
  void End() override { ended = true; }
  void OnGone(std::function<void()>) override {}

  void Read() { std::exchange(written_, nullptr)(); }

  std::vector<std::string> pieces;
  bool ended = false;

 private:
  std::function<void()> written_;
};

struct HttpStreamWriter : testing::Test {
  // How often there was room for another message.
  void Write(const std::string& message) {
    writer->Write(message, [this] { ++room; });
  }

  const std::shared_ptr<SlowReply> reply = std::make_shared<SlowReply>();
  const std::shared_ptr<StreamWriter> writer = std::make_shared<StreamWriter>(reply);
  int room = 0;
};

TEST_F(HttpStreamWriter, OneThatIsAloneGoesAtOnce) {
  Write("a");
  EXPECT_EQ(reply->pieces, std::vector<std::string>({"a"}));
  reply->Read();
  Write("b");
  EXPECT_EQ(reply->pieces, std::vector<std::string>({"a", "b"}));
  EXPECT_EQ(room, 2);
}

TEST_F(HttpStreamWriter, WhatComesWhileAPieceIsReadGoesTogether) {
  for (const char* message : {"a", "b", "c"}) Write(message);
  EXPECT_EQ(room, 3) << "whoever has more need not wait";
  reply->Read();
  writer->End("d");
  EXPECT_EQ(reply->pieces, std::vector<std::string>({"a", "bc"}));
  reply->Read();
  EXPECT_EQ(reply->pieces, std::vector<std::string>({"a", "bc", "d"}));
  EXPECT_FALSE(reply->ended);
  reply->Read();
  EXPECT_TRUE(reply->ended);
}

TEST_F(HttpStreamWriter, WhoReadsNothingCostsTwoPieces) {
  const std::string message(StreamWriter::kMostWaitingBytes / 4, 'x');
  int given = 0;
  for (; given == room && given < 100; ++given) Write(message);
  EXPECT_EQ(given, 5) << "one is being read, and four fill the next piece";
  EXPECT_EQ(room, 4);
  reply->Read();
  EXPECT_EQ(room, 5);
  EXPECT_EQ(reply->pieces[1].size(), StreamWriter::kMostWaitingBytes);
}

TEST_F(HttpStreamWriter, TheEndAfterAFullPiece) {
  const std::string message(StreamWriter::kMostWaitingBytes, 'x');
  Write("a");
  Write(message);
  writer->End("end");
  EXPECT_EQ(reply->pieces.size(), 1u);
  reply->Read();
  EXPECT_EQ(reply->pieces.back(), message + "end");
  EXPECT_FALSE(reply->ended);
  reply->Read();
  EXPECT_TRUE(reply->ended);
}

}  // namespace
}  // namespace overdracht::http
