// Plain YAML as a tree whose every part knows where it stands. What a file may not use is a finding: anchors, aliases, tags,
// duplicate keys, a second document, more than 32 levels, more than 1 MB, very long lines. Reading is bounded in time and memory,
// whatever the text.
#ifndef OVERDRACHT_SERVICES_YAML_TREE_H_
#define OVERDRACHT_SERVICES_YAML_TREE_H_

#include <absl/strings/string_view.h>

#include <memory>
#include <string>
#include <vector>

#include "services/yaml/finding.h"

namespace overdracht::yaml {

struct Place {
  std::shared_ptr<const std::string> file;
  int line = 1;    // from 1
  int column = 1;  // from 1
};

struct Entry;

struct Node {
  enum Kind { kNothing, kText, kList, kMap };

  Kind kind = kNothing;
  Place place;
  std::string text;            // kText
  std::vector<Node> items;     // kList
  std::vector<Entry> entries;  // kMap, in the order of the file, each key once

  // Null: no such key, or no map.
  const Entry* FindEntry(absl::string_view key) const;
  const Node* Find(absl::string_view key) const;
};

struct Entry {
  std::string key;
  Place place;  // of the key
  Node value;
};

// Reads one document. Nothing where nothing could be read; what is wrong is added to the findings.
Node ReadYaml(const std::string& file, absl::string_view text, Findings* findings);

}  // namespace overdracht::yaml

#endif  // OVERDRACHT_SERVICES_YAML_TREE_H_
