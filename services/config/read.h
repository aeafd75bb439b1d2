// The configuration file, read and checked: what is wrong is found at the start, with its place.
#ifndef OVERDRACHT_SERVICES_CONFIG_READ_H_
#define OVERDRACHT_SERVICES_CONFIG_READ_H_

#include <absl/strings/string_view.h>

#include <string>
#include <vector>

#include "overdracht/config/v1/configuration.pb.h"
#include "services/yaml/finding.h"

namespace overdracht::config {

struct ReadResult {
  config::v1::Configuration configuration;
  std::vector<yaml::Finding> findings;  // empty: the configuration is whole
  bool ok() const { return findings.empty(); }
};

// `file`: its name, for the findings.
ReadResult ReadConfiguration(const std::string& file, absl::string_view text);

// Is of this machine only.
bool IsLoopback(absl::string_view address);
// All of host:port, …
bool AreOfLoopback(absl::string_view bootstrap);

// With which the topics of a region on Kafka begin: [a-z0-9][a-z0-9-]*, at most 64. No dot, so that no region's topics begin as another's.
bool IsRegionName(absl::string_view name);

}  // namespace overdracht::config

#endif  // OVERDRACHT_SERVICES_CONFIG_READ_H_
