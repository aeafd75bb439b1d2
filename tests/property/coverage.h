// Every row of the tables of the base workflow, as something that a record can show: the walks must reach each of them.
#ifndef OVERDRACHT_TESTS_PROPERTY_COVERAGE_H_
#define OVERDRACHT_TESTS_PROPERTY_COVERAGE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "tests/property/step.h"

namespace overdracht::testing {

struct Row {
  std::string section;
  std::string name;
  Is reached;
  uint64_t times = 0;
};

class Coverage {
 public:
  Coverage();

  void See(const Step& step);
  std::vector<std::string> Missed() const;
  // A table: for each section how many of its rows were reached, and how often the rarest of them was.
  std::string Table() const;

 private:
  std::vector<Row> rows_;
};

// The rows, by the part of the workflow's page that they come from.
void AddTasks(std::vector<Row>* rows);      // rows_tasks.cc
void AddTraject(std::vector<Row>* rows);    // rows_traject.cc: stopping, phases, na, homes, supports, participants
void AddHandovers(std::vector<Row>* rows);  // rows_handovers.cc: handover, consent, disclosure
void AddTerugval(std::vector<Row>* rows);   // rows_terugval.cc
void AddRefusals(std::vector<Row>* rows);   // rows_refusals.cc

}  // namespace overdracht::testing

#endif  // OVERDRACHT_TESTS_PROPERTY_COVERAGE_H_
