#include "services/http/codes.h"

#include <array>

namespace overdracht::http {

HttpCode CodeFor(grpc::StatusCode code) {
  static constexpr std::array<HttpCode, 17> kCodes = {{{200, "ok"},
                                                       {499, "canceled"},
                                                       {500, "unknown"},
                                                       {400, "invalid_argument"},
                                                       {504, "deadline_exceeded"},
                                                       {404, "not_found"},
                                                       {409, "already_exists"},
                                                       {403, "permission_denied"},
                                                       {429, "resource_exhausted"},
                                                       {409, "failed_precondition"},
                                                       {409, "aborted"},
                                                       {400, "out_of_range"},
                                                       {501, "unimplemented"},
                                                       {500, "internal"},
                                                       {503, "unavailable"},
                                                       {500, "data_loss"},
                                                       {401, "unauthenticated"}}};
  const auto index = static_cast<size_t>(code);
  return index < kCodes.size() ? kCodes[index] : kCodes[2];
}

Response ErrorOf(const grpc::Status& status) {
  const HttpCode code = CodeFor(status.error_code());
  return ErrorResponse(code.status, code.name, status.error_message());
}

}  // namespace overdracht::http
