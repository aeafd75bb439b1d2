#include "services/workflow/edge/traject_reader.h"

#include <deque>
#include <memory>
#include <string>

#include "services/base/uuid.h"
#include "services/edge/answers.h"
#include "services/edge/piece_stream.h"
#include "services/kafka/publisher.h"
#include "services/workflow/view.h"

namespace overdracht::workflow {

using edge::ToGrpc;

namespace {

using Response = region::v1::ListTrajectenResponse;

constexpr int kTrajectenAtOnce = 32;  // a few milliseconds of the loop

// One list: of each partition some lines are read ahead, and those that come first in all of them go.
class Listing : public std::enable_shared_from_this<Listing> {
 public:
  using Give = edge::PieceStream<Response>::Give;

  explicit Listing(std::vector<TrajectReader::Ask> partitions) : partitions_(std::move(partitions)), ahead_(partitions_.size()) {}

  void Next(Give give) {
    for (size_t partition = 0; partition < ahead_.size(); ++partition) {
      if (ahead_[partition].Lacks()) return ReadAhead(partition, std::move(give));
    }
    edge::Piece<Response> piece;
    while (Ahead* const first = First()) {
      piece.messages.emplace_back().set_json(std::move(first->lines.front().json));
      first->lines.pop_front();
      if (first->Lacks()) return give(std::move(piece));
    }
    piece.last = true;
    give(std::move(piece));
  }

 private:
  struct Line {
    std::string id, json;
  };
  struct Ahead {
    std::deque<Line> lines;
    std::string after;  // the last one that was looked at
    bool over = false;
    bool Lacks() const { return lines.empty() && !over; }
  };

  // Null: all is over.
  Ahead* First() {
    Ahead* first = nullptr;
    for (Ahead& each : ahead_) {
      if (!each.lines.empty() && (first == nullptr || each.lines.front().id < first->lines.front().id)) first = &each;
    }
    return first;
  }

  void ReadAhead(size_t partition, Give give) {
    partitions_[partition]([self = shared_from_this(), partition, give = std::move(give)](const absl::StatusOr<Partition*>& state) {
      absl::Status read = state.ok() ? Read(*state, &self->ahead_[partition]) : state.status();
      if (!read.ok()) return give(std::move(read));
      self->Next(give);
    });
  }

  static absl::Status Read(Partition* partition, Ahead* ahead) {
    const absl::StatusOr<std::vector<std::string>> ids = partition->Ids(ahead->after, kTrajectenAtOnce);
    if (!ids.ok()) return ids.status();
    for (const std::string& id : *ids) {
      const absl::StatusOr<engine::TrajectState*> state = partition->Find(id);
      if (!state.ok()) return state.status();
      if (*state != nullptr) ahead->lines.push_back({.id = id, .json = TrajectLine((*state)->traject)});
    }
    ahead->over = ids->size() < kTrajectenAtOnce;
    if (!ids->empty()) ahead->after = ids->back();
    return absl::OkStatus();
  }

  const std::vector<TrajectReader::Ask> partitions_;
  std::vector<Ahead> ahead_;
};

}  // namespace

grpc::ServerWriteReactor<Response>* TrajectReader::List(const grpc::CallbackServerContext& context) const {
  if (const grpc::Status status = callers_->RequireOperator(context); !status.ok()) return new edge::Refused<Response>(status);
  return new edge::PieceStream<Response>(
      [listing = std::make_shared<Listing>(partitions_)](Listing::Give give) { listing->Next(std::move(give)); });
}

grpc::ServerUnaryReactor* TrajectReader::Get(grpc::CallbackServerContext* context, const region::v1::GetTrajectRequest& request,
                                             region::v1::GetTrajectResponse* response) const {
  if (const grpc::Status status = callers_->RequireOperator(*context); !status.ok()) return edge::Finished(context, status);
  const std::optional<std::string> id = base::ParseUuid(request.traject());
  if (!id) return edge::Finished(context, {grpc::StatusCode::INVALID_ARGUMENT, "expected traject to be a UUID, but it is not"});
  const auto number = static_cast<uint32_t>(kafka::PartitionOf(base::FormatUuid(*id), static_cast<int32_t>(partitions_.size())));
  grpc::ServerUnaryReactor* const reactor = context->DefaultReactor();
  partitions_[number]([id = *id, number, reactor, response](const absl::StatusOr<Partition*>& partition) {
    if (!partition.ok()) return reactor->Finish(ToGrpc(partition.status()));
    const absl::StatusOr<engine::TrajectState*> state = (*partition)->Find(id);
    if (!state.ok()) return reactor->Finish(ToGrpc(state.status()));
    if (*state == nullptr)
      return reactor->Finish({grpc::StatusCode::NOT_FOUND, "expected a traject that was started, but there is none with this id"});
    response->set_json(TrajectShow(**state, *(*partition)->workflows(), number));
    reactor->Finish(grpc::Status::OK);
  });
  return reactor;
}

}  // namespace overdracht::workflow
