// A client of overdracht for one organisation: its reports go out, what it is told comes in.
//
//   absl::StatusOr<Client> client = Client::Connect({.address = "localhost:7440", .tls = {"ca.pem", "ours.pem", "ours.key"}});
//   HandoversAccepted event;
//   event.set_handover("h-1");
//   absl::StatusOr<Answer> answer = client->Report(traject, "accept-h-1", event);  // waits for the decision
//
//   std::unique_ptr<Subscription> told = client->Subscribe(request);
//   for (auto item = told->Next(); item.ok(); item = told->Next()) TakeCareOf(*item);
//
// An absl::Status says what was wrong with a call or its way. What was decided is never one: a refusal is an Answer. A call that got no
// decision (UNAVAILABLE, RESOURCE_EXHAUSTED, DEADLINE_EXCEEDED, ABORTED) is made again, with growing pauses, until Options.patience is
// over: it has the same id each time, so it is the same report. Other errors come at once: PERMISSION_DENIED and UNAUTHENTICATED of who
// calls (docs/identity.md), INVALID_ARGUMENT of a request that no time mends.
//
// Methods may be called from any thread, several at once.
#ifndef OVERDRACHT_SERVICES_CLIENT_CLIENT_H_
#define OVERDRACHT_SERVICES_CLIENT_CLIENT_H_

#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <absl/time/time.h>
#include <google/protobuf/message.h>

#include <functional>
#include <memory>
#include <string>

#include "overdracht/api/v1/event_service.pb.h"
#include "overdracht/api/v1/outbox_service.pb.h"
#include "overdracht/api/v1/overview_service.pb.h"
#include "overdracht/api/v1/report.pb.h"
#include "overdracht/event/v1/event.pb.h"

namespace overdracht::client {

using api::v1::Answer;

struct TlsFiles {  // in PEM; all three, or none for a sandbox
  std::string ca;  // who may be trusted
  std::string certificate;
  std::string key;
};

struct Options {
  std::string address = "127.0.0.1:7440";
  TlsFiles tls = {};
  // An OIN. With certificates the organisation for which a supplier calls; empty: that of the certificate. Without, the test OIN that a
  // sandbox takes the caller for.
  std::string organisation = {};
  absl::Duration connect_within = absl::Seconds(5);  // zero: Connect does not wait, the first call does
  absl::Duration deadline = absl::Seconds(10);       // of one attempt
  absl::Duration patience = absl::Minutes(1);        // from the first failure (in a stream: the first since an answer); zero: one attempt
  // Told of an attempt that failed and will be made again, on the thread that waits for it.
  std::function<void(const absl::Status&)> on_retry = {};
};

// A random UUID: the id of a traject that is started, or of a report.
std::string NewId();

// Whether the answer refuses the report; its code, reason and parameters say why (docs/errors.md), `melding` says so to a user. Neither
// accepted nor refused is the answer to one with `no_wait`: its decision comes to the outbox.
inline bool IsRefused(const Answer& answer) { return !answer.code().empty(); }

class Subscription;
class ReportStream;
struct Connection;

class Client {
 public:
  // UNAVAILABLE: nobody answers at the address, or nobody whom these certificates fit. NOT_FOUND: a file cannot be read.
  // INVALID_ARGUMENT: a file is missing.
  static absl::StatusOr<Client> Connect(const Options& options);
  explicit Client(std::shared_ptr<const Connection> connection) : connection_(std::move(connection)) {}

  // Reports one event, a message of overdracht.event.v1 (HandoversOffered, …), and waits until it is decided. `id` names the report: the
  // same one again, also after a crash, is the same report, so keep it before you report, or make it of what does not change. At most 128
  // characters [A-Za-z0-9._:/-].
  absl::StatusOr<Answer> Report(const std::string& traject, const std::string& id, const google::protobuf::Message& event) const;
  // The same with all that can be said beside an event: when it was, no_wait, validate_only, if_position. An empty request_id is drawn.
  absl::StatusOr<Answer> Report(api::v1::ReportContext context, const google::protobuf::Message& event) const;
  // Reports an event that is there as a CloudEvent in JSON (docs/events.md). Of a refusal the source, id and subject stay empty.
  absl::StatusOr<Answer> Publish(const api::v1::PublishRequest& request) const;

  // Many CloudEvents, each sent before the one before it is answered. `answered` is told the answers in the order of the events; where the
  // stream ends without all of them, the last thing that it is told is why. It is called on a thread of the stream, and does not call it.
  std::unique_ptr<ReportStream> OpenStream(std::function<void(const absl::StatusOr<Answer>&)> answered) const;

  // What the organisation is told, behind `after`, or behind the place that `subscriber` has acknowledged.
  std::unique_ptr<Subscription> Subscribe(const api::v1::SubscribeRequest& request) const;

  // What it knows of its trajecten. NOT_FOUND: of this one nothing.
  absl::StatusOr<api::v1::GetTrajectResponse> GetTraject(const api::v1::GetTrajectRequest& request) const;
  absl::StatusOr<api::v1::ListTrajectenResponse> ListTrajecten(const api::v1::ListTrajectenRequest& request) const;
  // What it may report of one now, and why not the rest.
  absl::StatusOr<api::v1::ExplainTrajectResponse> ExplainTraject(const api::v1::ExplainTrajectRequest& request) const;

 private:
  std::shared_ptr<const Connection> connection_;
};

// After a cut it comes back by itself, for as long as it takes, and goes on behind the last item: each comes once, in order.
class Subscription {
 public:
  virtual ~Subscription() = default;

  // The next item; waits until there is one. Not for two threads at once. CANCELLED: by Cancel.
  virtual absl::StatusOr<api::v1::OutboxItem> Next() = 0;
  // All items up to this one were taken care of: the subscriber's next Subscribe goes on behind it. FAILED_PRECONDITION: it has no name.
  virtual absl::Status Acknowledge(const api::v1::OutboxItem& item) = 0;
  // Ends it: Next returns, also one that waits.
  virtual void Cancel() = 0;
};

// After a cut it sends what is not answered again, in the same order.
class ReportStream {
 public:
  // Ends it. What is not answered by then may have been recorded or not.
  virtual ~ReportStream() = default;

  // Sends one CloudEvent in JSON; waits while too many are not answered. Not OK: why the stream has ended.
  virtual absl::Status Send(std::string cloud_event) = 0;
  // No more will be sent. Waits until all are answered; not OK: why some are not.
  virtual absl::Status Finish() = 0;
};

}  // namespace overdracht::client

#endif  // OVERDRACHT_SERVICES_CLIENT_CLIENT_H_
