// What a loop has done, and those of the same partition before it that counted here, for whoever watches it run. No client, traject or
// organisation is in it.
#ifndef OVERDRACHT_SERVICES_WORKFLOW_FIGURES_H_
#define OVERDRACHT_SERVICES_WORKFLOW_FIGURES_H_

#include <absl/base/thread_annotations.h>
#include <absl/synchronization/mutex.h>
#include <absl/time/clock.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <vector>

#include "overdracht/journal/v1/record.pb.h"
#include "services/base/histogram.h"
#include "services/region/report.h"

namespace overdracht::workflow {

struct LoopCounts {
  uint64_t batches = 0;
  uint64_t records = 0;
  uint64_t terms = 0;                                // records of a term that ran out
  uint64_t notices = 0;                              // in the records
  std::map<notice::v1::TermKind, uint64_t> overdue;  // of the notices those that a term ran out
  uint64_t accepted = 0;
  std::map<journal::v1::RefusalCode, uint64_t> refused;
  uint64_t duplicates = 0;  // of those that were accepted or refused
  double longest_round_s = 0;
  // From offering a batch to the log until it is durable, those that only note the input among them.
  base::Histogram commit_s{{0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5}};
  uint64_t input_to = 0;  // how far the input is decided
};

// Written by the loop, once for each batch and answer; read by anybody.
class Figures {
 public:
  void AddBatch(const std::vector<journal::v1::Record*>& records) {
    absl::MutexLock lock(&mutex_);
    ++counts_.batches;
    counts_.records += records.size();
    for (const journal::v1::Record* record : records) {
      counts_.notices += static_cast<uint64_t>(record->notices_size());
      for (const notice::v1::Notice& notice : record->notices()) {
        if (notice.has_term_expired()) ++counts_.overdue[notice.term_expired().of()];
      }
      if (record->has_term()) ++counts_.terms;
    }
  }

  void AddAnswer(const region::Answer& answer) {
    absl::MutexLock lock(&mutex_);
    ++(answer.refusal ? counts_.refused[answer.refusal->code()] : counts_.accepted);
    if (answer.duplicate) ++counts_.duplicates;
  }

  void AddCommit(absl::Duration took) {
    absl::MutexLock lock(&mutex_);
    counts_.commit_s.Add(absl::ToDoubleSeconds(took));
  }

  void Decided(uint64_t input_to) {
    absl::MutexLock lock(&mutex_);
    counts_.input_to = input_to;
  }

  // A round of the loop, from its inputs to the last of what follows its answers: nothing is taken in meanwhile.
  class Round {
   public:
    explicit Round(Figures* figures) : figures_(*figures) {}
    ~Round() {
      absl::MutexLock lock(&figures_.mutex_);
      double& longest = figures_.counts_.longest_round_s;
      longest = std::max(longest, absl::ToDoubleSeconds(absl::Now() - begun_));
    }

   private:
    Figures& figures_;
    const absl::Time begun_ = absl::Now();
  };

  LoopCounts Read() const {
    absl::MutexLock lock(&mutex_);
    return counts_;
  }

 private:
  mutable absl::Mutex mutex_;
  LoopCounts counts_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace overdracht::workflow

#endif  // OVERDRACHT_SERVICES_WORKFLOW_FIGURES_H_
