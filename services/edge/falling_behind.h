// Whether a reader gets further and further behind. Pure: the time comes in.
#ifndef OVERDRACHT_SERVICES_EDGE_FALLING_BEHIND_H_
#define OVERDRACHT_SERVICES_EDGE_FALLING_BEHIND_H_

#include <cstdint>
#include <optional>

#include "services/base/time.h"

namespace overdracht::edge {

// One who reads a long history gets nearer to its end, however slowly: that is no trouble. One who is further away after all of its
// patience than before it, and was not once at the end meanwhile, will never get there.
class FallingBehind {
 public:
  // Nothing: nobody falls behind.
  explicit FallingBehind(std::optional<base::Micros> patience) : patience_(patience) {}

  // What comes next for the reader, and what is the last there is. True: it falls behind for ever.
  bool Note(base::Micros now, uint64_t place, uint64_t end) {
    if (!patience_) return false;
    const uint64_t distance = end > place ? end - place : 0;
    if (distance > 0 && since_ && now - since_->at < *patience_) return false;
    const bool further = distance > 0 && since_ && distance > since_->distance;
    since_ = distance > 0 ? std::optional<Mark>({now, distance}) : std::nullopt;
    return further;
  }

 private:
  struct Mark {
    base::Micros at;
    uint64_t distance;
  };

  const std::optional<base::Micros> patience_;
  std::optional<Mark> since_;  // nothing: it was at the end
};

}  // namespace overdracht::edge

#endif  // OVERDRACHT_SERVICES_EDGE_FALLING_BEHIND_H_
