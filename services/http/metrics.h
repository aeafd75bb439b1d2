// Figures as Prometheus reads them (text format 0.0.4): what this port counts itself, and what others say when they are asked.
#ifndef OVERDRACHT_SERVICES_HTTP_METRICS_H_
#define OVERDRACHT_SERVICES_HTTP_METRICS_H_

#include <absl/base/thread_annotations.h>
#include <absl/synchronization/mutex.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "services/base/histogram.h"
#include "services/http/exchange.h"

namespace overdracht::http {

// No client, traject or organisation in a label.
struct Figure {
  std::string name;  // with its prefix: overdracht_decisions_total
  std::string help;
  enum Type { kCounter, kGauge, kHistogram } type = kCounter;
  std::vector<std::pair<std::string, double>> values = {};               // by labels: code="MALFORMED"; "" without any
  std::vector<std::pair<std::string, base::Histogram>> histograms = {};  // instead, of a histogram
};
using Figures = std::function<std::vector<Figure>()>;

std::string WriteFigures(const std::vector<Figure>& figures);

// Requests by route and status, and those that are open.
class Metrics {
 public:
  // The reply, counted when it is answered.
  std::shared_ptr<Reply> Count(std::string route, std::shared_ptr<Reply> reply);

  std::vector<Figure> Read();

 private:
  friend class CountedReply;

  absl::Mutex mutex_;
  std::map<std::pair<std::string, int>, uint64_t> requests_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, uint64_t> open_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace overdracht::http

#endif  // OVERDRACHT_SERVICES_HTTP_METRICS_H_
