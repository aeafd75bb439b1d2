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

}  // namespace overdracht::config

#endif  // OVERDRACHT_SERVICES_CONFIG_READ_H_
