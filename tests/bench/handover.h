// The measure of all benchmarks: a *handover* is four reports on a new traject of five participants: started, consent granted for three
// categories, offered, accepted.
#ifndef OVERDRACHT_TESTS_BENCH_HANDOVER_H_
#define OVERDRACHT_TESTS_BENCH_HANDOVER_H_

#include <array>
#include <cstdint>
#include <string>

#include "overdracht/event/v1/event.pb.h"

namespace overdracht::bench {

inline constexpr int kReports = 4;

// The n-th handover's reports as CloudEvents in JSON. Other `n`, other trajecten; `time` is RFC 3339.
std::array<std::string, kReports> HandoverJson(uint64_t n, const std::string& time);
// As the service reads them.
std::array<event::v1::Event, kReports> HandoverEvents(uint64_t n, const std::string& time);

}  // namespace overdracht::bench

#endif  // OVERDRACHT_TESTS_BENCH_HANDOVER_H_
