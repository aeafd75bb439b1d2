// What people read: the sentences of refusals, in English for logs and callers and in Dutch (B1) for people. One table of texts (D15).
#ifndef OVERDRACHT_SERVICES_TEXTS_SENTENCES_H_
#define OVERDRACHT_SERVICES_TEXTS_SENTENCES_H_

#include <string>

#include "overdracht/journal/v1/refusal.pb.h"

namespace overdracht::texts {

// "expected …, but …"
std::string English(const journal::v1::Refusal& refusal);
// "verwacht …, maar …"
std::string Dutch(const journal::v1::Refusal& refusal);

}  // namespace overdracht::texts

#endif  // OVERDRACHT_SERVICES_TEXTS_SENTENCES_H_
