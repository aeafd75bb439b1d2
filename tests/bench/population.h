// A data folder with so many running trajecten, made by the loop and the embedded log themselves, in this process: what a service would
// have written that took in these reports over the years. The same seed gives the same trajecten; nobody in it exists.
//
// One in twenty has a whole life (life.h), begun up to two years and a half ago; the others are idle, begun in the last five months.
#ifndef OVERDRACHT_TESTS_BENCH_POPULATION_H_
#define OVERDRACHT_TESTS_BENCH_POPULATION_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "services/base/time.h"
#include "tests/bench/bench.h"

namespace overdracht::bench {

struct Population {
  size_t trajecten = 0;
  uint64_t seed = 1;
  base::Micros until = 0;  // where their past ends
};

// Now: nothing of it is due when a service with the clock `wall` begins.
Population PopulationOf(size_t trajecten);

struct Filled {
  uint64_t events = 0;   // accepted
  uint64_t refused = 0;  // what came too late, or too early, on some way
  uint64_t records = 0;  // of events and of terms that ran out
  double seconds = 0;
};

// Into a new folder, with the clock `wall`.
Filled Fill(const std::string& folder, const Population& population);

// The same as the partitions of a region, each in a folder of its own: FOLDER/0, FOLDER/1, …
Filled FillPartitions(const std::string& folder, const Population& population, int partitions);
// Which of them the traject (UUID) is in.
int PartitionOf(const std::string& traject, int partitions);

// The n-th traject and who takes part in it.
struct Client {
  std::string traject;                          // UUID
  std::string Organisation(char letter) const;  // as in life.h
  int region = 0;
};
Client ClientOf(const Population& population, size_t n);
bool IsIdle(size_t n);

// A folder with so many trajecten: that of the options, or a new one that is gone with the object.
class PopulatedFolder {
 public:
  PopulatedFolder(const Options& options, size_t trajecten);
  const std::string& path() const { return path_; }
  const Population& population() const { return population_; }
  // Of a new one.
  const Filled& filled() const { return filled_; }

 private:
  std::optional<TemporaryFolder> temporary_;
  std::string path_;
  Population population_;
  Filled filled_;
};

// How many trajecten a benchmark has that is about their number: 10^3, 10^4, 10^5 times the scale, with a scale of 10 or more a million as
// well; or as many as the options' folder has.
std::vector<size_t> SizesOf(const Options& options);

}  // namespace overdracht::bench

#endif  // OVERDRACHT_TESTS_BENCH_POPULATION_H_
