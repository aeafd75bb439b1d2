#include "services/audit/heads.h"

#include <absl/strings/escaping.h>
#include <absl/strings/str_cat.h>

#include <algorithm>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <ostream>

#include "services/base/uuid.h"
#include "services/event/write.h"

namespace overdracht::audit {
namespace {

using base::Hash;
using nlohmann::json;

absl::string_view View(const TrajectId& id) { return {id.data(), id.size()}; }

// The hash of a leaf; its data is the head's fields, length-prefixed as everywhere (docs/formats.md).
Hash Leaf(const Head& head) {
  const auto field = [](absl::string_view bytes) {
    std::string length(8, '\0');
    length[7] = static_cast<char>(bytes.size());
    return absl::StrCat(length, bytes);
  };
  return base::Sha256(absl::StrCat(absl::string_view("\0", 1), field("overdracht.head.v1"), field(View(head.traject)),
                                   field(base::Hasher::View(head.head))));
}

Hash Node(const Hash& left, const Hash& right) {
  return base::Sha256(absl::StrCat("\1", base::Hasher::View(left), base::Hasher::View(right)));
}

bool ParseHash(const json& text, Hash* hash) {
  if (!text.is_string()) return false;
  const std::string& digits = text.get_ref<const std::string&>();
  if (digits.size() != 64 || digits.find_first_not_of("0123456789abcdef") != std::string::npos) return false;
  const std::string bytes = absl::HexStringToBytes(digits);
  std::copy(bytes.begin(), bytes.end(), hash->begin());
  return true;
}

bool ParsePosition(const json& text, KeptHeads::Place* place) {
  if (!text.is_string()) return false;
  const std::optional<event::Position> position = event::ParsePosition(text.get_ref<const std::string&>());
  if (position) *place = {position->partition, position->number};
  return position.has_value();
}

bool AddTraject(const json& line, KeptHeads* kept) {
  KeptHeads::Place place;
  Head head;
  if (!line["traject"].is_string() || !ParsePosition(line.value("position", json()), &place)) return false;
  const std::optional<std::string> id = base::ParseUuid(line["traject"].get_ref<const std::string&>());
  if (!id || !ParseHash(line.value("head", json()), &head.head)) return false;
  std::copy(id->begin(), id->end(), head.traject.begin());
  head.partition = place.first;
  head.number = place.second;
  kept->records[place] = head;
  return true;
}

bool AddBatch(const json& line, KeptHeads* kept) {
  Hash hash;
  if (!line["partition"].is_number_unsigned() || !line.value("batch", json()).is_number_unsigned()) return false;
  if (!ParseHash(line.value("hash", json()), &hash)) return false;
  const auto partition = line["partition"].get<uint64_t>();
  if (partition > std::numeric_limits<uint32_t>::max()) return false;
  kept->batches[{static_cast<uint32_t>(partition), line["batch"].get<uint64_t>()}] = hash;
  return true;
}

}  // namespace

void WriteHeads(const std::vector<Head>& heads, const std::vector<BatchTip>& tips, std::ostream& out) {
  for (const Head& head : heads) {
    out << R"({"traject":")" << base::FormatUuid(View(head.traject)) << R"(","position":")"
        << event::FormatPosition(head.partition, head.number) << R"(","head":")" << base::Hex(head.head) << "\"}\n";
  }
  for (const BatchTip& tip : tips) {
    if (tip.batch == 0) continue;  // nothing to keep of an empty partition
    out << R"({"partition":)" << tip.partition << R"(,"batch":)" << tip.batch << R"(,"hash":")" << base::Hex(tip.hash) << "\"}\n";
  }
}

absl::StatusOr<KeptHeads> ReadHeads(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return absl::NotFoundError(absl::StrCat(path, ": cannot be opened"));
  KeptHeads kept;
  std::string text;
  for (int number = 1; std::getline(in, text); ++number) {
    if (text.find_first_not_of(" \t\r") == std::string::npos) continue;
    const json line = json::parse(text, nullptr, /*allow_exceptions=*/false);
    const bool read =
        line.is_object() && (line.contains("traject") ? AddTraject(line, &kept) : line.contains("partition") && AddBatch(line, &kept));
    if (!read) return absl::InvalidArgumentError(absl::StrCat(path, ":", number, ": expected the head of a traject or of a partition"));
  }
  if (in.bad()) return absl::DataLossError(absl::StrCat(path, ": cannot be read"));
  return kept;
}

std::string Root(const std::vector<Head>& heads) {
  if (heads.empty()) return base::Hex(base::Sha256(""));
  // The roots of complete subtrees, left to right, each larger than the next: one bit of the number of leaves each.
  std::vector<Hash> subtrees;
  for (uint64_t done = 0; done < heads.size(); ++done) {
    Hash right = Leaf(heads[done]);
    for (uint64_t bits = done; bits & 1; bits >>= 1) {
      right = Node(subtrees.back(), right);
      subtrees.pop_back();
    }
    subtrees.push_back(right);
  }
  Hash root = subtrees.back();
  for (auto left = std::next(subtrees.rbegin()); left != subtrees.rend(); ++left) root = Node(*left, root);
  return base::Hex(root);
}

}  // namespace overdracht::audit
