#include "services/remote/remote_region.h"

#include <absl/strings/str_cat.h>
#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "services/region/wire.h"

namespace overdracht::remote {

using region::v1::LinkRequest;
using region::v1::LinkResponse;

namespace {

constexpr char kOrganisation[] = "overdracht-oin";
constexpr size_t kMostBytesAtOnce = 256 << 10;
constexpr auto kPatienceOfRead = std::chrono::seconds(5);
constexpr double kShortestPauseS = 0.05, kLongestPauseS = 2;

absl::Status Lost(const grpc::Status& status) {
  // The region is there, and its disk is full.
  if (status.error_code() == grpc::StatusCode::RESOURCE_EXHAUSTED) return absl::ResourceExhaustedError(status.error_message());
  return absl::UnavailableError(
      absl::StrCat("expected an answer of the region, but the link with it ended (", status.error_message(), "); report it again"));
}

// What the region itself says of a read stays; else it is a read that did not reach it, or no answer of it.
absl::Status OfRead(const grpc::Status& status) {
  switch (status.error_code()) {
    case grpc::StatusCode::OUT_OF_RANGE:
    case grpc::StatusCode::PERMISSION_DENIED:
    case grpc::StatusCode::DATA_LOSS:
      return {static_cast<absl::StatusCode>(status.error_code()), status.error_message()};
    default:
      return Lost(status);
  }
}

}  // namespace

std::shared_ptr<grpc::Channel> ConnectTo(const std::string& address, const std::shared_ptr<grpc::ChannelCredentials>& credentials) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 100);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 2000);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, 20'000);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 5000);
  // The region is where the address says, never behind a proxy of the environment.
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  // The definitions of a region, and a page of its outbox, come from where the truth is.
  arguments.SetMaxReceiveMessageSize(-1);
  return grpc::CreateCustomChannel(address, credentials, arguments);
}

// One link. It tells the region what comes; the region, under its lock, says who writes when.
class RemoteRegion::Link : public grpc::ClientBidiReactor<LinkRequest, LinkResponse> {
 public:
  explicit Link(RemoteRegion* region) : under_way_(region), region_(region) {}

  void Start(std::shared_ptr<Link> self) {
    self_ = std::move(self);
    context_.AddMetadata(kOrganisation, region_->options_.organisation);
    context_.set_wait_for_ready(true);
    region_->stub_->async()->Link(&context_, this);
    AddHold();  // for who writes from elsewhere
    StartRead(&response_);
    StartCall();
  }
  void Send(LinkRequest request) {
    request_ = std::move(request);
    StartWrite(&request_);
  }
  void NoMoreWrites() { RemoveHold(); }
  // Also when it has ended.
  void Cancel() { context_.TryCancel(); }

  void OnReadDone(bool ok) override {
    if (!ok) return region_->NoMoreComes();
    region_->Received(&response_);
    StartRead(&response_);
  }
  void OnWriteDone(bool) override { region_->Written(); }
  void OnDone(const grpc::Status& status) override {
    const std::shared_ptr<Link> self = std::move(self_);
    region_->Ended(Lost(status));
  }

 private:
  const UnderWay under_way_;
  RemoteRegion* const region_;
  std::shared_ptr<Link> self_;
  grpc::ClientContext context_;
  LinkRequest request_;
  LinkResponse response_;
};

RemoteRegion::RemoteRegion(const std::shared_ptr<grpc::Channel>& channel, RemoteOptions options)
    : options_(std::move(options)), stub_(region::v1::RegionService::NewStub(channel)) {
  Connect();
}

RemoteRegion::~RemoteRegion() {
  std::shared_ptr<Link> link;
  {
    absl::MutexLock lock(&mutex_);
    closed_ = true;
    link = link_;
    if (alarm_ != nullptr) alarm_->Cancel();
  }
  if (link != nullptr) link->Cancel();
  link.reset();
  absl::MutexLock lock(&mutex_);
  mutex_.Await(absl::Condition(this, &RemoteRegion::IsAlone));
}

absl::Status RemoteRegion::linked() const {
  absl::MutexLock lock(&mutex_);
  return linked_;
}

std::shared_ptr<const chart::Workflows> RemoteRegion::workflows() const {
  absl::MutexLock lock(&mutex_);
  return workflows_;
}

void RemoteRegion::Drain(absl::Duration patience) {
  std::shared_ptr<Link> link;
  {
    absl::MutexLock lock(&mutex_);
    closed_ = true;
    if (mutex_.AwaitWithTimeout(absl::Condition(this, &RemoteRegion::IsQuiet), patience)) return;
    link = link_;
  }
  if (link != nullptr) link->Cancel();
}

// ---- The link --------------------------------------------------------------------------------------------------------------------------

void RemoteRegion::Connect() {
  const auto link = std::make_shared<Link>(this);
  {
    absl::MutexLock lock(&mutex_);
    alarm_ = nullptr;
    if (closed_) return;
    link_ = link;
    writing_ = over_ = released_ = false;
  }
  link->Start(link);
}

void RemoteRegion::Received(LinkResponse* response) {
  if (response->has_deployed()) Learn(response->mutable_deployed());
  Answered(response);
  if (response->told()) listeners_.Tell("");
}

void RemoteRegion::Learn(region::v1::Deployed* deployed) {
  absl::StatusOr<std::shared_ptr<const chart::Workflows>> workflows = region::FromWire(deployed);
  std::shared_ptr<Link> useless;
  {
    absl::MutexLock lock(&mutex_);
    if (workflows.ok()) {
      workflows_ = *std::move(workflows);
      linked_ = absl::OkStatus();
      failures_ = 0;
    } else {
      linked_ = absl::FailedPreconditionError(absl::StrCat("expected workflows that this program knows, but the region's are newer: ",
                                                           std::string(workflows.status().message())));
      useless = link_;
    }
  }
  if (useless != nullptr) return useless->Cancel();
  options_.changed();
  listeners_.Tell("");
}

void RemoteRegion::Answered(LinkResponse* response) {
  std::vector<std::pair<std::function<void(absl::StatusOr<region::Answer>)>, region::Answer>> answers;
  Calls calls;
  {
    absl::MutexLock lock(&mutex_);
    for (region::v1::Decided& decided : *response->mutable_decided()) {
      const auto found = unanswered_.find(decided.call());
      if (found == unanswered_.end()) continue;
      bytes_ -= found->second.bytes;
      answers.emplace_back(std::move(found->second.done), region::FromWire(&decided));
      unanswered_.erase(found);
    }
    if (!answers.empty()) calls = std::exchange(for_room_, {});
  }
  for (auto& [done, answer] : answers) done(std::move(answer));
  for (const std::function<void()>& call : calls) call();
}

// Sends what waits, if nothing is on its way; lets go of a link that is over.
void RemoteRegion::Write() {
  std::shared_ptr<Link> link;
  LinkRequest request;
  {
    absl::MutexLock lock(&mutex_);
    if (link_ == nullptr || writing_ || released_) return;
    if (!over_ && (waiting_.empty() || !linked_.ok())) return;
    link = link_;
    released_ = over_;
    writing_ = !over_;
    for (size_t bytes = 0; writing_ && !waiting_.empty() && bytes < kMostBytesAtOnce; waiting_.pop_front()) {
      bytes += waiting_.front().ByteSizeLong();
      request.add_reports()->Swap(&waiting_.front());
    }
  }
  // Not under the lock: these may call back at once.
  if (request.reports_size() == 0) return link->NoMoreWrites();
  link->Send(std::move(request));
}

void RemoteRegion::Written() {
  {
    absl::MutexLock lock(&mutex_);
    writing_ = false;
  }
  Write();
}

void RemoteRegion::NoMoreComes() {
  {
    absl::MutexLock lock(&mutex_);
    over_ = true;
    if (linked_.ok()) linked_ = absl::UnavailableError("expected a link with the region, but it just ended");
  }
  Write();
}

void RemoteRegion::Ended(const absl::Status& why) {
  std::map<uint64_t, Unanswered> unanswered;
  Calls calls;
  {
    absl::MutexLock lock(&mutex_);
    link_ = nullptr;
    if (!absl::IsFailedPrecondition(linked_)) linked_ = why;
    unanswered = std::exchange(unanswered_, {});
    for (const auto& [call, report] : unanswered) {
      if (report.order != nullptr) report.order->broken = true;
    }
    waiting_.clear();
    bytes_ = 0;
    calls = std::exchange(for_room_, {});
  }
  for (const auto& [call, report] : unanswered) report.done(why);
  for (const std::function<void()>& call : calls) call();
  options_.changed();
  absl::MutexLock lock(&mutex_);
  if (!closed_) ConnectLater();
}

// A lost channel has pauses of its own; these are for a region that is there and ends each link.
void RemoteRegion::ConnectLater() {
  const double longest = std::min(kLongestPauseS, kShortestPauseS * (1 << std::min(failures_++, 10)));
  const double pause = std::uniform_real_distribution<double>(longest / 2, longest)(chance_);
  alarm_ = std::make_unique<grpc::Alarm>();
  alarm_->Set(std::chrono::system_clock::now() + std::chrono::milliseconds(static_cast<int>(1000 * pause)), [this](bool) { Connect(); });
}

// ---- Calls -----------------------------------------------------------------------------------------------------------------------------

absl::Status RemoteRegion::Take(region::Report&& report, size_t bytes, std::function<void()> when_room) {
  absl::Status refused;
  {
    absl::MutexLock lock(&mutex_);
    if (closed_) return absl::UnavailableError("expected a service that takes reports, but it is stopping; send again later");
    if (!linked_.ok()) return absl::UnavailableError(linked_.message());
    if (report.order != nullptr && report.order->broken) {
      refused = absl::AbortedError("a report before this one could not be recorded; send again from there");
    } else if (!report.caller.empty() && report.caller != options_.organisation) {
      refused = absl::PermissionDeniedError(absl::StrCat("expected a caller for ", options_.organisation, ", but it is another's"));
    } else if (unanswered_.size() >= options_.most_reports || (!unanswered_.empty() && bytes_ + bytes > options_.most_bytes)) {
      if (when_room) for_room_.push_back(std::move(when_room));
      return absl::ResourceExhaustedError("expected room for the report, but too many wait for the region; send again later");
    } else {
      waiting_.push_back(region::ToWire(++last_call_, &report));
      unanswered_[last_call_] = {.done = std::move(report.done), .order = std::move(report.order), .bytes = bytes};
      bytes_ += bytes;
    }
  }
  if (refused.ok()) {
    Write();
  } else {
    std::exchange(report.done, nullptr)(refused);
  }
  return absl::OkStatus();
}

void RemoteRegion::ReadOutbox(const region::OutboxRequest& request, std::function<void(absl::StatusOr<region::OutboxPage>)> give) {
  struct Call {
    UnderWay under_way;
    grpc::ClientContext context;
    region::v1::ReadItemsRequest request;
    region::v1::ReadItemsResponse response;
  };
  std::shared_ptr<Call> call(new Call{UnderWay(this), {}, {}, {}});
  call->context.AddMetadata(kOrganisation, options_.organisation);
  call->request.set_organisation(request.organisation);
  call->request.set_after(request.after);
  call->request.set_answers(request.answers);
  reader_.Do([this, call, give = std::move(give)] {
    if (call->request.organisation() != options_.organisation) {
      return give(absl::PermissionDeniedError(absl::StrCat("expected the outbox of ", options_.organisation, ", but it is another's")));
    }
    call->context.set_deadline(std::chrono::system_clock::now() + kPatienceOfRead);
    stub_->async()->ReadItems(&call->context, &call->request, &call->response, [call, give](const grpc::Status& status) {
      if (!status.ok()) return give(OfRead(status));
      region::OutboxPage page{.items = {}, .after = call->response.after(), .more = call->response.more(), .end = call->response.end()};
      page.items.reserve(static_cast<size_t>(call->response.items_size()));
      for (api::v1::OutboxItem& item : *call->response.mutable_items()) page.items.push_back(std::move(item));
      give(std::move(page));
    });
  });
}

}  // namespace overdracht::remote
