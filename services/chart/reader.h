// Reads a tree into a message of definition.proto, by its descriptor, and finds what is not of the language: unknown keys and codes,
// names and durations that are out of form, names of things that are not there.
#ifndef OVERDRACHT_SERVICES_CHART_READER_H_
#define OVERDRACHT_SERVICES_CHART_READER_H_

#include <absl/container/flat_hash_map.h>
#include <absl/strings/string_view.h>
#include <google/protobuf/message.h>

#include <map>
#include <set>
#include <string>
#include <vector>

#include "overdracht/workflow/v1/definition.pb.h"
#include "services/chart/finding.h"
#include "services/chart/yaml.h"

namespace overdracht::chart {

// Where the messages of a definition were read from, for the checks that come after.
class Places {
 public:
  void Add(const google::protobuf::Message& message, const Place& place, const Node& node) { places_[&message] = {place, &node}; }
  // Of the message: its key, or where it begins.
  Place Of(const google::protobuf::Message& message) const;
  // The record has this key, whether or not its value could be read.
  bool Has(const google::protobuf::Message& message, absl::string_view key) const;
  // Of the value of this key in the message's record; of the message where the key is not there.
  Place Of(const google::protobuf::Message& message, absl::string_view key) const;

 private:
  absl::flat_hash_map<const google::protobuf::Message*, std::pair<Place, const Node*>> places_;
};

class Reader {
 public:
  // The places point into the trees that are read.
  Reader(Findings* findings, Places* places) : findings_(findings), places_(places) {}

  // `node` is a whole definition, after merging; that every name in it names something is checked too.
  void ReadDefinition(const Node& node, workflow::v1::WorkflowDefinition* definition);
  void ReadTexts(const Node& node, workflow::v1::WorkflowTexts* texts);

  // Nothing was passed over because there was too much of it.
  bool read_all() const { return read_all_; }

 private:
  using Message = google::protobuf::Message;
  using FieldDescriptor = google::protobuf::FieldDescriptor;

  struct Use {
    workflow::v1::Meaning means;
    std::string name;
    Place place;
  };

  void ReadMessage(const Node& node, Message* message);
  void ReadRecord(const Node& node, Message* message);
  void ReadField(const Node& node, Message* message, const FieldDescriptor* field);
  void ReadOne(const Node& node, Message* message, const FieldDescriptor* field);
  void ReadNamed(const Node& node, Message* message, const FieldDescriptor* field);
  void ReadElement(const Entry& entry, Message* element);
  void ReadText(const std::string& text, const Place& place, Message* message, const FieldDescriptor* field);
  void CheckString(const std::string& text, const Place& place, workflow::v1::Meaning means);
  void CheckRequired(const Node& node, const Message& message);

  void ReadCondition(const Node& node, workflow::v1::Condition* condition);
  void ReadOneCondition(const std::string& key, const Place& place, const Node& value, workflow::v1::Condition* condition);
  void ReadDecided(const Node& node, workflow::v1::DecisionCondition* decided);
  void ReadParty(const Node& node, workflow::v1::Party* party);
  void ReadTrigger(const Node& node, workflow::v1::Trigger* trigger);
  void ReadWhere(const Entry& entry, const FieldDescriptor* event, workflow::v1::FieldMatch* match);

  void Declare(const Message& element, const std::string& name, const Place& place);
  void FillIn(Message* element);
  void CheckUses();
  void Expect(const Place& place, absl::string_view code, absl::string_view expected, absl::string_view but);

  Findings* findings_;
  Places* places_;
  workflow::v1::WorkflowDefinition* definition_ = nullptr;
  std::vector<std::string> around_;  // the states that are being read, outermost first
  size_t states_ = 0;
  bool read_all_ = true;
  std::map<workflow::v1::Meaning, std::set<std::string>> declared_;
  std::vector<Use> uses_;
};

}  // namespace overdracht::chart

#endif  // OVERDRACHT_SERVICES_CHART_READER_H_
