// For what cannot happen unless we made a mistake or the journal is not what we wrote: say so and die (style: ours -> CHECK).
#ifndef OVERDRACHT_SERVICES_BASE_CHECK_H_
#define OVERDRACHT_SERVICES_BASE_CHECK_H_

#include <cstdio>
#include <cstdlib>

#define OVERDRACHT_CHECK(condition, what)                                                                 \
  do {                                                                                                    \
    if (!(condition)) {                                                                                   \
      (void)std::fprintf(stderr, "%s:%d: check failed: %s (%s)\n", __FILE__, __LINE__, what, #condition); \
      std::abort();                                                                                       \
    }                                                                                                     \
  } while (false)

#endif  // OVERDRACHT_SERVICES_BASE_CHECK_H_
