// For tests only: a rule of the engine taken out, to see that somebody notices (tests/property/wrong_engines_test.cc: three for each of the
// eight invariants). In a build without OVERDRACHT_TEST_HOOKS RuleOut is a constant and costs nothing.
#ifndef OVERDRACHT_SERVICES_ENGINE_RULES_OUT_H_
#define OVERDRACHT_SERVICES_ENGINE_RULES_OUT_H_

namespace overdracht::engine {

enum class Rule {
  kNone,
  // 1 nobody between two stools
  kResponsibleStaysOn,  // one that is replaced takes part as long as it is responsible
  kOneTransferAtATime,  // a second offer of responsibility waits
  kAllAreToldWhoHolds,  // everybody is told that responsibility moved
  // 2 no letting go early
  kMeetingAfterAcceptance,  // a meeting is of a handover that was accepted
  kFarewellAfterMeeting,    // a farewell is of a handover that was met about
  kBothSidesMeet,           // a meeting has sender and recipient
  // 3 no data without toestemming
  kConsentHasAPurpose,      // consent covers its own purpose only
  kConsentExpires,          // consent is over after its last day
  kConsentNeedsAcceptance,  // consent covers once the recipient has accepted
  // 4 no move without support
  kSupportEnds,        // a support that was ended does not count
  kSupportBegins,      // a support does not count before its first day
  kGatesBeforeEvents,  // what the workflow asks for before an event
  // 5 no move into homelessness
  kOnlySignedIsMovedInto,  // a home is moved into once it is signed
  kLostIsLost,             // a home that was lost is not lived in
  kGatesBetweenPhases,     // what the workflow asks for before a phase
  // 6 a relapse always has an answer
  kEpisodeHasATerm,   // every open state of an episode has its term
  kCareRolesAreTold,  // all of them, not the party responsible alone
  kStayIsCaredFor,    // what the workflow opens when the client goes away
  // 7 nothing waits for ever
  kTaskHasATerm,      // a task that has a term gets its timer
  kHandoverHasATerm,  // so does every wait of a handover
  kEscalationGoesOn,  // the next moment is set when one has passed
  // 8 the client decides
  kConsentIsTakenBack,  // withdrawn consent is gone
  kWithdrawingEnds,     // a client who withdraws is let go at once
  kDecliningSkips,      // a task that the client declines is skipped
  kCount
};

#ifdef OVERDRACHT_TEST_HOOKS
inline Rule rule_out = Rule::kNone;
inline bool RuleOut(Rule rule) { return rule == rule_out; }
#else
constexpr bool RuleOut(Rule) { return false; }
#endif

}  // namespace overdracht::engine

#endif  // OVERDRACHT_SERVICES_ENGINE_RULES_OUT_H_
