// Chance by a seed: the same on every machine.
#ifndef OVERDRACHT_TESTS_SUPPORT_CHANCE_H_
#define OVERDRACHT_TESTS_SUPPORT_CHANCE_H_

#include <cstdint>
#include <initializer_list>
#include <random>

namespace overdracht::testing {

class Chance {
 public:
  explicit Chance(uint64_t seed) : engine_(seed) {}
  int Below(int n) { return static_cast<int>(engine_() % static_cast<uint64_t>(n)); }
  bool Percent(int percent) { return Below(100) < percent; }
  template <typename List>
  const auto& OneOf(const List& list) {
    return *(list.begin() + Below(static_cast<int>(list.size())));
  }
  template <typename T>
  T OneOf(std::initializer_list<T> list) {
    return *(list.begin() + Below(static_cast<int>(list.size())));
  }
  uint64_t Bits() { return engine_(); }

 private:
  std::mt19937_64 engine_;
};

}  // namespace overdracht::testing

#endif  // OVERDRACHT_TESTS_SUPPORT_CHANCE_H_
