#include "services/partner/webhook/sender.h"

#include <absl/strings/match.h>
#include <curl/curl.h>

#include <algorithm>
#include <utility>

namespace overdracht::partner {
namespace {

constexpr long kToConnectMs = 10'000, kToAnswerMs = 30'000;
constexpr long kMostAnswerBytes = 64 << 10;  // of what nobody reads
constexpr int kLongestPollMs = 60'000;

// Once a process.
void InitializeOnce() {
  static const CURLcode done = curl_global_init(CURL_GLOBAL_DEFAULT);
  (void)done;
}

}  // namespace

// One request, until its answer is there.
class Sender::Transfer {
 public:
  Transfer(Request request, std::function<void(const Attempt&)> done) : request_(std::move(request)), done_(std::move(done)) {
    for (const std::string& header : request_.headers) headers_.reset(curl_slist_append(headers_.release(), header.c_str()));
  }

  CURL* Prepare(const std::optional<edge::TlsFiles>& identity) {
    CURL* const easy = easy_.get();
    curl_easy_setopt(easy, CURLOPT_URL, request_.url.c_str());
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers_.get());
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body.size()));
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request_.body.data());
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "https,http");
    curl_easy_setopt(easy, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    // A receiver on this machine is not asked for through a proxy.
    if (absl::StartsWith(request_.url, "http:")) curl_easy_setopt(easy, CURLOPT_PROXY, "");
    if (!request_.authorities.empty()) curl_easy_setopt(easy, CURLOPT_CAINFO, request_.authorities.c_str());
    if (identity) {
      curl_easy_setopt(easy, CURLOPT_SSLCERT, identity->certificate.c_str());
      curl_easy_setopt(easy, CURLOPT_SSLKEY, identity->key.c_str());
    }
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, kToConnectMs);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, kToAnswerMs);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &Transfer::PassOver);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, this);
    return easy;
  }

  void Finish(CURLcode code) {
    Attempt attempt;
    long status = 0;
    curl_off_t retry_after = 0;
    // An answer that is longer than anybody would read is cut off; its status counts.
    if (code == CURLE_OK || code == CURLE_WRITE_ERROR) curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(easy_.get(), CURLINFO_RETRY_AFTER, &retry_after);
    attempt.status = static_cast<int>(status);
    if (status == 0) attempt.why = curl_easy_strerror(code);
    attempt.retry_after = absl::Seconds(retry_after);
    done_(attempt);
  }

 private:
  static size_t PassOver(char*, size_t size, size_t count, void* self) {
    auto* transfer = static_cast<Transfer*>(self);
    transfer->read_ += static_cast<long>(size * count);
    return transfer->read_ <= kMostAnswerBytes ? size * count : 0;
  }

  const Request request_;
  const std::function<void(const Attempt&)> done_;
  long read_ = 0;
  std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)> headers_{nullptr, curl_slist_free_all};
  const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> easy_{curl_easy_init(), curl_easy_cleanup};
};

void Sender::Closed::operator()(void* multi) const { curl_multi_cleanup(multi); }

Sender::Sender(std::optional<edge::TlsFiles> identity)
    : identity_(std::move(identity)), multi_((InitializeOnce(), curl_multi_init())), thread_([this] { Run(); }) {}

Sender::~Sender() { Stop(); }

void Sender::Do(std::function<void()> work) {
  {
    absl::MutexLock lock(&mutex_);
    if (stopping_) return;
    work_.push_back(std::move(work));
  }
  curl_multi_wakeup(multi_.get());
}

void Sender::Stop() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  curl_multi_wakeup(multi_.get());
  if (thread_.joinable()) thread_.join();
  absl::MutexLock lock(&mutex_);
  work_.clear();  // it may hold what holds this
}

void Sender::After(absl::Duration wait, std::function<void()> work) {
  due_.emplace(Clock::now() + absl::ToChronoMilliseconds(wait), std::move(work));
}

void Sender::Post(Request request, std::function<void(const Attempt&)> done) {
  auto transfer = std::make_unique<Transfer>(std::move(request), std::move(done));
  CURL* const easy = transfer->Prepare(identity_);
  transfers_.emplace(easy, std::move(transfer));
  curl_multi_add_handle(multi_.get(), easy);
}

void Sender::Run() {
  while (DoWork()) {
    DoWhatIsDue();
    int running = 0;
    curl_multi_perform(multi_.get(), &running);
    FinishTransfers();
    // What was given in the meantime wakes it.
    curl_multi_poll(multi_.get(), nullptr, 0, MsUntilDue(), nullptr);
  }
  for (const auto& [easy, transfer] : transfers_) curl_multi_remove_handle(multi_.get(), easy);
  transfers_.clear();
  due_.clear();
}

bool Sender::DoWork() {
  std::vector<std::function<void()>> work;
  {
    absl::MutexLock lock(&mutex_);
    if (stopping_) return false;
    work.swap(work_);
  }
  for (const auto& one : work) one();
  return true;
}

void Sender::DoWhatIsDue() {
  while (!due_.empty() && due_.begin()->first <= Clock::now()) {
    const std::function<void()> work = std::move(due_.begin()->second);
    due_.erase(due_.begin());
    work();
  }
}

void Sender::FinishTransfers() {
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi_.get(), &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    const CURLcode code = message->data.result;
    auto transfer = transfers_.extract(message->easy_handle);
    curl_multi_remove_handle(multi_.get(), transfer.key());
    transfer.mapped()->Finish(code);
  }
}

// Besides what libcurl itself waits for.
int Sender::MsUntilDue() const {
  if (due_.empty()) return kLongestPollMs;
  const auto wait = std::chrono::ceil<std::chrono::milliseconds>(due_.begin()->first - Clock::now()).count();
  return static_cast<int>(std::clamp<int64_t>(wait, 0, kLongestPollMs));
}

}  // namespace overdracht::partner
