#include "services/workflow/edge/operator_service.h"

#include <absl/strings/str_cat.h>
#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <fstream>

#include "services/base/time.h"
#include "services/base/uuid.h"
#include "services/edge/answers.h"
#include "services/edge/piece_stream.h"
#include "services/event/write.h"
#include "services/workflow/edge/check_advance.h"
#include "services/workflow/outbox.h"
#include "services/workflow/view.h"

namespace overdracht::workflow {

using edge::Finished;
using edge::Piece;
using edge::PieceStream;
using edge::Refused;
using edge::ToGrpc;

namespace {

constexpr int kTrajectenAtOnce = 32;  // a few milliseconds of the loop
constexpr size_t kChunkBytes = 256 << 10;

absl::StatusOr<Piece<region::v1::ListTrajectenResponse>> NextLines(Partition* partition, std::string* after) {
  const absl::StatusOr<std::vector<std::string>> ids = partition->Ids(*after, kTrajectenAtOnce);
  if (!ids.ok()) return ids.status();
  Piece<region::v1::ListTrajectenResponse> piece;
  piece.last = ids->size() < kTrajectenAtOnce;
  for (const std::string& id : *ids) {
    const absl::StatusOr<engine::TrajectState*> state = partition->Find(id);
    if (!state.ok()) return state.status();
    if (*state != nullptr) piece.messages.emplace_back().set_json(TrajectLine((*state)->traject));
  }
  if (!ids->empty()) *after = ids->back();
  return piece;
}

// A file that is gone when the last one lets go of it.
class TemporaryFile {
 public:
  explicit TemporaryFile(std::string path) : path_(std::move(path)) {}
  ~TemporaryFile() { unlink(path_.c_str()); }
  const std::string& path() const { return path_; }

 private:
  const std::string path_;
};

}  // namespace

grpc::ServerUnaryReactor* OperatorService::AdvanceClock(grpc::CallbackServerContext* context,
                                                        const region::v1::AdvanceClockRequest* request,
                                                        region::v1::AdvanceClockResponse* response) {
  if (const grpc::Status status = CheckAdvance(*callers_, *context, *request); !status.ok()) return Finished(context, status);
  grpc::ServerUnaryReactor* const reactor = context->DefaultReactor();
  Advance advance{.to_us = request->to_us(), .done = [reactor, response](const absl::StatusOr<base::Micros>& clock) {
                    if (clock.ok()) response->set_clock_us(*clock);
                    reactor->Finish(ToGrpc(clock.status()));
                  }};
  if (absl::Status status = loop_->Submit(std::move(advance), 256); !status.ok()) reactor->Finish(ToGrpc(status));
  return reactor;
}

grpc::ServerWriteReactor<region::v1::ListTrajectenResponse>* OperatorService::ListTrajecten(grpc::CallbackServerContext* context,
                                                                                            const region::v1::ListTrajectenRequest*) {
  using Response = region::v1::ListTrajectenResponse;
  if (const grpc::Status status = callers_->RequireOperator(*context); !status.ok()) return new Refused<Response>(status);
  auto after = std::make_shared<std::string>();
  return new PieceStream<Response>([loop = loop_, after](PieceStream<Response>::Give give) {
    AskLoop(
        loop, "", [after, give](Partition* partition) { give(NextLines(partition, after.get())); }, give);
  });
}

grpc::ServerUnaryReactor* OperatorService::GetTraject(grpc::CallbackServerContext* context, const region::v1::GetTrajectRequest* request,
                                                      region::v1::GetTrajectResponse* response) {
  if (const grpc::Status status = callers_->RequireOperator(*context); !status.ok()) return Finished(context, status);
  const std::optional<std::string> id = base::ParseUuid(request->traject());
  if (!id) return Finished(context, {grpc::StatusCode::INVALID_ARGUMENT, "expected traject to be a UUID, but it is not"});
  grpc::ServerUnaryReactor* const reactor = context->DefaultReactor();
  AskLoop(
      loop_, "",
      [id = *id, reactor, response, number = loop_->partition()](Partition* partition) {
        const absl::StatusOr<engine::TrajectState*> state = partition->Find(id);
        if (!state.ok()) return reactor->Finish(ToGrpc(state.status()));
        if (*state == nullptr)
          return reactor->Finish({grpc::StatusCode::NOT_FOUND, "expected a traject that was started, but there is none with this id"});
        response->set_json(TrajectShow(**state, *partition->workflows(), number));
        reactor->Finish(grpc::Status::OK);
      },
      [reactor](const absl::Status& status) { reactor->Finish(ToGrpc(status)); });
  return reactor;
}

grpc::ServerWriteReactor<region::v1::ReadOutboxResponse>* OperatorService::ReadOutbox(grpc::CallbackServerContext* context,
                                                                                      const region::v1::ReadOutboxRequest* request) {
  using Response = region::v1::ReadOutboxResponse;
  if (const grpc::Status status = callers_->RequireOperator(*context); !status.ok()) return new Refused<Response>(status);
  const absl::StatusOr<uint64_t> cursor = event::ParseCursor(request->after());
  if (!cursor.ok()) return new Refused<Response>(ToGrpc(cursor.status()));
  auto next = std::make_shared<region::OutboxRequest>(
      region::OutboxRequest{.organisation = request->organisation(), .after = *cursor, .answers = request->answers()});
  const auto ask = [this, next, follow = request->follow()](PieceStream<Response>::Give give) {
    auto piece = std::make_shared<Piece<Response>>();
    outboxes_->Read(
        *next,
        [piece, partition = loop_->partition()](const journal::v1::Record& record, int n) {
          piece->messages.emplace_back().set_json(event::WriteItem(event::ItemOf(partition, record, n)));
        },
        [next, piece, follow, give](const absl::StatusOr<OutboxReader::Place>& place) {
          if (!place.ok()) return give(place.status());
          next->after = place->after;
          piece->more = place->more;
          piece->last = !place->more && !follow;
          give(std::move(*piece));
        });
  };
  return new PieceStream<Response>(
      ask, [this, next](std::function<void()> wake) { return listeners_->Add(next->organisation, std::move(wake)); });
}

grpc::ServerWriteReactor<region::v1::ReadJournalResponse>* OperatorService::ReadJournal(grpc::CallbackServerContext* context,
                                                                                        const region::v1::ReadJournalRequest*) {
  using Response = region::v1::ReadJournalResponse;
  if (const grpc::Status status = callers_->RequireOperator(*context); !status.ok()) return new Refused<Response>(status);
  static std::atomic<int> count = 0;
  struct Sending {
    TemporaryFile file;
    std::ifstream stream;
  };
  auto sending = std::make_shared<Sending>(Sending{TemporaryFile(absl::StrCat(folder_, "/export.", ++count, ".sending")), {}});
  return new PieceStream<Response>([this, sending](PieceStream<Response>::Give give) {
    workers_.Do([this, sending, give] {
      if (!sending->stream.is_open()) {
        if (absl::Status status = export_journal_(sending->file.path()); !status.ok()) return give(status);
        sending->stream.open(sending->file.path(), std::ios::binary);
      }
      std::string chunk(kChunkBytes, '\0');
      sending->stream.read(chunk.data(), static_cast<std::streamsize>(chunk.size()));
      chunk.resize(static_cast<size_t>(sending->stream.gcount()));
      const bool last = !sending->stream;
      Piece<Response> piece;
      piece.last = last;
      if (!chunk.empty()) piece.messages.emplace_back().set_chunk(std::move(chunk));
      give(std::move(piece));
    });
  });
}

}  // namespace overdracht::workflow
