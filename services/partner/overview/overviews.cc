#include "services/partner/overview/overviews.h"

#include <utility>

namespace overdracht::partner {

void Overviews::Ask(const std::string& organisation, Look look) {
  {
    absl::MutexLock lock(&mutex_);
    const auto [reading, is_new] = readings_.try_emplace(organisation);
    if (!is_new) return reading->second.answered_by_the_next.push_back(std::move(look));
    reading->second.answered_by_this.push_back(std::move(look));
  }
  Begin(organisation);
}

void Overviews::Begin(const std::string& organisation) {
  worker_.Do([this, organisation] {
    const absl::StatusOr<uint64_t> place = store_->Place(organisation);
    if (!place.ok()) return End(organisation, place.status());
    ReadFrom(organisation, *place);
  });
}

void Overviews::ReadFrom(const std::string& organisation, uint64_t place) {
  region_->ReadOutbox({.organisation = organisation, .after = place, .answers = true, .large_pages = true},
                      [this, organisation](absl::StatusOr<region::OutboxPage> page) {
                        auto kept = std::make_shared<absl::StatusOr<region::OutboxPage>>(std::move(page));
                        worker_.Do([this, organisation, kept] { Add(organisation, *kept); });
                      });
}

void Overviews::Add(const std::string& organisation, const absl::StatusOr<region::OutboxPage>& page) {
  if (!page.ok()) return End(organisation, page.status());
  if (!page->items.empty()) {
    if (absl::Status status = store_->Add(organisation, *page); !status.ok()) return End(organisation, status);
  }
  if (page->more) return ReadFrom(organisation, page->after);
  End(organisation, absl::OkStatus());
}

void Overviews::End(const std::string& organisation, const absl::Status& status) {
  std::vector<Look> answered;
  bool again = false;
  {
    absl::MutexLock lock(&mutex_);
    Reading& reading = readings_[organisation];
    answered = std::exchange(reading.answered_by_this, std::exchange(reading.answered_by_the_next, {}));
    again = !reading.answered_by_this.empty();
    if (!again) readings_.erase(organisation);
  }
  for (const Look& look : answered) look(status.ok() ? absl::StatusOr<OverviewStore*>(store_.get()) : status);
  if (again) Begin(organisation);
}

}  // namespace overdracht::partner
