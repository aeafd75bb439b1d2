// A server stream that asks for its next piece only when the last one is written: a slow reader costs the memory of one piece, and one
// that never reads costs nothing more.
#ifndef OVERDRACHT_SERVICES_WORKFLOW_EDGE_PIECE_STREAM_H_
#define OVERDRACHT_SERVICES_WORKFLOW_EDGE_PIECE_STREAM_H_

#include <absl/status/statusor.h>
#include <grpcpp/alarm.h>
#include <grpcpp/support/server_callback.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "services/workflow/edge/answers.h"

namespace overdracht::workflow {

// What comes next in a stream.
struct Piece {
  std::vector<std::string> messages;
  bool last = false;  // nothing comes after these; without it and without messages: look again a little later
};

template <typename Response>
class PieceStream : public grpc::ServerWriteReactor<Response> {
 public:
  using Give = std::function<void(absl::StatusOr<Piece>)>;
  // Has to call `give` once, on whatever thread.
  using Ask = std::function<void(Give give)>;
  using Set = void (*)(Response* response, std::string message);

  PieceStream(Ask ask, Set set) : ask_(std::move(ask)), set_(set) { AskForMore(); }

  void OnWriteDone(bool ok) override {
    if (!ok) return this->Finish(grpc::Status::CANCELLED);
    WriteNext();
  }
  // Nothing is finished here: what was asked for or set going comes back first, and sees it.
  void OnCancel() override { cancelled_ = true; }
  void OnDone() override { delete this; }

 private:
  void AskForMore() {
    ask_([this](absl::StatusOr<Piece> piece) {
      if (!piece.ok()) return this->Finish(ToGrpc(piece.status()));
      piece_ = *std::move(piece);
      next_ = 0;
      WriteNext();
    });
  }

  void WriteNext() {
    if (cancelled_) return this->Finish(grpc::Status::CANCELLED);
    if (next_ < piece_.messages.size()) {
      set_(&response_, std::move(piece_.messages[next_++]));
      return this->StartWrite(&response_);
    }
    if (piece_.last) return this->Finish(grpc::Status::OK);
    if (!piece_.messages.empty()) return AskForMore();
    later_.Set(std::chrono::system_clock::now() + std::chrono::milliseconds(100), [this](bool) {
      if (cancelled_) return this->Finish(grpc::Status::CANCELLED);
      AskForMore();
    });
  }

  const Ask ask_;
  const Set set_;
  Piece piece_;
  size_t next_ = 0;
  Response response_;
  grpc::Alarm later_;
  std::atomic<bool> cancelled_ = false;
};

}  // namespace overdracht::workflow

#endif  // OVERDRACHT_SERVICES_WORKFLOW_EDGE_PIECE_STREAM_H_
