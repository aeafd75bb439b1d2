#include "services/edge/identity.h"

#include <absl/strings/str_cat.h>
#include <grpc/grpc_security_constants.h>
#include <openssl/crypto.h>

#include <fstream>
#include <iterator>

#include "services/edge/answers.h"
#include "services/edge/falling_behind.h"
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
std::optional<absl::string_view> Find(const grpc::ServerContextBase& context, const char* name) {
  const auto found = context.client_metadata().find(name);
  if (found == context.client_metadata().end()) return std::nullopt;
  return absl::string_view(found->second.data(), found->second.size());
}

bool IsSecret(absl::string_view given, const std::string& secret) {
  return given.size() == secret.size() && CRYPTO_memcmp(given.data(), secret.data(), secret.size()) == 0;
}

std::string FileText(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
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

struct Callers::Counted {
  explicit Counted(const Rates& rates) : limits(rates) {}
  absl::Mutex mutex;
  Limits limits ABSL_GUARDED_BY(mutex);
};

Callers::Callers(Rules rules)
    : rules_(std::move(rules)), secret_(RandomId()), counted_(rules_.rates ? std::make_shared<Counted>(*rules_.rates) : nullptr) {}

Caller Callers::Identify(const grpc::CallbackServerContext& context) const {
  Caller caller;
  caller.trust = &rules_.trust;
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
    if (!rules_.trust.MaySpeak(caller.oin, *caller.organisation)) caller.status = NotDelegated();
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
  const bool may = kind.empty() ? rules_.trust.MayDoAll(caller.oin, organisation) : rules_.trust.MayReport(caller.oin, organisation, kind);
  if (!may) return {NotDelegated(), "", ""};
  return {grpc::Status::OK, organisation, organisation == caller.oin ? "" : std::move(caller.oin)};
}

OrganisationCaller Callers::IdentifyReporter(const grpc::CallbackServerContext& context, absl::string_view kind) const {
  OrganisationCaller caller = IdentifyOrganisation(context, kind);
  if (caller.status.ok()) caller.status = MayReport({caller.organisation, caller.supplier});
  return caller;
}

base::Micros Callers::WaitToReport(const Voice& voice) const {
  if (counted_ == nullptr) return 0;
  absl::MutexLock lock(&counted_->mutex);
  return counted_->limits.TakeReport(voice.organisation.empty() ? voice.supplier : voice.organisation, rules_.clock());
}

grpc::Status Callers::MayReport(const Voice& voice) const {
  const base::Micros wait = WaitToReport(voice);
  if (wait == 0) return grpc::Status::OK;
  return TooOften("expected fewer reports a second of one organisation, but there are too many; send this one again later", wait);
}

std::shared_ptr<const void> Callers::OpenStream(const std::string& organisation) const {
  static const auto nothing = std::make_shared<const int>();
  if (counted_ == nullptr) return nothing;
  absl::MutexLock lock(&counted_->mutex);
  if (!counted_->limits.OpenStream(organisation, rules_.clock())) return nullptr;
  // Lives on its own: a stream may end after the service.
  return {nothing.get(), [counted = counted_, organisation](const int*) {
            absl::MutexLock closing(&counted->mutex);
            counted->limits.CloseStream(organisation);
          }};
}

std::function<bool(uint64_t place, uint64_t end)> Callers::WatchReader() const {
  if (!rules_.rates) return [](uint64_t, uint64_t) { return false; };
  return [behind = FallingBehind(rules_.rates->catch_up_us), clock = rules_.clock](uint64_t place, uint64_t end) mutable {
    return behind.Note(clock(), place, end);
  };
}

grpc::Status Callers::TooManyStreams() {
  return TooOften("expected fewer open streams of one organisation, but there are too many; close one first", base::kSecond);
}

grpc::Status Callers::RequireOperator(const grpc::CallbackServerContext& context) const {
  bool is_operator = true;
  if (with_certificates()) {
    const absl::StatusOr<std::string> oin = Authenticate(context);
    if (!oin.ok()) return Unauthenticated(std::string(oin.status().message()));
    is_operator = rules_.trust.operators.count(*oin) > 0;
  }
  if (is_operator && !Find(context, kOrganisation)) return grpc::Status::OK;
  return {grpc::StatusCode::PERMISSION_DENIED, "expected the operator of the installation, but the call is made for an organisation"};
}

std::vector<std::pair<std::string, std::string>> Callers::Vouch(absl::string_view certificate) const {
  return {{kVouched, secret_}, {kCertificate, std::string(certificate)}};
}

std::string Callers::NameOf(const grpc::ServerContextBase& context) const {
  if (with_certificates()) return Authenticate(context).value_or("");
  const absl::string_view said = Find(context, kOrganisation).value_or("");
  return IsTestOin(said) ? std::string(said) : "";
}

absl::StatusOr<std::string> Callers::Authenticate(const grpc::ServerContextBase& context) const {
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
  if ((*read)->valid_until_us < rules_.clock()) return absl::UnauthenticatedError("expected a valid certificate, but it has expired");
  return (*read)->oin;
}

std::shared_ptr<const Callers::Read> Callers::Parse(absl::string_view pem) const {
  {
    absl::ReaderMutexLock lock(&mutex_);
    if (const auto found = read_.find(pem); found != read_.end()) return found->second;
  }
  Read read = ReadCertificatePem(pem);
  // By its signature too: an authority that is trusted could give its own subordinate the name of another.
  const bool vouched = read.ok() && rules_.trust.Vouches(read->issuer, read->oin) &&
                       (rules_.trust.issuers.empty() || IsSignedByOneOf(FileText(rules_.client_ca), pem));
  if (read.ok() && !vouched) {
    read = absl::UnauthenticatedError("expected a certificate whose issuer may vouch for its OIN, but it may not");
  }
  auto kept = std::make_shared<const Read>(std::move(read));
  absl::MutexLock lock(&mutex_);
  if (read_.size() >= kMostRead) read_.clear();
  return read_.emplace(std::string(pem), std::move(kept)).first->second;
}

}  // namespace overdracht::edge
