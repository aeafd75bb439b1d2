// A traject for people, in Dutch: made from what `traject list` and `traject show` print as JSON.
#ifndef OVERDRACHT_SERVICES_CLI_TRAJECT_TEXT_H_
#define OVERDRACHT_SERVICES_CLI_TRAJECT_TEXT_H_

#include <nlohmann/json.hpp>
#include <string>

namespace overdracht::cli {

std::string TrajectLineText(const nlohmann::json& traject);
std::string TrajectShowText(const nlohmann::json& traject);

}  // namespace overdracht::cli

#endif  // OVERDRACHT_SERVICES_CLI_TRAJECT_TEXT_H_
