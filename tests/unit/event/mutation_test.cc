// Events spoilt at random, seeded: the reader never falls over, and what it accepts holds nothing that is not in the catalogue.
#include <gtest/gtest.h>

#include <random>

#include "services/event/read.h"
#include "tests/unit/event/sound_event.h"

namespace overdracht::event {
namespace {

class Spoiler {
 public:
  explicit Spoiler(uint32_t seed) : random_(seed) {}

  // A sound event of some kind with one to three changes to its fields.
  Json Event() {
    Json event = SoundEvent(Pick(Kinds()));
    for (int changes = 1 + Below(3); changes > 0; --changes) Change(&event);
    return event;
  }

  // A sound event as text, with one to three changes to its bytes.
  std::string Text() {
    std::string text = SoundEvent(Pick(Kinds())).dump();
    for (int changes = 1 + Below(3); changes > 0; --changes) {
      const size_t at = Below(text.size());
      switch (Below(5)) {
        case 0:
          text[at] = static_cast<char>(Below(256));
          break;
        case 1:
          text.erase(at, 1 + Below(8));
          break;
        case 2:
          text.insert(at, text.substr(Below(text.size()), 1 + Below(20)));
          break;
        case 3:
          text.insert(at, Pick(Tokens()));
          break;
        default:
          text.resize(at);
      }
      if (text.empty()) text = " ";
    }
    return text;
  }

 private:
  static const std::vector<std::string>& Tokens() {
    static const std::vector<std::string> tokens = {
        "{",       "}",       "[",    "]",  "\"",          ",",      ":",       "null", "true", "1e999", "-0",
        "\\u0000", "\\ud800", "\xff", "[[", "\"naam\":1,", "\"id\"", "\\u0061", "\n",   "//",   "0.1e",  "18446744073709551616"};
    return tokens;
  }
  static const std::vector<Json>& Values() {
    static const std::vector<Json> values = {nullptr,
                                             true,
                                             false,
                                             0,
                                             -1,
                                             168,
                                             1e300,
                                             "",
                                             "x-1",
                                             "Jan Jansen",
                                             "2017-02-30",
                                             "wonen",
                                             Json::array(),
                                             Json::object(),
                                             Json::array({"wonen"}),
                                             Json{{"naam", "x"}},
                                             "00000099000000101000",
                                             std::string(70, 'a')};
    return values;
  }
  static const std::vector<std::string>& Names() {
    static const std::vector<std::string> names = {"naam",       "Data",         "occurredOn",  "home", "handover",
                                                   "categories", "organisation", "occurred_on", "",     "id"};
    return names;
  }

  int Below(size_t bound) { return static_cast<int>(random_() % bound); }
  template <typename List>
  const typename List::value_type& Pick(const List& list) {
    return list[Below(list.size())];
  }

  // Goes down at random and changes something there.
  void Change(Json* value) {
    if (value->is_structured() && !value->empty() && Below(3) > 0) {
      auto inside = value->begin();
      std::advance(inside, Below(value->size()));
      return Change(&*inside);
    }
    if (value->is_object() && Below(2) == 0) {
      (*value)[Pick(Names())] = Pick(Values());
    } else if (value->is_array() && Below(2) == 0) {
      value->push_back(value->empty() || Below(2) == 0 ? Pick(Values()) : (*value)[0]);
    } else if (value->is_object() && !value->empty()) {
      auto gone = value->begin();
      std::advance(gone, Below(value->size()));
      value->erase(gone);
    } else {
      *value = Pick(Values());
    }
  }

  std::mt19937 random_;
};

// Says what stands in the object that the catalogue does not name.
void ExpectKnown(const Json& object, const std::vector<Field>& fields, bool top, const std::string& text) {
  for (const auto& item : object.items()) {
    const auto field = std::find_if(fields.begin(), fields.end(), [&](const Field& f) { return f.name == item.key(); });
    if (field == fields.end()) {
      EXPECT_TRUE(top && item.key() == "occurredOn") << text;
      continue;
    }
    if (field->type != Field::kGroup || item.value().is_null()) continue;
    for (const Json& group : field->list ? item.value() : Json::array({item.value()})) ExpectKnown(group, field->fields, false, text);
  }
}

void Check(const std::string& text, int* accepted) {
  const auto read = ReadCloudEvent(text, SomeContacts);
  if (std::holds_alternative<Malformed>(read)) {
    EXPECT_EQ(std::get<Malformed>(read).refusal.code(), journal::v1::REFUSAL_CODE_MALFORMED);
    EXPECT_NE(std::get<Malformed>(read).refusal.reason(), journal::v1::REFUSAL_REASON_UNSPECIFIED);
    return;
  }
  ++*accepted;
  const v1::Event& event = std::get<v1::Event>(read);
  const Json json = Json::parse(text);
  ASSERT_NE(KindOf(event), nullptr);
  EXPECT_EQ(json["type"], KindOf(event)->type);
  EXPECT_EQ(json["id"], event.id());
  EXPECT_EQ(json["source"], SourceOf(event));
  ExpectKnown(json["data"], KindOf(event)->fields, true, text);
  EXPECT_EQ(event.SerializeAsString().find("Jansen"), std::string::npos) << text;
}

TEST(Mutation, OfFields) {
  int accepted = 0;
  for (uint32_t seed = 1; seed <= 20'000; ++seed) {
    SCOPED_TRACE(seed);
    Check(Spoiler(seed).Event().dump(), &accepted);
  }
  // Some changes do no harm; were it none or nearly all, this test would see nothing.
  EXPECT_GT(accepted, 1'000);
  EXPECT_LT(accepted, 15'000);
}

TEST(Mutation, OfBytes) {
  int accepted = 0;
  for (uint32_t seed = 1; seed <= 20'000; ++seed) {
    SCOPED_TRACE(seed);
    Check(Spoiler(seed).Text(), &accepted);
  }
  EXPECT_GT(accepted, 100);
}

}  // namespace
}  // namespace overdracht::event
