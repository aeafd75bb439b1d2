"""An honest organisation that reports one event after the other, by turns over gRPC and over HTTP, in a process of its own.

caller.py GRPC HTTP: of each line on stdin, a number, it makes so many calls over each, and prints what they took, in seconds. A call has its moment;
one that has to wait for the call before it took as long as from that moment, so that a server that stands still for a second is seen by all of that second."""
import http.client
import itertools
import json
import sys
import time

import grpc

ORGANISATION = "00000099000000777000"
TRAJECT = "00000000-0000-4000-8000-000000777000"
PATIENCE_S = 30
EVERY_S = 0.005


def event(name, identity, data):
    return json.dumps({"specversion": "1.0", "id": identity, "source": f"urn:nld:oin:{ORGANISATION}:systeem:test", "type": f"nl.overdracht.{name}.v1",
                       "subject": TRAJECT, "time": "2017-01-02T09:00:00Z", "data": data}).encode()


def request(text):
    """A PublishRequest, or a PublishStreamRequest: field 1."""
    return b"\x0a" + (bytes([len(text)]) if len(text) < 128 else bytes([len(text) & 0x7f | 0x80, len(text) >> 7])) + text


class Caller:
    def __init__(self, address, http_address):
        self.channel = grpc.insecure_channel(address, [("grpc.enable_http_proxy", 0)])
        self.publish = self.channel.unary_unary("/overdracht.api.v1.EventService/Publish")
        self.http = http.client.HTTPConnection(*http_address.split(":"), timeout=PATIENCE_S)
        self.numbers = itertools.count()
        roles = (("zorgaanbieder", ORGANISATION), ("wijkteam", "00000099000000777001"), ("gemeente", "00000099000000777002"))
        participants = [{"role": role, "organisation": organisation} for role, organisation in roles]
        self.by_grpc(event("trajecten.started", "start", {"workflow": "uitstroom", "client": "c-1", "participants": participants}))

    def contact(self):
        return event("contacts.held", f"contact-{next(self.numbers)}", {"kind": "home_visit"})

    def by_grpc(self, text):
        self.publish(request(text), metadata=[("overdracht-oin", ORGANISATION)], timeout=PATIENCE_S)

    def by_http(self, text):
        self.http.request("POST", "/v1/events", text, {"content-type": "application/cloudevents+json", "overdracht-oin": ORGANISATION})
        response = self.http.getresponse()
        answer = response.read()
        if response.status != 200:
            raise AssertionError(f"expected 200, but it is {response.status}: {answer}")


if __name__ == "__main__":
    caller = Caller(*sys.argv[1:])
    print("ready", flush=True)
    for line in sys.stdin:
        took = {"grpc": [], "http": []}
        moment = time.monotonic()
        for _ in range(int(line)):
            for way, call in (("grpc", caller.by_grpc), ("http", caller.by_http)):
                moment += EVERY_S
                time.sleep(max(0, moment - time.monotonic()))
                call(caller.contact())
                took[way].append(time.monotonic() - moment)
        print(json.dumps(took), flush=True)
