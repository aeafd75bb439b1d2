#include "services/edge/trust.h"

#include <absl/strings/match.h>

#include <algorithm>

namespace overdracht::edge {

bool Trust::Vouches(const std::string& issuer, absl::string_view oin) const {
  if (issuers.empty()) return true;
  const auto found = issuers.find(issuer);
  return found != issuers.end() &&
         std::any_of(found->second.begin(), found->second.end(), [&](const std::string& prefix) { return absl::StartsWith(oin, prefix); });
}

bool Trust::MaySpeak(const std::string& supplier, const std::string& organisation) const {
  return supplier == organisation || delegations.count({supplier, organisation}) > 0;
}

bool Trust::MayReport(const std::string& supplier, const std::string& organisation, absl::string_view kind) const {
  if (supplier == organisation) return true;
  const auto found = delegations.find({supplier, organisation});
  return found != delegations.end() && (found->second.empty() || found->second.count(std::string(kind)) > 0);
}

bool Trust::MayDoAll(const std::string& supplier, const std::string& organisation) const {
  if (supplier == organisation) return true;
  const auto found = delegations.find({supplier, organisation});
  return found != delegations.end() && found->second.empty();
}

}  // namespace overdracht::edge
