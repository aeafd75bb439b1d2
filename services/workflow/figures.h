// What the loop has done since it began, for whoever watches it run. No client, traject or organisation is in it.
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
#include "services/region/report.h"

namespace overdracht::workflow {

struct LoopCounts {
  uint64_t batches = 0;
  uint64_t records = 0;
  uint64_t terms = 0;    // records of a term that ran out
  uint64_t notices = 0;  // in the records
  uint64_t accepted = 0;
  std::map<journal::v1::RefusalCode, uint64_t> refused;
  uint64_t duplicates = 0;  // of those that were accepted or refused
  double longest_round_s = 0;
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
      if (record->has_term()) ++counts_.terms;
    }
  }

  void AddAnswer(const region::Answer& answer) {
    absl::MutexLock lock(&mutex_);
    ++(answer.refusal ? counts_.refused[answer.refusal->code()] : counts_.accepted);
    if (answer.duplicate) ++counts_.duplicates;
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
