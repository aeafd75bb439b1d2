#include "services/partner/overview/overview_service.h"

#include <absl/strings/str_cat.h>
#include <absl/synchronization/mutex.h>
#include <absl/time/clock.h>

#include <memory>
#include <set>
#include <utility>
#include <vector>

#include "services/base/uuid.h"
#include "services/edge/answers.h"
#include "services/edge/identity.h"
#include "services/edge/piece_stream.h"
#include "services/edge/random_id.h"
#include "services/event/write.h"
#include "services/partner/overview/explain.h"

namespace overdracht::partner {
namespace {

using api::v1::TrajectOverview;
using api::v1::WatchTrajectenResponse;
using edge::Finished;
using edge::Piece;
using edge::PieceStream;
using edge::ToGrpc;

constexpr int kUsualPage = 50;
constexpr int kLargestPage = 1000;
constexpr int kWatchedAtOnce = 100;
// Attempts of one explanation that the region decides at a time, so that it holds up nobody.
constexpr size_t kMostAttemptsAtOnce = 32;
// An explanation is given on the beat. It tries a thousand reports, and where there is more to decide each takes a little longer: of a
// client in a terugval it took 7 % longer, and who may not know of that could measure it.
constexpr absl::Duration kBeat = absl::Milliseconds(50);

// A caller who looks at one traject.
struct Looking {
  grpc::Status status;
  std::string organisation, traject;
};

Looking LookAt(const edge::OrganisationCaller& caller, const std::string& traject) {
  if (!caller.status.ok()) return {caller.status, "", ""};
  const std::optional<std::string> id = base::ParseUuid(traject);
  if (!id) return {{grpc::StatusCode::INVALID_ARGUMENT, "expected traject to be a UUID, but it is not"}, "", ""};
  return {grpc::Status::OK, caller.organisation, *id};
}

// NOT_FOUND alike for one that nobody started and one that others have.
absl::StatusOr<TrajectOverview> FindIn(const absl::StatusOr<OverviewStore*>& store, const Looking& looking) {
  if (!store.ok()) return store.status();
  absl::StatusOr<std::optional<TrajectOverview>> found = (*store)->Find(looking.organisation, looking.traject);
  if (!found.ok()) return found.status();
  if (!*found) return absl::NotFoundError("expected a traject that you were told of, but there is none with this id");
  return **std::move(found);
}

}  // namespace

grpc::ServerUnaryReactor* OverviewService::GetTraject(grpc::CallbackServerContext* context, const api::v1::GetTrajectRequest* request,
                                                      api::v1::GetTrajectResponse* response) {
  const Looking looking = LookAt(callers_->IdentifyOrganisation(*context), request->traject());
  if (!looking.status.ok()) return Finished(context, looking.status);
  grpc::ServerUnaryReactor* const reactor = context->DefaultReactor();
  overviews_->Ask(looking.organisation, [looking, reactor, response](const absl::StatusOr<OverviewStore*>& store) {
    absl::StatusOr<TrajectOverview> found = FindIn(store, looking);
    if (found.ok()) response->mutable_traject()->Swap(&*found);
    reactor->Finish(ToGrpc(found.status()));
  });
  return reactor;
}

grpc::ServerUnaryReactor* OverviewService::ListTrajecten(grpc::CallbackServerContext* context, const api::v1::ListTrajectenRequest* request,
                                                         api::v1::ListTrajectenResponse* response) {
  const edge::OrganisationCaller caller = callers_->IdentifyOrganisation(*context);
  if (!caller.status.ok()) return Finished(context, caller.status);
  if (request->page_size() < 0 || request->page_size() > kLargestPage) {
    return Finished(context, {grpc::StatusCode::INVALID_ARGUMENT, "expected page_size to be 0 to 1000, but it is not"});
  }
  const std::optional<std::string> after = request->page_token().empty() ? "" : base::ParseUuid(request->page_token());
  if (!after) {
    return Finished(context, {grpc::StatusCode::INVALID_ARGUMENT, "expected page_token to be a next_page_token, but it is not"});
  }
  grpc::ServerUnaryReactor* const reactor = context->DefaultReactor();
  overviews_->Ask(caller.organisation, [organisation = caller.organisation, after = *after, request, reactor,
                                        response](const absl::StatusOr<OverviewStore*>& store) {
    if (!store.ok()) return reactor->Finish(ToGrpc(store.status()));
    const int most = request->page_size() == 0 ? kUsualPage : request->page_size();
    absl::StatusOr<OverviewStore::Page> page = (*store)->List(organisation, request->filter(), after, most);
    if (!page.ok()) return reactor->Finish(ToGrpc(page.status()));
    for (TrajectOverview& overview : page->trajecten) response->add_trajecten()->Swap(&overview);
    if (page->more) response->set_next_page_token(base::FormatUuid(page->last));
    response->set_total_size(page->total);
    reactor->Finish(grpc::Status::OK);
  });
  return reactor;
}

namespace {

// First all that pass, page by page; then those of each page of the outbox that comes. An overview is shown as it is at that moment, so one
// that changes meanwhile may be shown twice, and nothing is missed: the outbox is read from where it was when the first page was made.
class Watching : public std::enable_shared_from_this<Watching> {
 public:
  using Give = PieceStream<WatchTrajectenResponse>::Give;

  Watching(region::Region* region, Overviews* overviews, std::string organisation, const api::v1::WatchTrajectenRequest& request,
           uint64_t after)
      : region_(region),
        overviews_(overviews),
        organisation_(std::move(organisation)),
        filter_(request.filter()),
        listing_(request.after().empty()),
        place_(after) {}

  void Next(const Give& give) {
    if (!listing_) return ReadOutbox(give);
    overviews_->Ask(organisation_, [self = shared_from_this(), give](const absl::StatusOr<OverviewStore*>& store) {
      give(store.ok() ? self->NextOfAll(*store) : store.status());
    });
  }

 private:
  absl::StatusOr<Piece<WatchTrajectenResponse>> NextOfAll(OverviewStore* store) {
    if (listed_.empty()) {
      const absl::StatusOr<uint64_t> place = store->Place(organisation_);
      if (!place.ok()) return place.status();
      place_ = *place;
    }
    absl::StatusOr<OverviewStore::Page> page = store->List(organisation_, filter_, listed_, kWatchedAtOnce);
    if (!page.ok()) return page.status();
    Piece<WatchTrajectenResponse> piece;
    for (TrajectOverview& overview : page->trajecten) piece.messages.emplace_back().mutable_traject()->Swap(&overview);
    piece.more = true;
    listed_ = page->last;
    listing_ = page->more;
    if (!listing_) NoteCursor(&piece);
    return piece;
  }

  void ReadOutbox(const Give& give) {
    region_->ReadOutbox({.organisation = organisation_, .after = place_, .answers = true},
                        [self = shared_from_this(), give](const absl::StatusOr<region::OutboxPage>& page) {
                          if (!page.ok()) return give(page.status());
                          self->ShowChanged(*page, give);
                        });
  }

  void ShowChanged(const region::OutboxPage& page, const Give& give) {
    std::set<std::string> changed;
    for (const api::v1::OutboxItem& item : page.items) {
      if (const std::optional<std::string> traject = base::ParseUuid(item.traject())) changed.insert(*traject);
    }
    place_ = page.after;
    if (changed.empty()) return give(Piece<WatchTrajectenResponse>{.messages = {}, .last = false, .more = page.more});
    overviews_->Ask(organisation_, [self = shared_from_this(), give, changed = std::move(changed),
                                    more = page.more](const absl::StatusOr<OverviewStore*>& store) {
      if (!store.ok()) return give(store.status());
      give(self->Changed(*store, changed, more));
    });
  }

  absl::StatusOr<Piece<WatchTrajectenResponse>> Changed(OverviewStore* store, const std::set<std::string>& changed, bool more) {
    Piece<WatchTrajectenResponse> piece;
    piece.more = more;
    for (const std::string& traject : changed) {
      absl::StatusOr<std::optional<TrajectOverview>> overview = store->Find(organisation_, traject);
      if (!overview.ok()) return overview.status();
      if (!*overview) continue;  // a refused report of a traject that is not the organisation's
      WatchTrajectenResponse& message = piece.messages.emplace_back();
      message.set_gone(!Passes(filter_, **overview));
      message.mutable_traject()->Swap(&**overview);
    }
    NoteCursor(&piece);
    return piece;
  }

  void NoteCursor(Piece<WatchTrajectenResponse>* piece) const {
    if (!piece->messages.empty()) piece->messages.back().set_cursor(event::FormatSequence(place_));
  }

  region::Region* const region_;
  Overviews* const overviews_;
  const std::string organisation_;
  const api::v1::TrajectFilter filter_;
  // One piece is made at a time.
  bool listing_;
  std::string listed_;  // up to and including this traject
  uint64_t place_;      // in the outbox
};

}  // namespace

grpc::ServerWriteReactor<WatchTrajectenResponse>* OverviewService::WatchTrajecten(grpc::CallbackServerContext* context,
                                                                                  const api::v1::WatchTrajectenRequest* request) {
  const edge::OrganisationCaller caller = callers_->IdentifyOrganisation(*context);
  if (!caller.status.ok()) return new edge::Refused<WatchTrajectenResponse>(caller.status);
  const absl::StatusOr<uint64_t> after = event::ParseCursor(request->after());
  if (!after.ok()) return new edge::Refused<WatchTrajectenResponse>(ToGrpc(after.status()));
  const std::shared_ptr<const void> open = callers_->OpenStream(caller.organisation);
  if (open == nullptr) return new edge::Refused<WatchTrajectenResponse>(edge::Callers::TooManyStreams());
  auto watching = std::make_shared<Watching>(region_, overviews_, caller.organisation, *request, *after);
  return new PieceStream<WatchTrajectenResponse>(
      [watching, open](const Watching::Give& give) { watching->Next(give); },
      [this, organisation = caller.organisation](std::function<void()> wake) { return region_->Listen(organisation, std::move(wake)); });
}

namespace {

// The decisions on reports that are only tried. Waits for them.
absl::StatusOr<std::vector<region::Answer>> TryAll(region::Region* region, const std::vector<event::v1::Event>& events) {
  struct Tried {
    absl::Mutex mutex;
    std::vector<region::Answer> answers;
    absl::Status failed;
    size_t under_way = 0;
    bool HasRoom() const { return under_way < kMostAttemptsAtOnce; }
    bool Idle() const { return under_way == 0; }
  } tried;
  tried.answers.resize(events.size());
  for (size_t i = 0; i < events.size(); ++i) {
    {
      absl::MutexLock lock(&tried.mutex, absl::Condition(&tried, &Tried::HasRoom));
      if (!tried.failed.ok()) break;
      ++tried.under_way;
    }
    region::Report report;
    report.event = events[i];
    report.now = true;
    report.caller = events[i].organisation();
    report.validate_only = true;
    report.done = [&tried, i](absl::StatusOr<region::Answer> answer) {
      absl::MutexLock lock(&tried.mutex);
      --tried.under_way;
      if (answer.ok()) {
        tried.answers[i] = *std::move(answer);
      } else {
        tried.failed = answer.status();
      }
    };
    const absl::Status taken = region->Take(std::move(report), region::MemoryOf(events[i].ByteSizeLong()));
    if (!taken.ok()) {
      absl::MutexLock lock(&tried.mutex);
      --tried.under_way;
      tried.failed = taken;
    }
  }
  absl::MutexLock lock(&tried.mutex, absl::Condition(&tried, &Tried::Idle));
  if (!tried.failed.ok()) return tried.failed;
  return std::move(tried.answers);
}

absl::StatusOr<api::v1::ExplainTrajectResponse> Explain(region::Region* region, const std::string& organisation,
                                                        const TrajectOverview& overview) {
  Explanation explanation(overview, organisation, *region->workflows(), absl::StrCat(edge::RandomId(), ":"));
  while (!explanation.Attempts().empty()) {
    const absl::StatusOr<std::vector<region::Answer>> answers = TryAll(region, explanation.Attempts());
    if (!answers.ok()) return answers.status();
    explanation.Learn(*answers);
  }
  return explanation.Result();
}

}  // namespace

grpc::ServerUnaryReactor* OverviewService::ExplainTraject(grpc::CallbackServerContext* context,
                                                          const api::v1::ExplainTrajectRequest* request,
                                                          api::v1::ExplainTrajectResponse* response) {
  const Looking looking = LookAt(callers_->IdentifyOrganisation(*context), request->traject());
  if (!looking.status.ok()) return Finished(context, looking.status);
  grpc::ServerUnaryReactor* const reactor = context->DefaultReactor();
  overviews_->Ask(looking.organisation, [this, looking, reactor, response](const absl::StatusOr<OverviewStore*>& store) {
    const absl::StatusOr<TrajectOverview> found = FindIn(store, looking);
    if (!found.ok()) return reactor->Finish(ToGrpc(found.status()));
    explainer_.Do([this, overview = *found, organisation = looking.organisation, reactor, response] {
      const absl::Time begun = absl::Now();
      absl::StatusOr<api::v1::ExplainTrajectResponse> explained = Explain(region_, organisation, overview);
      const absl::Duration took = absl::Now() - begun;
      // Here, on the only worker: one that took the next explanation meanwhile would show by that one's wait how long this one took.
      absl::SleepFor(absl::Ceil(took, kBeat) - took);
      if (explained.ok()) response->Swap(&*explained);
      reactor->Finish(ToGrpc(explained.status()));
    });
  });
  return reactor;
}

}  // namespace overdracht::partner
