// What comes as a protobuf message: an event of a typed call, and what a partner service and its region say to each other.
#include "services/base/check.h"
#include "services/event/check.h"
#include "services/region/wire.h"
#include "tests/fuzz/fuzz.h"

using namespace overdracht;

namespace {

bool Knows(absl::string_view kind) { return kind == "home_visit"; }

template <typename Message>
bool Parse(absl::string_view bytes, Message* message) {
  return message->ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
}

void ReadReport(absl::string_view bytes) {
  region::v1::Report report;
  if (!Parse(bytes, &report)) return;
  absl::StatusOr<region::Report> read = region::FromWire(&report, Knows);
  if (!read.ok()) return;
  const auto* const sound = std::get_if<event::v1::Event>(&read->event);
  if (sound == nullptr) return;
  OVERDRACHT_CHECK(!event::CheckEvent(*sound, Knows), "what a partner service sends is held to the same rules");
  region::v1::Report again = region::ToWire(7, &*read);
  OVERDRACHT_CHECK(region::FromWire(&again, Knows).ok(), "what was read can be sent on");
}

void ReadAnswer(absl::string_view bytes) {
  if (region::v1::Decided decided; Parse(bytes, &decided)) (void)region::FromWire(&decided);
  if (region::v1::Deployed deployed; Parse(bytes, &deployed)) (void)region::FromWire(&deployed);
}

}  // namespace

FUZZ(bytes) {
  if (event::v1::Event event; Parse(bytes, &event)) (void)event::CheckEvent(event, Knows);
  ReadReport(bytes);
  ReadAnswer(bytes);
}
