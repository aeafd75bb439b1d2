#include "services/event/check.h"

#include <gtest/gtest.h>

#include "services/event/read.h"
#include "tests/unit/event/sound_event.h"

namespace overdracht::event {
namespace {

v1::Event Sound() { return std::get<v1::Event>(ReadCloudEvent(SoundEvent(*FindKind("handovers.offered")).dump(), SomeContacts)); }

// A message may hold any bytes as its traject; only of 16 a UUID can be told back.
TEST(CheckEvent, ATrajectOfAnotherLengthIsRefused) {
  for (const size_t length : {0u, 1u, 8u, 15u, 17u, 36u}) {
    v1::Event event = Sound();
    event.set_traject(std::string(length, 't'));
    const auto malformed = CheckEvent(event, SomeContacts);
    ASSERT_TRUE(malformed.has_value()) << length;
    EXPECT_EQ(malformed->refusal.parameters(0).value(), "/subject") << length;
    EXPECT_EQ(malformed->subject, "") << length;
    EXPECT_EQ(malformed->id, event.id());
  }
  EXPECT_FALSE(CheckEvent(Sound(), SomeContacts).has_value());
}

}  // namespace
}  // namespace overdracht::event
