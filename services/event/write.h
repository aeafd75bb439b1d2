// DATA LEAVES: notices and answers -> CloudEvents in JSON. Contract: docs/events.md, 'What a partner receives'.
//
// The data of a notice is written by its descriptor: fields in the order of the proto under their JSON names, codes in lower case, moments
// (fields that end in _us, without it) as RFC 3339; what is empty is left out, a boolean never is.
#ifndef OVERDRACHT_SERVICES_EVENT_WRITE_H_
#define OVERDRACHT_SERVICES_EVENT_WRITE_H_

#include <absl/status/statusor.h>
#include <absl/strings/string_view.h>

#include <cstdint>
#include <optional>
#include <string>

#include "overdracht/api/v1/outbox_service.pb.h"
#include "overdracht/journal/v1/record.pb.h"
#include "overdracht/notice/v1/notice.pb.h"

namespace overdracht::event {

// The place of a notice (n = its index in the record, from 0) or of the answer (n = kAnswer) in an outbox, as a number that rises with
// the journal: number * 1,000,000 + n. As `sequence` it is written with 20 digits.
inline constexpr int kAnswer = 999'999;
inline uint64_t SequenceOf(uint64_t number, int n) { return number * 1'000'000 + static_cast<uint64_t>(n); }
std::string FormatSequence(uint64_t sequence);
// The sequence that a cursor stands for; empty: 0, the start. INVALID_ARGUMENT: it is none.
absl::StatusOr<uint64_t> ParseCursor(absl::string_view cursor);
// Where a record of the journal stands. As text <partition>:<number>; nothing: it is none.
struct Position {
  uint32_t partition = 0;
  uint64_t number = 0;
};
std::string FormatPosition(uint32_t partition, uint64_t number);
std::optional<Position> ParsePosition(absl::string_view text);
// CloudEvents id of an item: <position>/<n>, or <position>/answer.
std::string ItemId(uint32_t partition, uint64_t number, int n);
// The traject that the record is about, as text. One that was never started has no part in a record; its id is only in what was reported.
std::string SubjectOf(const journal::v1::Record& record);
// The id of the event that led to the record, or term:<of>:<reference>.
std::string CauseOf(const journal::v1::Record& record);

// What became of a report, with its sentences. `position` is empty where there is none; no refusal: accepted.
api::v1::Answer MakeAnswer(absl::string_view source, absl::string_view id, absl::string_view subject, absl::string_view position,
                           bool duplicate, const journal::v1::Refusal* refusal);

// The n-th notice of a record, or the answer to its event (n = kAnswer), as an item of the outbox of whom it is for.
api::v1::OutboxItem ItemOf(uint32_t partition, const journal::v1::Record& record, int n);
// CloudEvents `type` of an item: nl.overdracht.notices.<kind>.v1, or nl.overdracht.answers.accepted.v1 and refused.v1.
std::string TypeOf(const api::v1::OutboxItem& item);
// CloudEvents `source` of an item; its OIN where the traject has no gemeente (a refused start).
inline constexpr absl::string_view kNoGemeente = "00000000000000000000";
std::string SourceOf(const api::v1::OutboxItem& item);
// CloudEvents `sequence` of an item.
inline const std::string& SequenceOf(const api::v1::OutboxItem& item) { return item.sequence().empty() ? item.cursor() : item.sequence(); }
// An item as a CloudEvent, on one line; the data of an answer has the fields of `publish`.
std::string WriteItem(const api::v1::OutboxItem& item);
// An answer with the fields of `publish`; `line`: the number of its line in the file.
std::string WriteAnswer(const api::v1::Answer& answer, std::optional<uint64_t> line = std::nullopt);

// The data alone of a notice as JSON, for scenarios and tests.
std::string WriteNoticeData(const notice::v1::Notice& notice);
// Its data, of whatever kind.
const google::protobuf::Message& DataOf(const notice::v1::Notice& notice);
// task-opened, …
std::string NoticeKind(const notice::v1::Notice& notice);
// The number of the field of Notice that this kind is; 0: it is none.
int FindNoticeKind(absl::string_view kind);

}  // namespace overdracht::event

#endif  // OVERDRACHT_SERVICES_EVENT_WRITE_H_
