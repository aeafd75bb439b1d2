// How often a measured value was at most so much: counted by bounds that are chosen once, as Prometheus reads it. Counts only grow.
#ifndef OVERDRACHT_SERVICES_BASE_HISTOGRAM_H_
#define OVERDRACHT_SERVICES_BASE_HISTOGRAM_H_

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <utility>
#include <vector>

namespace overdracht::base {

class Histogram {
 public:
  // They rise. None: everything is counted, and nothing told apart.
  explicit Histogram(std::vector<double> bounds = {}) : bounds_(std::move(bounds)), counts_(bounds_.size() + 1) {}

  void Add(double value) {
    ++counts_[static_cast<size_t>(std::lower_bound(bounds_.begin(), bounds_.end(), value) - bounds_.begin())];
    sum_ += value;
  }

  const std::vector<double>& bounds() const { return bounds_; }
  // Of the values that are at most this bound.
  uint64_t AtMost(size_t bound) const {
    return std::accumulate(counts_.begin(), counts_.begin() + static_cast<std::ptrdiff_t>(bound) + 1, uint64_t{0});
  }
  // Of all values.
  uint64_t count() const { return AtMost(bounds_.size()); }
  double sum() const { return sum_; }

 private:
  std::vector<double> bounds_;
  std::vector<uint64_t> counts_;  // above the bound before, at most this one; last those above all
  double sum_ = 0;
};

}  // namespace overdracht::base

#endif  // OVERDRACHT_SERVICES_BASE_HISTOGRAM_H_
