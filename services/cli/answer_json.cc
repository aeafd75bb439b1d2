#include "services/cli/answer_json.h"

#include <absl/strings/str_cat.h>

namespace overdracht::cli {

nlohmann::ordered_json AnswerJson(std::optional<uint64_t> line, const api::v1::Answer& answer) {
  nlohmann::ordered_json json;
  if (line) json["line"] = *line;
  json["source"] = answer.source();
  json["id"] = answer.id();
  json["subject"] = answer.subject();
  json["outcome"] = answer.accepted() ? "accepted" : "refused";
  if (!answer.position().empty()) json["position"] = answer.position();
  if (!answer.accepted()) {
    json["code"] = answer.code();
    json["message"] = answer.message();
    json["melding"] = answer.melding();
    json["reason"] = answer.reason();
    json["parameters"] = nlohmann::ordered_json::object();
    for (const api::v1::AnswerParameter& parameter : answer.parameters()) json["parameters"][parameter.name()] = parameter.value();
  }
  json["duplicate"] = answer.duplicate();
  return json;
}

std::string AnswerText(const api::v1::Answer& answer) {
  const std::string again = answer.duplicate() ? " (al eerder gemeld)" : "";
  const std::string position = answer.position().empty() ? "" : absl::StrCat(", positie ", answer.position());
  if (answer.accepted()) return absl::StrCat("aangenomen", again, position);
  return absl::StrCat("geweigerd", again, " (", answer.code(), "): ", answer.melding());
}

}  // namespace overdracht::cli
