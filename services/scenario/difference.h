// Two lists of lines -> what differs, as a person reads it.
#ifndef OVERDRACHT_SERVICES_SCENARIO_DIFFERENCE_H_
#define OVERDRACHT_SERVICES_SCENARIO_DIFFERENCE_H_

#include <absl/strings/string_view.h>

#include <string>
#include <vector>

namespace overdracht::scenario {

// The lines that differ, - expected and + came, with two lines around them; each piece under file:line of its first line.
// `first` is the line before the first expected one, from 1.
std::string WriteDifference(absl::string_view file, int first, const std::vector<std::string>& expected,
                            const std::vector<std::string>& came);

}  // namespace overdracht::scenario

#endif  // OVERDRACHT_SERVICES_SCENARIO_DIFFERENCE_H_
