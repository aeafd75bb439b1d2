// All that can happen to a few lives within small bounds: every order in which their calls can come between one another and the broker's
// own doings, and every fault at every place, as many as the bounds allow.
//
// A way is lived from its beginning, choice by choice, as the lives are real code with a real stack; the next way differs in the last
// choice that has another side. A state that was there before is not gone on from: what a life will do depends on nothing but the log and
// on what its transport has told it, so that both together are the state.
#ifndef OVERDRACHT_TESTS_SIMULATION_EXPLORER_H_
#define OVERDRACHT_TESTS_SIMULATION_EXPLORER_H_

#include <string>
#include <vector>

#include "tests/simulation/stage.h"

namespace overdracht::simulation {

struct Bounds {
  Setting setting;
  int faults = 1;     // of what clients suffer
  int elections = 0;  // of a leader
  int disasters = 0;
  uint64_t attempts = 1;  // of an owner to take over; then it is killed
};

struct Exploration {
  uint64_t states = 0;
  uint64_t ways = 0;                    // lived to their end
  size_t longest = 0;                   // way, in choices
  std::vector<std::string> violations;  // of the first way that has some; there the search ends
  std::string story;
};

Exploration Explore(const Bounds& bounds);

}  // namespace overdracht::simulation

#endif  // OVERDRACHT_TESTS_SIMULATION_EXPLORER_H_
