// Whom an identity may be, and for whom it may speak: default deny. Pure; filled from the configuration.
#ifndef OVERDRACHT_SERVICES_EDGE_TRUST_H_
#define OVERDRACHT_SERVICES_EDGE_TRUST_H_

#include <absl/strings/string_view.h>

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace overdracht::edge {

struct Trust {
  // By the issuer's name (RFC 2253): how the OINs for which it may vouch begin. Empty: each issuer that the handshake trusts vouches for
  // all.
  std::map<std::string, std::vector<std::string>> issuers;
  // OINs of the operators of the installation.
  std::set<std::string> operators;
  // By supplier and organisation: the kinds of events (handovers.offered, …) that it may report for it. Empty: it may do all that the
  // organisation may, and read what that is told.
  std::map<std::pair<std::string, std::string>, std::set<std::string>> delegations;

  bool Vouches(const std::string& issuer, absl::string_view oin) const;
  // At all; for reports of this kind; for everything.
  bool MaySpeak(const std::string& supplier, const std::string& organisation) const;
  bool MayReport(const std::string& supplier, const std::string& organisation, absl::string_view kind) const;
  bool MayDoAll(const std::string& supplier, const std::string& organisation) const;
};

}  // namespace overdracht::edge

#endif  // OVERDRACHT_SERVICES_EDGE_TRUST_H_
