// What a simulated log leaves to others: what happens by chance, and what happens elsewhere while somebody waits.
//
// Nothing in this folder has a thread, a clock or chance of its own. So the same surroundings give the same bytes, and whoever can list all
// choices can go through all that may happen (tests/simulation).
#ifndef OVERDRACHT_SERVICES_LOG_SIMULATED_SURROUNDINGS_H_
#define OVERDRACHT_SERVICES_LOG_SIMULATED_SURROUNDINGS_H_

#include <cstddef>

namespace overdracht::log {

class Surroundings {
 public:
  virtual ~Surroundings() = default;
  // One of 0 … choices - 1; 0 is what happens when all is well.
  virtual size_t Fault(size_t choices) = 0;
  // Some time passes: others may run, the broker goes on.
  virtual void Pass() = 0;
};

}  // namespace overdracht::log

#endif  // OVERDRACHT_SERVICES_LOG_SIMULATED_SURROUNDINGS_H_
