#include "services/partner/outbox_service.h"

#include <absl/strings/str_cat.h>

#include <memory>
#include <utility>

#include "services/edge/answers.h"
#include "services/edge/piece_stream.h"
#include "services/event/forms.h"
#include "services/event/write.h"
#include "services/partner/filter.h"

namespace overdracht::partner {
namespace {

using api::v1::OutboxItem;
using api::v1::SubscribeResponse;
using edge::Piece;
using edge::PieceStream;

constexpr int kUsualPage = 100;
constexpr int kLargestPage = 1000;
// A page of more bytes ends early: who never reads its answers is worth so much for each of its calls.
constexpr size_t kMostPageBytes = 64 << 10;

}  // namespace

grpc::ServerWriteReactor<SubscribeResponse>* OutboxService::Subscribe(grpc::CallbackServerContext* context,
                                                                      const api::v1::SubscribeRequest* request) {
  const edge::OrganisationCaller caller = callers_->IdentifyOrganisation(*context);
  if (!caller.status.ok()) return new edge::Refused<SubscribeResponse>(caller.status);
  const absl::StatusOr<Filter> filter = Filter::Of(request->kinds());
  if (!filter.ok()) return new edge::Refused<SubscribeResponse>(edge::ToGrpc(filter.status()));
  absl::StatusOr<uint64_t> after = event::ParseCursor(request->after());
  if (after.ok() && request->after().empty() && !request->subscriber().empty()) {
    after = places_->Find(caller.organisation, request->subscriber());
  }
  if (!after.ok()) return new edge::Refused<SubscribeResponse>(edge::ToGrpc(after.status()));
  auto next = std::make_shared<region::OutboxRequest>(
      region::OutboxRequest{.organisation = caller.organisation, .after = *after, .answers = request->answers()});
  const std::shared_ptr<const void> open = callers_->OpenStream(caller.organisation);
  if (open == nullptr) return new edge::Refused<SubscribeResponse>(edge::Callers::TooManyStreams());
  auto falls_behind = std::make_shared<std::function<bool(uint64_t, uint64_t)>>(callers_->WatchReader());
  const auto ask = [region = region_, next, filter = *filter, open, falls_behind](PieceStream<SubscribeResponse>::Give give) {
    region->ReadOutbox(*next, [next, filter, give, falls_behind](absl::StatusOr<region::OutboxPage> page) {
      if (!page.ok()) return give(page.status());
      if ((*falls_behind)(next->after, page->end)) return give(edge::FallsBehind(event::FormatSequence(next->after)));
      next->after = page->after;
      Piece<SubscribeResponse> piece;
      piece.more = page->more;
      for (OutboxItem& item : page->items) {
        if (filter.Lets(item)) piece.messages.emplace_back().mutable_item()->Swap(&item);
      }
      give(std::move(piece));
    });
  };
  return new PieceStream<SubscribeResponse>(
      ask, [this, next](std::function<void()> wake) { return region_->Listen(next->organisation, std::move(wake)); });
}

namespace {

// Reads page after page until there is enough for an answer.
class Listing : public grpc::ServerUnaryReactor {
 public:
  Listing(region::Region* region, region::OutboxRequest next, Filter filter, int most, std::shared_ptr<const void> open,
          api::v1::ListItemsResponse* response)
      : region_(region), next_(std::move(next)), filter_(std::move(filter)), most_(most), open_(std::move(open)), response_(response) {
    Go();
  }

  // Not before the answer is read.
  void OnDone() override { delete this; }

 private:
  void Go() {
    region_->ReadOutbox(next_, [this](absl::StatusOr<region::OutboxPage> page) { Add(std::move(page)); });
  }

  void Add(absl::StatusOr<region::OutboxPage> page) {
    if (!page.ok()) return Finish(edge::ToGrpc(page.status()));
    next_.after = page->after;
    for (OutboxItem& item : page->items) {
      if (!filter_.Lets(item)) continue;
      if (IsFull()) return Answer(response_->items(response_->items_size() - 1).cursor(), true);
      bytes_ += item.ByteSizeLong();
      response_->add_items()->Swap(&item);
    }
    if (page->more && !IsFull()) return Go();
    Answer(event::FormatSequence(next_.after), page->more);
  }

  bool IsFull() const { return response_->items_size() == most_ || bytes_ >= kMostPageBytes; }

  void Answer(const std::string& next, bool more) {
    response_->set_next(next);
    response_->set_more(more);
    Finish(grpc::Status::OK);
  }

  region::Region* const region_;
  region::OutboxRequest next_;
  const Filter filter_;
  const int most_;
  const std::shared_ptr<const void> open_;
  api::v1::ListItemsResponse* const response_;
  size_t bytes_ = 0;
};

}  // namespace

grpc::ServerUnaryReactor* OutboxService::ListItems(grpc::CallbackServerContext* context, const api::v1::ListItemsRequest* request,
                                                   api::v1::ListItemsResponse* response) {
  const edge::OrganisationCaller caller = callers_->IdentifyOrganisation(*context);
  if (!caller.status.ok()) return edge::Finished(context, caller.status);
  absl::StatusOr<Filter> filter = Filter::Of(request->kinds());
  if (!filter.ok()) return edge::Finished(context, edge::ToGrpc(filter.status()));
  const absl::StatusOr<uint64_t> after = event::ParseCursor(request->after());
  if (!after.ok()) return edge::Finished(context, edge::ToGrpc(after.status()));
  if (request->page_size() < 0 || request->page_size() > kLargestPage) {
    return edge::Finished(context, {grpc::StatusCode::INVALID_ARGUMENT, "expected page_size to be 0 to 1000, but it is not"});
  }
  std::shared_ptr<const void> open = callers_->OpenStream(caller.organisation);
  if (open == nullptr) return edge::Finished(context, edge::Callers::TooManyStreams());
  return new Listing(region_, region::OutboxRequest{.organisation = caller.organisation, .after = *after, .answers = request->answers()},
                     *std::move(filter), request->page_size() == 0 ? kUsualPage : request->page_size(), std::move(open), response);
}

grpc::ServerUnaryReactor* OutboxService::Acknowledge(grpc::CallbackServerContext* context, const api::v1::AcknowledgeRequest* request,
                                                     api::v1::AcknowledgeResponse* response) {
  const edge::OrganisationCaller caller = callers_->IdentifyOrganisation(*context);
  if (!caller.status.ok()) return edge::Finished(context, caller.status);
  const absl::StatusOr<uint64_t> place = event::ParseCursor(request->cursor());
  if (!place.ok()) return edge::Finished(context, edge::ToGrpc(place.status()));
  if (!event::HasForm(event::v1::FORMAT_REFERENCE, request->subscriber())) {
    return edge::Finished(
        context, {grpc::StatusCode::INVALID_ARGUMENT, "expected subscriber to be 1 to 64 characters A-Z a-z 0-9 . _ -, but it is not"});
  }
  grpc::ServerUnaryReactor* const reactor = context->DefaultReactor();
  const auto keep = [this, reactor, response, organisation = caller.organisation, subscriber = request->subscriber(), place = *place] {
    const absl::StatusOr<uint64_t> kept = places_->Keep(organisation, subscriber, place);
    if (kept.ok()) response->set_cursor(event::FormatSequence(*kept));
    reactor->Finish(edge::ToGrpc(kept.status()));
  };
  // One that is ahead of the outbox would be kept for ever: the outbox is asked first.
  region_->ReadOutbox({.organisation = caller.organisation, .after = *place},
                      [this, reactor, keep](const absl::StatusOr<region::OutboxPage>& page) {
                        if (!page.ok()) return reactor->Finish(edge::ToGrpc(page.status()));
                        writer_.Do(keep);
                      });
  return reactor;
}

}  // namespace overdracht::partner
