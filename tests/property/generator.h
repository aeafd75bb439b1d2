// A client's life as nobody would plan it: reports and jumps in time, drawn by a seed, biased so that deep states are reached.
#ifndef OVERDRACHT_TESTS_PROPERTY_GENERATOR_H_
#define OVERDRACHT_TESTS_PROPERTY_GENERATOR_H_

#include <optional>
#include <string>
#include <vector>

#include "tests/property/reports.h"

namespace overdracht::testing {

// A report, or only a moment to which the clock is moved.
struct Input {
  int64_t at_us = 0;
  std::optional<event::v1::Event> event;
};

class Generator {
 public:
  Generator(uint64_t seed, std::string workflow);

  // What comes next; `traject` is null until it has started.
  Input Next(const journal::v1::Traject* traject, int64_t clock_us);

 private:
  int64_t Moment(const journal::v1::Traject* traject, int64_t clock_us);
  event::v1::Event Forward(const journal::v1::Traject& traject, int64_t now);  // what brings the client on
  std::optional<event::v1::Event> ForwardHandover(const journal::v1::Traject& traject, int64_t now);
  std::optional<event::v1::Event> ForwardHome(const journal::v1::Traject& traject, int64_t now);

  Chance chance_;
  Reports reports_;
  std::string workflow_;
  int haste_;     // percent of the reports that bring the client on
  int patience_;  // percent of the moments that are far away
};

// One CloudEvent in JSON, on one line.
std::string ToJson(const event::v1::Event& event);

}  // namespace overdracht::testing

#endif  // OVERDRACHT_TESTS_PROPERTY_GENERATOR_H_
