// The least that a zorgaanbieder's system does: offers a handover of a traject that was started, and waits for the answer.
//
//     offer ADDRESS TRAJECT
#include <overdracht/client.h>

#include <iostream>

int main(int count, char** arguments) {
  if (count != 3) return std::cerr << "usage: offer ADDRESS TRAJECT\n", 64;
  const std::string traject = arguments[2];
  const auto me = overdracht::client::Client::Connect({.address = arguments[1], .organisation = "00000099000000101000"});

  overdracht::event::v1::HandoversOffered offer;
  offer.set_handover("h-1");
  offer.set_recipient("00000099000000102000");
  offer.set_purpose(overdracht::event::v1::PURPOSE_HANDOVER);
  offer.add_categories(overdracht::event::v1::CATEGORY_WONEN);
  offer.mutable_dossier()->set_reference("d-1");
  offer.mutable_dossier()->set_digest("sha256:" + std::string(64, '0'));

  const auto answer = me.ok() ? me->Report(traject, traject + "/offer-h-1", offer) : me.status();
  if (!answer.ok()) return std::cerr << answer.status() << "\n", 1;  // nothing was decided that we know of: run it again
  if (!answer->accepted()) return std::cerr << answer->reason() << ": " << answer->melding() << "\n", 2;
  std::cout << "offered at " << answer->position() << "\n";
}
