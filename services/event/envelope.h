// The attributes of a CloudEvent's envelope, however they came: as members of an object, or as headers of a message.
#ifndef OVERDRACHT_SERVICES_EVENT_ENVELOPE_H_
#define OVERDRACHT_SERVICES_EVENT_ENVELOPE_H_

#include <absl/strings/string_view.h>

#include <array>
#include <optional>
#include <utility>

#include "services/event/catalogue.h"
#include "services/event/fault.h"

namespace overdracht::event {

class Envelope {
 public:
  // Those that are not listed are dropped, whatever they hold. `text` is nothing for a value that is no text; it must live on.
  void Add(absl::string_view name, std::optional<absl::string_view> text);

  // Into the event, to the end also after a fault: the answer finds its way by what could be read. The first fault, in the order of the
  // catalogue's page. Nothing: kind() is there.
  Check Read(v1::Event* event);

  const Kind* kind() const { return kind_; }

 private:
  enum Attribute {
    kSpecversion,
    kId,
    kSource,
    kType,
    kSubject,
    kTime,
    kDatacontenttype,
    kTraceparent,
    kTracestate,
    kCorrelationid,
    kAttributes
  };
  static constexpr std::array<absl::string_view, kAttributes> kNames = {
      "specversion", "id", "source", "type", "subject", "time", "datacontenttype", "traceparent", "tracestate", "correlationid"};
  struct Value {
    bool there = false;
    std::optional<absl::string_view> text;
  };

  template <typename Take>
  void Require(Attribute attribute, absl::string_view expected, Take take,
               journal::v1::RefusalReason otherwise = journal::v1::REFUSAL_REASON_FIELD_INVALID);
  void Keep(Attribute attribute, bool (*has_form)(absl::string_view), std::string* into) const;

  std::array<Value, kAttributes> found_;
  const Kind* kind_ = nullptr;
  Check fault_;
};

}  // namespace overdracht::event

#endif  // OVERDRACHT_SERVICES_EVENT_ENVELOPE_H_
