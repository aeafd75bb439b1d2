#include "services/partner/overview/explain.h"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_join.h>

#include <algorithm>
#include <utility>

#include "services/base/codes.h"
#include "services/base/uuid.h"
#include "services/event/write.h"

namespace overdracht::partner {
namespace {

using api::v1::TrajectOverview;
using event::Field;
using event::v1::Event;
using google::protobuf::Message;
using journal::v1::RefusalCode;

// Attempts of one kind in the first round: enough for every combination of what matters in a traject of the usual size.
constexpr size_t kMostFirstAttempts = 64;

constexpr char kNewReference[] = "explain";
constexpr char kStranger[] = "00000099999999999900";
constexpr char kPast[] = "1970-01-02";
constexpr char kFuture[] = "2199-12-31";
constexpr char kNoDigest[] = "sha256:0000000000000000000000000000000000000000000000000000000000000000";

void AddOnce(std::string value, std::vector<std::string>* values) {
  if (!value.empty() && std::find(values->begin(), values->end(), value) == values->end()) values->push_back(std::move(value));
}

// How far an attempt came before it was refused.
int Reached(const region::Answer& answer) {
  if (!answer.refusal) return 9;
  switch (answer.refusal->code()) {
    case RefusalCode::REFUSAL_CODE_ILLEGAL_STATE:
    case RefusalCode::REFUSAL_CODE_CONSENT_MISSING:
    case RefusalCode::REFUSAL_CODE_ALREADY_EXISTS:
      return 4;
    case RefusalCode::REFUSAL_CODE_ROLE_NOT_ALLOWED:
      return 3;
    case RefusalCode::REFUSAL_CODE_UNKNOWN_REFERENCE:
      return 2;
    default:
      return 1;
  }
}

void PutOne(const std::string& value, const Field& field, Message* message) {
  const auto& reflection = *message->GetReflection();
  const auto* descriptor = field.descriptor;
  switch (field.type) {
    case Field::kCode: {
      const int number = base::ParseCode(descriptor->enum_type(), value).value_or(0);
      return field.list ? reflection.AddEnumValue(message, descriptor, number) : reflection.SetEnumValue(message, descriptor, number);
    }
    case Field::kNumber:
      return reflection.SetDouble(message, descriptor, 1);
    case Field::kBoolean:
      return reflection.SetBool(message, descriptor, value == "true");
    case Field::kText:
      return field.list ? reflection.AddString(message, descriptor, value) : reflection.SetString(message, descriptor, value);
    case Field::kGroup:  // its fields are put one by one
      return;
  }
}

void Put(const std::vector<std::string>& values, const std::vector<const Field*>& path, Message* message) {
  for (size_t i = 0; i + 1 < path.size(); ++i) message = message->GetReflection()->MutableMessage(message, path[i]->descriptor);
  for (const std::string& value : values) PutOne(value, *path.back(), message);
}

// A list of groups (the participants of a start): one for each role that must be there.
void PutGroups(const Field& field, const std::string& organisation, Message* message) {
  for (const std::string& role : field.rule.roles()) {
    Message* const group = message->GetReflection()->AddMessage(message, field.descriptor);
    for (const Field& part : field.fields) PutOne(part.type == Field::kCode ? role : organisation, part, group);
  }
}

}  // namespace

Explanation::Explanation(const TrajectOverview& overview, std::string organisation, const chart::Workflows& workflows, std::string id)
    : overview_(overview), organisation_(std::move(organisation)), id_(std::move(id)) {
  for (const auto& workflow : workflows.All()) {
    if (overview.workflow().empty() || overview.workflow() == workflow->id()) workflows_.push_back(workflow);
  }
  for (const event::Kind& kind : event::Kinds()) {
    KindTried& tried = kinds_.emplace_back();
    tried.kind = &kind;
    AddSlots(kind.fields, {}, &tried.slots);
  }
  for (KindTried& kind : kinds_) TryFirst(&kind);
}

void Explanation::AddSlots(const std::vector<Field>& fields, std::vector<const Field*> path, std::vector<Slot>* slots) const {
  for (const Field& field : fields) {
    path.push_back(&field);
    if (field.type == Field::kGroup && !field.list) {
      AddSlots(field.fields, path, slots);
    } else {
      slots->push_back({path, CandidatesFor(field)});
    }
    path.pop_back();
  }
}

std::vector<std::string> Explanation::Known(const Field& field) const {
  std::vector<std::string> known;
  switch (field.rule.format()) {
    case event::v1::FORMAT_OIN:
      for (const auto& participant : overview_.participants()) AddOnce(participant.organisation(), &known);
      break;
    case event::v1::FORMAT_TASK:
      for (const auto& task : overview_.tasks()) AddOnce(task.task(), &known);
      break;
    case event::v1::FORMAT_WORKFLOW:
      for (const auto& workflow : workflows_) AddOnce(workflow->id(), &known);
      break;
    case event::v1::FORMAT_CONTACT:
      for (const auto& workflow : workflows_) {
        for (const auto& contact : workflow->definition().contacts()) AddOnce(contact.name(), &known);
        for (const auto& series : workflow->definition().series()) AddOnce(series.contact(), &known);
      }
      break;
    case event::v1::FORMAT_NAME:
      for (const auto& workflow : workflows_) {
        for (const auto& decision : workflow->definition().decisions()) {
          if (!field.list) AddOnce(decision.name(), &known);
          for (const std::string& agreement : decision.agreements()) {
            if (field.list) AddOnce(agreement, &known);
          }
        }
      }
      break;
    case event::v1::FORMAT_REFERENCE:
      for (const auto& handover : overview_.handovers()) {
        if (field.name == "handover") AddOnce(handover.handover(), &known);
      }
      for (const auto& episode : overview_.episodes()) {
        if (field.name == "episode") AddOnce(episode.episode(), &known);
      }
      for (const auto& report : overview_.reports()) {
        if (event::FindKind(report.kind())->fields[0].name == field.name) AddOnce(report.reference(), &known);
      }
      std::reverse(known.begin(), known.end());  // what came last is the likeliest
      break;
    default:
      break;
  }
  return known;
}

std::vector<Explanation::Candidate> Explanation::CandidatesFor(const Field& field) const {
  std::vector<Candidate> candidates;
  if (field.list && field.rule.optional()) candidates.push_back({{}});
  for (std::string& value : Known(field)) candidates.push_back({{std::move(value)}});
  switch (field.type) {
    case Field::kCode:
      for (const auto& code : field.codes) candidates.push_back({{code.first}});
      break;
    case Field::kBoolean:
      candidates.push_back({{"false"}});
      candidates.push_back({{"true"}});
      break;
    case Field::kNumber:
    case Field::kGroup:
      candidates.push_back({{""}, true});
      break;
    case Field::kText:
      switch (field.rule.format()) {
        case event::v1::FORMAT_REFERENCE:
          candidates.push_back({{kNewReference}, true});
          break;
        case event::v1::FORMAT_OIN:
          candidates.push_back({{kStranger}, true});
          break;
        case event::v1::FORMAT_DATE:
          candidates.push_back({{field.name == "from" || field.name == "since" ? kPast : kFuture}, true});
          break;
        case event::v1::FORMAT_DIGEST:
          candidates.push_back({{kNoDigest}, true});
          break;
        case event::v1::FORMAT_OIN_OR_ROLE: {
          Candidate all;
          for (const auto& participant : overview_.participants()) AddOnce(participant.organisation(), &all.values);
          candidates.push_back(std::move(all));
          break;
        }
        default:
          if (candidates.empty()) candidates.push_back({{kNewReference}});
      }
  }
  return candidates;
}

void Explanation::Try(KindTried* kind, std::vector<size_t> chosen) {
  Event event;
  event.set_id(absl::StrCat(id_, attempts_.size(), varying_ ? "b" : "a"));
  event.set_organisation(organisation_);
  event.set_system("api");
  event.set_traject(base::ParseUuid(overview_.traject()).value_or(""));
  Message* const data = event.GetReflection()->MutableMessage(&event, kind->kind->data);
  for (size_t i = 0; i < kind->slots.size(); ++i) {
    const Slot& slot = kind->slots[i];
    if (slot.field().type == Field::kGroup) {
      PutGroups(slot.field(), organisation_, data);
    } else {
      Put(slot.candidates[chosen[i]].values, slot.path, data);
    }
  }
  attempts_.push_back(std::move(event));
  attempted_.push_back({kind, std::move(chosen)});
}

// Combination after combination; the first field changes fastest: the id of what the event is about decides most.
void Explanation::TryFirst(KindTried* kind) {
  std::vector<size_t> chosen(kind->slots.size(), 0);
  for (size_t n = 0; n < kMostFirstAttempts; ++n) {
    Try(kind, chosen);
    size_t i = 0;
    while (i < chosen.size() && ++chosen[i] == kind->slots[i].candidates.size()) chosen[i++] = 0;
    if (i == chosen.size()) return;
  }
}

void Explanation::Vary(KindTried* kind) {
  for (size_t i = 0; i < kind->slots.size(); ++i) {
    for (size_t candidate = 0; candidate < kind->slots[i].candidates.size(); ++candidate) {
      if (candidate == kind->baseline[i]) continue;
      std::vector<size_t> chosen = kind->baseline;
      chosen[i] = candidate;
      Try(kind, std::move(chosen));
    }
  }
}

void Explanation::Learn(const std::vector<region::Answer>& answers) {
  for (size_t i = 0; i < attempted_.size() && i < answers.size(); ++i) {
    KindTried& kind = *attempted_[i].kind;
    const std::vector<size_t>& chosen = attempted_[i].chosen;
    if (!answers[i].refusal && !kind.accepted) {
      kind.accepted = true;
      kind.baseline = chosen;
    }
    if (!answers[i].refusal && (varying_ || chosen == kind.baseline)) {
      for (size_t s = 0; s < chosen.size(); ++s) kind.slots[s].candidates[chosen[s]].accepted = true;
    }
    if (!kind.best.refusal || Reached(answers[i]) > Reached(kind.best)) kind.best = answers[i];
  }
  attempted_.clear();
  attempts_.clear();
  if (std::exchange(varying_, true)) return;
  for (KindTried& kind : kinds_) {
    if (kind.accepted) Vary(&kind);
  }
}

api::v1::ExplainTrajectResponse Explanation::Result() const {
  api::v1::ExplainTrajectResponse result;
  for (const KindTried& kind : kinds_) {
    if (!kind.accepted) {
      api::v1::RefusedReport* const refused = result.add_refused();
      refused->set_kind(kind.kind->name);
      if (!kind.best.refusal) continue;
      const api::v1::Answer answer = event::MakeAnswer("", "", "", "", /*duplicate=*/false, &*kind.best.refusal);
      refused->set_code(answer.code());
      refused->set_reason(answer.reason());
      *refused->mutable_parameters() = answer.parameters();
      refused->set_message(answer.message());
      refused->set_melding(answer.melding());
      continue;
    }
    api::v1::PermittedReport* const permitted = result.add_permitted();
    permitted->set_kind(kind.kind->name);
    for (const Slot& slot : kind.slots) {
      api::v1::PermittedField* const field = permitted->add_fields();
      field->set_field(absl::StrJoin(slot.path, ".", [](std::string* out, const Field* one) { *out += one->name; }));
      field->set_optional(slot.field().rule.optional());
      for (const Candidate& candidate : slot.candidates) {
        if (!candidate.accepted) continue;
        if (candidate.chosen) {
          field->set_format(slot.field().expected);
        } else {
          for (const std::string& value : candidate.values) field->add_values(value);
        }
      }
    }
  }
  return result;
}

}  // namespace overdracht::partner
