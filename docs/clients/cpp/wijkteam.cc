// A first handover, the side of the wijkteam: it waits for the offer, accepts, is told what is disclosed, and reports the meeting.
//
//     wijkteam TRAJECT
//
// TRAJECT is what the zorgaanbieder's begeleider told the team by another way. It may be stopped and started anywhere.
#include "side.h"

HandoversAccepted Accepted() {
  HandoversAccepted event;
  event.set_handover("h-1");
  return event;
}

HandoversMeetingHeld Meeting() {
  HandoversMeetingHeld event;
  event.set_handover("h-1");
  for (const char* const role : {"zorgaanbieder", "wijkteam"}) event.add_participants(role);
  event.set_client_presence(CLIENT_PRESENCE_PRESENT);
  event.mutable_coordinator()->set_organisation(kWijkteam);
  event.mutable_coordinator()->set_reference("co-1");
  return event;
}

int main(int count, char** arguments) {
  if (count != 2) return std::cerr << "usage: wijkteam TRAJECT\n", 64;
  Side me("wijkteam", kWijkteam, arguments[1]);
  me.Say("listens");
  me.Listen({"offer-received", "handover-changed", "category-disclosed", "category-withheld", "responsibility-moved"},
            [&me](const Notice& notice) {
              if (notice.has_offer_received()) {
                const client::Answer answer = me.Report("accept", Accepted());
                if (answer.reason() == "WRONG_STATE") {  // it was withdrawn while we thought about it
                  me.Say("comes too late: " + answer.melding());
                } else if (!answer.accepted()) {
                  Side::End(answer);
                }
              }
              // Now that we have the plan, we met: zorgaanbieder, client and wijkteam.
              if (notice.category_disclosed().category() == CATEGORY_ACTIEPLAN) {
                const client::Answer answer = me.Report("meeting", Meeting());
                if (!answer.accepted()) Side::End(answer);
              }
              return !notice.has_responsibility_moved();
            });
}
