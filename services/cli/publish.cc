// overdracht publish: CloudEvents from a file, in its order, pipelined; one answer a line.
//
// One thread reads the file and sends, the other prints the answers, which come in the order in which the lines were sent. So what was
// printed is always a prefix of the file, and after a failure it can be sent again from the first unanswered line.
#include "services/cli/publish.h"

#include <absl/strings/str_cat.h>
#include <absl/synchronization/mutex.h>

#include <cstdlib>
#include <deque>
#include <map>
#include <thread>

#include "overdracht/api/v1/event_service.grpc.pb.h"
#include "services/base/limits.h"
#include "services/cli/answer_text.h"
#include "services/cli/client.h"
#include "services/cli/command.h"
#include "services/cli/lines.h"
#include "services/cli/progress.h"
#include "services/event/write.h"

namespace overdracht::cli {
namespace {

constexpr size_t kMostInFlight = 256;

// Numbers of the lines that were sent and are not answered.
class InFlight {
 public:
  // Waits for room. False: the stream is over.
  bool Add(uint64_t line) {
    absl::MutexLock lock(&mutex_);
    mutex_.Await(absl::Condition(
        +[](InFlight* self) { return self->lines_.size() < kMostInFlight || self->over_; }, this));
    if (!over_) lines_.push_back(line);
    return !over_;
  }
  std::optional<uint64_t> Oldest() {
    absl::MutexLock lock(&mutex_);
    return lines_.empty() ? std::nullopt : std::optional<uint64_t>(lines_.front());
  }
  void Answered() {
    absl::MutexLock lock(&mutex_);
    lines_.pop_front();
  }
  void Over() {
    absl::MutexLock lock(&mutex_);
    over_ = true;
  }

 private:
  absl::Mutex mutex_;
  std::deque<uint64_t> lines_;
  bool over_ = false;
};

struct Counts {
  uint64_t accepted = 0, duplicates = 0;
  std::map<std::string, uint64_t> refused;

  void Add(const api::v1::Answer& answer) {
    if (answer.accepted()) {
      ++accepted;
    } else {
      ++refused[answer.code()];
    }
    if (answer.duplicate()) ++duplicates;
  }
  uint64_t AllRefused() const {
    uint64_t all = 0;
    for (const auto& [code, count] : refused) all += count;
    return all;
  }
};

void PrintSummary(const Counts& counts) {
  std::fprintf(stderr, "%llu answered: %llu accepted, %llu refused; %llu of them duplicates\n",
               static_cast<unsigned long long>(counts.accepted + counts.AllRefused()), static_cast<unsigned long long>(counts.accepted),
               static_cast<unsigned long long>(counts.AllRefused()), static_cast<unsigned long long>(counts.duplicates));
  for (const auto& [code, count] : counts.refused) std::fprintf(stderr, "%8llu %s\n", static_cast<unsigned long long>(count), code.c_str());
}

bool IsBlank(const std::string& line) { return line.find_first_not_of(' ') == std::string::npos; }

bool Print(bool json, uint64_t line, const api::v1::Answer& answer) {
  const std::string text = json ? event::WriteAnswer(answer, line) : absl::StrCat("regel ", line, ": ", AnswerText(answer));
  return std::fprintf(stdout, "%s\n", text.c_str()) >= 0 && std::fflush(stdout) == 0;
}

using Stream = grpc::ClientReaderWriter<api::v1::PublishStreamRequest, api::v1::PublishStreamResponse>;

// True: everything was sent.
bool Send(const PublishOptions& options, Lines* lines, InFlight* in_flight, Progress* progress, Stream* stream) {
  api::v1::PublishStreamRequest request;
  std::string line;
  // Of a line that is too long no more is sent than shows that it is.
  while (lines->Next(base::kMaxEventBytes + 1, &line)) {
    progress->At(lines->read_bytes(), lines->total_bytes());
    if (lines->number() < options.from_line || IsBlank(line)) continue;
    if (!in_flight->Add(lines->number())) return false;
    request.set_cloud_event(line);
    if (!stream->Write(request)) return false;
  }
  return stream->WritesDone() && !lines->failed();
}

// Says from where to go on. Ends the program at once: the sender may wait for input that never comes.
[[noreturn]] void GiveUp(const PublishOptions& options, const std::string& why, uint64_t first_unanswered) {
  NotFinished(absl::StrCat("could not finish: ", why, "\nline ", first_unanswered,
                           " is the first without an answer; go on with `overdracht ", options.command, " ", options.file, " --from-line ",
                           first_unanswered, "`"));
  std::fflush(nullptr);
  std::_Exit(kNotFinished);
}

}  // namespace

int Publish(const PublishOptions& options, const std::function<std::shared_ptr<grpc::Channel>()>& connect) {
  const std::unique_ptr<Lines> lines = Lines::Open(options.file);
  if (lines == nullptr) return NotFinished(absl::StrCat("expected a file that can be read, but ", options.file, " is none"));
  const std::shared_ptr<grpc::Channel> channel = connect();
  if (channel == nullptr) return kNotFinished;
  const auto stub = api::v1::EventService::NewStub(channel);
  grpc::ClientContext context;
  if (!options.as.empty()) context.AddMetadata("overdracht-oin", options.as);
  const std::unique_ptr<Stream> stream = stub->PublishStream(&context);

  InFlight in_flight;
  Counts counts;
  auto progress = std::make_unique<Progress>(options.file);
  bool all_sent = false, printed = true;
  std::thread sender([&] { all_sent = Send(options, lines.get(), &in_flight, progress.get(), stream.get()); });
  api::v1::PublishStreamResponse response;
  uint64_t next = options.from_line;  // the first line without an answer
  while (printed && stream->Read(&response)) {
    next = in_flight.Oldest().value();
    printed = Print(options.json, next, response.answer());
    if (!printed) break;
    counts.Add(response.answer());
    in_flight.Answered();
    ++next;
  }
  in_flight.Over();
  next = in_flight.Oldest().value_or(next);
  if (!printed) GiveUp(options, "the answers cannot be written", next);
  const grpc::Status status = stream->Finish();
  if (!status.ok()) {
    PrintSummary(counts);
    GiveUp(options, status.error_message(), next);
  }
  sender.join();
  progress.reset();
  PrintSummary(counts);
  if (lines->failed()) return NotFinished(absl::StrCat("could not finish: ", options.file, " cannot be read on after line ", next - 1));
  if (!all_sent || in_flight.Oldest()) return NotFinished(absl::StrCat("could not finish: line ", next, " is the first without an answer"));
  return counts.refused.empty() ? kDone : kRefused;
}

void AddFileOptions(CLI::App* command, PublishOptions* options) {
  command->add_option("FILE", options->file, "CloudEvents in JSON, one a line; - for standard input")->required();
  command->add_flag("--json", options->json, "Answers as JSON, one a line");
  command->add_option("--from-line", options->from_line, "Begin with this line of the file")
      ->type_name("N")
      ->check(CLI::Range(uint64_t{1}, UINT64_MAX));
}

void AddPublish(CLI::App* program, Action* action) {
  CLI::App* const command = program->add_subcommand("publish", "Report CloudEvents from a file, one a line, in its order");
  auto options = std::make_shared<PublishOptions>();
  auto server = std::make_shared<ServerOption>();
  AddFileOptions(command, options.get());
  AddServerOption(command, server.get());
  command->add_option("--as", options->as, "Report as this organisation only")->type_name("OIN");
  command->callback(
      [options, server, action] { *action = [options, server] { return Publish(*options, [&] { return Connect(*server); }); }; });
}

}  // namespace overdracht::cli
