// Reads a tree into a message, by its descriptor (schema.h), and finds what does not belong there: unknown keys and codes, values out of
// form, keys that are missing. What a language has in ways of its own is a reader's that derives from this one.
#ifndef OVERDRACHT_SERVICES_YAML_READER_H_
#define OVERDRACHT_SERVICES_YAML_READER_H_

#include <absl/container/flat_hash_map.h>
#include <absl/strings/string_view.h>
#include <google/protobuf/message.h>

#include <string>
#include <utility>

#include "services/yaml/finding.h"
#include "services/yaml/tree.h"

namespace overdracht::yaml {

// Where messages were read from, for the checks that come after.
class Places {
 public:
  void Add(const google::protobuf::Message& message, const Place& place, const Node& node) { places_[&message] = {place, &node}; }
  // Of the message: its key, or where it begins.
  Place Of(const google::protobuf::Message& message) const;
  // The record has this key, whether or not its value could be read.
  bool Has(const google::protobuf::Message& message, absl::string_view key) const;
  // Of the value of this key in the message's record; of the message where the key is not there.
  Place Of(const google::protobuf::Message& message, absl::string_view key) const;
  // Of one value of a list.
  Place Of(const google::protobuf::Message& message, absl::string_view key, int index) const;

 private:
  absl::flat_hash_map<const google::protobuf::Message*, std::pair<Place, const Node*>> places_;
};

class Reader {
 public:
  // The places point into the trees that are read.
  Reader(Findings* findings, Places* places) : findings_(findings), places_(places) {}
  virtual ~Reader() = default;

  // `node` is the whole message.
  void Read(const Node& node, google::protobuf::Message* message);

 protected:
  using Message = google::protobuf::Message;
  using FieldDescriptor = google::protobuf::FieldDescriptor;
  using Descriptor = google::protobuf::Descriptor;

  // A message that is written in a way of its own; false: this is none.
  virtual bool ReadValue(const Node& node, Message* message) { return false; }
  virtual const FieldDescriptor* FindKey(const Descriptor* type, absl::string_view key) const;
  virtual std::string KeysOf(const Descriptor* type) const;
  // Where a key of this record that writes a field of another message is kept.
  virtual Message* Elsewhere() { return nullptr; }
  // The one key of a record that is read before the others.
  virtual absl::string_view FirstKey(const Descriptor* type) const { return ""; }
  // An entry of a map by name: false where it is not to be read; once its name is read; once all of it is.
  virtual bool Takes(const Entry& entry, const FieldDescriptor* field) { return true; }
  virtual void Begins(const Entry& entry, Message* element) {}
  virtual void Ends(Message* element) {}
  // The form of a value of this field.
  virtual void CheckText(const std::string& text, const Place& place, const FieldDescriptor* field) {}

  void ReadField(const Node& node, Message* message, const FieldDescriptor* field);
  void ReadText(const std::string& text, const Place& place, Message* message, const FieldDescriptor* field);
  void Expect(const Place& place, absl::string_view code, absl::string_view expected, absl::string_view but);

  Findings* findings() const { return findings_; }
  Places* places() const { return places_; }

 private:
  void ReadMessage(const Node& node, Message* message);
  void ReadRecord(const Node& node, Message* message);
  void ReadOne(const Node& node, Message* message, const FieldDescriptor* field);
  void ReadNamed(const Node& node, Message* message, const FieldDescriptor* field);
  void CheckRequired(const Node& node, const Message& message);

  Findings* const findings_;
  Places* const places_;
};

// What this text would be quoted as; long ones are cut.
std::string Quoted(absl::string_view text);

}  // namespace overdracht::yaml

#endif  // OVERDRACHT_SERVICES_YAML_READER_H_
