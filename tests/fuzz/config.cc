// The configuration file of an installation.
#include "services/base/check.h"
#include "services/config/read.h"
#include "tests/fuzz/fuzz.h"

using namespace overdracht;

FUZZ(text) {
  const config::ReadResult read = config::ReadConfiguration("tried.yaml", text);
  if (!read.ok()) return;
  const auto& configuration = read.configuration;
  OVERDRACHT_CHECK(configuration.grpc_port() <= 65535 && configuration.http_port() <= 65535, "a port is one");
  OVERDRACHT_CHECK(configuration.has_tls() || configuration.delegations().empty(), "without certificates nobody reports for another");
}
