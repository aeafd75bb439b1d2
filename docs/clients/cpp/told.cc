// The least that a wijkteam's system does: acts on the offers that it is told of, each at least once.
//
//     told ADDRESS
#include <overdracht/client.h>

#include <iostream>

int main(int count, char** arguments) {
  if (count != 2) return std::cerr << "usage: told ADDRESS\n", 64;
  const auto me = overdracht::client::Client::Connect({.address = arguments[1], .organisation = "00000099000000102000"});
  if (!me.ok()) return std::cerr << me.status() << "\n", 1;

  overdracht::api::v1::SubscribeRequest request;
  request.set_subscriber("told");  // the server keeps how far it has come
  request.add_kinds("offer-received");
  const auto offers = me->Subscribe(request);
  while (true) {
    const auto item = offers->Next();  // comes back by itself after a cut
    if (!item.ok()) return std::cerr << item.status() << "\n", 1;
    std::cout << "offered " << item->notice().offer_received().handover() << " of " << item->traject() << std::endl;
    if (const auto kept = offers->Acknowledge(*item); !kept.ok()) return std::cerr << kept << "\n", 1;
  }
}
