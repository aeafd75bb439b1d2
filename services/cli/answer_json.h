// An answer as `publish --json` and `report --json` print it, and for people.
#ifndef OVERDRACHT_SERVICES_CLI_ANSWER_JSON_H_
#define OVERDRACHT_SERVICES_CLI_ANSWER_JSON_H_

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "overdracht/api/v1/event_service.pb.h"

namespace overdracht::cli {

nlohmann::ordered_json AnswerJson(std::optional<uint64_t> line, const api::v1::Answer& answer);
// Dutch: 'aangenomen, positie 0:12' or 'geweigerd (ILLEGAL_STATE): verwacht …'.
std::string AnswerText(const api::v1::Answer& answer);

}  // namespace overdracht::cli

#endif  // OVERDRACHT_SERVICES_CLI_ANSWER_JSON_H_
