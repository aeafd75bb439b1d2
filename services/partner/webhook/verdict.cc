#include "services/partner/webhook/verdict.h"

#include <algorithm>

namespace overdracht::partner {
namespace {

constexpr absl::Duration kFirst = absl::Seconds(1), kLongest = absl::Minutes(10), kLongestAsked = absl::Hours(1);
constexpr int kGoneStatus = 410;

}  // namespace

Verdict Judge(const Attempt& attempt) {
  if (attempt.status >= 200 && attempt.status < 300) return Verdict::kTaken;
  return attempt.status == kGoneStatus ? Verdict::kGone : Verdict::kAgain;
}

absl::Duration WaitAfter(int failures, double chance, const Attempt& attempt) {
  absl::Duration wait = kFirst;
  for (int i = 1; i < failures && wait < kLongest; ++i) wait *= 2;
  wait = std::min(wait, kLongest);
  wait = wait / 2 + chance * (wait / 2);
  return std::max(wait, std::min(attempt.retry_after, kLongestAsked));
}

}  // namespace overdracht::partner
