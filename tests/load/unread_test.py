#!/usr/bin/env python3
"""Who sends, and reads no answer: it costs little, and others are served meanwhile.  unread_test.py [--binary PATH] [TestCase.test…]"""
import json
import pathlib
import sys

sys.dont_write_bytecode = True
sys.path[:0] = [str(pathlib.Path(__file__).resolve().parent)]
import caller  # noqa: E402
import http2  # noqa: E402
import measure  # noqa: E402
from http2 import END_STREAM  # noqa: E402
from measure import GEMEENTE, GIVE_UP_S, WIJK, ZORG  # noqa: E402

PUBLISH_STREAM = "/overdracht.api.v1.EventService/PublishStream"
LIST_ITEMS, SUBSCRIBE = "/overdracht.api.v1.OutboxService/ListItems", "/overdracht.api.v1.OutboxService/Subscribe"
AS_ZORG = [("overdracht-oin", ZORG)]


def event(name, identity, data, number):
    return json.dumps({"specversion": "1.0", "id": identity, "source": f"urn:nld:oin:{ZORG}:systeem:test", "type": f"nl.overdracht.{name}.v1",
                       "subject": f"00000000-0000-4000-8000-{number:012d}", "time": "2017-01-02T09:00:00Z", "data": data}).encode()


def started(number):
    roles = (("zorgaanbieder", ZORG), ("wijkteam", WIJK), ("gemeente", GEMEENTE))
    participants = [{"role": role, "organisation": organisation} for role, organisation in roles]
    return event("trajecten.started", f"start-{number}", {"workflow": "uitstroom", "client": "c-1", "participants": participants}, number)


def contact(number):
    return event("contacts.held", f"contact-{number}", {"kind": "home_visit"}, number % NeverRead.TRAJECTEN)


class NeverRead(measure.Attacked):
    """Senders that read no answer, with the usual limits. What they cost is bounded for each organisation, and others wait for their turn, not for all
    that was sent before."""

    TRAJECTEN = 300

    def setUp(self):
        super().setUp()
        lines = self.where / "started.jsonl"
        lines.write_bytes(b"".join(started(number) + b"\n" for number in range(self.TRAJECTEN)))
        rows = self.server.publish(lines)
        self.assertEqual({row["outcome"] for row in rows}, {"accepted"})
        self.waits(100)

    def attack(self, connect, connections, texts, settle):
        def attack(it):
            opened = [connect() for _ in range(connections)]
            try:
                for connection in opened:
                    connection.settimeout(GIVE_UP_S)
                    try:
                        measure.pump(it, connection, texts(), patience_s=1)
                    except (ConnectionError, TimeoutError):
                        pass  # refused, or read no more
                it.all_is_sent = True
                it.over.wait()
            finally:
                for connection in opened:
                    connection.close()
        self.survives(attack, settle=settle)

    def over_grpc(self, texts, connections, settle=True):
        """So many connections on which nothing may be answered: each stream has a window of nothing."""
        self.attack(lambda: http2.connect(self.server.address, window=0), connections, texts, settle)

    def over_http(self, text, connections, settle=True):
        self.attack(lambda: measure.connect_http(self.server.http), connections, lambda: [text], settle)

    def test_pages_over_grpc(self):
        page = b"\x10\xe8\x07"  # page_size: 1000
        self.over_grpc(lambda: (http2.headers(stream, LIST_ITEMS, AS_ZORG) + http2.message(stream, page, END_STREAM) for stream in range(1, 600, 2)), 2)

    def test_reports_in_a_hundred_streams(self):
        def texts():
            streams = range(1, 201, 2)
            for stream in streams:
                yield http2.headers(stream, PUBLISH_STREAM, AS_ZORG)
            for number in range(1000):
                for stream in streams:
                    yield http2.message(stream, caller.request(contact(number * 1000 + stream)))
        self.over_grpc(texts, 1, settle=False)

    def test_subscriptions(self):
        self.over_grpc(lambda: (http2.headers(stream, SUBSCRIBE, AS_ZORG) + http2.message(stream, b"", END_STREAM) for stream in range(1, 1000, 2)), 4)

    def test_pages_over_http(self):
        self.over_http(f"GET /v1/outbox/{ZORG}?limit=1000 HTTP/1.1\r\nhost: x\r\noverdracht-oin: {ZORG}\r\n\r\n".encode(), 500)

    def test_long_polls_over_http(self):
        self.over_http(f"GET /v1/outbox/{ZORG}?wait=60&kinds=offer-received HTTP/1.1\r\nhost: x\r\noverdracht-oin: {ZORG}\r\n\r\n".encode(), 1000)

    def batch(self, events):
        body = b"[" + b",".join(events) + b"]"
        return b"POST /v1/events HTTP/1.1\r\nhost: x\r\ncontent-type: application/cloudevents-batch+json\r\noverdracht-oin: %s\r\ncontent-length: %d\r\n\r\n" % (
            ZORG.encode(), len(body)) + body

    def test_batches_over_http(self):
        self.over_http(self.batch([contact(number) for number in range(1000)]), 200, settle=False)

    def test_batches_of_the_largest_size_over_http(self):
        self.over_http(self.batch([b'"' + b"x" * 60_000 + b'"'] * 69), 200)

    def test_half_batches_over_http(self):
        whole = self.batch([b'"' + b"x" * 60_000 + b'"'] * 69)
        self.over_http(whole[:-1000], 200)


if __name__ == "__main__":
    measure.main()
