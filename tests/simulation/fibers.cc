#include "tests/simulation/fibers.h"

#include <cstdint>
#include <utility>

namespace overdracht::simulation {
namespace {

constexpr size_t kStackBytes = 256 << 10;

// Of lives that ended: a stack that was used before costs nothing.
std::vector<std::unique_ptr<char[]>>& Stacks() {
  static auto* const stacks = new std::vector<std::unique_ptr<char[]>>;
  return *stacks;
}

}  // namespace

Fibers::~Fibers() {
  for (size_t which = 0; which < fibers_.size(); ++which) Kill(which);
}

void Fibers::Begin(size_t which, std::function<void()> life) {
  if (which >= fibers_.size()) fibers_.resize(which + 1);
  auto fiber = std::make_unique<Fiber>();
  fiber->life = std::move(life);
  if (Stacks().empty()) Stacks().emplace_back(new char[kStackBytes]);
  fiber->stack = std::move(Stacks().back());
  Stacks().pop_back();
  getcontext(&fiber->context);
  fiber->context.uc_stack.ss_sp = fiber->stack.get();
  fiber->context.uc_stack.ss_size = kStackBytes;
  fiber->context.uc_link = nullptr;
  const auto self = reinterpret_cast<uintptr_t>(this);  // makecontext passes ints only
  makecontext(&fiber->context, reinterpret_cast<void (*)()>(&Fibers::Enter), 2, static_cast<unsigned>(self >> 32),
              static_cast<unsigned>(self));
  fibers_[which] = std::move(fiber);
}

void Fibers::Enter(unsigned high, unsigned low) { reinterpret_cast<Fibers*>(static_cast<uintptr_t>(high) << 32 | low)->Run(); }

void Fibers::Run() {
  Fiber& fiber = *fibers_[*running_];
  try {
    if (!fiber.killed) fiber.life();
  } catch (const Killed&) {
  }
  fiber.life = nullptr;
  fiber.ended = true;
  _longjmp(scheduler_, 1);
}

void Fibers::Resume(size_t which) {
  Fiber& fiber = *fibers_[which];
  running_ = which;
  // setcontext asks the system for the mask of signals each time; jumping does not.
  if (_setjmp(scheduler_) == 0) {
    if (std::exchange(fiber.begun, true)) _longjmp(fiber.goes_on, 1);
    setcontext(&fiber.context);
  }
  running_.reset();
  if (fiber.ended && fiber.stack) Stacks().push_back(std::move(fiber.stack));
}

void Fibers::Kill(size_t which) {
  if (!Lives(which)) return;
  fibers_[which]->killed = true;
  Resume(which);
}

void Fibers::Yield() {
  Fiber& fiber = *fibers_[*running_];
  if (_setjmp(fiber.goes_on) == 0) _longjmp(scheduler_, 1);
  if (fiber.killed) throw Killed();
}

}  // namespace overdracht::simulation
