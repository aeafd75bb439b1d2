// How the loop cuts its work into batches changes nothing but where they begin: the same reports give the same records, links, answers and
// state, whatever the batches. Through the service's loop and the embedded log.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tests/property/walk.h"
#include "tests/unit/workflow/service.h"

namespace overdracht::workflow {
namespace {

using testing::Input;

struct Stored {
  uint64_t number;
  std::string traject, bytes;
  base::Hash link;
  bool operator==(const Stored&) const = default;
};

struct Outcome {
  std::vector<std::vector<Stored>> batches;
  std::vector<std::string> answers;
  std::vector<std::string> lines;

  std::vector<Stored> Records() const {
    std::vector<Stored> records;
    for (const auto& batch : batches) records.insert(records.end(), batch.begin(), batch.end());
    return records;
  }
};

struct Sizes {
  size_t inputs;
  size_t bytes;
};

// Lives of several clients at once, in the order of time.
std::vector<Input> Lives(uint64_t seed) {
  std::vector<Input> all;
  for (uint64_t client = 0; client < 4; ++client) {
    const std::vector<Input> life = testing::Draw(seed * 4 + client, "uitstroom", 150).inputs;
    all.insert(all.end(), life.begin(), life.end());
  }
  std::stable_sort(all.begin(), all.end(), [](const Input& a, const Input& b) { return a.at_us < b.at_us; });
  return all;
}

// Everything waits in the queue before the loop starts, so that the sizes alone decide where a batch ends.
Outcome Play(const std::vector<Input>& inputs, Sizes sizes) {
  Folder folder;
  Service service(folder);
  service.options().most_inputs_per_round = sizes.inputs;
  service.options().longest_round = absl::InfiniteDuration();
  service.options().most_bytes_per_batch = sizes.bytes;
  service.Open();
  Outcome outcome;
  outcome.answers.resize(inputs.size());
  for (size_t i = 0; i < inputs.size(); ++i) {
    std::string* const answer = &outcome.answers[i];
    workflow::Input input;
    if (inputs[i].event) {
      Report report;
      report.event = *inputs[i].event;
      report.caller = inputs[i].event->organisation();
      report.done = [answer](const absl::StatusOr<Answer>& a) {
        *answer = absl::StrCat(Service::Outcome(a), " ", a.ok() ? a->record : 0, " ",
                               a.ok() && a->refusal ? a->refusal->SerializeAsString() : "");
      };
      input = std::move(report);
    } else {
      input = Advance{.to_us = inputs[i].at_us, .done = [answer](const absl::StatusOr<base::Micros>& clock) {
                        *answer = clock.ok() ? absl::StrCat("clock ", *clock) : clock.status().ToString();
                      }};
    }
    EXPECT_TRUE(service.loop().Submit(std::move(input), 1000).ok());
  }
  service.Run();
  outcome.lines = service.List();
  service.Stop();
  EXPECT_TRUE(service.journal()
                  .Read({},
                        [&](const log::Tip&, const log::Batch& batch) {
                          std::vector<Stored>& stored = outcome.batches.emplace_back();
                          for (const log::StoredRecord& one : batch.records)
                            stored.push_back({one.number, std::string(one.traject), std::string(one.bytes), one.link});
                          return absl::OkStatus();
                        })
                  .ok());
  return outcome;
}

TEST(Batches, TheSameInputsGiveTheSameBatches) {
  for (uint64_t seed = 1; seed <= 2; ++seed) {
    const std::vector<Input> lives = Lives(seed);
    const Outcome once = Play(lives, {64, 1 << 19}), again = Play(lives, {64, 1 << 19});
    EXPECT_TRUE(once.batches == again.batches) << "seed " << seed;
    EXPECT_GT(once.batches.size(), lives.size() / 64) << "seed " << seed;
  }
}

TEST(Batches, OtherBatchesGiveTheSameRecordsAnswersAndState) {
  for (uint64_t seed = 1; seed <= 3 * static_cast<uint64_t>(testing::Effort()); ++seed) {
    const std::vector<Input> lives = Lives(seed);
    const Outcome expected = Play(lives, {1024, 1 << 19});
    ASSERT_GT(expected.Records().size(), 200u) << "seed " << seed;
    for (const Sizes sizes : {Sizes{1, 1 << 19}, Sizes{7, 1 << 19}, Sizes{1024, 1}, Sizes{1024, 5000}}) {
      const Outcome actual = Play(lives, sizes);
      const std::string where = absl::StrCat("seed ", seed, ", ", sizes.inputs, " inputs, ", sizes.bytes, " bytes");
      EXPECT_NE(actual.batches.size(), expected.batches.size()) << where;
      EXPECT_TRUE(actual.Records() == expected.Records()) << where;
      EXPECT_EQ(actual.answers, expected.answers) << where;
      EXPECT_EQ(actual.lines, expected.lines) << where;
    }
  }
}

}  // namespace
}  // namespace overdracht::workflow
