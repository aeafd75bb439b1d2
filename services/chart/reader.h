// Reads a tree into a message of definition.proto, by its descriptor, and finds what is not of the language: unknown keys and codes,
// names and durations that are out of form, names of things that are not there.
#ifndef OVERDRACHT_SERVICES_CHART_READER_H_
#define OVERDRACHT_SERVICES_CHART_READER_H_

#include <absl/strings/string_view.h>
#include <google/protobuf/message.h>

#include <map>
#include <set>
#include <string>
#include <vector>

#include "overdracht/workflow/v1/definition.pb.h"
#include "services/chart/tree.h"

namespace overdracht::chart {

class Reader : public yaml::Reader {
 public:
  using yaml::Reader::Reader;

  // `node` is a whole definition, after merging; that every name in it names something is checked too.
  void ReadDefinition(const Node& node, workflow::v1::WorkflowDefinition* definition);
  void ReadTexts(const Node& node, workflow::v1::WorkflowTexts* texts) { Read(node, texts); }

  // Nothing was passed over because there was too much of it.
  bool read_all() const { return read_all_; }

 protected:
  bool ReadValue(const Node& node, Message* message) override;
  const FieldDescriptor* FindKey(const Descriptor* type, absl::string_view key) const override;
  std::string KeysOf(const Descriptor* type) const override;
  Message* Elsewhere() override { return definition_; }
  absl::string_view FirstKey(const Descriptor* type) const override;
  bool Takes(const Entry& entry, const FieldDescriptor* field) override;
  void Begins(const Entry& entry, Message* element) override;
  void Ends(Message* element) override;
  void CheckText(const std::string& text, const Place& place, const FieldDescriptor* field) override;

 private:
  struct Use {
    workflow::v1::Meaning means;
    std::string name;
    Place place;
  };

  void CheckString(const std::string& text, const Place& place, workflow::v1::Meaning means);

  void ReadCondition(const Node& node, workflow::v1::Condition* condition);
  void ReadOneCondition(const std::string& key, const Place& place, const Node& value, workflow::v1::Condition* condition);
  void ReadDecided(const Node& node, workflow::v1::DecisionCondition* decided);
  void ReadParty(const Node& node, workflow::v1::Party* party);
  void ReadTrigger(const Node& node, workflow::v1::Trigger* trigger);
  void ReadWhere(const Entry& entry, const FieldDescriptor* event, workflow::v1::FieldMatch* match);

  void Declare(const Message& element, const std::string& name, const Place& place);
  void FillIn(Message* element);
  void CheckUses();

  workflow::v1::WorkflowDefinition* definition_ = nullptr;
  std::vector<std::string> around_;  // the states that are being read, outermost first
  size_t states_ = 0;
  bool read_all_ = true;
  std::map<workflow::v1::Meaning, std::set<std::string>> declared_;
  std::vector<Use> uses_;
};

}  // namespace overdracht::chart

#endif  // OVERDRACHT_SERVICES_CHART_READER_H_
