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
  EXPECT_EQ(WriteFigures({{.name = "n", .help = "h", .counter = false, .values = {{"", 1234567890123}, {"a=\"b\"", 0.25}}}}),
            "# HELP n h\n# TYPE n gauge\nn 1234567890123\nn{a=\"b\"} 0.25\n");
}

}  // namespace
}  // namespace overdracht::http
