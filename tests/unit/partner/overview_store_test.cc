// The store of overviews against a plain list of them.
#include <absl/strings/str_format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <random>

#include "services/base/uuid.h"
#include "services/event/write.h"
#include "services/partner/overview/store.h"

namespace overdracht::partner {
namespace {

using api::v1::OutboxItem;
using api::v1::TrajectFilter;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr char kWijk[] = "00000099000000102000";
constexpr char kZorg[] = "00000099000000101000";

std::string Id(int n) { return absl::StrFormat("%08x-0000-4000-8000-000000000000", n * 2654435761u); }

class OverviewStoreTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = ::testing::TempDir() + "overdracht.XXXXXX";
    folder_ = mkdtemp(name.data());
    Open();
  }
  void TearDown() override {
    store_.reset();
    std::filesystem::remove_all(folder_);
  }

  void Open() {
    store_.reset();
    auto store = OverviewStore::Open(Path());
    ASSERT_TRUE(store.ok()) << store.status();
    store_ = *std::move(store);
  }
  std::string Path() const { return folder_ + "/overview.db"; }

  OutboxItem Item(int traject) {
    OutboxItem item;
    item.set_traject(Id(traject));
    item.set_cursor(event::FormatSequence(event::SequenceOf(++number_, 0)));
    return item;
  }
  OutboxItem InPhase(int traject, const std::string& phase) {
    OutboxItem item = Item(traject);
    item.mutable_notice()->mutable_traject_changed()->set_phase(phase);
    item.mutable_notice()->mutable_traject_changed()->set_status(notice::v1::STATUS_LOPEND);
    return item;
  }
  OutboxItem HeldBy(int traject, const std::string& organisation) {
    OutboxItem item = Item(traject);
    item.mutable_notice()->mutable_responsibility_moved()->set_to(organisation);
    return item;
  }
  OutboxItem Task(int traject, bool open) {
    OutboxItem item = Item(traject);
    if (open) {
      item.mutable_notice()->mutable_task_opened()->set_task("intake");
    } else {
      item.mutable_notice()->mutable_task_closed()->set_task("intake");
      item.mutable_notice()->mutable_task_closed()->set_outcome(notice::v1::TASK_OUTCOME_COMPLETED);
    }
    return item;
  }
  OutboxItem Late(int traject) {
    OutboxItem item = Item(traject);
    item.mutable_notice()->mutable_term_expired()->set_of(notice::v1::TERM_KIND_TASK);
    item.mutable_notice()->mutable_term_expired()->set_reference("intake");
    return item;
  }

  void Add(std::vector<OutboxItem> items, const std::string& organisation = kWijk) {
    const absl::Status status =
        store_->Add(organisation, {.items = std::move(items), .after = event::SequenceOf(number_, 0), .more = false});
    ASSERT_TRUE(status.ok()) << status;
  }

  // All pages.
  std::vector<std::string> List(const TrajectFilter& filter, int page_size = 7, const std::string& organisation = kWijk) {
    std::vector<std::string> ids;
    std::string after;
    while (true) {
      const auto page = store_->List(organisation, filter, after, page_size);
      if (!page.ok()) return {page.status().ToString()};
      for (const auto& overview : page->trajecten) ids.push_back(overview.traject());
      total_ = page->total;
      if (!page->more) return ids;
      after = page->last;
    }
  }

  std::string folder_;
  uint64_t number_ = 0;
  int64_t total_ = 0;
  std::unique_ptr<OverviewStore> store_;
};

TEST_F(OverviewStoreTest, EveryFilterListsWhatAPlainListWould) {
  std::mt19937 random(7);
  const auto draw = [&](int n) { return static_cast<int>(random() % n); };
  const std::vector<std::string> phases = {"voor", "tijdens", "na"};
  const std::vector<std::string> holders = {kWijk, kZorg, ""};
  std::vector<int> trajecten;
  for (int round = 0; round < 40; ++round) {
    std::vector<OutboxItem> items;
    for (int i = 0; i < 25; ++i) {
      const int traject = draw(90);
      trajecten.push_back(traject);
      const int what = draw(5);
      items.push_back(what == 0   ? InPhase(traject, phases[draw(3)])
                      : what == 1 ? HeldBy(traject, holders[draw(2)])
                      : what == 2 ? Late(traject)
                                  : Task(traject, what == 3));
    }
    Add(items);
    if (round % 10 == 5) Open();
  }
  std::map<std::string, api::v1::TrajectOverview> all;
  for (int traject : trajecten) {
    const auto found = store_->Find(kWijk, *base::ParseUuid(Id(traject)));
    ASSERT_TRUE(found.ok() && *found);
    all[Id(traject)] = **found;
  }
  int filters = 0, listed = 0;
  for (const std::string phase : {"", "voor", "na"}) {
    for (const std::string& holder : holders) {
      for (int overdue : {-1, 0, 1}) {
        for (int has_tasks : {-1, 0, 1}) {
          TrajectFilter filter;
          filter.set_phase(phase);
          filter.set_responsible(holder);
          if (overdue >= 0) filter.set_overdue(overdue == 1);
          if (has_tasks >= 0) filter.set_has_tasks(has_tasks == 1);
          std::vector<std::string> expected;
          for (const auto& [id, overview] : all) {
            if (Passes(filter, overview)) expected.push_back(id);
          }
          EXPECT_EQ(List(filter), expected);
          EXPECT_EQ(total_, static_cast<int64_t>(expected.size()));
          ++filters;
          listed += static_cast<int>(expected.size());
        }
      }
    }
  }
  EXPECT_EQ(filters, 81);
  EXPECT_GT(listed, 500);
}

TEST_F(OverviewStoreTest, OrganisationsDoNotSeeEachOther) {
  Add({InPhase(1, "voor")}, kWijk);
  Add({InPhase(1, "na"), InPhase(2, "na")}, kZorg);
  EXPECT_THAT(List({}, 7, kWijk), ElementsAre(Id(1)));
  EXPECT_EQ((*store_->Find(kWijk, *base::ParseUuid(Id(1))))->phase(), "voor");
  EXPECT_FALSE(store_->Find(kWijk, *base::ParseUuid(Id(2)))->has_value());
  EXPECT_THAT(List({}, 7, "00000099000000109000"), IsEmpty());
}

TEST_F(OverviewStoreTest, GoesOnWhereItWas) {
  Add({InPhase(1, "voor")});
  const uint64_t place = *store_->Place(kWijk);
  EXPECT_EQ(place, event::SequenceOf(1, 0));
  Open();
  EXPECT_EQ(*store_->Place(kWijk), place);
  EXPECT_EQ(*store_->Place(kZorg), 0u);
  EXPECT_THAT(List({}), ElementsAre(Id(1)));
}

TEST_F(OverviewStoreTest, AFileOfAnotherVersionOrThatCannotBeReadIsMadeAnew) {
  Add({InPhase(1, "voor")});
  store_.reset();
  {
    auto database = storage::Database::Open(Path());
    ASSERT_TRUE(database.ok());
    ASSERT_TRUE((*database)->Execute("PRAGMA user_version=7").ok());
  }
  Open();
  EXPECT_EQ(*store_->Place(kWijk), 0u);
  EXPECT_THAT(List({}), IsEmpty());
  store_.reset();
  std::filesystem::remove(Path() + "-wal");
  std::ofstream(Path())
      << "this is no database, and long enough to be looked at as one: ............................................................";
  Open();
  EXPECT_EQ(*store_->Place(kWijk), 0u);
  Add({InPhase(1, "voor")});
  EXPECT_THAT(List({}), ElementsAre(Id(1)));
}

}  // namespace
}  // namespace overdracht::partner
