#include "tests/simulation/fibers.h"

#include <cstdint>

namespace overdracht::simulation {
namespace {

constexpr size_t kStackBytes = 256 << 10;

}  // namespace

Fibers::~Fibers() {
  for (size_t which = 0; which < fibers_.size(); ++which) Kill(which);
}

void Fibers::Begin(size_t which, std::function<void()> life) {
  if (which >= fibers_.size()) fibers_.resize(which + 1);
  auto fiber = std::make_unique<Fiber>();
  fiber->life = std::move(life);
  if (stacks_.empty()) stacks_.emplace_back(kStackBytes);
  fiber->stack = std::move(stacks_.back());
  stacks_.pop_back();
  getcontext(&fiber->context);
  fiber->context.uc_stack.ss_sp = fiber->stack.data();
  fiber->context.uc_stack.ss_size = fiber->stack.size();
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
  swapcontext(&fiber.context, &scheduler_);
}

void Fibers::Resume(size_t which) {
  Fiber& fiber = *fibers_[which];
  running_ = which;
  swapcontext(&scheduler_, &fiber.context);
  running_.reset();
  if (fiber.ended && !fiber.stack.empty()) stacks_.push_back(std::move(fiber.stack));
}

void Fibers::Kill(size_t which) {
  if (!Lives(which)) return;
  fibers_[which]->killed = true;
  Resume(which);
}

void Fibers::Yield() {
  Fiber& fiber = *fibers_[*running_];
  swapcontext(&fiber.context, &scheduler_);
  if (fiber.killed) throw Killed();
}

}  // namespace overdracht::simulation
