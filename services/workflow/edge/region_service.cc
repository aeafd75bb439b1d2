#include "services/workflow/edge/region_service.h"

#include <absl/synchronization/mutex.h>

#include <memory>
#include <utility>

#include "services/edge/answers.h"
#include "services/edge/piece_stream.h"
#include "services/region/wire.h"

namespace overdracht::workflow {
namespace {

using region::v1::LinkRequest;
using region::v1::LinkResponse;

// Reports of one link that are not decided yet, and decisions that are not sent yet: beyond these nothing more is read from it.
constexpr size_t kMostInFlight = 8192;

// One link. Every change of its state goes through Update, which then starts what the new state asks for. It lives until the region has
// answered all that it was given.
class Link : public grpc::ServerBidiReactor<LinkRequest, LinkResponse> {
 public:
  Link(region::Region* region, edge::Workers* teller, std::string organisation)
      : region_(region), teller_(teller), organisation_(std::move(organisation)) {
    listener_ = region_->Listen(organisation_, [this] { Tell(); });
    Update([&] { *next_.mutable_deployed() = region::ToWire(*region_->workflows()); });
  }

  void OnReadDone(bool ok) override {
    index_ = 0;
    if (ok) return Submit();
    Update([&] {
      ended_ = true;
      reading_ = false;
    });
  }

  void OnWriteDone(bool ok) override {
    Update([&] {
      writing_ = false;
      gone_ |= !ok;
    });
  }

  void OnCancel() override {
    Update([&] { gone_ = true; });
  }

  void OnDone() override { delete this; }

 private:
  // The reports of the message that was read, one after the other; until then it counts as being read. A full queue is waited for: the
  // sender is slowed down by it.
  void Submit() {
    for (; index_ < request_.reports_size(); ++index_) {
      bool takes = false;
      Update([&] {
        takes = Takes();
        if (takes) ++undecided_;
      });
      if (!takes) break;
      const absl::Status status = Take(request_.mutable_reports(index_));
      if (absl::IsResourceExhausted(status)) return;  // Hand goes on
      if (!status.ok()) return Refuse(status);
    }
    Update([&] { reading_ = false; });
  }

  absl::Status Take(region::v1::Report* message) {
    if (!message->caller().empty() && message->caller() != organisation_) {
      return absl::PermissionDeniedError("expected a report of the organisation of this link, but it is another's");
    }
    const size_t size = message->ByteSizeLong();
    const std::shared_ptr<const chart::Workflows> workflows = region_->workflows();
    absl::StatusOr<region::Report> report =
        region::FromWire(message, [&](absl::string_view kind) { return workflows->KnowsContact(kind); });
    if (!report.ok()) return report.status();
    report->order = order_;
    report->done = [this, call = message->call()](const absl::StatusOr<region::Answer>& answer) { OnAnswer(call, answer); };
    report_ = *std::move(report);
    return Hand(region::MemoryOf(size));
  }

  absl::Status Hand(size_t bytes) {
    return region_->Take(std::move(report_), bytes, [this, bytes] {
      const absl::Status status = Hand(bytes);
      if (absl::IsResourceExhausted(status)) return;
      if (!status.ok()) return Refuse(status);
      ++index_;
      Submit();
    });
  }

  void Refuse(const absl::Status& status) {
    Update([&] {
      --undecided_;
      reading_ = false;
      Fail(status);
    });
  }

  void OnAnswer(uint64_t call, const absl::StatusOr<region::Answer>& answer) {
    region::v1::Decided decided;
    if (answer.ok()) decided = region::ToWire(call, *answer);
    Update([&] {
      --undecided_;
      if (!answer.ok()) return Fail(answer.status());
      if (failure_.ok()) *next_.add_decided() = std::move(decided);
    });
  }

  // Called by who holds a lock of the listeners: the writing is done elsewhere.
  void Tell() {
    {
      absl::MutexLock lock(&mutex_);
      if (next_.told() || finished_) return;
      next_.set_told(true);
      if (writing_) return;  // goes with the next message
      ++telling_;
    }
    teller_->Do([this] { Update([&] { --telling_; }); });
  }

  // The first failure ends the link, after the decisions before it.
  void Fail(const absl::Status& status) {
    if (failure_.ok()) failure_ = status;
  }

  bool Takes() const { return !ended_ && !gone_ && failure_.ok(); }
  bool HasNews() const { return next_.has_deployed() || next_.decided_size() > 0 || next_.told(); }

  template <typename Change>
  void Update(Change change) {
    bool read = false, write = false, finish = false;
    absl::Status status;
    {
      absl::MutexLock lock(&mutex_);
      change();
      read = Takes() && !reading_ && undecided_ + static_cast<size_t>(next_.decided_size()) < kMostInFlight;
      write = !gone_ && !writing_ && HasNews();
      if (write) {
        response_.Clear();
        response_.Swap(&next_);
      }
      reading_ |= read;
      writing_ |= write;
      finish = !finished_ && !Takes() && !reading_ && !writing_ && undecided_ == 0 && telling_ == 0;
      finished_ |= finish;
      status = failure_;
    }
    // Not under the lock: these may call back at once.
    if (read) StartRead(&request_);
    if (write) StartWrite(&response_);
    if (finish) Finish(edge::ToGrpc(status));
  }

  region::Region* const region_;
  edge::Workers* const teller_;
  const std::string organisation_;
  const std::shared_ptr<region::Order> order_ = std::make_shared<region::Order>(region::Order{.organisation = organisation_});
  LinkRequest request_;
  int index_ = 0;  // of the next report in it
  region::Report report_;
  LinkResponse response_;  // on its way
  absl::Mutex mutex_;
  LinkResponse next_;
  size_t undecided_ = 0;
  size_t telling_ = 0;
  bool reading_ = false, writing_ = false, ended_ = false, gone_ = false, finished_ = false;
  absl::Status failure_;
  std::unique_ptr<region::Listener> listener_;  // gone first: it calls this
};

}  // namespace

grpc::ServerBidiReactor<LinkRequest, LinkResponse>* RegionService::Link(grpc::CallbackServerContext* context) {
  const edge::OrganisationCaller caller = callers_->IdentifyOrganisation(*context);
  if (!caller.status.ok()) return new edge::RefusedBidi<LinkRequest, LinkResponse>(caller.status);
  return new workflow::Link(region_, &teller_, caller.organisation);
}

grpc::ServerUnaryReactor* RegionService::ReadItems(grpc::CallbackServerContext* context, const region::v1::ReadItemsRequest* request,
                                                   region::v1::ReadItemsResponse* response) {
  const edge::OrganisationCaller caller = callers_->IdentifyOrganisation(*context);
  if (!caller.status.ok()) return edge::Finished(context, caller.status);
  if (request->organisation() != caller.organisation) {
    return edge::Finished(context, {grpc::StatusCode::PERMISSION_DENIED, "expected the caller's own outbox, but it is another's"});
  }
  grpc::ServerUnaryReactor* const reactor = context->DefaultReactor();
  region_->ReadOutbox({.organisation = request->organisation(), .after = request->after(), .answers = request->answers()},
                      [reactor, response](absl::StatusOr<region::OutboxPage> page) {
                        if (!page.ok()) return reactor->Finish(edge::ToGrpc(page.status()));
                        for (api::v1::OutboxItem& item : page->items) response->add_items()->Swap(&item);
                        response->set_after(page->after);
                        response->set_more(page->more);
                        response->set_end(page->end);
                        reactor->Finish(grpc::Status::OK);
                      });
  return reactor;
}

}  // namespace overdracht::workflow
