#include "services/edge/limits.h"

#include <algorithm>
#include <cmath>

namespace overdracht::edge {
namespace {

// The bucket of those who are not kept apart: nobody's OIN.
constexpr char kOthers[] = "";

}  // namespace

base::Micros Limits::TakeReport(const std::string& who, base::Micros now) {
  Bucket& bucket = BucketOf(who, now);
  Fill(&bucket, now);
  if (bucket.tokens < 1) {
    return std::max<base::Micros>(1, std::llround(std::ceil((1 - bucket.tokens) / rates_.reports_per_second * base::kSecond)));
  }
  bucket.tokens -= 1;
  return 0;
}

bool Limits::OpenStream(const std::string& who, base::Micros now) {
  Bucket& bucket = BucketOf(who, now);
  if (bucket.streams >= rates_.open_streams) return false;
  ++bucket.streams;
  return true;
}

void Limits::CloseStream(const std::string& who) {
  const auto found = kept_.find(who);
  // One that was opened in the others' bucket may since have one of its own.
  Bucket& bucket = found == kept_.end() || found->second.streams == 0 ? kept_[kOthers] : found->second;
  if (bucket.streams > 0) --bucket.streams;
}

Limits::Bucket& Limits::BucketOf(const std::string& who, base::Micros now) {
  if (const auto found = kept_.find(who); found != kept_.end()) return found->second;
  if (kept_.size() >= most_kept_ && now >= next_sweep_us_) {
    next_sweep_us_ = now + base::kSecond;
    for (auto it = kept_.begin(); it != kept_.end();) {
      Fill(&it->second, now);
      const bool rested = it->second.streams == 0 && it->second.tokens >= rates_.reports_at_once;
      it = rested ? kept_.erase(it) : std::next(it);
    }
  }
  const std::string& name = kept_.size() < most_kept_ ? who : kOthers;
  return kept_.emplace(name, Bucket{.tokens = static_cast<double>(rates_.reports_at_once), .at_us = now, .streams = 0}).first->second;
}

// A clock that goes back puts nothing back.
void Limits::Fill(Bucket* bucket, base::Micros now) const {
  if (now > bucket->at_us) {
    const double seconds = static_cast<double>(now - bucket->at_us) / static_cast<double>(base::kSecond);
    bucket->tokens = std::min<double>(rates_.reports_at_once, bucket->tokens + seconds * rates_.reports_per_second);
  }
  bucket->at_us = now;
}

}  // namespace overdracht::edge
