// How often each organisation may call, so that none of them slows down the others. Pure: the time comes in.
#ifndef OVERDRACHT_SERVICES_EDGE_LIMITS_H_
#define OVERDRACHT_SERVICES_EDGE_LIMITS_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>

#include "services/base/time.h"

namespace overdracht::edge {

struct Rates {
  uint32_t reports_per_second = 2000;  // over some time
  uint32_t reports_at_once = 10000;    // after some rest
  uint32_t open_streams = 100;
  base::Micros catch_up_us = 600 * base::kSecond;  // a stream that gets further behind for so long is ended
};

// A bucket of tokens for each: a report takes one, time puts them back. Whoever has rested is forgotten. Where there are more at once than
// are kept apart, the ones that come after share one bucket.
class Limits {
 public:
  static constexpr size_t kMostKept = 10'000;

  explicit Limits(Rates rates, size_t most_kept = kMostKept) : rates_(rates), most_kept_(most_kept) {}

  // 0: it is taken in. Else nothing is, and it is worth trying again after so long.
  base::Micros TakeReport(const std::string& who, base::Micros now);

  // False: there are as many as there may be. Each that was opened is closed once.
  bool OpenStream(const std::string& who, base::Micros now);
  void CloseStream(const std::string& who);

  size_t kept() const { return kept_.size(); }

 private:
  struct Bucket {
    double tokens = 0;
    base::Micros at_us = 0;  // when there were so many
    uint32_t streams = 0;
  };

  Bucket& BucketOf(const std::string& who, base::Micros now);
  void Fill(Bucket* bucket, base::Micros now) const;

  const Rates rates_;
  const size_t most_kept_;
  std::map<std::string, Bucket> kept_;
  base::Micros next_sweep_us_ = 0;
};

}  // namespace overdracht::edge

#endif  // OVERDRACHT_SERVICES_EDGE_LIMITS_H_
