// DATA ENTERS: who calls. With certificates a caller is the OIN of its own; the metadata `overdracht-oin` says for whom it speaks when that
// is another, and needs a delegation. Without certificates (loopback only) a caller is taken for the organisation that `overdracht-oin`
// names, test OINs only.
#ifndef OVERDRACHT_SERVICES_EDGE_IDENTITY_H_
#define OVERDRACHT_SERVICES_EDGE_IDENTITY_H_

#include <absl/base/thread_annotations.h>
#include <absl/container/flat_hash_map.h>
#include <absl/status/statusor.h>
#include <absl/strings/string_view.h>
#include <absl/synchronization/mutex.h>
#include <grpcpp/server_context.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "overdracht/event/v1/event.pb.h"
#include "services/base/time.h"
#include "services/edge/certificate.h"
#include "services/edge/limits.h"
#include "services/edge/trust.h"

namespace overdracht::edge {

// Whose a report is, and who made the call.
struct Voice {
  std::string organisation;  // whom the caller speaks for; empty: nobody that is known here
  std::string supplier;      // who calls, where that is another
};

// Of a call that may speak for several, one event after another.
struct Caller {
  grpc::Status status;  // UNAUTHENTICATED: cannot be whom it says it is. PERMISSION_DENIED: may not speak for whom it says
  std::optional<std::string> organisation;  // for whom it says that it speaks
  std::string oin;                          // of its certificate; empty: there are none here
  const Trust* trust = nullptr;

  // In a report with this source: without a word of its own each event's source, as far as it may.
  Voice SpeaksFor(const event::v1::Event& event) const;
  // In one that cannot be read.
  Voice SpeaksForUnreadable() const;
};

// Of a call that speaks for one organisation.
struct OrganisationCaller {
  grpc::Status status;
  std::string organisation;
  std::string supplier;
};

class Callers {
 public:
  struct Rules {
    Trust trust;
    std::string client_ca;                // PEM, the file; empty: no certificates
    std::optional<Rates> rates;           // nothing: as often as they like
    std::function<base::Micros()> clock;  // of the machine; there where there are certificates or rates
  };

  // Without certificates, and without limits.
  Callers() = default;
  explicit Callers(Rules rules);
  Callers(const Callers&) = delete;

  // Of a service of one organisation: who says nothing speaks for it, and nobody speaks for another. Before anybody calls.
  void ServeOnly(std::string organisation) { only_ = std::move(organisation); }

  Caller Identify(const grpc::CallbackServerContext& context) const;

  // `kind`: of the event that is reported (handovers.offered); empty: it is about more than one report, and a delegation for some kinds of
  // events is not enough.
  OrganisationCaller IdentifyOrganisation(const grpc::CallbackServerContext& context, absl::string_view kind = "") const;

  // The same, of a call that reports one event: RESOURCE_EXHAUSTED where there are too many of them.
  OrganisationCaller IdentifyReporter(const grpc::CallbackServerContext& context, absl::string_view kind) const;

  // A report of somebody. 0: it is taken in; else it is worth trying again after so long.
  base::Micros WaitToReport(const Voice& voice) const;
  // The same as a status: RESOURCE_EXHAUSTED.
  grpc::Status MayReport(const Voice& voice) const;
  // A stream of this organisation, open for as long as what is returned is kept. Null: there are as many as there may be.
  std::shared_ptr<const void> OpenStream(const std::string& organisation) const;
  static grpc::Status TooManyStreams();
  // Of a stream: is told after each page of its place and of the end, and says whether it falls behind for ever.
  std::function<bool(uint64_t place, uint64_t end)> WatchReader() const;

  // The operator of the installation; without certificates anybody who gives no other name.
  grpc::Status RequireOperator(const grpc::CallbackServerContext& context) const;

  // The OIN of whoever calls, for the log; empty: not known.
  std::string NameOf(const grpc::ServerContextBase& context) const;

  // The metadata of a call within the process that is made for a client whose handshake took place at another port (PEM).
  std::vector<std::pair<std::string, std::string>> Vouch(absl::string_view certificate) const;

  bool with_certificates() const { return !rules_.client_ca.empty(); }

 private:
  using Read = absl::StatusOr<Certificate>;

  // The certificate's OIN.
  absl::StatusOr<std::string> Authenticate(const grpc::ServerContextBase& context) const;
  std::shared_ptr<const Read> Parse(absl::string_view pem) const;

  // What the limits know, for as long as a stream is open.
  struct Counted;

  const Rules rules_;
  const std::string secret_;  // of those who vouch
  std::string only_;          // empty: organisations are served
  const std::shared_ptr<Counted> counted_;
  mutable absl::Mutex mutex_;
  // What was read of the certificates that were seen last: a call costs a look-up.
  mutable absl::flat_hash_map<std::string, std::shared_ptr<const Read>> read_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace overdracht::edge

#endif  // OVERDRACHT_SERVICES_EDGE_IDENTITY_H_
