#include "services/yaml/tree.h"

#include <absl/container/flat_hash_set.h>
#include <absl/strings/str_cat.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <optional>
#include <sstream>

#include "services/base/limits.h"

namespace overdracht::yaml {
namespace {

// One line is all that the scanner looks ahead over; this bounds what it holds.
constexpr size_t kMaxLineBytes = 4096;
// In one list or map: more than any file may have of anything.
constexpr size_t kMaxEntries = 4000;

struct Stop {};  // thrown out of the parser when reading on is of no use

// Length of the UTF-8 character at the start of `text`; 0: there is none, or a control character that YAML has no use for.
size_t CharacterBytes(absl::string_view text) {
  const auto byte = [&](size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
  const auto follows = [&](size_t i) { return (byte(i) & 0xC0u) == 0x80u; };
  const unsigned first = byte(0);
  if (first == '\t' || first == '\n' || first == '\r') return 1;
  if (first < 0x20 || first == 0x7F) return 0;
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first < 0xE0) return follows(1) ? 2 : 0;
  if (first >= 0xE0 && first < 0xF0) {
    const bool overlong = first == 0xE0 && byte(1) < 0xA0, surrogate = first == 0xED && byte(1) >= 0xA0;
    return !overlong && !surrogate && follows(1) && follows(2) ? 3 : 0;
  }
  if (first >= 0xF0 && first < 0xF5) {
    const bool overlong = first == 0xF0 && byte(1) < 0x90, too_large = first == 0xF4 && byte(1) >= 0x90;
    return !overlong && !too_large && follows(1) && follows(2) && follows(3) ? 4 : 0;
  }
  return 0;
}

// The text's characters and lines are such that the parser may see it.
bool CheckText(absl::string_view text, Place place, Findings* findings) {
  if (text.size() > base::kMaxWorkflowFileBytes) {
    findings->Add(place, "too_large",
                  absl::StrCat("expected at most ", base::kMaxWorkflowFileBytes, " bytes, but there are ", text.size()));
    return false;
  }
  for (size_t at = 0, line_begins = 0; at < text.size();) {
    const size_t bytes = CharacterBytes(text.substr(at));
    if (bytes == 0) {
      findings->Add(place, "not_text", "expected UTF-8 text without control characters, but this byte is none");
      return false;
    }
    if (at - line_begins > kMaxLineBytes) {
      findings->Add(place, "too_large", absl::StrCat("expected a line of at most ", kMaxLineBytes, " bytes, but this one is longer"));
      return false;
    }
    if (text[at] == '\n') {
      ++place.line;
      place.column = 0;
      line_begins = at + 1;
    }
    ++place.column;
    at += bytes;
  }
  return true;
}

// Builds the tree from the parser's events.
class Builder : public YAML::EventHandler {
 public:
  Builder(std::shared_ptr<const std::string> file, absl::string_view text, Findings* findings)
      : file_(std::move(file)), text_(text), findings_(findings) {
    line_begins_.push_back(0);
    for (size_t i = 0; i < text.size(); ++i) {
      if (text[i] == '\n') line_begins_.push_back(i + 1);
    }
  }

  Node Take() { return std::move(root_); }
  bool started() const { return documents_ > 0; }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (++documents_ == 1) return;
    findings_->Add(At(mark), "second_document", "expected one document in a file, but here a second one begins");
    throw Stop();
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    CheckPlain(mark, "", anchor);
    Add({.kind = Node::kNothing, .place = At(mark), .text = {}, .items = {}, .entries = {}});
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    findings_->Add(At(mark), "alias", "expected the text itself, but this is an alias: a file is read as it stands");
    Add({.kind = Node::kNothing, .place = At(mark), .text = {}, .items = {}, .entries = {}});
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, const std::string& value) override {
    CheckPlain(mark, tag, anchor);
    Add({.kind = Node::kText, .place = At(mark), .text = value, .items = {}, .entries = {}});
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, YAML::EmitterStyle::value) override {
    CheckPlain(mark, tag, anchor);
    Open(mark, Node::kList);
  }
  void OnSequenceEnd() override { Close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, YAML::EmitterStyle::value) override {
    CheckPlain(mark, tag, anchor);
    Open(mark, Node::kMap);
  }
  void OnMapEnd() override { Close(); }

  Place At(const YAML::Mark& mark) const { return {file_, std::max(mark.line, 0) + 1, std::max(mark.column, 0) + 1}; }

 private:
  // A list or map that is not finished yet; in a map the key that waits for its value.
  struct Level {
    Node node;
    std::optional<Entry> key;
    bool key_is_name = true;
    absl::flat_hash_set<std::string> keys;
  };

  void CheckPlain(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
    if (findings_->full()) throw Stop();
    if (anchor != 0) findings_->Add(At(mark), "anchor", "expected plain YAML, but this has an anchor (&)");
    // The parser reports a quoted text and the tag '!' alike; only the text tells them apart.
    const size_t line = std::max(mark.line, 0);
    const size_t at = line < line_begins_.size() ? line_begins_[line] + std::max(mark.column, 0) : text_.size();
    const bool is_tagged = !(tag.empty() || tag == "?" || tag == "!") || (at < text_.size() && text_[at] == '!');
    if (is_tagged) findings_->Add(At(mark), "tag", "expected plain YAML, but this has a tag (!)");
  }

  void Open(const YAML::Mark& mark, Node::Kind kind) {
    if (levels_.size() >= static_cast<size_t>(base::kMaxYamlDepth)) {
      findings_->Add(At(mark), "too_deep", absl::StrCat("expected at most ", base::kMaxYamlDepth, " levels, but here begins one more"));
      throw Stop();
    }
    levels_.emplace_back();
    levels_.back().node.kind = kind;
    levels_.back().node.place = At(mark);
  }

  void Close() {
    Node node = std::move(levels_.back().node);
    levels_.pop_back();
    Add(std::move(node));
  }

  // A finished part finds its place: as the document, in a list, as a key or as the value of one.
  void Add(Node node) {
    if (levels_.empty()) {
      root_ = std::move(node);
      return;
    }
    Level& level = levels_.back();
    if (std::max(level.node.items.size(), level.node.entries.size()) >= kMaxEntries) {
      findings_->Add(node.place, "too_large",
                     absl::StrCat("expected at most ", kMaxEntries, " entries in one list or map, but here is one more"));
      throw Stop();
    }
    if (level.node.kind == Node::kList) {
      level.node.items.push_back(std::move(node));
    } else if (!level.key) {
      level.key_is_name = node.kind == Node::kText;
      if (!level.key_is_name) findings_->Add(node.place, "key", "expected a name as key, but this is none");
      level.key = Entry{node.text, node.place, {}};
    } else {
      level.key->value = std::move(node);
      // The parser puts nothing at all where the next thing begins.
      if (level.key->value.kind == Node::kNothing) level.key->value.place = level.key->place;
      if (!level.key_is_name) {
        // Found already.
      } else if (level.keys.insert(level.key->key).second) {
        level.node.entries.push_back(std::move(*level.key));
      } else {
        findings_->Add(level.key->place, "duplicate_key", absl::StrCat("expected each key once, but '", level.key->key, "' is here again"));
      }
      level.key.reset();
    }
  }

  std::shared_ptr<const std::string> file_;
  absl::string_view text_;
  std::vector<size_t> line_begins_;
  Findings* findings_;
  int documents_ = 0;
  Node root_;
  std::vector<Level> levels_;
};

}  // namespace

const Entry* Node::FindEntry(absl::string_view key) const {
  const auto it = std::find_if(entries.begin(), entries.end(), [&](const Entry& entry) { return entry.key == key; });
  return it == entries.end() ? nullptr : &*it;
}

const Node* Node::Find(absl::string_view key) const {
  const Entry* entry = FindEntry(key);
  return entry == nullptr ? nullptr : &entry->value;
}

Node ReadYaml(const std::string& file, absl::string_view text, Findings* findings) {
  const auto shared = std::make_shared<const std::string>(file);
  const Place start{shared, 1, 1};
  Node nothing;
  nothing.place = start;
  if (!CheckText(text, start, findings)) return nothing;
  Builder builder(shared, text, findings);
  try {
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) {
    }
  } catch (const Stop&) {
    return nothing;
  } catch (const YAML::Exception& error) {
    findings->Add(builder.At(error.mark), "not_yaml", absl::StrCat("expected YAML, but ", error.msg));
    return nothing;
  }
  if (!builder.started()) findings->Add(start, "empty", "expected some text, but the file is empty");
  return builder.Take();
}

}  // namespace overdracht::yaml
