#include "services/http/outbox_handler.h"

#include <absl/strings/numbers.h>
#include <absl/strings/str_cat.h>
#include <absl/strings/str_split.h>
#include <absl/synchronization/mutex.h>

#include <utility>

#include "overdracht/api/v1/outbox_service.pb.h"
#include "services/event/write.h"
#include "services/http/codes.h"
#include "services/http/query.h"

namespace overdracht::http {
namespace {

using api::v1::ListItemsRequest;
using api::v1::ListItemsResponse;

constexpr int kMostItems = 1000;
constexpr int kMostWaitS = 60;
constexpr absl::Duration kToRead = absl::Seconds(60);

struct Question {
  ListItemsRequest page;
  absl::Duration wait;
};

absl::StatusOr<Question> ReadQuestion(absl::string_view query) {
  absl::StatusOr<std::map<std::string, std::string>> given = ParseQuery(query, {"after", "answers", "kinds", "limit", "wait"});
  if (!given.ok()) return given.status();
  const auto number = [&](const char* name, int least, int most, int otherwise) -> absl::StatusOr<int> {
    const std::string& text = (*given)[name];
    int value = otherwise;
    if (!text.empty() && (!absl::SimpleAtoi(text, &value) || value < least || value > most)) {
      return absl::InvalidArgumentError(absl::StrCat("expected ", name, " to be ", least, " to ", most, ", but it is not"));
    }
    return value;
  };
  Question question;
  question.page.set_after((*given)["after"]);
  const absl::StatusOr<int> limit = number("limit", 1, kMostItems, 100);
  if (!limit.ok()) return limit.status();
  question.page.set_page_size(*limit);
  const absl::StatusOr<int> wait = number("wait", 0, kMostWaitS, 0);
  if (!wait.ok()) return wait.status();
  question.wait = absl::Seconds(*wait);
  const std::string& answers = (*given)["answers"];
  if (!answers.empty() && answers != "true" && answers != "false") {
    return absl::InvalidArgumentError("expected answers to be true or false, but it is not");
  }
  question.page.set_answers(answers == "true");
  for (absl::string_view kind : absl::StrSplit((*given)["kinds"], ',', absl::SkipEmpty())) question.page.add_kinds(std::string(kind));
  return question;
}

Response Page(const ListItemsResponse& page) {
  Response response{.status = 200, .content_type = "application/cloudevents-batch+json", .body = "[", .headers = {}};
  for (const auto& item : page.items()) absl::StrAppend(&response.body, response.body.size() > 1 ? ",\n" : "", event::WriteItem(item));
  response.body += "]\n";
  response.headers = {{"Overdracht-Next", page.next()}, {"Overdracht-More", page.more() ? "true" : "false"}};
  return response;
}

// One request: lists; where nothing is there it subscribes, and lists again at the first item that comes. Nothing is asked again and again.
class Poll : public std::enable_shared_from_this<Poll> {
 public:
  Poll(Calls* calls, std::map<std::string, std::string> metadata, Question question, std::shared_ptr<Reply> reply)
      : calls_(*calls), metadata_(std::move(metadata)), question_(std::move(question)), reply_(std::move(reply)) {}

  void Go() {
    List();
    reply_->OnGone([self = shared_from_this()] { self->Gone(); });
  }

 private:
  void List() {
    const int number = Begin();
    Keep(number,
         calls_.Unary(
             {.method = "/overdracht.api.v1.OutboxService/ListItems", .metadata = metadata_, .within = kToRead}, ToBytes(question_.page),
             [self = shared_from_this()](const grpc::Status& status, const grpc::ByteBuffer& bytes) { self->Listed(status, bytes); }));
  }

  void Listed(const grpc::Status& status, const grpc::ByteBuffer& bytes) {
    if (!status.ok()) return reply_->Send(ErrorOf(status));
    if (!Parse(bytes, &page_)) return reply_->Send(ErrorResponse(500, "internal", "expected a page of the outbox, but it cannot be read"));
    question_.page.set_after(page_.next());
    const absl::Duration wait = std::exchange(question_.wait, absl::ZeroDuration());
    if (page_.items_size() > 0 || wait == absl::ZeroDuration()) return reply_->Send(Page(page_));
    Wait(wait);
  }

  void Wait(absl::Duration wait) {
    api::v1::SubscribeRequest request;
    request.set_after(page_.next());
    request.set_answers(question_.page.answers());
    *request.mutable_kinds() = question_.page.kinds();
    const auto self = shared_from_this();
    const int number = Begin();
    const auto call = calls_.Stream({.method = "/overdracht.api.v1.OutboxService/Subscribe", .metadata = metadata_, .within = wait},
                                    {.message = [self](const grpc::ByteBuffer&) { self->Came(); },
                                     .sent =
                                         [self] {
                                           if (const auto open = self->Call()) open->Close();
                                         },
                                     .over = [self](const grpc::Status& status) { self->Waited(status); }});
    Keep(number, call);
    call->Write(ToBytes(request));
    call->Read();
  }

  void Came() {
    came_ = true;
    Cancel();
  }

  void Waited(const grpc::Status& status) {
    if (came_) return List();
    if (status.error_code() == grpc::StatusCode::DEADLINE_EXCEEDED) return reply_->Send(Page(page_));
    if (status.error_code() != grpc::StatusCode::CANCELLED && !status.ok()) return reply_->Send(ErrorOf(status));
    reply_->Send(ErrorResponse(503, "unavailable", "expected the server to go on, but it stops: ask again with the same cursor"));
  }

  // A call may be over, and the next one begun, before it is kept: the last one that was begun counts.
  int Begin() {
    absl::MutexLock lock(&mutex_);
    return ++begun_;
  }
  void Keep(int number, const std::shared_ptr<OpenCall>& call) {
    bool gone = false;
    {
      absl::MutexLock lock(&mutex_);
      if (number == begun_) call_ = call;
      gone = gone_;
    }
    if (gone) call->Cancel();
  }

  void Gone() {
    {
      absl::MutexLock lock(&mutex_);
      gone_ = true;
    }
    Cancel();
  }

  void Cancel() {
    if (const auto call = Call()) call->Cancel();
  }

  std::shared_ptr<OpenCall> Call() {
    absl::MutexLock lock(&mutex_);
    return call_.lock();
  }

  Calls& calls_;
  const std::map<std::string, std::string> metadata_;
  Question question_;
  const std::shared_ptr<Reply> reply_;
  ListItemsResponse page_;
  bool came_ = false;
  absl::Mutex mutex_;
  int begun_ = 0;
  std::weak_ptr<OpenCall> call_;  // what can be cancelled now
  bool gone_ = false;
};

}  // namespace

void HandleOutbox(Calls* calls, absl::string_view organisation, const Request& request, const std::shared_ptr<Reply>& reply) {
  std::map<std::string, std::string> metadata = MetadataOf(request);
  // Whose outbox may be read follows from who calls, and from nothing else; who does not say so is told by the service.
  const auto caller = metadata.find("overdracht-oin");
  if (caller == metadata.end() && !request.identity.empty()) metadata["overdracht-oin"] = std::string(organisation);
  if (caller != metadata.end() && caller->second != organisation) {
    return reply->Send(ErrorResponse(403, "permission_denied", "expected the caller's own outbox, but it is that of another organisation"));
  }
  absl::StatusOr<Question> question = ReadQuestion(request.query);
  if (!question.ok()) return reply->Send(ErrorResponse(400, "invalid_argument", std::string(question.status().message())));
  std::make_shared<Poll>(calls, std::move(metadata), *std::move(question), reply)->Go();
}

}  // namespace overdracht::http
