// overdracht publish: CloudEvents from a file, in its order, pipelined; one answer a line.
//
// The answers come in the order in which the lines were sent. So what was printed is always a prefix of the file, and after a failure it
// can be sent again from the first unanswered line.
#include "services/cli/publish.h"

#include <absl/strings/str_cat.h>
#include <absl/synchronization/mutex.h>

#include <cstdlib>
#include <deque>
#include <map>

#include "services/base/limits.h"
#include "services/cli/answer_text.h"
#include "services/cli/client.h"
#include "services/cli/command.h"
#include "services/cli/lines.h"
#include "services/cli/progress.h"
#include "services/event/write.h"

namespace overdracht::cli {
namespace {

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

// Says from where to go on. Ends the program at once: the sender may wait for input that never comes.
[[noreturn]] void GiveUp(const PublishOptions& options, const std::string& why, uint64_t first_unanswered) {
  NotFinished(absl::StrCat("could not finish: ", why, "\nline ", first_unanswered,
                           " is the first without an answer; go on with `overdracht ", options.command, " ", options.file, " --from-line ",
                           first_unanswered, "`"));
  std::fflush(nullptr);
  std::_Exit(kNotFinished);
}

// Prints the answers to the lines, on the stream's thread.
class Answers {
 public:
  explicit Answers(const PublishOptions& options) : options_(options), next_(options.from_line) {}

  void Expect(uint64_t line) {
    absl::MutexLock lock(&mutex_);
    unanswered_.push_back(line);
  }

  void Take(const absl::StatusOr<api::v1::Answer>& answer) {
    absl::MutexLock lock(&mutex_);
    if (!unanswered_.empty()) next_ = unanswered_.front();
    if (!answer.ok()) {
      PrintSummary(counts_);
      GiveUp(options_, std::string(answer.status().message()), next_);
    }
    if (!Print(options_.json, next_, *answer)) GiveUp(options_, "the answers cannot be written", next_);
    counts_.Add(*answer);
    unanswered_.pop_front();
    ++next_;
  }

  // When all are there.
  const Counts& counts() const { return counts_; }
  uint64_t next() const { return next_; }  // the first line without an answer

 private:
  const PublishOptions& options_;
  absl::Mutex mutex_;
  std::deque<uint64_t> unanswered_;
  Counts counts_;
  uint64_t next_;
};

}  // namespace

int Publish(const PublishOptions& options, const std::function<absl::StatusOr<client::Client>()>& connect) {
  const std::unique_ptr<Lines> lines = Lines::Open(options.file);
  if (lines == nullptr) return NotFinished(absl::StrCat("expected a file that can be read, but ", options.file, " is none"));
  const absl::StatusOr<client::Client> client = connect();
  if (!client.ok()) return kNotFinished;
  Answers answers(options);
  auto progress = std::make_unique<Progress>(options.file);
  const std::unique_ptr<client::ReportStream> stream = client->OpenStream([&answers](const auto& answer) { answers.Take(answer); });
  std::string line;
  // Of a line that is too long no more is sent than shows that it is.
  while (lines->Next(base::kMaxEventBytes + 1, &line)) {
    progress->At(lines->read_bytes(), lines->total_bytes());
    if (lines->number() < options.from_line || IsBlank(line)) continue;
    answers.Expect(lines->number());
    if (!stream->Send(line).ok()) break;
  }
  const absl::Status all = stream->Finish();
  progress.reset();
  PrintSummary(answers.counts());
  if (lines->failed()) {
    return NotFinished(absl::StrCat("could not finish: ", options.file, " cannot be read on after line ", answers.next() - 1));
  }
  if (!all.ok()) return NotFinished(absl::StrCat("could not finish: line ", answers.next(), " is the first without an answer"));
  return answers.counts().refused.empty() ? kDone : kRefused;
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
  command->callback([options, server, action] {
    *action = [options, server] { return Publish(*options, [&] { return ConnectAs(*server, options->as); }); };
  });
}

}  // namespace overdracht::cli
