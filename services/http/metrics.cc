#include "services/http/metrics.h"

#include <absl/strings/str_cat.h>

#include <array>
#include <charconv>

namespace overdracht::http {

namespace {

// Never rounded: a sum that grows by little would stand still.
std::string Number(double value) {
  const auto whole = static_cast<int64_t>(value);
  if (static_cast<double>(whole) == value) return absl::StrCat(whole);
  std::array<char, 32> text{};
  return {text.data(), std::to_chars(text.data(), text.data() + text.size(), value).ptr};
}

const char* NameOf(Figure::Type type) {
  switch (type) {
    case Figure::kCounter:
      return "counter";
    case Figure::kGauge:
      return "gauge";
    case Figure::kHistogram:
      return "histogram";
  }
  return "untyped";
}

void WriteLine(const std::string& name, const std::string& labels, double value, std::string* text) {
  absl::StrAppend(text, name, labels.empty() ? "" : absl::StrCat("{", labels, "}"), " ", Number(value), "\n");
}

void WriteHistogram(const std::string& name, const std::string& labels, const base::Histogram& histogram, std::string* text) {
  const auto write_bucket = [&](const std::string& bound, uint64_t count) {
    WriteLine(name + "_bucket", absl::StrCat(labels, labels.empty() ? "" : ",", "le=\"", bound, "\""), static_cast<double>(count), text);
  };
  for (size_t i = 0; i < histogram.bounds().size(); ++i) write_bucket(Number(histogram.bounds()[i]), histogram.AtMost(i));
  write_bucket("+Inf", histogram.count());
  WriteLine(name + "_sum", labels, histogram.sum(), text);
  WriteLine(name + "_count", labels, static_cast<double>(histogram.count()), text);
}

}  // namespace

std::string WriteFigures(const std::vector<Figure>& figures) {
  std::string text;
  for (const Figure& figure : figures) {
    absl::StrAppend(&text, "# HELP ", figure.name, " ", figure.help, "\n# TYPE ", figure.name, " ", NameOf(figure.type), "\n");
    for (const auto& [labels, value] : figure.values) WriteLine(figure.name, labels, value, &text);
    for (const auto& [labels, histogram] : figure.histograms) WriteHistogram(figure.name, labels, histogram, &text);
  }
  return text;
}

class CountedReply : public Reply {
 public:
  CountedReply(Metrics* metrics, std::string route, std::shared_ptr<Reply> reply)
      : metrics_(*metrics), route_(std::move(route)), reply_(std::move(reply)) {
    absl::MutexLock lock(&metrics_.mutex_);
    ++metrics_.open_[route_];
  }
  ~CountedReply() override {
    absl::MutexLock lock(&metrics_.mutex_);
    --metrics_.open_[route_];
  }

  void Send(Response response) override {
    Answered(response.status);
    reply_->Send(std::move(response));
  }
  void Start(Response head) override {
    Answered(head.status);
    reply_->Start(std::move(head));
  }
  void Write(std::string piece, std::function<void()> written) override { reply_->Write(std::move(piece), std::move(written)); }
  void End() override { reply_->End(); }
  void OnGone(std::function<void()> gone) override { reply_->OnGone(std::move(gone)); }

 private:
  void Answered(int status) {
    absl::MutexLock lock(&metrics_.mutex_);
    ++metrics_.requests_[{route_, status}];
  }

  Metrics& metrics_;
  const std::string route_;
  const std::shared_ptr<Reply> reply_;
};

std::shared_ptr<Reply> Metrics::Count(std::string route, std::shared_ptr<Reply> reply) {
  return std::make_shared<CountedReply>(this, std::move(route), std::move(reply));
}

std::vector<Figure> Metrics::Read() {
  Figure requests{.name = "overdracht_http_requests_total", .help = "Requests that were answered, by route and status."};
  Figure open{.name = "overdracht_http_requests_open",
              .help = "Requests that are being answered, long polls and streams among them.",
              .type = Figure::kGauge};
  absl::MutexLock lock(&mutex_);
  for (const auto& [of, count] : requests_) {
    requests.values.emplace_back(absl::StrCat("route=\"", of.first, "\",status=\"", of.second, "\""), count);
  }
  for (const auto& [route, count] : open_) open.values.emplace_back(absl::StrCat("route=\"", route, "\""), count);
  return {std::move(requests), std::move(open)};
}

}  // namespace overdracht::http
