// A region that says what a test tells it to.
#ifndef OVERDRACHT_TESTS_UNIT_PARTNER_FAKE_REGION_H_
#define OVERDRACHT_TESTS_UNIT_PARTNER_FAKE_REGION_H_

#include <absl/strings/str_cat.h>
#include <absl/synchronization/mutex.h>

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "services/event/write.h"
#include "services/region/region.h"

namespace overdracht::partner {

class FakeRegion : public region::Region {
 public:
  absl::Status Take(region::Report&& report, size_t, std::function<void()>) override {
    if (!taken_in.ok()) return taken_in;
    auto done = std::move(report.done);
    taken.push_back(std::move(report));
    done(answer);
    return absl::OkStatus();
  }

  std::shared_ptr<const chart::Workflows> workflows() const override { return std::make_shared<chart::Workflows>(); }

  void ReadOutbox(const region::OutboxRequest& request, std::function<void(absl::StatusOr<region::OutboxPage>)> give) override {
    if (before_reading) before_reading();
    region::OutboxPage page{.items = {}, .after = request.after, .more = false};
    {
      absl::MutexLock lock(&mutex_);
      ++reads_;
      for (const auto& [sequence, item] : outboxes_[request.organisation]) {
        if (sequence <= request.after || (item.has_answer() && !request.answers)) continue;
        if (page.items.size() == page_size) {
          page.more = true;
          break;
        }
        page.items.push_back(item);
        page.after = sequence;
      }
    }
    page.end = page.more ? end : page.after;
    give(std::move(page));
  }

  std::unique_ptr<region::Listener> Listen(const std::string& organisation, std::function<void()> told) override {
    return listeners_.Add(organisation, std::move(told));
  }

  // Something new in an outbox.
  void Tell(const std::string& organisation, uint64_t number, const std::function<void(api::v1::OutboxItem*)>& fill) {
    api::v1::OutboxItem item;
    fill(&item);
    const uint64_t sequence = event::SequenceOf(number, item.has_answer() ? event::kAnswer : 0);
    item.set_cursor(event::FormatSequence(sequence));
    {
      absl::MutexLock lock(&mutex_);
      outboxes_[organisation][sequence] = item;
    }
    listeners_.Tell(organisation);
  }
  void TellOfTask(const std::string& organisation, uint64_t number) {
    Tell(organisation, number,
         [number](api::v1::OutboxItem* item) { item->mutable_notice()->mutable_task_opened()->set_task(absl::StrCat("task-", number)); });
  }

  int reads() {
    absl::MutexLock lock(&mutex_);
    return reads_;
  }

  absl::Status taken_in;
  absl::StatusOr<region::Answer> answer = region::Answer{.record = 7, .duplicate = false, .refusal = std::nullopt};
  std::vector<region::Report> taken;
  size_t page_size = 3;
  std::function<void()> before_reading;
  uint64_t end = 0;  // of an outbox that has more than a page

 private:
  absl::Mutex mutex_;
  int reads_ = 0;
  std::map<std::string, std::map<uint64_t, api::v1::OutboxItem>> outboxes_;
  region::Listeners listeners_;
};

}  // namespace overdracht::partner

#endif  // OVERDRACHT_TESTS_UNIT_PARTNER_FAKE_REGION_H_
