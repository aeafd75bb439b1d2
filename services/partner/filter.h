// Which items of its outbox a subscriber asked for.
#ifndef OVERDRACHT_SERVICES_PARTNER_FILTER_H_
#define OVERDRACHT_SERVICES_PARTNER_FILTER_H_

#include <absl/status/statusor.h>

#include <set>
#include <string>

#include "overdracht/api/v1/outbox_service.pb.h"
#include "services/event/write.h"

namespace overdracht::partner {

// By kinds of notices; none: all. Answers are asked for by themselves (OutboxRequest.answers).
class Filter {
 public:
  // INVALID_ARGUMENT: one of them is no kind of notices.
  template <typename Kinds>
  static absl::StatusOr<Filter> Of(const Kinds& kinds) {
    Filter filter;
    for (const std::string& kind : kinds) {
      const int number = event::FindNoticeKind(kind);
      if (number == 0) return absl::InvalidArgumentError("expected kinds of notices (task-opened, offer-received, …), but one is none");
      filter.kinds_.insert(number);
    }
    return filter;
  }

  bool Lets(const api::v1::OutboxItem& item) const {
    return item.has_answer() || kinds_.empty() || kinds_.count(static_cast<int>(item.notice().data_case())) > 0;
  }

 private:
  std::set<int> kinds_;  // numbers of the fields of Notice
};

}  // namespace overdracht::partner

#endif  // OVERDRACHT_SERVICES_PARTNER_FILTER_H_
