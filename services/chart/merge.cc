#include "services/chart/merge.h"

#include <absl/container/flat_hash_map.h>
#include <absl/strings/str_cat.h>

#include <algorithm>

#include "services/chart/schema.h"

namespace overdracht::chart {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

constexpr absl::string_view kDrop = "drop";
constexpr absl::string_view kBefore = "before";

class Merger {
 public:
  explicit Merger(Findings* findings) : findings_(findings) {}

  Node Message(Node base, Node over, const Descriptor* message) {
    if (IsValue(message)) return over;
    if (const FieldDescriptor* whole = WholeField(message); whole != nullptr) return Field(std::move(base), std::move(over), whole);
    return Entries(std::move(base), std::move(over), [&](Node a, Node b, const std::string& key) {
      const FieldDescriptor* field = FindKey(message, key);
      return field == nullptr ? std::move(b) : Field(std::move(a), std::move(b), field);
    });
  }

 private:
  Node Field(Node base, Node over, const FieldDescriptor* field) {
    if (IsNamed(field)) return Named(std::move(base), std::move(over), field->message_type());
    if (field->message_type() == nullptr || field->is_repeated()) return over;
    return Message(std::move(base), std::move(over), field->message_type());
  }

  Node Named(Node base, Node over, const Descriptor* element) {
    const std::vector<Entry> movers = TakeBefore(&over, element);
    Node merged = Entries(std::move(base), std::move(over), [&](Node a, Node b, const std::string&) {
      // A name with nothing behind it changes nothing.
      return b.kind == Node::kNothing ? std::move(a) : Message(std::move(a), std::move(b), element);
    });
    for (const Entry& mover : movers) Move(mover, &merged);
    return merged;
  }

  template <typename MergeEntry>
  Node Entries(Node base, Node over, MergeEntry merge) {
    if (base.kind != Node::kMap || over.kind != Node::kMap) return over;
    Node merged = std::move(base);
    merged.place = over.place;
    Drop(over, &merged);
    absl::flat_hash_map<std::string, size_t> index;
    for (size_t i = 0; i < merged.entries.size(); ++i) index.emplace(merged.entries[i].key, i);
    for (Entry& entry : over.entries) {
      if (entry.key == kDrop) continue;
      const auto [known, is_new] = index.emplace(entry.key, merged.entries.size());
      if (is_new) {
        merged.entries.push_back(std::move(entry));
      } else {
        Entry& old = merged.entries[known->second];
        old.place = entry.place;
        old.value = merge(std::move(old.value), std::move(entry.value), entry.key);
      }
    }
    return merged;
  }

  // Removes from `merged` what `over` drops.
  void Drop(const Node& over, Node* merged) {
    const Node* drop = over.Find(kDrop);
    if (drop == nullptr) return;
    const std::vector<Node> names = drop->kind == Node::kList ? drop->items : std::vector<Node>{*drop};
    for (const Node& name : names) {
      const auto it = std::find_if(merged->entries.begin(), merged->entries.end(),
                                   [&](const Entry& entry) { return name.kind == Node::kText && entry.key == name.text; });
      if (it == merged->entries.end()) {
        findings_->Add(name.place, "drop", absl::StrCat("expected a name that the base has here, but it has no '", name.text, "'"));
      } else {
        merged->entries.erase(it);
      }
    }
  }

  // Takes the `before` out of the entries of a named map: name of the entry, place and name of the one that it goes before.
  static std::vector<Entry> TakeBefore(Node* named, const Descriptor* element) {
    std::vector<Entry> movers;
    if (IsValue(element) || WholeField(element) != nullptr) return movers;
    for (Entry& entry : named->entries) {
      if (entry.key == kDrop) continue;
      auto& keys = entry.value.entries;
      const auto before = std::find_if(keys.begin(), keys.end(), [](const Entry& key) { return key.key == kBefore; });
      if (before == keys.end()) continue;
      movers.push_back({entry.key, entry.place, std::move(before->value)});
      keys.erase(before);
    }
    return movers;
  }

  void Move(const Entry& mover, Node* named) {
    const auto find = [&](absl::string_view key) {
      return std::find_if(named->entries.begin(), named->entries.end(), [&](const Entry& entry) { return entry.key == key; });
    };
    if (mover.value.text == mover.key || find(mover.value.text) == named->entries.end()) {
      findings_->Add(mover.value.place, "before",
                     absl::StrCat("expected the name of another entry here, but '", mover.value.text, "' is none"));
      return;
    }
    const auto it = find(mover.key);
    Entry moved = std::move(*it);
    named->entries.erase(it);
    named->entries.insert(find(mover.value.text), std::move(moved));
  }

  Findings* findings_;
};

}  // namespace

Node Merge(Node base, Node over, const Descriptor* message, Findings* findings) {
  return Merger(findings).Message(std::move(base), std::move(over), message);
}

}  // namespace overdracht::chart
