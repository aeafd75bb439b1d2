// A client that does handovers (handover.h) by unary typed calls: each report is made when the one before it in its handover is answered.
#ifndef OVERDRACHT_TESTS_BENCH_HANDOVER_CALLS_H_
#define OVERDRACHT_TESTS_BENCH_HANDOVER_CALLS_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace overdracht::bench {

struct HandoverRun {
  double per_s = 0;
  double client_cpu_ms = 0;  // of one handover
  double server_cpu_ms = 0;
  std::vector<double> took_ms;    // each handover
  std::vector<double> report_ms;  // each of its reports
};

// So many handovers, numbered from `first` on, of which so many are under way at once.
//   address_of(organisation)   where an organisation makes its calls: host:port
//   server_cpu_s()             what the servers have used by now
HandoverRun DoHandovers(const std::function<std::string(const std::string& organisation)>& address_of,
                        const std::function<double()>& server_cpu_s, uint64_t first, size_t count, size_t in_flight);

}  // namespace overdracht::bench

#endif  // OVERDRACHT_TESTS_BENCH_HANDOVER_CALLS_H_
