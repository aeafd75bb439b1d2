#include "services/region/listeners.h"

#include <utility>

namespace overdracht::region {

class Listeners::Entry : public Listener {
 public:
  Entry(Listeners* all, std::string organisation, Calls::iterator call) : all_(*all), organisation_(std::move(organisation)), call_(call) {}
  ~Entry() override {
    absl::MutexLock lock(&all_.mutex_);
    const auto found = all_.calls_.find(organisation_);
    found->second.erase(call_);
    if (found->second.empty()) all_.calls_.erase(found);
  }

 private:
  Listeners& all_;
  const std::string organisation_;
  const Calls::iterator call_;
};

std::unique_ptr<Listener> Listeners::Add(const std::string& organisation, std::function<void()> told) {
  absl::MutexLock lock(&mutex_);
  Calls& calls = calls_[organisation];
  return std::make_unique<Entry>(this, organisation, calls.insert(calls.end(), std::move(told)));
}

void Listeners::Tell(absl::string_view organisation) {
  absl::MutexLock lock(&mutex_);
  const auto tell = [](const Calls& calls) {
    for (const std::function<void()>& told : calls) told();
  };
  if (organisation.empty()) {
    for (const auto& [everybody, calls] : calls_) tell(calls);
  } else if (const auto found = calls_.find(organisation); found != calls_.end()) {
    tell(found->second);
  }
}

}  // namespace overdracht::region
