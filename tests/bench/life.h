// What organisations report about one client, as it might go: steps with their day, drawn by a seed. Two kinds of life:
//
//   waiting   twelve steps on the first day: what runs is in order, and a home is waited for, which takes four to five months. Nothing is
//             due until then, and nobody reports anything: an idle traject
//   whole     from the start over the move and the handover into na, with what goes wrong on the way: offers declined or sent back, homes
//             declined and lost, relapse with respite or admission, signals, missed appointments, consent taken back
//
// How often things happen: tests/region (three years of a region), and for what it does not hold the sources behind the workflow: four
// to five months until there is a home, of ten clients eight or nine still housed years later, a third with a GGZ practitioner.
#ifndef OVERDRACHT_TESTS_BENCH_LIFE_H_
#define OVERDRACHT_TESTS_BENCH_LIFE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "tests/support/chance.h"

namespace overdracht::bench {

// Who reports, and who is meant in a field: $z the zorgaanbieder, $w the wijkteam, $g the gemeente, $c the woningcorporatie, $p the GGZ.
// In a field, $day+N is the date N days after the step, $participants all five in their roles.
struct Step {
  int64_t minute = 0;  // since midnight of the first day
  char by = 'z';
  std::string event;
  std::vector<std::string> fields;
};

inline constexpr size_t kWaitingSteps = 12;
std::vector<Step> WaitingLife();
// Sorted by time. Two years and more of na; whoever wants less of it stops earlier.
std::vector<Step> WholeLife(testing::Chance* chance);

}  // namespace overdracht::bench

#endif  // OVERDRACHT_TESTS_BENCH_LIFE_H_
