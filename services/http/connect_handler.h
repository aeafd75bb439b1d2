// Serves every method of the process's gRPC services by the Connect protocol: unary ones and server streams.
#ifndef OVERDRACHT_SERVICES_HTTP_CONNECT_HANDLER_H_
#define OVERDRACHT_SERVICES_HTTP_CONNECT_HANDLER_H_

#include <google/protobuf/descriptor.h>

#include <memory>
#include <string>
#include <vector>

#include "services/http/calls.h"
#include "services/http/exchange.h"

namespace overdracht::http {

// Those of these services that organisations or the operator may call; between the program's own processes goes more.
std::vector<const google::protobuf::ServiceDescriptor*> CalledByOthers(const std::vector<std::string>& services);
// The method that /<package.Service>/<Method> names; null: none of these services.
const google::protobuf::MethodDescriptor* FindMethod(const std::vector<const google::protobuf::ServiceDescriptor*>& services,
                                                     absl::string_view path);

void HandleConnect(Calls* calls, const google::protobuf::MethodDescriptor& method, const Request& request,
                   const std::shared_ptr<Reply>& reply);

}  // namespace overdracht::http

#endif  // OVERDRACHT_SERVICES_HTTP_CONNECT_HANDLER_H_
