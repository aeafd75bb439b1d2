#include "services/engine/work.h"

#include "services/base/check.h"
#include "services/engine/apply/apply.h"

namespace overdracht::engine {

void Work::Emitted(const journal::v1::Effect& effect) {
  using journal::v1::Effect;
  const bool changes_participants = effect.effect_case() == Effect::kRoleFilled || effect.effect_case() == Effect::kLeavingBegun ||
                                    effect.effect_case() == Effect::kLeavingEnded;
  if (changes_participants && participants_before_ == nullptr) {
    participants_before_ = std::make_unique<Traject>();
    *participants_before_->mutable_participants() = traject().participants();
    *participants_before_->mutable_leaving() = traject().leaving();
  }
  ApplyEffect(effect, &state_.traject);
}

void Work::FindNewEntries() const {
  entry_of_.resize(definition().tasks_size());
  definition_of_.reserve(traject().tasks_size());
  int index = -1;
  for (int i = static_cast<int>(definition_of_.size()); i < traject().tasks_size(); ++i) {
    index = workflow_.IndexOfTaskCalled(traject().tasks(i).task(), index + 1);
    OVERDRACHT_CHECK(index >= 0, "a task that the traject's workflow does not know");
    definition_of_.push_back(&definition().tasks(index));
    if (!definition_of_.back()->per_reference()) entry_of_[index] = &traject().tasks(i);
  }
}

notice::v1::Notice* Work::TellOne(const std::string& organisation) {
  notice::v1::Notice* notice = record_.add_notices();
  notice->add_to(organisation);
  return notice;
}

notice::v1::Notice* Work::Tell(const Organisations& to) {
  if (to.empty()) return nullptr;
  notice::v1::Notice* notice = record_.add_notices();
  for (const std::string& organisation : to) notice->add_to(organisation);
  return notice;
}

Organisations Parties(const Work& work, const google::protobuf::RepeatedPtrField<workflow::v1::Party>& parties,
                      absl::string_view reference) {
  const Traject& traject = work.traject();
  Organisations result;
  for (const workflow::v1::Party& party : parties) {
    if (party.has_role()) {
      AddOnce(Holder(traject, party.role()), &result);
      continue;
    }
    switch (party.relation()) {
      case workflow::v1::RELATION_RESPONSIBLE:
        AddOnce(traject.responsible(), &result);
        break;
      case workflow::v1::RELATION_OWNER:
        if (const auto* task = FindTask(traject, reference)) AddOnce(task->owner(), &result);
        break;
      case workflow::v1::RELATION_SENDER:
        if (const auto* handover = FindHandover(traject, reference)) AddOnce(handover->sender(), &result);
        break;
      case workflow::v1::RELATION_RECIPIENT:
        if (const auto* handover = FindHandover(traject, reference)) AddOnce(handover->recipient(), &result);
        break;
      case workflow::v1::RELATION_CARE_ROLES:
        for (const std::string& one : CareOrganisations(traject)) AddOnce(one, &result);
        break;
      default:
        break;
    }
  }
  return result;
}

}  // namespace overdracht::engine
