// list_page: a page of 50 of an organisation's trajecten, by one filter or another, somewhere in the list. Against the same of a hundredth
// of them: what a page costs does not follow how many there are.
#include <absl/strings/str_format.h>

#include <algorithm>
#include <filesystem>
#include <random>

#include "services/base/check.h"
#include "services/base/uuid.h"
#include "services/event/write.h"
#include "services/partner/overview/store.h"
#include "tests/bench/bench.h"

namespace overdracht::bench {
namespace {

using api::v1::TrajectFilter;
using partner::OverviewStore;

constexpr char kGemeente[] = "00000099000000103000";
constexpr int kPage = 50;
constexpr int kOutboxPage = 1000;
constexpr uint64_t kOrganisations = 20;  // that hold clients

std::string Id(uint32_t first, uint64_t random) {
  return absl::StrFormat("%08x-%04x-4000-8000-%012x", first, random >> 48, random & 0xffffffffffff);
}
std::string Holder(uint64_t n) { return absl::StrFormat("000000990000002%05d", n); }

class Store {
 public:
  explicit Store(int trajecten) {
    std::string name = std::filesystem::temp_directory_path() / "overdracht-bench.XXXXXX";
    folder_ = mkdtemp(name.data());
    store_ = *OverviewStore::Open(folder_ + "/overview.db");
    region::OutboxPage page;
    for (int i = 0; i < trajecten; ++i) {
      // In the order of their ids, which is the quickest to fill.
      Tell(&page, Id(static_cast<uint32_t>((uint64_t{1} << 32) * i / trajecten), random_()));
      if (page.items.size() >= kOutboxPage || i + 1 == trajecten) {
        page.after = number_;
        OVERDRACHT_CHECK(store_->Add(kGemeente, page).ok(), "a benchmark's outbox that cannot be folded");
        page.items.clear();
      }
    }
  }
  ~Store() {
    store_.reset();
    std::filesystem::remove_all(folder_);
  }

  // One page, in milliseconds.
  double List() {
    TrajectFilter filter;
    switch (random_() % 6) {
      case 0:
        break;
      case 1:
        filter.set_phase("tijdens");
        break;
      case 2:
        filter.set_status(notice::v1::STATUS_AFGEROND);
        break;
      case 3:
        filter.set_responsible(Holder(random_() % kOrganisations));
        break;
      case 4:
        filter.set_has_tasks(true);
        break;
      default:
        filter.set_overdue(true);
        filter.set_phase("voor");
    }
    const std::string after = *base::ParseUuid(Id(static_cast<uint32_t>(random_()), random_()));
    const Stopwatch watch;
    const absl::StatusOr<OverviewStore::Page> page = store_->List(kGemeente, filter, after, kPage);
    const double ms = 1e3 * watch.Seconds();
    OVERDRACHT_CHECK(page.ok(), "a benchmark's page that cannot be read");
    return ms;
  }

 private:
  api::v1::OutboxItem* Add(region::OutboxPage* page, const std::string& traject) {
    api::v1::OutboxItem& item = page->items.emplace_back();
    item.set_traject(traject);
    item.set_cursor(event::FormatSequence(number_ += 1'000'000));
    return &item;
  }

  // Of a traject what a list can be filtered by.
  void Tell(region::OutboxPage* page, const std::string& traject) {
    auto* changed = Add(page, traject)->mutable_notice()->mutable_traject_changed();
    constexpr const char* kPhases[] = {"voor", "tijdens", "na"};
    changed->set_phase(kPhases[random_() % 3]);
    changed->set_status(random_() % 4 == 0 ? notice::v1::STATUS_AFGEROND : notice::v1::STATUS_LOPEND);
    Add(page, traject)->mutable_notice()->mutable_participants_changed()->set_responsible(Holder(random_() % kOrganisations));
    if (random_() % 2 == 0) Add(page, traject)->mutable_notice()->mutable_task_opened()->set_task("netwerk");
    if (random_() % 8 == 0) {
      auto* expired = Add(page, traject)->mutable_notice()->mutable_term_expired();
      expired->set_of(notice::v1::TERM_KIND_TASK);
      expired->set_reference("netwerk");
    }
  }

  std::string folder_;
  std::unique_ptr<OverviewStore> store_;
  std::mt19937_64 random_{1};
  uint64_t number_ = 0;
};

}  // namespace

Result ListPage(const Options& options) {
  const int trajecten = std::max(1000, static_cast<int>(1'000'000 * options.scale));
  const int pages = std::max(100, static_cast<int>(5000 * options.scale));
  Result result("list_page", "ms", options.runs, absl::StrFormat("the same of %d, ms", trajecten / 100));
  Store store(trajecten), small(trajecten / 100);
  std::vector<double> medians, baselines, cpu, all_ms;
  for (int run = 0; run < options.runs; ++run) {
    std::vector<double> ms, small_ms;
    const double cpu_before = CpuSeconds();
    for (int i = 0; i < pages; ++i) ms.push_back(store.List());
    cpu.push_back(1e3 * (CpuSeconds() - cpu_before) / pages);
    for (int i = 0; i < pages; ++i) small_ms.push_back(small.List());
    medians.push_back(Percentile(ms, 50));
    baselines.push_back(Percentile(small_ms, 50));
    all_ms.insert(all_ms.end(), ms.begin(), ms.end());
  }
  result.value = Median(medians);
  result.spread = Spread(medians);
  result.baseline_value = Median(baselines);
  result.p50_ms = Percentile(all_ms, 50);
  result.p99_ms = Percentile(all_ms, 99);
  result.cpu_ms_per_op = Median(cpu);
  result.more["trajecten"] = trajecten;
  return result;
}

}  // namespace overdracht::bench
