// What people read: the sentences of refusals, in English for logs and callers and in Dutch (B1) for people. One table of texts (D15).
//
// A text of the table holds parameters of the refusal: {state} is its value in words (words.h), {state|closed} "closed" where the
// refusal does not have it. [ … ] is left out where it names a parameter that is not there; [ … | … ] is the second part then. So every
// text gives a sound sentence whatever the refusal carries.
#ifndef OVERDRACHT_SERVICES_TEXTS_SENTENCES_H_
#define OVERDRACHT_SERVICES_TEXTS_SENTENCES_H_

#include <absl/strings/string_view.h>

#include <string>
#include <vector>

#include "overdracht/journal/v1/refusal.pb.h"

namespace overdracht::texts {

// "expected …, but …"
std::string English(const journal::v1::Refusal& refusal);
// "verwacht …, maar …"
std::string Dutch(const journal::v1::Refusal& refusal);

// A row of the table: what docs/errors.md lists.
struct Sentence {
  journal::v1::RefusalCode code;
  journal::v1::RefusalReason reason;
  absl::string_view parameters;  // those that the refusal may carry, comma separated
  absl::string_view english;
  absl::string_view dutch;
};

// Every reason once, in the order of the enum.
const std::vector<Sentence>& Sentences();
}  // namespace overdracht::texts

#endif  // OVERDRACHT_SERVICES_TEXTS_SENTENCES_H_
