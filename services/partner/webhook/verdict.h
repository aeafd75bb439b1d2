// What an attempt to send came to, and when the next one is due. Pure.
//
// A receiver that does not take an item holds up its own webhook only, and nothing is ever passed over: the same item is sent again, less
// and less often, until it is taken. CloudEvents HTTP 1.1 Web Hooks says what the statuses mean.
#ifndef OVERDRACHT_SERVICES_PARTNER_WEBHOOK_VERDICT_H_
#define OVERDRACHT_SERVICES_PARTNER_WEBHOOK_VERDICT_H_

#include <absl/time/time.h>

namespace overdracht::partner {

struct Attempt {
  int status = 0;                                     // of HTTP; 0: there was no answer
  const char* why = "";                               // there was none: in a few words, nothing of the receiver's
  absl::Duration retry_after = absl::ZeroDuration();  // as the receiver asked
};

enum class Verdict {
  kTaken,
  kAgain,
  kGone,  // the receiver wants nothing more, until the service starts anew
};
Verdict Judge(const Attempt& attempt);

// Before the next attempt, after so many that failed (1, 2, …): twice as long each time up to ten minutes, between half and all of that by
// `chance` (0 to 1), so that receivers that failed together are not called together; but not before the receiver said, within an hour.
absl::Duration WaitAfter(int failures, double chance, const Attempt& attempt);

}  // namespace overdracht::partner

#endif  // OVERDRACHT_SERVICES_PARTNER_WEBHOOK_VERDICT_H_
