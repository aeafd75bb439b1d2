#include "tests/property/step.h"

#include <google/protobuf/descriptor.h>

#include <algorithm>

#include "services/base/codes.h"
#include "services/base/time.h"

namespace overdracht::testing {
namespace {

using event::v1::Role;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using journal::v1::Record;
using journal::v1::Traject;

const Message* DataOf(const Record& record) {
  if (!record.has_event()) return nullptr;
  const auto* oneof = event::v1::Event::descriptor()->FindOneofByName("data");
  const FieldDescriptor* field = record.event().GetReflection()->GetOneofFieldDescriptor(record.event(), oneof);
  return field == nullptr ? nullptr : &record.event().GetReflection()->GetMessage(record.event(), field);
}

absl::string_view NameOf(absl::string_view task) { return task.substr(0, task.find(':')); }

bool IsCare(Role role) {
  return role == event::v1::ROLE_ZORGAANBIEDER || role == event::v1::ROLE_WIJKTEAM || role == event::v1::ROLE_GEMEENTE ||
         role == event::v1::ROLE_GGZ || role == event::v1::ROLE_BEGELEIDER;
}

std::set<std::string> Organisations(const Step& step, const std::vector<Who>& parties) {
  const Traject& traject = step.after;
  std::set<std::string> all;
  for (Who who : parties) {
    const journal::v1::Handover* handover = FindHandover(step.before, Reference(step.record, "handover"));
    switch (who) {
      case Who::kResponsible:
        all.insert(traject.responsible());
        break;
      case Who::kGemeente:
        all.insert(Holder(traject, event::v1::ROLE_GEMEENTE));
        break;
      case Who::kZorgaanbieder:
        all.insert(Holder(traject, event::v1::ROLE_ZORGAANBIEDER));
        break;
      case Who::kWijkteam:
        all.insert(Holder(traject, event::v1::ROLE_WIJKTEAM));
        break;
      case Who::kWoningcorporatie:
        all.insert(Holder(traject, event::v1::ROLE_WONINGCORPORATIE));
        break;
      case Who::kSender:
        all.insert(handover == nullptr ? "" : handover->sender());
        break;
      case Who::kRecipient:
        all.insert(handover == nullptr ? "" : handover->recipient());
        break;
      case Who::kOwner:
        for (const auto& one : traject.tasks()) {
          if (one.task() == Reference(step.record, "task")) all.insert(one.owner());
        }
        break;
      case Who::kCare:
        for (const auto& one : traject.participants()) {
          if (IsCare(one.role())) all.insert(one.organisation());
        }
        for (const auto& one : traject.leaving()) {
          if (one.care()) all.insert(one.organisation());
        }
        break;
    }
  }
  all.erase("");
  return all;
}

const journal::v1::Episode* EpisodeOf(const Step& step, const Traject& traject) {
  const std::string id = Reference(step.record, "episode");
  for (const auto& one : traject.episodes()) {
    if (one.episode() == id) return &one;
  }
  return nullptr;
}

// Of the event's episode; a signal under whatever id is of the open one, and afterwards of the last that was open.
const journal::v1::Episode* EpisodeBefore(const Step& step) {
  if (step.record.event().has_terugvallen_signalled()) {
    for (const auto& one : step.before.episodes()) {
      if (one.state() >= notice::v1::EPISODE_STATE_GESIGNALEERD && one.state() <= notice::v1::EPISODE_STATE_OPGENOMEN) return &one;
    }
    return nullptr;
  }
  return EpisodeOf(step, step.before);
}

const journal::v1::Episode* EpisodeAfter(const Step& step) {
  if (const auto* before = EpisodeBefore(step)) {
    for (const auto& one : step.after.episodes()) {
      if (one.episode() == before->episode()) return &one;
    }
  }
  return EpisodeOf(step, step.after);
}

const journal::v1::Home* HomeOf(const Step& step, const Traject& traject) {
  for (const auto& one : traject.homes()) {
    if (one.home() == Reference(step.record, "home")) return &one;
  }
  return nullptr;
}

}  // namespace

Is All(std::initializer_list<Is> all) {
  return [all = std::vector<Is>(all)](const Step& step) {
    return std::all_of(all.begin(), all.end(), [&](const Is& one) { return one(step); });
  };
}

Is Any(std::initializer_list<Is> any) {
  return [any = std::vector<Is>(any)](const Step& step) {
    return std::any_of(any.begin(), any.end(), [&](const Is& one) { return one(step); });
  };
}

Is Not(Is one) {
  return [one = std::move(one)](const Step& step) { return !one(step); };
}

Is Accepted(On on) {
  return [=](const Step& step) { return step.record.event().data_case() == on && step.record.has_event() && !step.record.has_refusal(); };
}

Is Refused(On on, journal::v1::RefusalReason reason) {
  return [=](const Step& step) { return step.record.event().data_case() == on && step.record.refusal().reason() == reason; };
}

Is RefusedAs(journal::v1::RefusalCode code) {
  return [=](const Step& step) { return step.record.refusal().code() == code; };
}

Is RefusedFor(journal::v1::RefusalReason reason) {
  return [=](const Step& step) { return step.record.refusal().reason() == reason; };
}

Is Parameter(absl::string_view name, absl::string_view value) {
  return [name = std::string(name), value = std::string(value)](const Step& step) {
    return std::any_of(step.record.refusal().parameters().begin(), step.record.refusal().parameters().end(), [&](const auto& one) {
      return one.name() == name && (", " + one.value() + ",").find(", " + value + ",") != std::string::npos;
    });
  };
}

Is Field(absl::string_view field, absl::string_view code) {
  return [field = std::string(field), code = std::string(code)](const Step& step) {
    const Message* data = DataOf(step.record);
    const FieldDescriptor* found = data == nullptr ? nullptr : data->GetDescriptor()->FindFieldByName(field);
    if (found == nullptr || found->is_repeated()) return false;
    if (found->cpp_type() == FieldDescriptor::CPPTYPE_BOOL) return data->GetReflection()->GetBool(*data, found) == (code == "true");
    if (found->cpp_type() == FieldDescriptor::CPPTYPE_ENUM)
      return base::CodeOf(found->enum_type(), data->GetReflection()->GetEnumValue(*data, found)) == code;
    return found->cpp_type() == FieldDescriptor::CPPTYPE_STRING && data->GetReflection()->GetString(*data, found) == code;
  };
}

Is RanOut(notice::v1::TermKind of) {
  return [=](const Step& step) { return step.record.has_term() && step.record.term().of() == of; };
}

Is Phase(absl::string_view phase) {
  return [phase = std::string(phase)](const Step& step) {
    return step.before.configuration_size() > 0 && step.before.configuration(0) == phase;
  };
}

Is PhaseBecomes(absl::string_view phase) {
  return All({Not(Phase(phase)), [phase = std::string(phase)](const Step& step) {
                return step.after.configuration_size() > 0 && step.after.configuration(0) == phase;
              }});
}

Is Was(notice::v1::Status status) {
  return [=](const Step& step) { return step.before.status() == status; };
}

Is Becomes(notice::v1::Status status) {
  return [=](const Step& step) { return step.before.status() != status && step.after.status() == status; };
}

Is HandoverWas(notice::v1::HandoverState state) {
  return [=](const Step& step) {
    const auto* handover = FindHandover(step.before, Reference(step.record, "handover"));
    return handover != nullptr && handover->state() == state;
  };
}

Is HandoverIs(notice::v1::HandoverState state) {
  return [=](const Step& step) {
    const auto* handover = FindHandover(step.after, Reference(step.record, "handover"));
    return handover != nullptr && handover->state() == state;
  };
}

Is Transfers(bool transfers) {
  return [=](const Step& step) {
    const auto* handover = FindHandover(step.after, Reference(step.record, "handover"));
    return handover != nullptr && handover->transfers_responsibility() == transfers;
  };
}

Is EpisodeWas(notice::v1::EpisodeState state) {
  return [=](const Step& step) { return EpisodeBefore(step) != nullptr && EpisodeBefore(step)->state() == state; };
}

Is EpisodeIs(notice::v1::EpisodeState state) {
  return [=](const Step& step) { return EpisodeAfter(step) != nullptr && EpisodeAfter(step)->state() == state; };
}

Is SeverityWas(event::v1::Severity severity) {
  return [=](const Step& step) { return EpisodeBefore(step) != nullptr && EpisodeBefore(step)->severity() == severity; };
}

Is SeverityIs(event::v1::Severity severity) {
  return [=](const Step& step) { return EpisodeAfter(step) != nullptr && EpisodeAfter(step)->severity() == severity; };
}

Is HomeWas(journal::v1::HomeState state) {
  return [=](const Step& step) {
    const auto* home = HomeOf(step, step.before);
    return (home == nullptr ? journal::v1::HOME_STATE_UNSPECIFIED : home->state()) == state;
  };
}

Is HomeIs(journal::v1::HomeState state) {
  return [=](const Step& step) { return HomeOf(step, step.after) != nullptr && HomeOf(step, step.after)->state() == state; };
}

Is HomeKindIs(event::v1::HomeKind kind) {
  return [=](const Step& step) { return HomeOf(step, step.after) != nullptr && HomeOf(step, step.after)->kind() == kind; };
}

Is SomeHandover(notice::v1::HandoverState from, notice::v1::HandoverState to) {
  return [=](const Step& step) {
    return std::any_of(step.after.handovers().begin(), step.after.handovers().end(), [&](const auto& one) {
      const auto* before = FindHandover(step.before, one.handover());
      return before != nullptr && before->state() == from && one.state() == to;
    });
  };
}

Is TransferHeldNow() {
  return [](const Step& step) {
    if (step.before.status() == notice::v1::STATUS_ONDERBROKEN) return true;
    return std::any_of(step.before.episodes().begin(), step.before.episodes().end(), [](const auto& one) {
      return one.state() <= notice::v1::EPISODE_STATE_OPGENOMEN && one.severity() == event::v1::SEVERITY_CRISIS;
    });
  };
}

Is Opens(absl::string_view task, Role owner, absl::string_view term) {
  return [task = std::string(task), owner, term = std::string(term)](const Step& step) {
    for (const auto& one : step.record.effects()) {
      if (!one.has_task_opened() || NameOf(one.task_opened().task()) != task) continue;
      const std::string expected = owner == event::v1::ROLE_UNSPECIFIED ? step.before.responsible() : Holder(step.after, owner);
      const auto* timer = FindTimer(step.after, notice::v1::TERM_KIND_TASK, one.task_opened().task());
      if (one.task_opened().owner() != expected) continue;
      if (term.empty()) return timer == nullptr;
      return timer != nullptr && (timer->at_us() == base::Add(step.record.time_us(), *base::ParseDuration(term)) || timer->whole() == term);
    }
    return false;
  };
}

Is Closes(absl::string_view task, notice::v1::TaskOutcome outcome) {
  return [task = std::string(task), outcome](const Step& step) {
    return std::any_of(step.record.effects().begin(), step.record.effects().end(), [&](const auto& one) {
      return one.has_task_closed() && NameOf(one.task_closed().task()) == task && one.task_closed().outcome() == outcome;
    });
  };
}

Is Moves(absl::string_view task) {
  return [task = std::string(task)](const Step& step) {
    return std::any_of(step.record.effects().begin(), step.record.effects().end(),
                       [&](const auto& one) { return one.has_task_moved() && NameOf(one.task_moved().task()) == task; });
  };
}

Is OfTask(absl::string_view task) {
  return [task = std::string(task)](const Step& step) { return NameOf(Reference(step.record, "task")) == task; };
}

bool TaskOpen(const Traject& traject, absl::string_view task) {
  return std::any_of(traject.tasks().begin(), traject.tasks().end(),
                     [&](const auto& one) { return one.open() && NameOf(one.task()) == task; });
}

Is TermTold(notice::v1::TermKind of, uint32_t times, std::initializer_list<Who> to, absl::string_view next) {
  return [=, to = std::vector<Who>(to), next = std::string(next)](const Step& step) {
    if (!RanOut(of)(step)) return false;
    for (const notice::v1::Notice& one : step.record.notices()) {
      if (!one.has_term_expired() || one.term_expired().of() != of || one.term_expired().reference() != step.record.term().reference())
        continue;
      const bool counted = times == 0 ? one.term_expired().times() >= 3 : one.term_expired().times() == times;
      const bool waits = next.empty() ? !one.term_expired().has_next()
                                      : one.term_expired().next().at_us() == base::Add(step.record.time_us(), *base::ParseDuration(next));
      return counted && waits && std::set<std::string>(one.to().begin(), one.to().end()) == Organisations(step, to);
    }
    return false;
  };
}

Is Tells(std::function<bool(const notice::v1::Notice&)> notice) {
  return [notice = std::move(notice)](const Step& step) {
    return std::any_of(step.record.notices().begin(), step.record.notices().end(), notice);
  };
}

Is TellsExactly(std::function<bool(const notice::v1::Notice&)> notice, std::initializer_list<Who> to) {
  return [notice = std::move(notice), to = std::vector<Who>(to)](const Step& step) {
    return std::any_of(step.record.notices().begin(), step.record.notices().end(), [&](const auto& one) {
      return notice(one) && std::set<std::string>(one.to().begin(), one.to().end()) == Organisations(step, to);
    });
  };
}

std::string Holder(const Traject& traject, Role role) {
  for (const auto& one : traject.participants()) {
    if (one.role() == role) return one.organisation();
  }
  return "";
}

std::string Reference(const Record& record, absl::string_view field) {
  if (record.has_term()) return record.term().reference();
  const Message* data = DataOf(record);
  const FieldDescriptor* found = data == nullptr ? nullptr : data->GetDescriptor()->FindFieldByName(std::string(field));
  return found == nullptr ? "" : data->GetReflection()->GetString(*data, found);
}

const journal::v1::Handover* FindHandover(const Traject& traject, absl::string_view id) {
  for (const auto& one : traject.handovers()) {
    if (one.handover() == id) return &one;
  }
  return nullptr;
}

const journal::v1::Timer* FindTimer(const Traject& traject, notice::v1::TermKind of, absl::string_view reference) {
  for (const auto& one : traject.timers()) {
    if (one.of() == of && one.reference() == reference) return &one;
  }
  return nullptr;
}

}  // namespace overdracht::testing
