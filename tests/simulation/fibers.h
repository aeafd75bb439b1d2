// Several lives in one thread, each with its own stack: whoever waits yields, and the scheduler says who goes on. So code that waits in the
// midst of a call runs unchanged, and each way in which such calls can come between one another can be chosen, and chosen again.
#ifndef OVERDRACHT_TESTS_SIMULATION_FIBERS_H_
#define OVERDRACHT_TESTS_SIMULATION_FIBERS_H_

#include <setjmp.h>
#include <ucontext.h>

#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace overdracht::simulation {

class Fibers {
 public:
  Fibers() = default;
  Fibers(const Fibers&) = delete;
  ~Fibers();

  // Begins a life in place `which`; the one that was there must have ended.
  void Begin(size_t which, std::function<void()> life);
  // Lets it go on until it yields or ends.
  void Resume(size_t which);
  // Ends it in the midst of whatever it does, as kill -9 does, but for its memory, which is given back.
  void Kill(size_t which);
  bool Lives(size_t which) const { return which < fibers_.size() && fibers_[which] && !fibers_[which]->ended; }

  // Of the life that runs.
  void Yield();
  std::optional<size_t> running() const { return running_; }

 private:
  struct Killed {};
  struct Fiber {
    std::function<void()> life;
    std::unique_ptr<char[]> stack;
    ucontext_t context{};  // where it begins
    jmp_buf goes_on;
    bool begun = false;
    bool killed = false;
    bool ended = false;
  };
  static void Enter(unsigned high, unsigned low);
  void Run();

  std::vector<std::unique_ptr<Fiber>> fibers_;
  jmp_buf scheduler_;
  std::optional<size_t> running_;
};

}  // namespace overdracht::simulation

#endif  // OVERDRACHT_TESTS_SIMULATION_FIBERS_H_
