#include "services/workflow/answer.h"

namespace overdracht::workflow {

Answer AnswerOf(const journal::v1::Seen& seen) {
  Answer answer;
  answer.record = seen.position();
  answer.duplicate = true;
  if (seen.has_refusal()) answer.refusal = seen.refusal();
  return answer;
}

Answer AnswerOf(const journal::v1::Record& record) {
  Answer answer;
  answer.record = record.number();
  if (record.has_refusal()) answer.refusal = record.refusal();
  return answer;
}

Answer AnswerOf(const journal::v1::Refusal& refusal) {
  Answer answer;
  answer.refusal = refusal;
  return answer;
}

journal::v1::Refusal MakeRefusal(journal::v1::RefusalCode code, journal::v1::RefusalReason reason) {
  journal::v1::Refusal refusal;
  refusal.set_code(code);
  refusal.set_reason(reason);
  return refusal;
}

}  // namespace overdracht::workflow
