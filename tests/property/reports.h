// Reports as somebody might make them in this state of a traject: mostly what fits, sometimes not.
#ifndef OVERDRACHT_TESTS_PROPERTY_REPORTS_H_
#define OVERDRACHT_TESTS_PROPERTY_REPORTS_H_

#include <cstdint>
#include <initializer_list>
#include <string>
#include <vector>

#include "overdracht/event/v1/event.pb.h"
#include "overdracht/journal/v1/traject.pb.h"
#include "tests/support/chance.h"

namespace overdracht::testing {

class Reports {
 public:
  // `traject` is the id, 16 bytes.
  Reports(Chance* chance, std::string traject) : chance_(*chance), id_(std::move(traject)) {}

  // The reports that can be made; their order is nothing but a numbering.
  enum class Kind {
    kStop,
    kAdd,
    kReplace,
    kComplete,
    kSkip,
    kReopen,
    kGrantConsent,
    kWithdrawConsent,
    kOverride,
    kGrantSupport,
    kBridge,
    kChangeSupport,
    kEndSupport,
    kOfferHome,
    kDeclineHome,
    kSign,
    kMoveIn,
    kFlip,
    kLose,
    kOffer,
    kAccept,
    kDecline,
    kAskMore,
    kMeet,
    kFarewell,
    kWithdraw,
    kKept,
    kMissed,
    kSignal,
    kRelapse,
    kAssess,
    kRaise,
    kRespite,
    kAdmit,
    kReturn,
    kResolve,
    kContact,
    kAccess,
    kDecide,
    kStay,
    kCount
  };

  event::v1::Event Start(const std::string& workflow, int64_t now);
  event::v1::Event Make(Kind kind, const journal::v1::Traject& traject, int64_t now);
  // Of this thing, and by one who may.
  event::v1::Event Complete(const journal::v1::Traject& traject, const std::string& task, int64_t now);
  event::v1::Event Contact(const journal::v1::Traject& traject, const std::string& kind, int64_t now);
  event::v1::Event Transfer(const journal::v1::Traject& traject, int64_t now);
  event::v1::Event MeetWell(const journal::v1::Traject& traject, int64_t now);
  event::v1::Event Support(const journal::v1::Traject& traject, int64_t now);  // that counts for years
  event::v1::Event Home(Kind kind, const journal::v1::Traject& traject, int64_t now);

 private:
  event::v1::Event New(int64_t now);
  std::string Fresh(const char* kind);
  std::string Organisation() { return chance_.OneOf(organisations_); }
  std::string Holder(const journal::v1::Traject& traject, std::initializer_list<event::v1::Role> roles);
  std::string Somebody(const journal::v1::Traject& traject);  // who takes part, mostly
  std::string Until(int64_t now);
  void Categories(google::protobuf::RepeatedField<int>* categories);

  Chance& chance_;
  std::string id_;
  std::vector<std::string> organisations_;
  int events_ = 0;
  int things_ = 0;
};

}  // namespace overdracht::testing

#endif  // OVERDRACHT_TESTS_PROPERTY_REPORTS_H_
