// A first handover, the side of the zorgaanbieder: from the start of the traject to the farewell.
//
//     zorgaanbieder TRAJECT
//
// It may be stopped and started anywhere.
#include "side.h"

using overdracht::notice::v1::HANDOVER_STATE_OVERLEGD;

TrajectenStarted Started() {
  TrajectenStarted event;
  event.set_workflow("uitstroom");
  event.set_client("c-1");
  for (const auto& [role, oin] :
       {std::pair(ROLE_ZORGAANBIEDER, kZorgaanbieder), std::pair(ROLE_WIJKTEAM, kWijkteam), std::pair(ROLE_GEMEENTE, kGemeente)}) {
    Participant* const participant = event.add_participants();
    participant->set_role(role);
    participant->set_organisation(oin);
  }
  return event;
}

TasksCompleted Done(const std::string& task) {
  TasksCompleted event;
  event.set_task(task);
  return event;
}

HomesContractSigned Signed() {
  HomesContractSigned event;
  event.set_home("w-1");
  event.set_kind(HOME_KIND_REGULAR);
  return event;
}

HomesMovedIn Moved() {
  HomesMovedIn event;
  event.set_home("w-1");
  return event;
}

SupportsBridged Bridged() {
  SupportsBridged event;
  event.set_support("b-1");
  event.set_provider(kZorgaanbieder);
  event.set_until("2099-12-31");
  return event;
}

ConsentsGranted Consent() {
  ConsentsGranted event;
  event.set_consent("t-1");
  event.set_recipient(kWijkteam);
  event.set_purpose(PURPOSE_HANDOVER);
  event.set_valid_until("2099-12-31");
  for (const Category category : {CATEGORY_WONEN, CATEGORY_ACTIEPLAN}) event.add_categories(category);
  return event;
}

// One category more than the client consented to: the wijkteam will be told that it is withheld.
HandoversOffered Offer() {
  HandoversOffered event;
  event.set_handover("h-1");
  event.set_recipient(kWijkteam);
  event.set_purpose(PURPOSE_HANDOVER);
  event.set_transfers_responsibility(true);
  for (const Category category : {CATEGORY_WONEN, CATEGORY_ACTIEPLAN, CATEGORY_MEDICATIE}) event.add_categories(category);
  event.mutable_dossier()->set_reference("d-1");
  event.mutable_dossier()->set_digest("sha256:" + std::string(64, '0'));  // of the dossier, which stays with the zorgaanbieder
  return event;
}

HandoversFarewellHeld Farewell() {
  HandoversFarewellHeld event;
  event.set_handover("h-1");
  event.set_client_knows_contact(true);
  return event;
}

int main(int count, char** arguments) {
  if (count != 2) return std::cerr << "usage: zorgaanbieder TRAJECT\n", 64;
  Side me("zorgaanbieder", kZorgaanbieder, arguments[1]);
  const auto report = [&me](const std::string& what, const Message& event) {
    const client::Answer answer = me.Report(what, event);
    if (!answer.accepted()) Side::End(answer);
  };

  // voor: each of these takes weeks; a system reports it when it happens.
  report("start", Started());
  for (const char* const task : {"inschrijving_woningzoekende", "actieplan", "risicoinventarisatie", "crisiskaart", "inkomen_en_schulden",
                                 "netwerk_in_kaart", "dagbesteding"}) {
    report(task, Done(task));
  }
  report("contract", Signed());

  // tijdens
  const client::Answer move = me.Report("move", Moved());
  if (!move.accepted()) {
    if (move.reason() != "REQUIREMENT_NOT_MET") Side::End(move);
    me.Say("may not report the move yet: " + move.melding());
    report("support", Bridged());
    report("move-with-support", Moved());  // under a new id: the refusal is remembered with the old one
  }
  report("consent", Consent());
  report("offer", Offer());

  // From here on the wijkteam has its turn. A real system takes every kind of notice and every traject from one outbox.
  me.Listen({"offer-answered", "handover-changed", "responsibility-moved"}, [&](const Notice& notice) {
    if (notice.handover_changed().state() == HANDOVER_STATE_OVERLEGD) report("farewell", Farewell());
    return !notice.has_responsibility_moved();
  });
}
