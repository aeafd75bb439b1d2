#include "services/partner/webhook/webhooks.h"

#include <absl/random/random.h>
#include <absl/strings/str_cat.h>
#include <absl/time/clock.h>

#include <algorithm>
#include <deque>
#include <fstream>
#include <sstream>
#include <utility>

#include "services/event/write.h"
#include "services/partner/filter.h"
#include "services/partner/webhook/signature.h"

namespace overdracht::partner {
namespace {

absl::StatusOr<Secrets> ReadSecrets(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream text;
  if (!file || !(text << file.rdbuf())) return absl::InvalidArgumentError(absl::StrCat("expected secrets, but ", path, " cannot be read"));
  absl::StatusOr<Secrets> secrets = ParseSecrets(text.str());
  if (secrets.ok()) return secrets;
  return absl::InvalidArgumentError(absl::StrCat(path, ": ", std::string(secrets.status().message())));
}

}  // namespace

absl::Status CheckWebhook(const Webhook& webhook) {
  if (const absl::StatusOr<Filter> filter = Filter::Of(webhook.kinds); !filter.ok()) return filter.status();
  return ReadSecrets(webhook.secrets).status();
}

// One webhook. All of it happens on the sender's thread, but for what says so.
class Webhooks::Delivery : public std::enable_shared_from_this<Delivery> {
 public:
  Delivery(Webhook webhook, const Parts& parts, std::shared_ptr<Sender> sender, edge::Workers* keeper)
      : webhook_(std::move(webhook)),
        region_(*parts.region),
        places_(*parts.places),
        log_(*parts.log),
        filter_(*Filter::Of(webhook_.kinds)),
        sender_(std::move(sender)),
        keeper_(*keeper),
        counts_(*parts.counts),
        next_{.organisation = webhook_.organisation, .after = 0, .answers = webhook_.answers} {}

  // Of the thread that owns the webhooks, as the next one.
  void Listen() {
    listener_ = region_.Listen(webhook_.organisation, [sender = sender_, self = weak_from_this()] {
      sender->Do([self] {
        if (const auto delivery = self.lock()) delivery->Wake();
      });
    });
  }
  void StopListening() { listener_.reset(); }

  void Begin() {
    const absl::StatusOr<uint64_t> place = places_.Find(webhook_.organisation, webhook_.subscriber);
    if (!place.ok()) return Fail({.why = "its place cannot be read"}, [](Delivery& self) { self.Begin(); });
    next_.after = *place;
    Read();
  }

 private:
  void Wake() {
    woken_ = true;
    if (std::exchange(waiting_, false)) Read();
  }

  void Read() {
    woken_ = false;
    region_.ReadOutbox(next_, [sender = sender_, self = weak_from_this()](absl::StatusOr<region::OutboxPage> page) {
      sender->Do([self, page = std::make_shared<absl::StatusOr<region::OutboxPage>>(std::move(page))] {
        if (const auto delivery = self.lock()) delivery->HasRead(std::move(*page));
      });
    });
  }

  void HasRead(absl::StatusOr<region::OutboxPage> page) {
    if (!page.ok()) return Fail({.why = "its outbox cannot be read"}, [](Delivery& self) { self.Read(); });
    next_.after = page->after;
    more_ = page->more;
    for (api::v1::OutboxItem& item : page->items) {
      if (filter_.Lets(item)) items_.push_back({item.cursor(), event::WriteItem(item)});
    }
    GoOn();
  }

  void GoOn() {
    if (!items_.empty()) return Send();
    if (more_ || woken_) return Read();
    waiting_ = true;
  }

  void Send() {
    const absl::StatusOr<Secrets> secrets = ReadSecrets(webhook_.secrets);
    if (!secrets.ok()) return Fail({.why = "its secrets cannot be read"}, [](Delivery& self) { self.Send(); });
    const size_t count = std::min<size_t>(items_.size(), webhook_.most_items);
    const std::string& last = items_[count - 1].cursor;
    // The same for each attempt to send the same items, and for no others.
    const std::string id = count == 1 ? last : absl::StrCat(items_.front().cursor, "-", last);
    Sender::Request request = BodyOf(count);
    const int64_t now = absl::ToUnixSeconds(absl::Now());
    request.headers.push_back(absl::StrCat("webhook-id: ", id));
    request.headers.push_back(absl::StrCat("webhook-timestamp: ", now));
    request.headers.push_back(absl::StrCat("webhook-signature: ", Sign(*secrets, id, now, request.body)));
    sender_->Post(std::move(request), [self = weak_from_this(), count](const Attempt& attempt) {
      if (const auto delivery = self.lock()) delivery->Answered(attempt, count);
    });
  }

  Sender::Request BodyOf(size_t count) const {
    Sender::Request request{.url = webhook_.url, .headers = {}, .body = "", .authorities = webhook_.authorities};
    const bool batch = webhook_.most_items > 1;
    request.headers = {absl::StrCat("content-type: application/cloudevents", batch ? "-batch" : "", "+json; charset=utf-8"),
                       "user-agent: overdracht", "expect:"};
    if (batch) request.body = "[";
    for (size_t i = 0; i < count; ++i) absl::StrAppend(&request.body, i > 0 ? ",\n" : "", items_[i].text);
    if (batch) request.body += "]";
    return request;
  }

  void Answered(const Attempt& attempt, size_t count) {
    switch (Judge(attempt)) {
      case Verdict::kTaken:
        counts_.taken.fetch_add(1, std::memory_order_relaxed);
        return Keep(count);
      case Verdict::kGone:
        Say(edge::Log::kWarning, "webhook is gone: nothing is sent until the service starts anew", attempt);
        if (failures_ == 0) ++counts_.failing;
        failures_ = 1;
        return;
      case Verdict::kAgain:
        ++(attempt.status == 0 ? counts_.unreachable : counts_.refused);
        return Fail(attempt, [](Delivery& self) { self.Send(); });
    }
  }

  void Keep(size_t count) {
    const absl::StatusOr<uint64_t> place = event::ParseCursor(items_[count - 1].cursor);
    keeper_.Do([sender = sender_, self = shared_from_this(), place = *place, count] {
      const bool kept = self->places_.Keep(self->webhook_.organisation, self->webhook_.subscriber, place).ok();
      sender->Do([self, kept, count] { self->HasKept(kept, count); });
    });
  }

  void HasKept(bool kept, size_t count) {
    if (!kept) return Fail({.why = "its place cannot be kept"}, [count](Delivery& self) { self.Keep(count); });
    if (failures_ > 0) {
      --counts_.failing;
      Say(edge::Log::kInfo, "webhook goes on", {});
    }
    failures_ = 0;
    items_.erase(items_.begin(), items_.begin() + static_cast<std::ptrdiff_t>(count));
    GoOn();
  }

  // Said once, until it goes on.
  void Fail(const Attempt& attempt, std::function<void(Delivery&)> again) {
    if (failures_++ == 0) {
      ++counts_.failing;
      Say(edge::Log::kWarning, "webhook waits", attempt);
    }
    sender_->After(WaitAfter(failures_, absl::Uniform(random_, 0.0, 1.0), attempt), [self = weak_from_this(), again = std::move(again)] {
      if (const auto delivery = self.lock()) again(*delivery);
    });
  }

  void Say(edge::Log::Severity severity, const char* message, const Attempt& attempt) {
    edge::Log::Fields fields = {{"organisation", webhook_.organisation}, {"subscriber", webhook_.subscriber}};
    if (attempt.status != 0) fields.emplace_back("status", int64_t{attempt.status});
    if (attempt.why[0] != '\0') fields.emplace_back("why", std::string(attempt.why));
    log_.Write(severity, message, std::move(fields));
  }

  struct Item {
    std::string cursor, text;
  };

  const Webhook webhook_;
  region::Region& region_;
  Places& places_;
  edge::Log& log_;
  const Filter filter_;
  const std::shared_ptr<Sender> sender_;
  edge::Workers& keeper_;
  WebhookCounts& counts_;
  absl::BitGen random_;
  std::unique_ptr<region::Listener> listener_;

  region::OutboxRequest next_;
  std::deque<Item> items_;  // of one page, not sent yet
  bool more_ = false;       // the outbox has more than that page
  bool woken_ = false;      // since the last page was asked for
  bool waiting_ = false;    // for something new
  int failures_ = 0;        // since something was taken
};

Webhooks::Webhooks(const std::vector<Webhook>& webhooks, const Parts& parts) : sender_(std::make_shared<Sender>(parts.identity)) {
  for (const Webhook& webhook : webhooks) {
    deliveries_.push_back(std::make_shared<Delivery>(webhook, parts, sender_, &keeper_));
    deliveries_.back()->Listen();
    sender_->Do([delivery = deliveries_.back()] { delivery->Begin(); });
  }
}

Webhooks::~Webhooks() {
  for (const auto& delivery : deliveries_) delivery->StopListening();
  sender_->Stop();
}

}  // namespace overdracht::partner
