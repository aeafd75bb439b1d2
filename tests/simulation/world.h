// A world that a seed makes: how many lives, which kinds of fault and how many, who is paused, killed, struck by what, and when.
#ifndef OVERDRACHT_TESTS_SIMULATION_WORLD_H_
#define OVERDRACHT_TESTS_SIMULATION_WORLD_H_

#include <string>
#include <vector>

#include "tests/simulation/stage.h"

namespace overdracht::simulation {

// The same seed gives the same numbers on every machine.
class Chance {
 public:
  explicit Chance(uint64_t seed) : state_(seed * 0x9e3779b97f4a7c15 + 1) {}
  uint64_t Number();
  size_t Below(size_t limit) { return Number() % limit; }
  bool OneIn(size_t times) { return times != 0 && Below(times) == 0; }

 private:
  uint64_t state_;
};

struct Outcome {
  std::vector<std::string> violations;
  std::string bytes;  // SHA-256 of the log as it is in the end, in text
  std::string story;  // for people, only where something is violated
  uint64_t records = 0, counted = 0, take_overs = 0, inputs = 0, halted = 0;
  bool disaster = false;
};

// What may happen beside what clients do and suffer by themselves; a world draws its own from it.
struct Weather {
  bool hostile = true;
  bool disasters = true;
  int steps = 1500;
};

Outcome Live(uint64_t seed, const Breakage& breakage = {}, const Weather& weather = {});

}  // namespace overdracht::simulation

#endif  // OVERDRACHT_TESTS_SIMULATION_WORLD_H_
