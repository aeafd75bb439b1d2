// Heads: how far each chain had come. Who keeps a copy of them somewhere else can later see that nothing before them was changed.
//
// As a file, JSON lines in two forms (docs/formats.md):
//   {"traject":"8d7f…","position":"0:17","head":"<64 hexadecimal digits>"}     the last record of a traject
//   {"partition":0,"batch":12,"hash":"<64 hexadecimal digits>"}                the last batch of a partition
#ifndef OVERDRACHT_SERVICES_AUDIT_HEADS_H_
#define OVERDRACHT_SERVICES_AUDIT_HEADS_H_

#include <absl/status/statusor.h>

#include <array>
#include <cstdint>
#include <iosfwd>
#include <map>
#include <string>
#include <vector>

#include "services/base/sha256.h"

namespace overdracht::audit {

using TrajectId = std::array<char, 16>;

struct Head {
  TrajectId traject{};
  uint32_t partition = 0;
  uint64_t number = 0;  // of the traject's last record
  base::Hash head{};
};

struct BatchTip {
  uint32_t partition = 0;
  uint64_t batch = 0;
  uint64_t record = 0;  // the last record up to and including it; not kept
  base::Hash hash{};
};

void WriteHeads(const std::vector<Head>& heads, const std::vector<BatchTip>& tips, std::ostream& out);

// Heads that somebody kept: what must stand at each place.
struct KeptHeads {
  using Place = std::pair<uint32_t, uint64_t>;  // partition and number
  std::map<Place, Head> records;
  std::map<Place, base::Hash> batches;
};

// INVALID_ARGUMENT with the number of the line that is not one of heads.
absl::StatusOr<KeptHeads> ReadHeads(const std::string& path);

// Merkle tree hash (RFC 9162, 2.1.1) over the heads in the order of the trajecten's ids, in 64 hexadecimal digits.
std::string Root(const std::vector<Head>& heads);

}  // namespace overdracht::audit

#endif  // OVERDRACHT_SERVICES_AUDIT_HEADS_H_
