#include "services/config/read.h"

#include <absl/strings/ascii.h>
#include <absl/strings/match.h>
#include <absl/strings/str_cat.h>
#include <absl/strings/str_split.h>
#include <absl/strings/strip.h>

#include <algorithm>
#include <set>

#include "services/event/catalogue.h"
#include "services/event/forms.h"
#include "services/event/write.h"
#include "services/yaml/reader.h"
#include "services/yaml/schema.h"
#include "services/yaml/tree.h"

namespace overdracht::config {
namespace {

using google::protobuf::Message;
using yaml::Place;

constexpr uint32_t kLargestPort = 65535;
constexpr uint32_t kMostItems = 100;
constexpr size_t kLongestRegionName = 64;
constexpr absl::string_view kTestPrefix = "00000099";

bool AreDigits(absl::string_view text) { return std::all_of(text.begin(), text.end(), absl::ascii_isdigit); }
bool IsOin(absl::string_view text) { return event::HasForm(event::v1::FORMAT_OIN, text); }

// With a host, and without a user: that would be a secret in the open.
bool IsAllowedUrl(absl::string_view url) {
  const bool https = absl::ConsumePrefix(&url, "https://");
  if (!https && !absl::ConsumePrefix(&url, "http://")) return false;
  absl::string_view authority = url.substr(0, url.find_first_of("/?#"));
  if (authority.empty() || absl::StrContains(authority, '@') || !std::all_of(url.begin(), url.end(), absl::ascii_isgraph)) return false;
  if (https) return true;
  const bool bracketed = absl::ConsumePrefix(&authority, "[");
  return IsLoopback(authority.substr(0, authority.find(bracketed ? ']' : ':')));
}

class Reader : public yaml::Reader {
 public:
  using yaml::Reader::Reader;

 protected:
  void CheckText(const std::string& text, const Place& place, const FieldDescriptor* field) override {
    if (text.empty()) Expect(place, "empty", absl::StrCat("a value for ", field->name()), "it is empty");
    if (yaml::RuleOf(field).means() == workflow::v1::MEANING_EVENT && event::FindKind(text) == nullptr) {
      Expect(place, "unknown_event", "the name of an event, such as homes.lost", absl::StrCat("this is ", yaml::Quoted(text)));
    }
  }
};

// What the schema does not say.
class Checker {
 public:
  Checker(const v1::Configuration& configuration, const yaml::Places& places, yaml::Findings* findings)
      : configuration_(configuration), places_(places), findings_(*findings) {}

  void Check() {
    CheckPort("grpc_port", configuration_.grpc_port());
    CheckPort("http_port", configuration_.http_port());
    if (!configuration_.listen().empty() && !IsLoopback(configuration_.listen()) && !configuration_.has_tls()) {
      Add(places_.Of(configuration_, "listen"), "not_loopback", "tls with another address than one of loopback, but there is none");
    }
    CheckOins(configuration_, "operators", configuration_.operators());
    for (const v1::Issuer& issuer : configuration_.issuers()) CheckIssuer(issuer);
    for (const v1::Delegation& delegation : configuration_.delegations()) CheckDelegation(delegation);
    CheckNoNumberIsNothing(configuration_.limits());
    CheckNoNumberIsNothing(configuration_.snapshots());
    for (const v1::Webhook& webhook : configuration_.webhooks()) CheckWebhook(webhook);
    if (const std::string& calls = configuration_.log_calls(); !calls.empty() && calls != "refused" && calls != "all" && calls != "none") {
      Add(places_.Of(configuration_, "log_calls"), "form", "refused, all or none, but this is another word");
    }
    if (configuration_.has_kafka()) CheckKafka(configuration_.kafka());
    if (!configuration_.has_tls()) CheckNeedsTls();
  }

 private:
  void CheckPort(const char* key, uint32_t port) {
    if (port > kLargestPort) Add(places_.Of(configuration_, key), "form", "a port of at most 65535, but this is more");
  }

  // Without certificates these would be read and mean nothing.
  void CheckNeedsTls() {
    for (const char* key : {"operators", "issuers", "delegations"}) {
      if (places_.Has(configuration_, key)) {
        Add(places_.Of(configuration_, key), "needs_tls", absl::StrCat("tls where there are ", key, ", but there is none"));
      }
    }
  }

  void CheckOins(const Message& message, const char* key, const google::protobuf::RepeatedPtrField<std::string>& oins) {
    std::set<std::string> seen;
    for (int i = 0; i < oins.size(); ++i) {
      const Place place = places_.Of(message, key, i);
      if (!IsOin(oins[i])) Add(place, "oin", "an OIN of 20 digits, but this is none");
      if (!seen.insert(oins[i]).second) Add(place, "duplicate", "each OIN once, but this one is here again");
    }
  }

  void CheckIssuer(const v1::Issuer& issuer) {
    if (!issuer.name().empty() && !issuers_.insert(issuer.name()).second) {
      Add(places_.Of(issuer, "name"), "duplicate", "each issuer once, but this one is here again");
    }
    for (int i = 0; i < issuer.prefixes_size(); ++i) {
      const std::string& prefix = issuer.prefixes(i);
      if (prefix.size() <= 20 && AreDigits(prefix)) continue;
      Add(places_.Of(issuer, "prefixes", i), "prefix", "the first digits of an OIN, but this is none");
    }
  }

  void CheckDelegation(const v1::Delegation& delegation) {
    if (!delegation.supplier().empty() && !IsOin(delegation.supplier())) {
      Add(places_.Of(delegation, "supplier"), "oin", "an OIN of 20 digits, but this is none");
    }
    CheckOins(delegation, "organisations", delegation.organisations());
    for (int i = 0; i < delegation.organisations_size(); ++i) {
      const Place place = places_.Of(delegation, "organisations", i);
      if (delegation.organisations(i) == delegation.supplier()) {
        Add(place, "itself", "an organisation other than the supplier, but it is the same");
      } else if (!delegated_.emplace(delegation.supplier(), delegation.organisations(i)).second) {
        Add(place, "duplicate", "one delegation of a supplier for an organisation, but this is another");
      }
    }
  }

  // All numbers of it.
  void CheckNoNumberIsNothing(const Message& message) {
    const auto* type = message.GetDescriptor();
    for (int i = 0; i < type->field_count(); ++i) {
      const std::string& key = type->field(i)->name();
      if (type->field(i)->cpp_type() != google::protobuf::FieldDescriptor::CPPTYPE_UINT32 || !places_.Has(message, key)) continue;
      if (message.GetReflection()->GetUInt32(message, type->field(i)) == 0) {
        Add(places_.Of(message, key), "form", "a number of at least 1, but this is 0");
      }
    }
  }

  void CheckKafka(const v1::Kafka& kafka) {
    if (!kafka.has_tls() && !AreOfLoopback(kafka.bootstrap())) {
      Add(places_.Of(kafka, "bootstrap"), "not_loopback", "tls with other brokers than those of loopback, but there is none");
    }
    if (!kafka.topics().empty() && !IsRegionName(kafka.topics())) {
      Add(places_.Of(kafka, "topics"), "form", "1 to 64 characters a-z 0-9 -, not - first, but this is not");
    }
  }

  void CheckWebhook(const v1::Webhook& webhook) {
    const std::string& organisation = webhook.organisation();
    if (!organisation.empty() && !IsOin(organisation))
      Add(places_.Of(webhook, "organisation"), "oin", "an OIN of 20 digits, but this is none");
    if (!organisation.empty() && IsOin(organisation) && !configuration_.has_tls() && !absl::StartsWith(organisation, kTestPrefix)) {
      Add(places_.Of(webhook, "organisation"), "needs_tls",
          "tls with an organisation that is not of the test prefix 00000099, but there is none");
    }
    if (!webhook.subscriber().empty() && !event::HasForm(event::v1::FORMAT_REFERENCE, webhook.subscriber())) {
      Add(places_.Of(webhook, "subscriber"), "form", "1 to 64 characters A-Z a-z 0-9 . _ -, but this is not");
    } else if (!webhooks_.emplace(organisation, webhook.subscriber()).second) {
      Add(places_.Of(webhook, "subscriber"), "duplicate", "each subscriber of an organisation once, but this one is here again");
    }
    if (!webhook.url().empty() && !IsAllowedUrl(webhook.url())) {
      Add(places_.Of(webhook, "url"), "url", "https://…, or http://… with an address of loopback, but this is neither");
    }
    for (int i = 0; i < webhook.kinds_size(); ++i) {
      if (event::FindNoticeKind(webhook.kinds(i)) != 0) continue;
      Add(places_.Of(webhook, "kinds", i), "unknown_notice", "a kind of notices, such as task-opened, but this is none");
    }
    if (places_.Has(webhook, "most_items") && (webhook.most_items() < 1 || webhook.most_items() > kMostItems)) {
      Add(places_.Of(webhook, "most_items"), "form", "1 to 100, but this is not");
    }
  }

  void Add(const Place& place, absl::string_view code, absl::string_view expected) {
    findings_.Add(place, code, absl::StrCat("expected ", expected));
  }

  const v1::Configuration& configuration_;
  const yaml::Places& places_;
  yaml::Findings& findings_;
  std::set<std::string> issuers_;
  std::set<std::pair<std::string, std::string>> delegated_;
  std::set<std::pair<std::string, std::string>> webhooks_;
};

}  // namespace

ReadResult ReadConfiguration(const std::string& file, absl::string_view text) {
  ReadResult result;
  yaml::Findings findings;
  const yaml::Node node = yaml::ReadYaml(file, text, &findings);
  if (findings.size() == 0) {
    yaml::Places places;
    Reader(&findings, &places).Read(node, &result.configuration);
    Checker(result.configuration, places, &findings).Check();
  }
  result.findings = findings.Sorted();
  return result;
}

bool IsRegionName(absl::string_view name) {
  const auto is_letter_or_digit = [](char c) { return absl::ascii_islower(c) || absl::ascii_isdigit(c); };
  return !name.empty() && name.size() <= kLongestRegionName && is_letter_or_digit(name[0]) &&
         std::all_of(name.begin(), name.end(), [&](char c) { return is_letter_or_digit(c) || c == '-'; });
}

bool AreOfLoopback(absl::string_view bootstrap) {
  for (absl::string_view broker : absl::StrSplit(bootstrap, ',')) {
    broker = absl::StripAsciiWhitespace(broker);
    const size_t port = broker.rfind(':');
    if (port == broker.npos || !IsLoopback(absl::StripSuffix(absl::StripPrefix(broker.substr(0, port), "["), "]"))) return false;
  }
  return true;
}

bool IsLoopback(absl::string_view address) {
  if (address == "localhost" || address == "::1") return true;
  return absl::ConsumePrefix(&address, "127.") && !address.empty() &&
         std::all_of(address.begin(), address.end(), [](char c) { return absl::ascii_isdigit(c) || c == '.'; });
}

}  // namespace overdracht::config
