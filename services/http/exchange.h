// One request over HTTP and its answer, without the library that carries them.
#ifndef OVERDRACHT_SERVICES_HTTP_EXCHANGE_H_
#define OVERDRACHT_SERVICES_HTTP_EXCHANGE_H_

#include <absl/strings/string_view.h>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace overdracht::http {

struct Request {
  std::string method;                          // GET
  std::string path;                            // of the target, as it came
  std::string query;                           // what follows the ?
  std::map<std::string, std::string> headers;  // by name in lower case
  std::string body;
  std::string certificate;  // of the client, in PEM; empty: it has none
  // What vouches for it in the metadata of a call.
  std::vector<std::pair<std::string, std::string>> identity;

  absl::string_view Header(const std::string& name) const {
    const auto found = headers.find(name);
    return found == headers.end() ? absl::string_view() : absl::string_view(found->second);
  }
};

struct Response {
  int status = 200;
  std::string content_type;  // empty: no body
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;
};

// An error in JSON: {"code":"not_found","message":"expected …, but …"}.
Response ErrorResponse(int status, absl::string_view code, absl::string_view message);

// How a request is answered, from whatever thread: whole by Send, or as a stream by Start, Write again and again, and End. One that is
// dropped without an answer is answered with 500.
class Reply {
 public:
  virtual ~Reply() = default;

  virtual void Send(Response response) = 0;

  // Of `head` the body is left out.
  virtual void Start(Response head) = 0;
  // The next piece is given only after `written` was called: a slow reader costs one piece. Not called when the client is gone.
  virtual void Write(std::string piece, std::function<void()> written) = 0;
  virtual void End() = 0;

  // Called at most once: the client went away before the answer was complete.
  virtual void OnGone(std::function<void()> gone) = 0;
};

using Handler = std::function<void(Request request, std::shared_ptr<Reply> reply)>;

}  // namespace overdracht::http

#endif  // OVERDRACHT_SERVICES_HTTP_EXCHANGE_H_
