// A record's bytes with another number.
#include "services/move/numbered.h"

#include <gmock/gmock.h>

namespace overdracht::move {
namespace {

std::string Numbered(uint64_t number, absl::string_view rest) {
  std::string bytes;
  AppendNumbered(number, rest, &bytes);
  return bytes;
}

TEST(Numbered, IsTheRecordThatProtobufWrites) {
  journal::v1::Record record;
  record.set_traject(std::string(16, 'a'));
  record.set_time_us(12345);
  record.mutable_term()->set_reference("r-1");
  for (const uint64_t number : {uint64_t{1}, uint64_t{127}, uint64_t{128}, uint64_t{300}, uint64_t{1} << 40, ~uint64_t{0}}) {
    record.set_number(number);
    const std::string bytes = record.SerializeAsString();
    ASSERT_TRUE(RestOf(bytes)) << number;
    EXPECT_EQ(Numbered(number, *RestOf(bytes)), bytes);
    EXPECT_EQ(WithoutNumber(record).rest, *RestOf(bytes));
  }
}

TEST(Numbered, KeepsWhatThisProgramDoesNotKnow) {
  const std::string of_later = std::string("\x08\x05\x18\x07", 4) + "\xca\x3e\x03xyz";  // field 1001
  EXPECT_EQ(Numbered(200, *RestOf(of_later)), std::string("\x08\xc8\x01\x18\x07", 5) + "\xca\x3e\x03xyz");
}

TEST(Numbered, IsNothingThatBeginsWithoutNumber) {
  EXPECT_EQ(RestOf(""), std::nullopt);
  EXPECT_EQ(RestOf("\x08"), std::nullopt);
  EXPECT_EQ(RestOf("\x12\x01x"), std::nullopt);
  EXPECT_EQ(RestOf(std::string(1, '\x08') + std::string(12, '\xff')), std::nullopt);
}

}  // namespace
}  // namespace overdracht::move
