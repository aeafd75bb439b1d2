#include "services/http/stream_writer.h"

#include <utility>

namespace overdracht::http {

void StreamWriter::Write(absl::string_view message, std::function<void()> more) { Add(message, /*last=*/false, std::move(more)); }

void StreamWriter::End(absl::string_view message) {
  Add(message, /*last=*/true, [] {});
}

void StreamWriter::Add(absl::string_view message, bool last, std::function<void()> more) {
  std::string piece;
  {
    absl::MutexLock lock(&mutex_);
    waiting_.append(message.data(), message.size());
    ends_ |= last;
    if (!writing_) {
      writing_ = true;
      piece = std::exchange(waiting_, {});
    } else if (waiting_.size() >= kMostWaitingBytes) {
      more_ = std::move(more);
      return;
    }
  }
  if (!piece.empty()) Go(std::move(piece));
  more();
}

void StreamWriter::Go(std::string piece) {
  reply_->Write(std::move(piece), [self = shared_from_this()] { self->Written(); });
}

void StreamWriter::Written() {
  std::string piece;
  std::function<void()> more;
  bool over = false;
  {
    absl::MutexLock lock(&mutex_);
    piece = std::exchange(waiting_, {});
    more = std::exchange(more_, nullptr);
    writing_ = !piece.empty();
    over = ends_ && !writing_;
  }
  if (!piece.empty()) Go(std::move(piece));
  if (over) reply_->End();
  if (more) more();
}

}  // namespace overdracht::http
