// An answer as `publish` and `report` print it for people.
#ifndef OVERDRACHT_SERVICES_CLI_ANSWER_TEXT_H_
#define OVERDRACHT_SERVICES_CLI_ANSWER_TEXT_H_

#include <string>

#include "overdracht/api/v1/report.pb.h"

namespace overdracht::cli {

// Dutch: 'aangenomen, positie 0:12' or 'geweigerd (ILLEGAL_STATE): verwacht …'.
std::string AnswerText(const api::v1::Answer& answer);

}  // namespace overdracht::cli

#endif  // OVERDRACHT_SERVICES_CLI_ANSWER_TEXT_H_
