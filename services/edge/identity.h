// Who calls. Without certificates a caller is taken for the organisation that it says it is (metadata `overdracht-oin`), test OINs only.
#ifndef OVERDRACHT_SERVICES_EDGE_IDENTITY_H_
#define OVERDRACHT_SERVICES_EDGE_IDENTITY_H_

#include <grpcpp/server_context.h>

#include <optional>
#include <string>

namespace overdracht::edge {

struct Caller {
  grpc::Status status;                      // UNAUTHENTICATED: says it is somebody that it cannot be
  std::optional<std::string> organisation;  // nothing: does not say

  // Whom it speaks for in a report with this source: without a word of its own each event's source. Empty: nobody that is known here.
  std::string SpeaksFor(absl::string_view source_organisation) const;
};

Caller Identify(const grpc::CallbackServerContext& context);

// The organisation that calls. UNAUTHENTICATED: nobody that is known here.
struct OrganisationCaller {
  grpc::Status status;
  std::string organisation;
};
OrganisationCaller IdentifyOrganisation(const grpc::CallbackServerContext& context);

// The operator of the installation: nobody else's name was given.
grpc::Status RequireOperator(const grpc::CallbackServerContext& context);

}  // namespace overdracht::edge

#endif  // OVERDRACHT_SERVICES_EDGE_IDENTITY_H_
