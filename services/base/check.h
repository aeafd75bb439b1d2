// For what cannot happen unless we made a mistake or the journal is not what we wrote: say so and die (style: ours -> CHECK).
#ifndef OVERDRACHT_SERVICES_BASE_CHECK_H_
#define OVERDRACHT_SERVICES_BASE_CHECK_H_

#include <absl/strings/str_cat.h>

#include <cstdio>
#include <cstdlib>
#include <string>

namespace overdracht::base {

[[noreturn]] inline void Die(const char* file, int line, const char* condition, const std::string& what) {
  (void)std::fprintf(stderr, "%s:%d: check failed: %s (%s)\n", file, line, what.c_str(), condition);
  std::abort();
}

}  // namespace overdracht::base

// What is wrong, in parts that absl::StrCat takes; they are made only then.
#define OVERDRACHT_CHECK(condition, ...)                                                                    \
  do {                                                                                                      \
    if (!(condition)) ::overdracht::base::Die(__FILE__, __LINE__, #condition, ::absl::StrCat(__VA_ARGS__)); \
  } while (false)

#endif  // OVERDRACHT_SERVICES_BASE_CHECK_H_
