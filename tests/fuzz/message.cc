// An event that comes as a protobuf message: of a typed call, and of a partner service to its region.
#include "services/base/check.h"
#include "services/event/check.h"
#include "services/region/wire.h"
#include "tests/fuzz/fuzz.h"

using namespace overdracht;

FUZZ(bytes) {
  const auto knows = [](absl::string_view kind) { return kind == "home_visit"; };
  event::v1::Event event;
  if (event.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) (void)event::CheckEvent(event, knows);
  region::v1::Report report;
  if (!report.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return;
  const absl::StatusOr<region::Report> read = region::FromWire(&report, knows);
  if (!read.ok()) return;
  if (const auto* sound = std::get_if<event::v1::Event>(&read->event)) {
    OVERDRACHT_CHECK(!event::CheckEvent(*sound, knows), "what a partner service sends is held to the same rules");
  }
}
