// What is wrong with a file, collected.
#ifndef OVERDRACHT_SERVICES_YAML_FINDING_H_
#define OVERDRACHT_SERVICES_YAML_FINDING_H_

#include <absl/strings/string_view.h>

#include <string>
#include <vector>

namespace overdracht::yaml {

// What is wrong, for its author: "file:line:column: code: message", the message saying what was expected.
struct Finding {
  std::string file;
  int line = 0;    // from 1
  int column = 0;  // from 1
  std::string code;
  std::string message;

  std::string ToString() const;
};

struct Place;

class Findings {
 public:
  void Add(const Place& place, absl::string_view code, std::string message);
  size_t size() const { return findings_.size(); }
  // No use in looking for more.
  bool full() const { return findings_.size() >= kMost; }
  // In the order of file, line and column; at most 50.
  std::vector<Finding> Sorted() const;

 private:
  static constexpr size_t kMost = 1000;
  static constexpr size_t kShown = 50;

  std::vector<Finding> findings_;
};

}  // namespace overdracht::yaml

#endif  // OVERDRACHT_SERVICES_YAML_FINDING_H_
