#include "services/cli/answer_text.h"

#include <absl/strings/str_cat.h>

namespace overdracht::cli {

std::string AnswerText(const api::v1::Answer& answer) {
  const std::string again = answer.duplicate() ? " (al eerder gemeld)" : "";
  const std::string position = answer.position().empty() ? "" : absl::StrCat(", positie ", answer.position());
  if (answer.accepted()) return absl::StrCat("aangenomen", again, position);
  return absl::StrCat("geweigerd", again, " (", answer.code(), "): ", answer.melding());
}

}  // namespace overdracht::cli
