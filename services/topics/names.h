// The topics of a region, by its name (config/read.h has its form; docs/adr/20261127-the-way-of-an-event-over-kafka.md).
#ifndef OVERDRACHT_SERVICES_TOPICS_NAMES_H_
#define OVERDRACHT_SERVICES_TOPICS_NAMES_H_

#include <absl/strings/str_cat.h>
#include <absl/strings/string_view.h>

#include <string>

namespace overdracht::topics {

class Names {
 public:
  Names() = default;
  explicit Names(std::string region) : region_(std::move(region)) {}

  const std::string& region() const { return region_; }
  // As many partitions as the region has.
  std::string Events() const { return absl::StrCat(region_, ".events"); }
  std::string Journal() const { return absl::StrCat(region_, ".journal"); }
  // One partition each.
  std::string Outbox(absl::string_view organisation) const { return absl::StrCat(OutboxPrefix(), organisation); }
  std::string Ingress(absl::string_view organisation) const { return absl::StrCat(IngressPrefix(), organisation); }
  std::string Unreadable() const { return absl::StrCat(region_, ".unreadable"); }
  std::string Workflows() const { return absl::StrCat(region_, ".workflows"); }

  // How those of all organisations begin.
  std::string OutboxPrefix() const { return absl::StrCat(region_, ".outbox."); }
  std::string IngressPrefix() const { return absl::StrCat(region_, ".ingress."); }
  // Of workflow services, which divide the partitions among them.
  std::string Group() const { return absl::StrCat(region_, ".workflow-services"); }
  // How the groups begin that an organisation may use to read its outbox.
  std::string GroupsOf(absl::string_view organisation) const { return absl::StrCat(region_, ".", organisation, "."); }

 private:
  std::string region_;
};

}  // namespace overdracht::topics

#endif  // OVERDRACHT_SERVICES_TOPICS_NAMES_H_
