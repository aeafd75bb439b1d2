// What is answered to a report.
#ifndef OVERDRACHT_SERVICES_WORKFLOW_ANSWER_H_
#define OVERDRACHT_SERVICES_WORKFLOW_ANSWER_H_

#include "overdracht/journal/v1/record.pb.h"
#include "overdracht/journal/v1/traject.pb.h"
#include "services/workflow/input.h"

namespace overdracht::workflow {

// Of one that came before: the first one's answer.
Answer AnswerOf(const journal::v1::Seen& seen);
Answer AnswerOf(const journal::v1::Record& record);
// Of one that leaves no record.
Answer AnswerOf(const journal::v1::Refusal& refusal);

journal::v1::Refusal MakeRefusal(journal::v1::RefusalCode code, journal::v1::RefusalReason reason);

}  // namespace overdracht::workflow

#endif  // OVERDRACHT_SERVICES_WORKFLOW_ANSWER_H_
