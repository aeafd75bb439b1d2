#include <absl/strings/str_cat.h>
#include <absl/time/clock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>

#include "services/certs/authority.h"
#include "services/http/server.h"

namespace overdracht::http {
namespace {

constexpr base::Micros kFrom = 1'480'000'000'000'000, kUntil = 4'000'000'000'000'000;

certs::Authority MakeAuthority() { return *certs::Authority::Make("Test CA", kFrom, kUntil); }

class Tls : public testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::create_directories(folder_);
    Give("server", authority_, "serverAuth");
    Put("ca.pem", authority_.own().certificate);
    server_ = *Server::Start({.tls = edge::TlsFiles{Path("server.pem"), Path("server.key"), Path("ca.pem")},
                              .handle =
                                  [](const Request& request, const std::shared_ptr<Reply>& reply) {
                                    reply->Send({.status = 200, .content_type = "text/plain", .body = request.certificate, .headers = {}});
                                  },
                              .most_body_bytes = [](absl::string_view, absl::string_view) { return size_t{10}; }});
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string Path(const std::string& name) const { return folder_ + "/" + name; }
  void Put(const std::string& name, const std::string& text) const { std::ofstream(Path(name)) << text; }
  std::string Read(const std::string& name) const {
    std::ifstream file(Path(name));
    return {std::istreambuf_iterator<char>(file), {}};
  }

  void Give(const std::string& name, const certs::Authority& authority, const char* use) const {
    const auto issued = *authority.Issue({.subject = {{"CN", name}, {"serialNumber", "00000099000000101000"}},
                                          .names = "IP:127.0.0.1",
                                          .use = use,
                                          .from_us = kFrom,
                                          .until_us = kUntil});
    Put(name + ".pem", issued.certificate);
    Put(name + ".key", issued.key);
  }

  // What curl prints.
  std::string Ask(const std::string& options) const {
    const std::string command =
        absl::StrCat("curl --silent --max-time 20 --cacert ", Path("ca.pem"), " ", options, " https://127.0.0.1:", server_->port(), "/");
    FILE* const out = popen(command.c_str(), "r");
    std::string text;
    for (int c = std::fgetc(out); c != EOF; c = std::fgetc(out)) text += static_cast<char>(c);
    pclose(out);
    return text;
  }
  std::string As(const std::string& name) const { return absl::StrCat("--cert ", Path(name + ".pem"), " --key ", Path(name + ".key")); }

  const std::string folder_ = testing::TempDir() + "http_tls_test." + std::to_string(getpid());
  const certs::Authority authority_ = MakeAuthority();
  std::unique_ptr<Server> server_;
};

TEST_F(Tls, TheCertificateOfTheClientGoesOn) {
  Give("client", authority_, "clientAuth");
  EXPECT_EQ(Ask(As("client")), Read("client.pem"));
  EXPECT_EQ(Ask(As("client") + " --tls-max 1.2"), Read("client.pem"));
}

TEST_F(Tls, NobodyWithoutOneThatCanBeTrusted) {
  EXPECT_EQ(Ask(""), "");
  Give("stranger", MakeAuthority(), "clientAuth");
  EXPECT_EQ(Ask(As("stranger")), "");
  Give("other", authority_, "serverAuth");  // not for clients
  EXPECT_EQ(Ask(As("other")), "");
}

TEST_F(Tls, ChangedFilesCountForNewConnections) {
  const certs::Authority next = MakeAuthority();
  Give("client", next, "clientAuth");
  EXPECT_EQ(Ask(As("client")), "");
  Put("ca.pem", next.own().certificate);
  Give("server", next, "serverAuth");
  // Looked at once a second.
  std::string answer;
  for (const absl::Time begun = absl::Now(); answer.empty() && absl::Now() - begun < absl::Seconds(30);) answer = Ask(As("client"));
  EXPECT_EQ(answer, Read("client.pem"));
  // What cannot be used changes nothing, for as long as it is looked at more than once.
  Put("server.pem", "nonsense");
  for (const absl::Time begun = absl::Now(); absl::Now() - begun < absl::Seconds(3);) ASSERT_EQ(Ask(As("client")), Read("client.pem"));
}

TEST_F(Tls, FilesThatCannotBeUsed) {
  Put("bad.pem", "nonsense");
  const auto server = Server::Start({.tls = edge::TlsFiles{Path("server.pem"), Path("bad.pem"), Path("ca.pem")}});
  EXPECT_TRUE(absl::IsInvalidArgument(server.status()));
}

}  // namespace
}  // namespace overdracht::http
