#include "services/remote/kafka/answer.h"

#include <absl/strings/ascii.h>

#include <optional>

#include "services/base/codes.h"
#include "services/event/write.h"

namespace overdracht::remote {

absl::StatusOr<region::Answer> ReadAnswer(const api::v1::Answer& answer) {
  region::Answer read;
  read.duplicate = answer.duplicate();
  if (!answer.position().empty()) {
    const std::optional<event::Position> position = event::ParsePosition(answer.position());
    if (!position) return absl::InternalError("expected the position of an answer to be <partition>:<number>, but it is not");
    read.partition = position->partition;
    read.record = position->number;
  }
  if (answer.accepted()) return read;
  const auto code = base::Parse<journal::v1::RefusalCode>(absl::AsciiStrToLower(answer.code()));
  const auto reason = base::Parse<journal::v1::RefusalReason>(absl::AsciiStrToLower(answer.reason()));
  if (!code || !reason) return absl::InternalError("expected a refusal that this program knows, but the answer's is newer");
  journal::v1::Refusal& refusal = read.refusal.emplace();
  refusal.set_code(*code);
  refusal.set_reason(*reason);
  for (const api::v1::AnswerParameter& parameter : answer.parameters()) {
    journal::v1::Parameter* const added = refusal.add_parameters();
    added->set_name(parameter.name());
    added->set_value(parameter.value());
  }
  return read;
}

}  // namespace overdracht::remote
