#include "services/remote/kafka/answer.h"

#include <absl/strings/ascii.h>
#include <absl/strings/numbers.h>

#include "services/base/codes.h"

namespace overdracht::remote {
namespace {

// <partition>:<number>
bool ReadPosition(absl::string_view position, region::Answer* read) {
  const size_t colon = position.find(':');
  return colon != absl::string_view::npos && absl::SimpleAtoi(position.substr(0, colon), &read->partition) &&
         absl::SimpleAtoi(position.substr(colon + 1), &read->record);
}

}  // namespace

absl::StatusOr<region::Answer> ReadAnswer(const api::v1::Answer& answer) {
  region::Answer read;
  read.duplicate = answer.duplicate();
  if (!answer.position().empty() && !ReadPosition(answer.position(), &read)) {
    return absl::InternalError("expected the position of an answer to be <partition>:<number>, but it is not");
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
