// The engine: what an event, or a term that ran out, means for one traject.
//
//   Decide   input + state -> one record: a refusal, or effects and notices   decide/ (a file per kind of event), follow/ (what follows)
//   Apply    state + record -> state                                          apply/  (an applier per effect)
//
// Pure: no clock, no I/O, no randomness, no threads. Time and number come in with the record. State changes in Apply only; Decide applies
// each effect the moment it is made, so that what follows sees it, and the state after Decide equals the state after Apply of its record.
#ifndef OVERDRACHT_SERVICES_ENGINE_ENGINE_H_
#define OVERDRACHT_SERVICES_ENGINE_ENGINE_H_

#include <optional>
#include <string>
#include <vector>

#include "overdracht/event/v1/event.pb.h"
#include "overdracht/journal/v1/record.pb.h"
#include "overdracht/journal/v1/traject.pb.h"
#include "services/chart/workflow.h"

namespace overdracht::engine {

// A traject with what is remembered of its reports. Both empty: not started.
struct TrajectState {
  journal::v1::Traject traject;
  journal::v1::Memory memory;

  bool started() const { return traject.status() != notice::v1::STATUS_UNSPECIFIED; }
};

// The report that this one repeats (same organisation, system and id), or null. Asked before Decide.
const journal::v1::Seen* FindSeen(const journal::v1::Memory& memory, const event::v1::Event& event);

// Decides the input that stands in `record` (event or term) at record->number and record->time_us; the caller has seen to it that the
// time is not before the traject's last one and that no timer of the traject is due before it. Fills in refusal, effects, notices and
// gemeente. `state` holds the traject after it; where the record is a refusal, only its memory has changed.
void Decide(const chart::Workflows& workflows, TrajectState* state, journal::v1::Record* record);

// Folds a record. Any record that Decide made for this state; anything else is a corrupt journal (CHECK).
void Apply(const journal::v1::Record& record, TrajectState* state);

// When a traject's earliest timer runs out. Of two at one moment the one set first comes first.
struct DueTimer {
  int64_t at_us = 0;
  journal::v1::TermRanOut term;
};
std::optional<DueTimer> NextTimer(const journal::v1::Traject& traject);

// What a transition out of an active state waits for: an event, where it has one, and the gates that are closed.
struct Waiting {
  std::string transition;
  std::vector<std::string> gates;
};
// In the order of the definition, inner states first. Nothing once the traject has ended.
std::vector<Waiting> WaitsFor(const chart::Workflows& workflows, const TrajectState& state, int64_t now_us);

// 64 hexadecimal digits over the traject's deterministic serialization (docs/formats.md).
std::string StateHash(const journal::v1::Traject& traject);

// Keeps the head of the traject's chain: the hash of its last record, 32 bytes (docs/formats.md).
inline void SetHead(TrajectState* state, absl::string_view head) { state->memory.set_head(std::string(head)); }

}  // namespace overdracht::engine

#endif  // OVERDRACHT_SERVICES_ENGINE_ENGINE_H_
