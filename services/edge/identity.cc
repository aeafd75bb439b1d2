#include "services/edge/identity.h"

#include <absl/strings/string_view.h>

#include "services/edge/certificate.h"

namespace overdracht::edge {
namespace {

constexpr char kMetadata[] = "overdracht-oin";

}  // namespace

std::string Caller::SpeaksFor(absl::string_view source_organisation) const {
  if (organisation) return *organisation;
  return IsTestOin(source_organisation) ? std::string(source_organisation) : "";
}

Caller Identify(const grpc::CallbackServerContext& context) {
  const auto found = context.client_metadata().find(kMetadata);
  if (found == context.client_metadata().end()) return {};
  const absl::string_view oin(found->second.data(), found->second.size());
  if (IsTestOin(oin)) return {.status = grpc::Status::OK, .organisation = std::string(oin)};
  return {
      .status = {grpc::StatusCode::UNAUTHENTICATED, "expected overdracht-oin to be a test OIN (20 digits, prefix 00000099), but it is not"},
      .organisation = std::nullopt};
}

OrganisationCaller IdentifyOrganisation(const grpc::CallbackServerContext& context) {
  const Caller caller = Identify(context);
  if (!caller.status.ok()) return {caller.status, ""};
  if (caller.organisation) return {grpc::Status::OK, *caller.organisation};
  return {{grpc::StatusCode::UNAUTHENTICATED, "expected a caller who says for which organisation it speaks, but there is none"}, ""};
}

grpc::Status RequireOperator(const grpc::CallbackServerContext& context) {
  if (context.client_metadata().find(kMetadata) == context.client_metadata().end()) return grpc::Status::OK;
  return {grpc::StatusCode::PERMISSION_DENIED, "expected the operator of the installation, but the call is made for an organisation"};
}

}  // namespace overdracht::edge
