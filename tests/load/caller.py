"""An honest organisation that reports now and then, by turns over gRPC and over HTTP, in a process of its own.

caller.py GRPC HTTP: of each line on stdin, a number, it makes so many calls over each, and prints what they took, in seconds. A call has its moment, whether
those before it are answered or not, and takes as long as from that moment: a server that stands still for a second is seen by all who come in that second."""
import concurrent.futures
import http.client
import itertools
import json
import sys
import threading
import time

import grpc

ORGANISATION = "00000099000000777000"
TRAJECT = "00000000-0000-4000-8000-000000777000"
PATIENCE_S = 30
EVERY_S = 0.005
AT_ONCE = 64


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
        self.http_address, self.threads = http_address, threading.local()
        self.numbers = itertools.count()
        roles = (("zorgaanbieder", ORGANISATION), ("wijkteam", "00000099000000777001"), ("gemeente", "00000099000000777002"))
        participants = [{"role": role, "organisation": organisation} for role, organisation in roles]
        self.by_grpc(event("trajecten.started", "start", {"workflow": "uitstroom", "client": "c-1", "participants": participants}))

    def contact(self):
        return event("contacts.held", f"contact-{next(self.numbers)}", {"kind": "home_visit"})

    def by_grpc(self, text):
        self.publish(request(text), metadata=[("overdracht-oin", ORGANISATION)], timeout=PATIENCE_S)

    def by_http(self, text):
        if not hasattr(self.threads, "http"):  # a connection is one call at a time
            self.threads.http = http.client.HTTPConnection(*self.http_address.split(":"), timeout=PATIENCE_S)
        self.threads.http.request("POST", "/v1/events", text, {"content-type": "application/cloudevents+json", "overdracht-oin": ORGANISATION})
        response = self.threads.http.getresponse()
        answer = response.read()
        if response.status != 200:
            raise AssertionError(f"expected 200, but it is {response.status}: {answer}")


    def took(self, call, moment):
        call(self.contact())
        return time.monotonic() - moment

    def make(self, calls):
        """What each took, by the way it went."""
        running = {"grpc": [], "http": []}
        moment = time.monotonic()
        with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as threads:
            for _ in range(calls):
                for way, call in (("grpc", self.by_grpc), ("http", self.by_http)):
                    moment += EVERY_S
                    time.sleep(max(0, moment - time.monotonic()))
                    running[way].append(threads.submit(self.took, call, moment))
        return {way: [one.result() for one in calls] for way, calls in running.items()}


if __name__ == "__main__":
    caller = Caller(*sys.argv[1:])
    print("ready", flush=True)
    for line in sys.stdin:
        print(json.dumps(caller.make(int(line))), flush=True)
