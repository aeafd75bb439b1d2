#include "services/edge/identity.h"

#include <absl/strings/str_cat.h>
#include <grpc/grpc_security_constants.h>
#include <openssl/crypto.h>

#include "services/edge/random_id.h"
#include "services/event/catalogue.h"

namespace overdracht::edge {
namespace {

constexpr char kOrganisation[] = "overdracht-oin";
constexpr char kVouched[] = "overdracht-vouched";
constexpr char kCertificate[] = "overdracht-certificate-bin";
// A certificate is some KB: what is kept of them stays small, whatever comes by.
constexpr size_t kMostRead = 4096;

// Nothing: not given.
std::optional<absl::string_view> Find(const grpc::CallbackServerContext& context, const char* name) {
  const auto found = context.client_metadata().find(name);
  if (found == context.client_metadata().end()) return std::nullopt;
  return absl::string_view(found->second.data(), found->second.size());
}

bool IsSecret(absl::string_view given, const std::string& secret) {
  return given.size() == secret.size() && CRYPTO_memcmp(given.data(), secret.data(), secret.size()) == 0;
}

grpc::Status Unauthenticated(absl::string_view why) { return {grpc::StatusCode::UNAUTHENTICATED, std::string(why)}; }

grpc::Status NotDelegated() {
  return {grpc::StatusCode::PERMISSION_DENIED, "expected a delegation for the organisation that overdracht-oin names, but there is none"};
}

}  // namespace

Voice Caller::SpeaksFor(const event::v1::Event& event) const {
  const std::string& organisation_or_source = organisation ? *organisation : event.organisation();
  if (oin.empty()) return {organisation || IsTestOin(organisation_or_source) ? organisation_or_source : "", ""};
  const event::Kind* const kind = event::KindOf(event);
  if (kind == nullptr || !trust->MayReport(oin, organisation_or_source, kind->name)) return {"", oin};
  return {organisation_or_source, organisation_or_source == oin ? "" : oin};
}

Voice Caller::SpeaksForUnreadable() const {
  if (!organisation) return {oin, ""};
  return {*organisation, *organisation == oin ? "" : oin};
}

Callers::Callers(Trust trust, std::function<base::Micros()> clock)
    : trust_(std::move(trust)), clock_(std::move(clock)), secret_(RandomId()) {}

Caller Callers::Identify(const grpc::CallbackServerContext& context) const {
  Caller caller;
  caller.trust = &trust_;
  if (with_certificates()) {
    absl::StatusOr<std::string> oin = Authenticate(context);
    if (!oin.ok()) {
      caller.status = Unauthenticated(std::string(oin.status().message()));
      return caller;
    }
    caller.oin = *std::move(oin);
  }
  std::optional<absl::string_view> organisation = Find(context, kOrganisation);
  if (!organisation && !only_.empty()) organisation = only_;
  if (!organisation) return caller;
  caller.organisation = std::string(*organisation);
  if (!only_.empty() && *organisation != only_) {
    caller.status = {grpc::StatusCode::PERMISSION_DENIED, "expected a caller for the organisation of this service, but it is for another"};
  } else if (with_certificates()) {
    if (!trust_.MaySpeak(caller.oin, *caller.organisation)) caller.status = NotDelegated();
  } else if (!IsTestOin(*organisation)) {
    caller.status = Unauthenticated("expected overdracht-oin to be a test OIN (20 digits, prefix 00000099), but it is not");
  }
  return caller;
}

OrganisationCaller Callers::IdentifyOrganisation(const grpc::CallbackServerContext& context, absl::string_view kind) const {
  Caller caller = Identify(context);
  if (!caller.status.ok()) return {caller.status, "", ""};
  if (!with_certificates()) {
    if (caller.organisation) return {grpc::Status::OK, *std::move(caller.organisation), ""};
    return {Unauthenticated("expected a caller who says for which organisation it speaks, but there is none"), "", ""};
  }
  std::string organisation = caller.organisation.value_or(caller.oin);
  const bool may = kind.empty() ? trust_.MayDoAll(caller.oin, organisation) : trust_.MayReport(caller.oin, organisation, kind);
  if (!may) return {NotDelegated(), "", ""};
  return {grpc::Status::OK, organisation, organisation == caller.oin ? "" : std::move(caller.oin)};
}

grpc::Status Callers::RequireOperator(const grpc::CallbackServerContext& context) const {
  bool is_operator = true;
  if (with_certificates()) {
    const absl::StatusOr<std::string> oin = Authenticate(context);
    if (!oin.ok()) return Unauthenticated(std::string(oin.status().message()));
    is_operator = trust_.operators.count(*oin) > 0;
  }
  if (is_operator && !Find(context, kOrganisation)) return grpc::Status::OK;
  return {grpc::StatusCode::PERMISSION_DENIED, "expected the operator of the installation, but the call is made for an organisation"};
}

std::vector<std::pair<std::string, std::string>> Callers::Vouch(absl::string_view certificate) const {
  return {{kVouched, secret_}, {kCertificate, std::string(certificate)}};
}

absl::StatusOr<std::string> Callers::Authenticate(const grpc::CallbackServerContext& context) const {
  std::shared_ptr<const Read> read;
  if (const auto given = Find(context, kVouched); given && IsSecret(*given, secret_)) {
    read = Parse(Find(context, kCertificate).value_or(""));
  } else {
    const std::vector<grpc::string_ref> certificates = context.auth_context()->FindPropertyValues(GRPC_X509_PEM_CERT_PROPERTY_NAME);
    if (certificates.size() != 1) return absl::UnauthenticatedError("expected a client with a certificate, but it has none");
    read = Parse({certificates.front().data(), certificates.front().size()});
  }
  if (!read->ok()) return read->status();
  // The handshake looked at the day it was made; a connection may be older than that.
  if ((*read)->valid_until_us < clock_()) return absl::UnauthenticatedError("expected a valid certificate, but it has expired");
  return (*read)->oin;
}

std::shared_ptr<const Callers::Read> Callers::Parse(absl::string_view pem) const {
  {
    absl::ReaderMutexLock lock(&mutex_);
    if (const auto found = read_.find(pem); found != read_.end()) return found->second;
  }
  Read read = ReadCertificatePem(pem);
  if (read.ok() && !trust_.Vouches(read->issuer, read->oin)) {
    read = absl::UnauthenticatedError("expected a certificate whose issuer may vouch for its OIN, but it may not");
  }
  auto kept = std::make_shared<const Read>(std::move(read));
  absl::MutexLock lock(&mutex_);
  if (read_.size() >= kMostRead) read_.clear();
  return read_.emplace(std::string(pem), std::move(kept)).first->second;
}

}  // namespace overdracht::edge
