// OpenAPI 3.1 of this port: its own paths, and every method by its descriptor in protobuf's JSON.
#ifndef OVERDRACHT_SERVICES_HTTP_OPENAPI_H_
#define OVERDRACHT_SERVICES_HTTP_OPENAPI_H_

#include <google/protobuf/descriptor.h>

#include <string>
#include <vector>

namespace overdracht::http {

std::string WriteOpenApi(const std::vector<const google::protobuf::ServiceDescriptor*>& services);

}  // namespace overdracht::http

#endif  // OVERDRACHT_SERVICES_HTTP_OPENAPI_H_
