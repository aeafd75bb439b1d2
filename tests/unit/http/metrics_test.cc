#include "services/http/metrics.h"

#include <gtest/gtest.h>

namespace overdracht::http {
namespace {

class Nowhere : public Reply {
 public:
  void Send(Response) override {}
  void Start(Response) override {}
  void Write(std::string, std::function<void()>) override {}
  void End() override {}
  void OnGone(std::function<void()>) override {}
};

TEST(Metrics, CountsWhatIsAnsweredAndWhatIsOpen) {
  Metrics metrics;
  metrics.Count("/a", std::make_shared<Nowhere>())->Send({.status = 404, .content_type = "", .body = "", .headers = {}});
  const std::shared_ptr<Reply> stream = metrics.Count("/a", std::make_shared<Nowhere>());
  stream->Start({});
  EXPECT_EQ(WriteFigures(metrics.Read()),
            "# HELP overdracht_http_requests_total Requests that were answered, by route and status.\n"
            "# TYPE overdracht_http_requests_total counter\n"
            "overdracht_http_requests_total{route=\"/a\",status=\"200\"} 1\n"
            "overdracht_http_requests_total{route=\"/a\",status=\"404\"} 1\n"
            "# HELP overdracht_http_requests_open Requests that are being answered, long polls and streams among them.\n"
            "# TYPE overdracht_http_requests_open gauge\n"
            "overdracht_http_requests_open{route=\"/a\"} 1\n");
}

TEST(Metrics, NoCountIsRounded) {
  EXPECT_EQ(WriteFigures({{.name = "n", .help = "h", .type = Figure::kGauge, .values = {{"", 1234567890123}, {"a=\"b\"", 0.25}}}}),
            "# HELP n h\n# TYPE n gauge\nn 1234567890123\nn{a=\"b\"} 0.25\n");
  EXPECT_EQ(WriteFigures({{.name = "n", .help = "h", .values = {{"", 1234567.0625}}}}), "# HELP n h\n# TYPE n counter\nn 1234567.0625\n");
}

TEST(Metrics, AHistogramCountsWhatIsAtMostEachBound) {
  base::Histogram seconds({0.001, 0.25, 1});
  for (const double value : {0.0009765625, 0.25, 0.5, 0.5, 2.0}) seconds.Add(value);
  EXPECT_EQ(
      WriteFigures({{.name = "n", .help = "h", .type = Figure::kHistogram, .histograms = {{"a=\"b\"", seconds}, {"", base::Histogram()}}}}),
      "# HELP n h\n# TYPE n histogram\n"
      "n_bucket{a=\"b\",le=\"0.001\"} 1\n"
      "n_bucket{a=\"b\",le=\"0.25\"} 2\n"
      "n_bucket{a=\"b\",le=\"1\"} 4\n"
      "n_bucket{a=\"b\",le=\"+Inf\"} 5\n"
      "n_sum{a=\"b\"} 3.2509765625\n"
      "n_count{a=\"b\"} 5\n"
      "n_bucket{le=\"+Inf\"} 0\n"
      "n_sum 0\n"
      "n_count 0\n");
}

}  // namespace
}  // namespace overdracht::http
