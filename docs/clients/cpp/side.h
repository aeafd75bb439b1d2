// What both sides of the example do alike: connect, report, listen, and say so.
//
// No report's id is kept: it is made of the traject and of what is reported, so it is the same after a crash. How far the outbox was read
// the server keeps, by the subscriber's name.
#ifndef FIRST_HANDOVER_SIDE_H_
#define FIRST_HANDOVER_SIDE_H_

#include <overdracht/client.h>

#include <cstdlib>
#include <functional>
#include <iostream>
#include <string>
#include <vector>

namespace client = overdracht::client;
using google::protobuf::Message;
using namespace overdracht::event::v1;
using overdracht::notice::v1::Notice;

inline const std::string kZorgaanbieder = "00000099000000101000", kWijkteam = "00000099000000102000", kGemeente = "00000099000000103000";

class Side {
 public:
  // Where and with which certificates the environment says; without certificates the server has to be a sandbox.
  Side(const std::string& name, const std::string& oin, const std::string& traject)
      : name_(name), traject_(traject), client_(OrEnd(client::Client::Connect(FromEnvironment(oin)))) {}

  // `what` names the report: the same again is the same report.
  client::Answer Report(const std::string& what, const Message& event) {
    client::Answer answer = OrEnd(client_.Report(traject_, traject_ + "/" + what, event));
    if (answer.accepted()) {
      Say("reported " + event.GetDescriptor()->name() + " " + answer.position() + (answer.duplicate() ? " (again)" : ""));
    }
    return answer;
  }

  // Until `take_care_of` says false. Each item is acknowledged when it was taken care of; after a crash before that it comes again.
  void Listen(const std::vector<std::string>& kinds, const std::function<bool(const Notice&)>& take_care_of) {
    overdracht::api::v1::SubscribeRequest request;
    request.set_subscriber(name_ + "-" + traject_);
    for (const std::string& kind : kinds) request.add_kinds(kind);
    const auto told = client_.Subscribe(request);
    while (true) {
      const auto item = OrEnd(told->Next());
      if (item.traject() != traject_) continue;  // one of which nobody told us is for a person to look at
      Say("is told " + item.notice().ShortDebugString());
      if (!take_care_of(item.notice())) return;
      OrEnd(told->Acknowledge(item));
    }
  }

  void Say(const std::string& words) { std::cout << name_ + " " + words + "\n" << std::flush; }  // one write: two programs share the screen

  // Refused, and for no reason that was counted on.
  [[noreturn]] static void End(const client::Answer& refused) { End(refused.code() + " " + refused.reason() + ": " + refused.message()); }

 private:
  static client::Options FromEnvironment(const std::string& oin) {
    const auto value = [](const std::string& name) {
      const char* const found = std::getenv(("OVERDRACHT_" + name).c_str());
      return std::string(found == nullptr ? "" : found);
    };
    client::Options options{.tls = {.ca = value("TLS_CA"), .certificate = value("TLS_CERT"), .key = value("TLS_KEY")}};
    if (!value("SERVER").empty()) options.address = value("SERVER");
    if (options.tls.ca.empty()) options.organisation = oin;
    options.on_retry = [](const absl::Status& why) { std::cerr << "overdracht: " << why << ", trying again\n"; };
    return options;
  }

  [[noreturn]] static void End(const std::string& why) {
    std::cerr << "overdracht: " << why << "\n";
    std::exit(1);
  }
  static void OrEnd(const absl::Status& status) {
    if (!status.ok()) End(status.ToString());
  }
  template <typename Value>
  static Value OrEnd(absl::StatusOr<Value> value) {
    OrEnd(value.status());
    return *std::move(value);
  }

  const std::string name_, traject_;
  const client::Client client_;
};

#endif  // FIRST_HANDOVER_SIDE_H_
