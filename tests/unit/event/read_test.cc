// Every kind of bad input gets its reason and its place; nothing that is not in the catalogue comes in.
#include "services/event/read.h"

#include <absl/strings/ascii.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/base/codes.h"
#include "services/base/time.h"
#include "services/base/uuid.h"
#include "tests/unit/event/sound_event.h"

namespace overdracht::event {
namespace {

std::variant<v1::Event, Malformed> Read(absl::string_view text) { return ReadCloudEvent(text, SomeContacts); }

v1::Event Accepted(const Json& event) {
  const auto read = Read(event.dump());
  EXPECT_TRUE(std::holds_alternative<v1::Event>(read)) << event;
  return std::holds_alternative<v1::Event>(read) ? std::get<v1::Event>(read) : v1::Event();
}

Malformed Refused(absl::string_view text) {
  const auto read = Read(text);
  EXPECT_TRUE(std::holds_alternative<Malformed>(read)) << text;
  return std::holds_alternative<Malformed>(read) ? std::get<Malformed>(read) : Malformed();
}

std::string Parameter(const journal::v1::Refusal& refusal, absl::string_view name) {
  for (const auto& parameter : refusal.parameters()) {
    if (name == parameter.name()) return parameter.value();
  }
  return "";
}

// "FIELD_INVALID /data/recipient: oin", or "accepted".
std::string OutcomeOfText(absl::string_view text) {
  const auto read = Read(text);
  if (std::holds_alternative<v1::Event>(read)) return "accepted";
  const journal::v1::Refusal& refusal = std::get<Malformed>(read).refusal;
  EXPECT_EQ(refusal.code(), journal::v1::REFUSAL_CODE_MALFORMED);
  std::string outcome = absl::AsciiStrToUpper(base::Code(refusal.reason()));
  if (const std::string place = Parameter(refusal, "place"); !place.empty()) outcome += " " + place;
  if (const std::string expected = Parameter(refusal, "expected"); !expected.empty()) outcome += ": " + expected;
  if (const std::string limit = Parameter(refusal, "limit"); !limit.empty()) outcome += " " + limit;
  return outcome;
}

std::string Outcome(const Json& event) { return OutcomeOfText(event.dump()); }

// The event of this name with the value at `place` (a JSON pointer) set; a discarded value takes the field away.
Json With(absl::string_view name, const std::string& place, const Json& value) {
  Json event = SoundEvent(name);
  event[Json::json_pointer(place)] = value;
  return event;
}

Json Without(absl::string_view name, const std::string& place) {
  Json event = SoundEvent(name);
  const Json::json_pointer pointer(place);
  event[pointer.parent_pointer()].erase(pointer.back());
  return event;
}

TEST(Read, EveryKindWithAllFieldsAndWithoutTheOptionalOnes) {
  for (const Kind& kind : Kinds()) {
    Json event = SoundEvent(kind);
    EXPECT_EQ(Outcome(event), "accepted") << event;
    for (const Field& field : kind.fields) {
      if (field.rule.optional()) event["data"].erase(field.name);
    }
    EXPECT_EQ(Outcome(event), "accepted") << event;
    event["data"]["occurredOn"] = "2016-12-31";
    const v1::Event read = Accepted(event);
    EXPECT_EQ(read.occurred_on(), "2016-12-31");
    EXPECT_EQ(KindOf(read), &kind);
  }
}

TEST(Read, AnEventComesInWhole) {
  Json json = SoundEvent("handovers.offered");
  json["subject"] = "6C5FD8E9-0B9B-5BB7-B71F-0E6E8D02788A";
  json["time"] = "2017-01-02T10:00:00.123456789+01:00";
  json["traceparent"] = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  json["tracestate"] = "a=1,b@c=x:2";
  json["correlationid"] = "c-7";
  json["data"]["categories"] = {"wonen", "medicatie"};
  const v1::Event event = Accepted(json);
  EXPECT_EQ(event.id(), "e-1");
  EXPECT_EQ(event.organisation(), "00000099000000101000");
  EXPECT_EQ(event.system(), "ecd");
  EXPECT_EQ(SourceOf(event), "urn:nld:oin:00000099000000101000:systeem:ecd");
  EXPECT_EQ(base::FormatUuid(event.traject()), "6c5fd8e9-0b9b-5bb7-b71f-0e6e8d02788a");
  EXPECT_EQ(base::FormatTime(event.time_us()), "2017-01-02T09:00:00.123456Z");
  EXPECT_EQ(event.traceparent(), "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
  EXPECT_EQ(event.tracestate(), "a=1,b@c=x:2");
  EXPECT_EQ(event.correlationid(), "c-7");
  const v1::HandoversOffered& offered = event.handovers_offered();
  EXPECT_EQ(offered.handover(), "x-1");
  EXPECT_EQ(offered.recipient(), "00000099000000102000");
  EXPECT_EQ(offered.purpose(), v1::PURPOSE_HANDOVER);
  EXPECT_THAT(offered.categories(), testing::ElementsAre(v1::CATEGORY_WONEN, v1::CATEGORY_MEDICATIE));
  EXPECT_TRUE(offered.transfers_responsibility());
  EXPECT_EQ(offered.dossier().reference(), "x-1");
  EXPECT_EQ(offered.dossier().digest(), "sha256:" + std::string(64, 'a'));
}

// Every field of every kind, as the catalogue has it: not there, null, of another type, of another form.
TEST(Read, EveryFieldIsCheckedAtItsPlace) {
  int checked = 0;
  const std::function<void(const Kind&, const std::vector<Field>&, const std::string&)> check =
      [&](const Kind& kind, const std::vector<Field>& fields, const std::string& at) {
        for (const Field& field : fields) {
          const std::string place = at + "/" + field.name;
          const auto with = [&](const Json& value) { return Outcome(With(kind.name, place, value)); };
          const std::string expected = field.list ? "list" : field.expected;
          const std::string missing = field.rule.optional() ? "accepted" : "FIELD_MISSING " + place + ": " + expected;
          EXPECT_EQ(Outcome(Without(kind.name, place)), missing);
          EXPECT_EQ(with(nullptr), missing);
          const std::string invalid = "FIELD_INVALID " + place + ": " + expected;
          std::vector<Json> wrong = {"", "free text, of a person", 7.5e30, 0, -1};
          if (!field.list) wrong.push_back(Json::array({SoundValue(field)}));
          if (field.type != Field::kGroup) wrong.push_back(Json::object());
          if (field.type == Field::kNumber) wrong.push_back("12");
          if (field.type == Field::kBoolean) wrong.push_back("true");
          for (const Json& value : wrong)
            EXPECT_EQ(with(value), field.type == Field::kNumber ? invalid + " 168" : invalid) << kind.name << " " << value;
          if (field.list) {
            const Json element = SoundValue(field)[0];
            EXPECT_EQ(with(element), invalid);
            EXPECT_EQ(with(Json::array({element, 7})), "FIELD_INVALID " + place + "/1: " + field.expected);
            EXPECT_EQ(with(Json::array({element, nullptr})), "FIELD_INVALID " + place + "/1: " + field.expected);
          }
          if (field.type == Field::kGroup && !field.list) check(kind, field.fields, place);
          ++checked;
        }
      };
  for (const Kind& kind : Kinds()) check(kind, kind.fields, "/data");
  EXPECT_GT(checked, 90);
}

TEST(Read, AnUnknownFieldIsRefusedWithoutItsName) {
  for (const Kind& kind : Kinds()) {
    EXPECT_EQ(Outcome(With(kind.name, "/data/naam", "Jansen")), "FIELD_UNKNOWN /data") << kind.name;
    EXPECT_EQ(Outcome(With(kind.name, "/data/naam", nullptr)), "FIELD_UNKNOWN /data") << kind.name;
  }
  EXPECT_EQ(Outcome(With("handovers.offered", "/data/dossier/naam", "Jansen")), "FIELD_UNKNOWN /data/dossier");
  EXPECT_EQ(Outcome(With("handovers.offered", "/data/dossier/occurredOn", "2017-01-01")), "FIELD_UNKNOWN /data/dossier");
  EXPECT_EQ(Outcome(With("trajecten.started", "/data/participants/1/naam", "Jansen")), "FIELD_UNKNOWN /data/participants/1");
  EXPECT_EQ(Outcome(With("trajecten.started", "/data/Client", "c-1")), "FIELD_UNKNOWN /data");
  EXPECT_EQ(Outcome(With("supports.granted", "/data/hours_per_week", 5)), "FIELD_UNKNOWN /data");
}

struct Row {
  const char* kind;
  const char* place;
  Json value;
  const char* outcome;
};

void Check(const std::vector<Row>& rows) {
  for (const Row& row : rows)
    EXPECT_EQ(Outcome(With(row.kind, row.place, row.value)), row.outcome) << row.kind << " " << row.place << " " << row.value;
}

TEST(Read, TheEnvelope) {
  const std::string long_id(128, 'a');
  const std::string long_system = "urn:nld:oin:00000099000000101000:systeem:" + std::string(40, 'a');
  Check({
      {"homes.lost", "/specversion", "1.0.2", "FIELD_INVALID /specversion: version_1_0"},
      {"homes.lost", "/specversion", "0.3", "FIELD_INVALID /specversion: version_1_0"},
      {"homes.lost", "/specversion", 1.0, "FIELD_INVALID /specversion: version_1_0"},
      {"homes.lost", "/specversion", nullptr, "FIELD_MISSING /specversion: version_1_0"},
      {"homes.lost", "/id", "A-z0.9_:/-", "accepted"},
      {"homes.lost", "/id", long_id, "accepted"},
      {"homes.lost", "/id", long_id + "a", "FIELD_INVALID /id: event_id"},
      {"homes.lost", "/id", "", "FIELD_INVALID /id: event_id"},
      {"homes.lost", "/id", "a b", "FIELD_INVALID /id: event_id"},
      {"homes.lost", "/id", "é", "FIELD_INVALID /id: event_id"},
      {"homes.lost", "/id", std::string("a\0b", 3), "FIELD_INVALID /id: event_id"},
      {"homes.lost", "/id", 7, "FIELD_INVALID /id: event_id"},
      {"homes.lost", "/id", nullptr, "FIELD_MISSING /id: event_id"},
      {"homes.lost", "/source", long_system, "accepted"},
      {"homes.lost", "/source", long_system + "a", "FIELD_INVALID /source: event_source"},
      {"homes.lost", "/source", "urn:nld:oin:00000099000000101000:systeem:", "FIELD_INVALID /source: event_source"},
      {"homes.lost", "/source", "urn:nld:oin:00000099000000101000:systeem:ECD", "FIELD_INVALID /source: event_source"},
      {"homes.lost", "/source", "urn:nld:oin:0000009900000010100:systeem:ecd", "FIELD_INVALID /source: event_source"},
      {"homes.lost", "/source", "urn:nld:oin:000000990000001010000:systeem:ecd", "FIELD_INVALID /source: event_source"},
      {"homes.lost", "/source", "urn:nld:oin:0000009900000010100x:systeem:ecd", "FIELD_INVALID /source: event_source"},
      {"homes.lost", "/source", "URN:nld:oin:00000099000000101000:systeem:ecd", "FIELD_INVALID /source: event_source"},
      {"homes.lost", "/source", "urn:nld:oin:00000099000000101000:systeem:ecd ", "FIELD_INVALID /source: event_source"},
      {"homes.lost", "/source", "urn:nld:oin:00000099000000101000", "FIELD_INVALID /source: event_source"},
      {"homes.lost", "/source", "https://example.org", "FIELD_INVALID /source: event_source"},
      {"homes.lost", "/source", nullptr, "FIELD_MISSING /source: event_source"},
      {"homes.lost", "/type", "nl.overdracht.homes.lost.v2", "TYPE_UNKNOWN /type: event_type"},
      {"homes.lost", "/type", "nl.overdracht.homes.lost", "TYPE_UNKNOWN /type: event_type"},
      {"homes.lost", "/type", "homes.lost", "TYPE_UNKNOWN /type: event_type"},
      {"homes.lost", "/type", "nl.overdracht..v1", "TYPE_UNKNOWN /type: event_type"},
      {"homes.lost", "/type", "nl.overdracht.v1", "TYPE_UNKNOWN /type: event_type"},
      {"homes.lost", "/type", "nl.overdracht.notices.task-opened.v1", "TYPE_UNKNOWN /type: event_type"},
      {"homes.lost", "/type", "", "TYPE_UNKNOWN /type: event_type"},
      {"homes.lost", "/type", 7, "FIELD_INVALID /type: event_type"},
      {"homes.lost", "/type", nullptr, "FIELD_MISSING /type: event_type"},
      {"homes.lost", "/subject", "6C5FD8E9-0B9B-5bb7-b71f-0e6e8d02788a", "accepted"},
      {"homes.lost", "/subject", "6c5fd8e90b9b5bb7b71f0e6e8d02788a", "FIELD_INVALID /subject: uuid"},
      {"homes.lost", "/subject", "{6c5fd8e9-0b9b-5bb7-b71f-0e6e8d02788a}", "FIELD_INVALID /subject: uuid"},
      {"homes.lost", "/subject", "6c5fd8e9-0b9b-5bb7-b71f-0e6e8d02788g", "FIELD_INVALID /subject: uuid"},
      {"homes.lost", "/subject", "traject-1", "FIELD_INVALID /subject: uuid"},
      {"homes.lost", "/subject", 7, "FIELD_INVALID /subject: uuid"},
      {"homes.lost", "/subject", nullptr, "FIELD_MISSING /subject: uuid"},
      {"homes.lost", "/time", "1970-01-01T00:00:00Z", "accepted"},
      {"homes.lost", "/time", "2199-12-31T23:59:59.999999999Z", "accepted"},
      {"homes.lost", "/time", "2017-01-02T09:00:00.1+05:30", "accepted"},
      {"homes.lost", "/time", "1969-12-31T23:59:59Z", "FIELD_INVALID /time: time"},
      {"homes.lost", "/time", "2200-01-01T00:00:00Z", "FIELD_INVALID /time: time"},
      {"homes.lost", "/time", "2017-01-02t09:00:00Z", "FIELD_INVALID /time: time"},
      {"homes.lost", "/time", "2017-01-02T09:00:00z", "FIELD_INVALID /time: time"},
      {"homes.lost", "/time", "2017-01-02 09:00:00Z", "FIELD_INVALID /time: time"},
      {"homes.lost", "/time", "2017-01-02T09:00:00", "FIELD_INVALID /time: time"},
      {"homes.lost", "/time", "2017-01-02T09:00:00.1234567890Z", "FIELD_INVALID /time: time"},
      {"homes.lost", "/time", "2017-01-02T09:00:00.Z", "FIELD_INVALID /time: time"},
      {"homes.lost", "/time", "2017-01-02T09:00Z", "FIELD_INVALID /time: time"},
      {"homes.lost", "/time", "2017-02-29T09:00:00Z", "FIELD_INVALID /time: time"},
      {"homes.lost", "/time", "2017-01-02T24:00:00Z", "FIELD_INVALID /time: time"},
      {"homes.lost", "/time", "2017-01-02T09:00:00+0100", "FIELD_INVALID /time: time"},
      {"homes.lost", "/time", 1483347600, "FIELD_INVALID /time: time"},
      {"homes.lost", "/time", nullptr, "FIELD_MISSING /time: time"},
      {"homes.lost", "/datacontenttype", nullptr, "accepted"},
      {"homes.lost", "/datacontenttype", "text/plain", "FIELD_INVALID /datacontenttype: application_json"},
      {"homes.lost", "/datacontenttype", 1, "FIELD_INVALID /datacontenttype: application_json"},
      {"homes.lost", "/data", nullptr, "FIELD_MISSING /data: object"},
      {"homes.lost", "/data", "{}", "FIELD_INVALID /data: object"},
      {"homes.lost", "/data", Json::array(), "FIELD_INVALID /data: object"},
      {"homes.lost", "/data_base64", "e30=", "FIELD_INVALID /data_base64: absent"},
      {"homes.lost", "/data_base64", nullptr, "accepted"},
  });
  for (const char* attribute : {"/specversion", "/id", "/source", "/type", "/subject", "/time", "/data"}) {
    EXPECT_EQ(Outcome(Without("homes.lost", attribute)).rfind(std::string("FIELD_MISSING ") + attribute, 0), 0u) << attribute;
  }
  EXPECT_EQ(Outcome(Without("homes.lost", "/datacontenttype")), "accepted");
}

TEST(Read, FormsAndBounds) {
  const std::string long_reference(64, 'r');
  Check({
      {"homes.lost", "/data/home", "Az09._-", "accepted"},
      {"homes.lost", "/data/home", long_reference, "accepted"},
      {"homes.lost", "/data/home", long_reference + "r", "FIELD_INVALID /data/home: reference"},
      {"homes.lost", "/data/home", "w/1", "FIELD_INVALID /data/home: reference"},
      {"homes.lost", "/data/home", std::string("w\0", 2), "FIELD_INVALID /data/home: reference"},
      {"homes.lost", "/data/reason", "Arrears", "FIELD_INVALID /data/reason: arrears, nuisance, lease_ended, other"},
      {"homes.lost", "/data/reason", "HOME_LOSS_REASON_ARREARS", "FIELD_INVALID /data/reason: arrears, nuisance, lease_ended, other"},
      {"homes.lost", "/data/reason", 1, "FIELD_INVALID /data/reason: arrears, nuisance, lease_ended, other"},
      {"homes.lost", "/data/reason", "unspecified", "FIELD_INVALID /data/reason: arrears, nuisance, lease_ended, other"},
      {"homes.lost", "/data/occurredOn", "2017-1-2", "FIELD_INVALID /data/occurredOn: date"},
      {"homes.lost", "/data/occurredOn", 20170102, "FIELD_INVALID /data/occurredOn: date"},
      {"homes.lost", "/data/occurredOn", nullptr, "accepted"},
      {"supports.granted", "/data/hoursPerWeek", 168, "accepted"},
      {"supports.granted", "/data/hoursPerWeek", 1e-300, "accepted"},
      {"supports.granted", "/data/hoursPerWeek", 168.0001, "FIELD_INVALID /data/hoursPerWeek: number 168"},
      {"supports.granted", "/data/hoursPerWeek", 0.0, "FIELD_INVALID /data/hoursPerWeek: number 168"},
      {"supports.granted", "/data/hoursPerWeek", true, "FIELD_INVALID /data/hoursPerWeek: number 168"},
      {"supports.granted", "/data/from", "2017-02-29", "FIELD_INVALID /data/from: date"},
      {"supports.granted", "/data/until", "2017-02-28T00:00:00Z", "FIELD_INVALID /data/until: date"},
      {"supports.granted", "/data/provider", "gemeente", "FIELD_INVALID /data/provider: oin"},
      {"consents.granted", "/data/categories", Json::array(), "FIELD_INVALID /data/categories: list_not_empty"},
      {"consents.granted", "/data/categories", {"wonen", "inkomen", "wonen"}, "FIELD_INVALID /data/categories/2: each_once"},
      {"consents.granted",
       "/data/categories",
       {"wonen", "bsn"},
       "FIELD_INVALID /data/categories/1: gezondheid, medicatie, wonen, inkomen, activiteiten, relaties, actieplan, crisiskaart, "
       "veiligheid"},
      {"consents.withdrawn", "/data/categories", Json::array(), "accepted"},
      {"consents.withdrawn", "/data/categories", {"wonen", "wonen"}, "FIELD_INVALID /data/categories/1: each_once"},
      {"handovers.more-requested", "/data/categories", Json::array(), "accepted"},
      {"dossiers.accessed", "/data/categories", Json::array(), "FIELD_INVALID /data/categories: list_not_empty"},
      {"handovers.offered", "/data/dossier/digest", "sha256:" + std::string(64, 'F'), "accepted"},
      {"handovers.offered", "/data/dossier/digest", "sha256:" + std::string(63, 'f'), "FIELD_INVALID /data/dossier/digest: digest"},
      {"handovers.offered", "/data/dossier/digest", "sha256:" + std::string(63, 'f') + "g", "FIELD_INVALID /data/dossier/digest: digest"},
      {"handovers.offered", "/data/dossier/digest", std::string(64, 'f'), "FIELD_INVALID /data/dossier/digest: digest"},
      {"handovers.offered", "/data/transfersResponsibility", false, "accepted"},
      {"handovers.offered", "/data/transfersResponsibility", 1, "FIELD_INVALID /data/transfersResponsibility: boolean"},
      {"handovers.farewell-held", "/data/clientKnowsContact", false, "accepted"},  // ILLEGAL_STATE is for the engine to say
      {"handovers.farewell-held", "/data/clientKnowsContact", "true", "FIELD_INVALID /data/clientKnowsContact: boolean"},
      {"handovers.meeting-held", "/data/participants", {"00000099000000101000", "ggz"}, "accepted"},
      {"handovers.meeting-held", "/data/participants", {"buurman"}, "FIELD_INVALID /data/participants/0: oin_or_role"},
      {"handovers.meeting-held", "/data/participants", {"vertrekkend"}, "FIELD_INVALID /data/participants/0: oin_or_role"},
      {"tasks.completed", "/data/task", "actieplan", "accepted"},
      {"tasks.completed", "/data/task", "signaal_opvolgen:" + long_reference, "accepted"},
      {"tasks.completed", "/data/task", "signaal_opvolgen:" + long_reference + "r", "FIELD_INVALID /data/task: task_name"},
      {"tasks.completed", "/data/task", "signaal_opvolgen:", "FIELD_INVALID /data/task: task_name"},
      {"tasks.completed", "/data/task", "a:b:c", "FIELD_INVALID /data/task: task_name"},
      {"tasks.completed", "/data/task", ":s-1", "FIELD_INVALID /data/task: task_name"},
      {"trajecten.started", "/data/workflow", "uitstroom@" + std::string(64, '0'), "accepted"},
      {"trajecten.started", "/data/workflow", "bestaat_niet", "accepted"},  // UNKNOWN_REFERENCE is for the engine to say
      {"trajecten.started", "/data/workflow", "uitstroom@", "FIELD_INVALID /data/workflow: workflow_name"},
      {"trajecten.started", "/data/workflow", "mijn workflow", "FIELD_INVALID /data/workflow: workflow_name"},
      {"participants.added", "/data/role", "vertrekkend",
       "FIELD_INVALID /data/role: zorgaanbieder, wijkteam, gemeente, woningcorporatie, ggz, bewindvoerder, begeleider"},
      {"terugvallen.signalled", "/data/severity", "none", "FIELD_INVALID /data/severity: dreigend, crisis"},
      {"terugvallen.assessed", "/data/severity", "none", "accepted"},
      {"contacts.held", "/data/kind", "praatje", "FIELD_INVALID /data/kind: contact_kind"},
      {"decisions.taken", "/data/agreements", Json::array(), "accepted"},
  });
}

TEST(Read, ParticipantsAtTheStart) {
  Json event = SoundEvent("trajecten.started");
  Json& participants = event["data"]["participants"];
  participants.push_back({{"role", "ggz"}, {"organisation", "00000099000000101000"}});
  EXPECT_EQ(Outcome(event), "accepted");
  participants.push_back({{"role", "wijkteam"}, {"organisation", "00000099000000105000"}});
  EXPECT_EQ(Outcome(event), "PARTICIPANTS_INCOMPLETE /data/participants/4");
  participants = Json::array({participants[3], participants[0]});
  EXPECT_EQ(Outcome(event), "PARTICIPANTS_INCOMPLETE /data/participants");
  EXPECT_EQ(Parameter(Refused(event.dump()).refusal, "missing"), "wijkteam, gemeente");
  participants = Json::array();
  EXPECT_EQ(Outcome(event), "PARTICIPANTS_INCOMPLETE /data/participants");
}

TEST(Read, OtherExtensionAttributesAreDropped) {
  const v1::Event plain = Accepted(SoundEvent("homes.lost"));
  for (const Json& value :
       {Json("Jansen"), Json(7), Json(nullptr), Json(true), Json::array({1, Json::object()}), Json({{"a", {{"b", 1}}}})}) {
    EXPECT_EQ(Accepted(With("homes.lost", "/naam", value)).SerializeAsString(), plain.SerializeAsString()) << value;
  }
  EXPECT_EQ(Accepted(With("homes.lost", "/time2", "x")).SerializeAsString(), plain.SerializeAsString());
  // Those that are known are dropped as well when they are not of their form.
  for (const char* attribute : {"/traceparent", "/tracestate", "/correlationid"}) {
    for (const Json& value : {Json("Jan Jansen"), Json(""), Json(7), Json(std::string(600, 'a'))}) {
      EXPECT_EQ(Accepted(With("homes.lost", attribute, value)).SerializeAsString(), plain.SerializeAsString()) << attribute << value;
    }
  }
  EXPECT_EQ(Accepted(With("homes.lost", "/traceparent", "00-" + std::string(32, '0') + "-00f067aa0ba902b7-01")).traceparent(), "");
}

TEST(Read, TextThatIsNotAnEvent) {
  const std::string sound = SoundEvent("homes.lost").dump();
  const std::string opening = sound.substr(0, sound.size() - 1);
  EXPECT_EQ(OutcomeOfText(" \t\r\n" + sound + "\r\n "), "accepted");
  EXPECT_EQ(OutcomeOfText(""), "UNREADABLE byte 1: json");
  EXPECT_EQ(OutcomeOfText("   "), "UNREADABLE byte 4: json");
  EXPECT_EQ(OutcomeOfText("7"), "UNREADABLE: object");
  EXPECT_EQ(OutcomeOfText("[" + sound + "]"), "UNREADABLE: object");
  EXPECT_EQ(OutcomeOfText("null"), "UNREADABLE: object");
  EXPECT_EQ(OutcomeOfText("{}"), "FIELD_MISSING /specversion: version_1_0");
  EXPECT_EQ(OutcomeOfText("{\"a\":nul}"), "UNREADABLE byte 9: json");
  for (const std::string& text : {opening,
                                  "\xEF\xBB\xBF" + sound,
                                  sound + sound,
                                  sound + "x",
                                  sound + std::string(1, '\0'),
                                  std::string(1, '\0') + sound,
                                  sound + std::string("\0{", 2),
                                  opening + ",}",
                                  opening + ",\"x\":01}",
                                  opening + ",\"x\":+1}",
                                  opening + ",\"x\":.5}",
                                  opening + ",\"x\":NaN}",
                                  opening + ",\"x\":0x10}",
                                  opening + ",\"x\":'a'}",
                                  opening + ",x:1}",
                                  opening + ",\"x\":\"\\x41\"}",
                                  opening + ",\"x\":\"\\ud800\"}",
                                  opening + ",\"x\":\"a\nb\"}",
                                  opening + ",\"x\":\"\xff\"}",
                                  opening + ",\"x\":\"\xc0\xaf\"}",
                                  opening + ",\"x\":\"\xed\xa0\x80\"}",
                                  opening + ",\"\xe2\x28\xa1\":1}",
                                  opening + ",/* */\"x\":1}",
                                  std::string("\x1f\x8b\x08")}) {
    EXPECT_EQ(OutcomeOfText(text).rfind("UNREADABLE byte ", 0), 0u) << text;
  }
}

TEST(Read, ANameTwiceInAnObject) {
  const std::string sound = SoundEvent("handovers.offered").dump();
  const std::string opening = sound.substr(0, sound.size() - 1);
  EXPECT_EQ(OutcomeOfText(opening + ",\"id\":\"e-1\"}"), "UNREADABLE: names_once");
  EXPECT_EQ(OutcomeOfText(opening + ",\"x\":1,\"x\":1}"), "UNREADABLE: names_once");
  EXPECT_EQ(OutcomeOfText(opening + ",\"x\":[{\"a\":1,\"\\u0061\":null}]}"), "UNREADABLE: names_once");
  std::string twice = sound;
  twice.insert(twice.find("\"digest\""), "\"reference\":\"d-2\",");
  EXPECT_EQ(OutcomeOfText(twice), "UNREADABLE: names_once");
}

TEST(Read, NestingCostsNoStack) {
  const std::string sound = SoundEvent("homes.lost").dump();
  const size_t deep = 30'000;
  EXPECT_EQ(OutcomeOfText(std::string(65'536, '[')).rfind("UNREADABLE byte ", 0), 0u);
  EXPECT_EQ(OutcomeOfText(sound.substr(0, sound.size() - 1) + ",\"x\":" + std::string(deep, '[') + std::string(deep, ']') + "}"),
            "accepted");
  EXPECT_EQ(OutcomeOfText(With("homes.lost", "/data/home", nullptr)
                              .dump()
                              .replace(sound.find("\"x-1\""), 4, std::string(deep, '[') + std::string(deep, ']'))),
            "FIELD_INVALID /data/home: reference");
}

TEST(Read, TheLongestLine) {
  std::string event = SoundEvent("homes.lost").dump();
  event += std::string(65'536 - event.size(), ' ');
  EXPECT_EQ(OutcomeOfText(event), "accepted");
  EXPECT_EQ(OutcomeOfText(event + " "), "TOO_LONG 65536");
}

TEST(Read, TheAnswerFindsItsWayByWhatCouldBeRead) {
  Malformed malformed = Refused(With("homes.lost", "/data/home", "w 1").dump());
  EXPECT_EQ(malformed.source, "urn:nld:oin:00000099000000101000:systeem:ecd");
  EXPECT_EQ(malformed.id, "e-1");
  EXPECT_EQ(malformed.subject, "6c5fd8e9-0b9b-5bb7-b71f-0e6e8d02788a");

  malformed = Refused(With("homes.lost", "/source", "urn:nld:oin:jansen").dump());
  EXPECT_EQ(malformed.source, "");
  EXPECT_EQ(malformed.id, "e-1");

  malformed = Refused(With("homes.lost", "/subject", "mevrouw Jansen").dump());
  EXPECT_EQ(malformed.source, "urn:nld:oin:00000099000000101000:systeem:ecd");
  EXPECT_EQ(malformed.subject, "");

  malformed = Refused(With("homes.lost", "/id", "mevrouw Jansen").dump());
  EXPECT_EQ(malformed.id, "");
  EXPECT_EQ(malformed.subject, "6c5fd8e9-0b9b-5bb7-b71f-0e6e8d02788a");
}

// No refusal holds anything of what was sent: not the value, not the name of an unknown field.
TEST(Read, NothingThatWasSentIsRepeated) {
  const Json name = "Jansen.1978";
  for (const Kind& kind : Kinds()) {
    const Json sound = SoundEvent(kind);
    std::vector<std::string> places = {"/data/Jansen.1978", "/specversion", "/type", "/source", "/subject", "/time",
                                       "/datacontenttype",  "/data"};
    for (const auto& item : sound["data"].items()) places.push_back("/data/" + item.key());
    for (const std::string& place : places) {
      Json event = sound;
      event[Json::json_pointer(place)] = name;
      const auto read = Read(event.dump());
      if (!std::holds_alternative<Malformed>(read)) continue;  // a reference may be called so
      EXPECT_EQ(std::get<Malformed>(read).refusal.DebugString().find("Jansen"), std::string::npos) << place;
    }
  }
}

}  // namespace
}  // namespace overdracht::event
