// The words for the codes that stand in a refusal's parameters.
#ifndef OVERDRACHT_SERVICES_TEXTS_WORDS_H_
#define OVERDRACHT_SERVICES_TEXTS_WORDS_H_

#include <absl/strings/string_view.h>

#include <string>

namespace overdracht::texts {

enum class Language { kEnglish, kDutch };

// One code as a person reads it. A code without words of its own is written as it is, with spaces for underscores; a text with other
// characters than those of a code (a place, a date, an id) stays as it is.
std::string Word(Language language, absl::string_view parameter, absl::string_view code, bool typed = false);

// A parameter's whole value: its codes (comma separated) in words, joined by "and" where all are meant and by "or" where one is.
// `typed`: codes are meant to be typed, so those without words under this very parameter stay as they are.
std::string Words(Language language, absl::string_view parameter, absl::string_view value, bool typed = false);

}  // namespace overdracht::texts

#endif  // OVERDRACHT_SERVICES_TEXTS_WORDS_H_
