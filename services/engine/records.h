// The records of one batch in the making, as long as it takes: they and all that is put into them lie on one arena, which is emptied with
// them. Making and destroying each message by itself was two fifths of a decision's instructions (docs/performance.md).
#ifndef OVERDRACHT_SERVICES_ENGINE_RECORDS_H_
#define OVERDRACHT_SERVICES_ENGINE_RECORDS_H_

#include <google/protobuf/arena.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "overdracht/journal/v1/record.pb.h"

namespace overdracht::engine {

class Records {
 public:
  Records() : kept_(new char[kKeptBytes]), arena_(kept_.get(), kKeptBytes) {}

  // Good until Clear.
  journal::v1::Record* Add() { return records_.emplace_back(google::protobuf::Arena::CreateMessage<journal::v1::Record>(&arena_)); }
  journal::v1::Record* Add(uint64_t number, int64_t time_us) {
    journal::v1::Record* const record = Add();
    record->set_number(number);
    record->set_time_us(time_us);
    return record;
  }
  void Clear() {
    records_.clear();
    arena_.Reset();
  }

  bool empty() const { return records_.empty(); }
  size_t size() const { return records_.size(); }
  const std::vector<journal::v1::Record*>& all() const { return records_; }

 private:
  // A block that outlives Clear: what most batches need.
  static constexpr size_t kKeptBytes = 256 << 10;

  std::unique_ptr<char[]> kept_;
  google::protobuf::Arena arena_;
  std::vector<journal::v1::Record*> records_;
};

}  // namespace overdracht::engine

#endif  // OVERDRACHT_SERVICES_ENGINE_RECORDS_H_
