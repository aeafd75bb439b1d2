#include "services/remote/kafka/ingress.h"

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <set>
#include <utility>

#include "services/event/kafka_event.h"
#include "services/kafka/outstanding.h"
#include "services/topics/report_record.h"
#include "services/topics/unreadable_record.h"

namespace overdracht::remote {
namespace {

constexpr char kSchema[] = "CREATE TABLE IF NOT EXISTS places (topic BLOB PRIMARY KEY, next INTEGER NOT NULL) WITHOUT ROWID";

}  // namespace

absl::StatusOr<std::unique_ptr<IngressPlace>> IngressPlace::Open(const std::string& path, const std::string& topic) {
  std::unique_ptr<IngressPlace> place(new IngressPlace(topic));
  absl::StatusOr<std::unique_ptr<storage::Database>> database = storage::Database::Open(path);
  if (!database.ok()) return database.status();
  place->database_ = *std::move(database);
  // A power cut may take the newest place away, and never more than is published again.
  for (const char* sql : {"PRAGMA locking_mode=EXCLUSIVE", "PRAGMA journal_mode=WAL", "PRAGMA synchronous=NORMAL", kSchema}) {
    if (absl::Status status = place->database_->Execute(sql); !status.ok()) return status;
  }
  storage::Statement find;
  const absl::Status prepared = place->database_->Prepare({
      {&find, "SELECT next FROM places WHERE topic = ?"},
      {&place->keep_, "INSERT INTO places VALUES (?, ?) ON CONFLICT DO UPDATE SET next = excluded.next"},
  });
  if (!prepared.ok()) return prepared;
  const absl::StatusOr<bool> row = find.Reset().Bind(topic).Step();
  if (!row.ok()) return row.status();
  if (*row) place->next_ = static_cast<uint64_t>(find.Integer(0));
  return place;
}

absl::Status IngressPlace::Keep(uint64_t next) {
  if (absl::Status status = keep_.Reset().Bind(topic_).Bind(static_cast<int64_t>(next)).Run(); !status.ok()) return status;
  next_ = next;
  return absl::OkStatus();
}

Ingress::Ingress(Broker* broker, const LinkedRegion* region, std::unique_ptr<IngressPlace> place, Options options)
    : broker_(broker), region_(region), place_(std::move(place)), options_(std::move(options)) {
  thread_ = std::thread([this] { Run(); });
}

Ingress::~Ingress() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  thread_.join();
}

bool Ingress::IsStopping() const {
  absl::MutexLock lock(&mutex_);
  return stopping_;
}

void Ingress::Run() {
  std::string said;
  while (!IsStopping()) {
    const absl::Status status = Read();
    if (IsStopping()) return;
    figures_.read = false;
    options_.shows(figures_);
    if (said != status.message()) options_.said(std::string(status.message()));
    said = std::string(status.message());
    absl::MutexLock lock(&mutex_);
    mutex_.AwaitWithTimeout(absl::Condition(&stopping_), options_.try_again);
  }
}

absl::Status Ingress::Read() {
  // Without its workflows nothing could be read.
  if (absl::Status linked = region_->linked(); !linked.ok()) return linked;
  absl::StatusOr<std::unique_ptr<TopicReader>> reader = broker_->Open(options_.names.Ingress(options_.organisation));
  if (!reader.ok()) return reader.status();
  const absl::StatusOr<kafka::Ends> ends = (*reader)->QueryEnds();
  if (!ends.ok()) return ends.status();
  const absl::StatusOr<uint64_t> from = PlaceIn(*ends);
  if (!from.ok()) return from.status();
  if (absl::Status started = (*reader)->Start(*from); !started.ok()) return started;
  while (!IsStopping()) {
    const absl::StatusOr<std::vector<kafka::PlacedRecord>> records = (*reader)->Next(options_.look_every);
    if (!records.ok()) return records.status();
    ShowLag(records->size() + (*reader)->Unread());
    if (records->empty()) continue;
    if (absl::Status published = PublishAll(*records); !published.ok()) return published;
    if (absl::Status kept = place_->Keep(records->back().offset + 1); !kept.ok()) return kept;
    ShowLag((*reader)->Unread());
  }
  return absl::OkStatus();
}

void Ingress::ShowLag(uint64_t records) {
  figures_.read = true;
  figures_.lag = records;
  options_.shows(figures_);
}

absl::StatusOr<uint64_t> Ingress::PlaceIn(const kafka::Ends& ends) {
  const std::string topic = options_.names.Ingress(options_.organisation);
  const uint64_t next = place_->next();
  if (next > ends.end) {
    options_.said(
        absl::StrCat(topic, " ends at ", ends.end, " and was read up to ", next, ": it was made anew, and is read from its beginning"));
    return ends.first;
  }
  if (next < ends.first && next > 0) {
    options_.said(
        absl::StrCat(topic, " begins at ", ends.first, " and was read up to ", next, ": what was between is lost, have it sent again"));
  }
  return std::max(next, ends.first);
}

// At most one of a traject is under way: when it fails, none of that traject stands behind it that was to be decided after it.
absl::Status Ingress::PublishAll(const std::vector<kafka::PlacedRecord>& records) {
  const std::shared_ptr<const chart::Workflows> workflows = region_->workflows();
  std::set<std::string> trajecten;
  kafka::Outstanding batch;
  uint64_t unreadable = 0;
  for (const kafka::PlacedRecord& record : records) {
    const auto event = event::ReadKafkaEvent(record.record, [&](absl::string_view kind) { return workflows->KnowsContact(kind); });
    if (const auto* sound = std::get_if<event::v1::Event>(&event); sound != nullptr && !trajecten.insert(sound->traject()).second) {
      if (absl::Status published = batch.Wait(); !published.ok()) return published;
      trajecten = {sound->traject()};
    }
    unreadable += std::holds_alternative<event::Malformed>(event) ? 1 : 0;
    Publish(record, event, batch.Add());
  }
  if (absl::Status published = batch.Wait(); !published.ok()) return published;
  figures_.unreadable += unreadable;
  return absl::OkStatus();
}

void Ingress::Publish(const kafka::PlacedRecord& record, const std::variant<event::v1::Event, event::Malformed>& event,
                      std::function<void(const absl::Status&)> done) {
  if (const auto* malformed = std::get_if<event::Malformed>(&event)) {
    const topics::Origin origin{.topic = options_.names.Ingress(options_.organisation), .partition = 0, .offset = record.offset};
    return broker_->Publish(options_.names.Unreadable(), topics::WriteUnreadable(record.record, origin, *malformed), std::move(done));
  }
  region::Report report;
  report.event = event;
  report.caller = options_.organisation;
  broker_->Publish(options_.names.Events(), topics::WriteReport(report, {}), std::move(done));
}

}  // namespace overdracht::remote
