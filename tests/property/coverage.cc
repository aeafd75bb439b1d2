#include "tests/property/coverage.h"

#include <algorithm>
#include <iomanip>
#include <sstream>

namespace overdracht::testing {

Coverage::Coverage() {
  AddTasks(&rows_);
  AddTraject(&rows_);
  AddHandovers(&rows_);
  AddTerugval(&rows_);
  AddRefusals(&rows_);
}

void Coverage::See(const Step& step) {
  for (Row& row : rows_) row.times += row.reached(step);
}

std::vector<std::string> Coverage::Missed() const {
  std::vector<std::string> missed;
  for (const Row& row : rows_) {
    if (row.times == 0) missed.push_back(row.section + ": " + row.name);
  }
  return missed;
}

std::string Coverage::Table() const {
  struct Section {
    int rows = 0, reached = 0;
    const Row* rarest = nullptr;
  };
  std::vector<std::pair<std::string, Section>> sections;
  for (const Row& row : rows_) {
    auto it = std::find_if(sections.begin(), sections.end(), [&](const auto& one) { return one.first == row.section; });
    if (it == sections.end()) it = sections.insert(sections.end(), {row.section, {}});
    ++it->second.rows;
    it->second.reached += row.times > 0;
    if (it->second.rarest == nullptr || row.times < it->second.rarest->times) it->second.rarest = &row;
  }
  std::ostringstream table;
  table << std::left << std::setw(28) << "section" << std::right << std::setw(8) << "rows" << std::setw(9) << "reached"
        << "  rarest\n";
  for (const auto& [name, section] : sections) {
    table << std::left << std::setw(28) << name << std::right << std::setw(8) << section.rows << std::setw(9) << section.reached << "  "
          << section.rarest->name << " (" << section.rarest->times << ")\n";
  }
  return table.str();
}

}  // namespace overdracht::testing
