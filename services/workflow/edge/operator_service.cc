#include "services/workflow/edge/operator_service.h"

#include <absl/strings/str_cat.h>
#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <fstream>

#include "services/base/time.h"
#include "services/edge/answers.h"
#include "services/edge/piece_stream.h"
#include "services/event/write.h"
#include "services/workflow/edge/check_advance.h"
#include "services/workflow/outbox.h"

namespace overdracht::workflow {

using edge::Finished;
using edge::Piece;
using edge::PieceStream;
using edge::Refused;
using edge::ToGrpc;

namespace {

constexpr size_t kChunkBytes = 256 << 10;

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

OperatorService::OperatorService(Loop* loop, OutboxReader* outboxes, region::Listeners* listeners, const edge::Callers* callers,
                                 std::string folder, ExportJournal export_journal)
    : loop_(loop),
      outboxes_(outboxes),
      listeners_(listeners),
      callers_(callers),
      folder_(std::move(folder)),
      export_journal_(std::move(export_journal)),
      trajecten_({[loop](const TrajectReader::Question& question) { AskLoop(loop, "", question, question); }}, callers) {}

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
