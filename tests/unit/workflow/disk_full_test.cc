// A journal that cannot be written: callers are told, the state is what is durable, and the service goes on when there is room again.
#include "tests/unit/workflow/service.h"

namespace overdracht::workflow {
namespace {

// The embedded log on a disk that can be full.
class SmallDisk : public log::EventLog {
 public:
  explicit SmallDisk(const std::string& path) : log_(*log::EmbeddedLog::Open(path)) {}

  std::atomic<bool> full = false;

  absl::StatusOr<log::Tip> Append(const log::Tip& tip, absl::string_view batch) override {
    if (full) return absl::ResourceExhaustedError("the disk is full");
    return log_->Append(tip, batch);
  }
  absl::Status Read(const log::Tip& tip, Visit visit) override { return log_->Read(tip, visit); }
  bool Wait(const log::Tip& tip, absl::Duration timeout) override { return log_->Wait(tip, timeout); }

 private:
  std::unique_ptr<log::EmbeddedLog> log_;
};

TEST(DiskFull, NothingIsAnsweredThatIsNotDurableAndTheServiceGoesOn) {
  Folder folder;
  SmallDisk disk(folder / "journal.db");
  Service service(folder, ClockKind::kEvents, &disk);
  service.options().try_again = absl::ZeroDuration();
  service.Start();
  service.Publish(Started(1, "2017-01-02T09:00:00Z")).IgnoreError();
  const auto lines = service.List();
  const std::string completed = Completed(1, "2017-01-03T09:00:00Z", "actieplan", "a");

  disk.full = true;
  EXPECT_EQ(service.Outcome(completed), "RESOURCE_EXHAUSTED");
  EXPECT_EQ(service.List(), lines) << "still read, and as it is durable";
  EXPECT_EQ(service.Outcome(Completed(1, "2017-01-03T09:00:00Z", "crisiskaart", "b")), "RESOURCE_EXHAUSTED");

  disk.full = false;
  // The batch of before counts first: then its event was reported before.
  EXPECT_EQ(service.Outcome(completed), "again accepted");
  EXPECT_EQ(service.Outcome(Completed(1, "2017-01-03T09:00:00Z", "crisiskaart", "b")), "accepted");

  const auto after = service.List();
  service.Stop();
  Service again(folder, ClockKind::kEvents, &disk);
  again.Start();
  EXPECT_EQ(again.List(), after);
}

TEST(DiskFull, NothingOfAStreamIsDecidedPastWhatCouldNotBe) {
  Folder folder;
  SmallDisk disk(folder / "journal.db");
  Service service(folder, ClockKind::kEvents, &disk);
  service.options().try_again = absl::ZeroDuration();
  service.Start();
  service.Publish(Started(1, "2017-01-02T09:00:00Z")).IgnoreError();
  const auto order = std::make_shared<Order>();
  const auto publish = [&](const std::string& task) {
    Report report = service.Read(Completed(1, "2017-01-03T09:00:00Z", task, task));
    report.order = order;
    return Service::Outcome(service.Publish(std::move(report)));
  };
  EXPECT_EQ(publish("actieplan"), "accepted");
  disk.full = true;
  EXPECT_EQ(publish("crisiskaart"), "RESOURCE_EXHAUSTED");
  disk.full = false;
  EXPECT_EQ(service.Outcome(Started(2, "2017-01-02T09:00:00Z")), "accepted");
  EXPECT_EQ(publish("dagbesteding"), "ABORTED");
}

}  // namespace
}  // namespace overdracht::workflow
