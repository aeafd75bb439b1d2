// A server stream that asks for its next piece only when the last one is written: a slow reader costs the memory of one piece, and one
// that never reads costs nothing more. Where nothing is there it waits to be woken, and costs nothing until then.
#ifndef OVERDRACHT_SERVICES_EDGE_PIECE_STREAM_H_
#define OVERDRACHT_SERVICES_EDGE_PIECE_STREAM_H_

#include <absl/base/thread_annotations.h>
#include <absl/status/statusor.h>
#include <absl/synchronization/mutex.h>
#include <grpcpp/support/server_callback.h>

#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "services/edge/answers.h"
#include "services/region/listeners.h"

namespace overdracht::edge {

// A stream that is refused at once.
template <typename Response>
class Refused : public grpc::ServerWriteReactor<Response> {
 public:
  explicit Refused(const grpc::Status& status) { this->Finish(status); }
  void OnDone() override { delete this; }
};

// The same for one that goes both ways.
template <typename Request, typename Response>
class RefusedBidi : public grpc::ServerBidiReactor<Request, Response> {
 public:
  explicit RefusedBidi(const grpc::Status& status) { this->Finish(status); }
  void OnDone() override { delete this; }
};

// What comes next in a stream.
template <typename Response>
struct Piece {
  std::vector<Response> messages;
  bool last = false;  // nothing comes after these
  bool more = false;  // ask again at once; without messages, last or more: once woken
};

template <typename Response>
class PieceStream : public grpc::ServerWriteReactor<Response> {
 public:
  using Give = std::function<void(absl::StatusOr<Piece<Response>>)>;
  // Has to call `give` once, on whatever thread.
  using Ask = std::function<void(Give give)>;
  // Where the stream goes on when its pieces are over: makes what wakes it.
  using Listen = std::function<std::unique_ptr<region::Listener>(std::function<void()> wake)>;

  explicit PieceStream(Ask ask, const Listen& listen = nullptr) : ask_(std::move(ask)) {
    if (listen) listener_ = listen([this] { Wake(); });
    AskForMore();
  }

  void OnWriteDone(bool ok) override {
    if (!ok) return this->Finish(grpc::Status::CANCELLED);
    WriteNext();
  }

  // What was asked for or set going comes back first, and sees it; one that waits is ended here.
  void OnCancel() override {
    bool waited = false;
    {
      absl::MutexLock lock(&mutex_);
      cancelled_ = true;
      waited = std::exchange(waiting_, false);
    }
    if (waited) this->Finish(grpc::Status::CANCELLED);
  }

  void OnDone() override { delete this; }

 private:
  void AskForMore() {
    piece_ = {};  // one that waits holds nothing of what it has sent
    {
      absl::MutexLock lock(&mutex_);
      woken_ = false;
    }
    ask_([this](absl::StatusOr<Piece<Response>> piece) {
      if (!piece.ok()) return this->Finish(ToGrpc(piece.status()));
      piece_ = *std::move(piece);
      next_ = 0;
      WriteNext();
    });
  }

  void WriteNext() {
    bool cancelled = false, waits = false;
    {
      absl::MutexLock lock(&mutex_);
      cancelled = cancelled_;
      waits = piece_.messages.empty() && !piece_.last && !piece_.more && !woken_;
      waiting_ = waits && !cancelled;
    }
    if (cancelled) return this->Finish(grpc::Status::CANCELLED);
    if (waits) return;
    if (next_ < piece_.messages.size()) return this->StartWrite(&piece_.messages[next_++]);
    if (piece_.last) return this->Finish(grpc::Status::OK);
    AskForMore();
  }

  void Wake() {
    {
      absl::MutexLock lock(&mutex_);
      woken_ = true;
      if (!std::exchange(waiting_, false)) return;
    }
    AskForMore();
  }

  const Ask ask_;
  Piece<Response> piece_;
  size_t next_ = 0;
  absl::Mutex mutex_;
  bool woken_ ABSL_GUARDED_BY(mutex_) = false;    // since it asked the last time
  bool waiting_ ABSL_GUARDED_BY(mutex_) = false;  // nothing is under way
  bool cancelled_ ABSL_GUARDED_BY(mutex_) = false;
  std::unique_ptr<region::Listener> listener_;  // gone first: it calls this
};

}  // namespace overdracht::edge

#endif  // OVERDRACHT_SERVICES_EDGE_PIECE_STREAM_H_
