#!/usr/bin/env python3
"""Callers who do not wait: deadlines that pass, streams that are cancelled in the middle. Nothing is lost or doubled, and nothing of them stays.

    deadline_test.py [--binary PATH] [TestCase.test…]
"""
import http.client
import itertools
import json
import pathlib
import re
import struct
import sys
import tempfile
import time
import unittest

import grpc

sys.dont_write_bytecode = True
sys.path[:0] = [str(pathlib.Path(__file__).resolve().parents[1] / "support")]
import overdracht  # noqa: E402

ZORG, WIJK, GEMEENTE = "00000099000000101000", "00000099000000102000", "00000099000000103000"
TRAJECT = "00000000-0000-4000-8000-000000000001"
WHEN = "2017-01-02T09:00:00Z"
STREAMS = 3  # that may be open at once
BINARY = None


def event(name, identity, data):
    return json.dumps({"specversion": "1.0", "id": identity, "source": f"urn:nld:oin:{ZORG}:systeem:api", "type": f"nl.overdracht.{name}.v1",
                       "subject": TRAJECT, "time": WHEN, "data": data})


# Protobuf by hand, as far as it is needed: fields of bytes that are shorter than 16 KB.
def field(number, value):
    value = value if isinstance(value, bytes) else value.encode()
    return bytes([number << 3 | 2, len(value) & 0x7f | 0x80, len(value) >> 7]) + value


def fields(message):
    """{number: the last value}"""
    def varint():
        nonlocal at
        value = shift = 0
        while True:
            byte = message[at]
            value, shift, at = value | (byte & 0x7f) << shift, shift + 7, at + 1
            if byte < 0x80:
                return value

    at, found = 0, {}
    while at < len(message):
        tag = varint()
        value = varint()
        if tag & 7 == 2:
            value, at = message[at:at + value], at + value
        found[tag >> 3] = value
    return found


def position_of(response):
    """Of a response that begins with an answer: where its report stands."""
    return fields(fields(response)[1])[5].decode()


def memory_kb(pid):
    return int(re.search(r"VmRSS:\s*(\d+)", pathlib.Path(f"/proc/{pid}/status").read_text())[1])


class Deadlines(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory(prefix="overdracht-deadline-")
        self.addCleanup(scratch.cleanup)
        self.where = pathlib.Path(scratch.name)
        config = self.where / "overdracht.yaml"
        config.write_text(f"limits: {{reports_per_second: 100000, reports_at_once: 100000, open_streams: {STREAMS}}}\n")
        self.server = overdracht.Dev(BINARY, self.where / "data", extra=("--config", str(config)))
        self.server.start()
        self.addCleanup(self.server.stop)  # ends well: no call is left that never ends
        start = self.where / "start.jsonl"
        participants = [{"role": role, "organisation": oin} for role, oin in (("zorgaanbieder", ZORG), ("wijkteam", WIJK), ("gemeente", GEMEENTE))]
        start.write_text(event("trajecten.started", "start", {"workflow": "uitstroom", "client": "c-1", "participants": participants}))
        self.assertEqual([row["outcome"] for row in self.server.publish(start)], ["accepted"])
        self.channel = grpc.insecure_channel(self.server.address, [("grpc.enable_http_proxy", 0)])
        self.addCleanup(self.channel.close)
        self.web = http.client.HTTPConnection(self.server.http, timeout=overdracht.PATIENCE_S)
        self.addCleanup(self.web.close)

    def report(self, identity, timeout_s=overdracht.PATIENCE_S):
        """Of one contact: where its report stands, or None where nothing was heard in time."""
        request = field(1, field(1, TRAJECT) + field(2, identity)) + field(2, field(1, "home_visit"))
        try:
            return position_of(self.channel.unary_unary("/overdracht.api.v1.ContactService/HoldContact")(
                request, timeout=timeout_s, metadata=[("overdracht-oin", ZORG)]))
        except grpc.RpcError as error:
            self.assertEqual(error.code(), grpc.StatusCode.DEADLINE_EXCEEDED)
            return None

    def report_by_http(self, identity, timeout_s=overdracht.PATIENCE_S):
        request = {"report": {"traject": TRAJECT, "requestId": identity}, "event": {"kind": "home_visit"}}
        self.web.request("POST", "/overdracht.api.v1.ContactService/HoldContact", json.dumps(request), {
            "overdracht-oin": ZORG, "content-type": "application/json", "connect-timeout-ms": str(int(timeout_s * 1000))})
        response = self.web.getresponse()
        answer = json.loads(response.read())
        if response.status != 200:
            self.assertEqual((response.status, answer["code"]), (504, "deadline_exceeded"))
            return None
        return answer["answer"]["position"]

    def recorded(self):
        """Where each report stands, in the zorgaanbieder's outbox: {id: [position]}."""
        found = {}
        for row in self.server.rows("outbox", "read", "--oin", ZORG, "--answers", "--json"):
            if ".answers." in row["type"]:
                found.setdefault(row["data"]["id"], []).append(row["data"]["position"])
        return found

    def once_each(self, report, prefix):
        first, unheard = {}, []
        while len(first) < 200 or (len(unheard) < 20 and len(first) < 5000):  # on a fast machine a millisecond is mostly enough
            identity = f"{prefix}-{len(first)}"
            first[identity] = report(identity, timeout_s=0.001)
            if first[identity] is None:
                unheard.append(identity)
        self.assertGreaterEqual(len(unheard), 20, "the deadline has to be too short for some")
        before = self.recorded()
        self.assertTrue(set(unheard) & set(before), "of some nobody heard, but they were decided")
        again = {identity: report(identity) for identity in first}
        for identity, position in first.items():
            self.assertIn(position, (None, again[identity]))
        for identity, positions in before.items():
            self.assertIn(identity, (*again, "start"))
            self.assertEqual(positions, [again.get(identity, positions[0])], "decided before, and answered as the first time")
        self.assertEqual({identity: positions for identity, positions in self.recorded().items() if identity != "start"},
                         {identity: [position] for identity, position in again.items()})

    def test_a_report_whose_deadline_passed_is_reported_again(self):
        self.once_each(self.report, "grpc")

    def test_the_same_over_http(self):
        self.once_each(self.report_by_http, "http")

    def publish(self, lines, answers):
        """Sends them all on one stream; gives the positions of so many answers, and then cancels what is left."""
        stream = self.channel.stream_stream("/overdracht.api.v1.EventService/PublishStream")(
            (field(1, line) for line in lines), timeout=overdracht.PATIENCE_S, metadata=[("overdracht-oin", ZORG)])
        heard = [position_of(next(stream)) for _ in range(answers)]
        stream.cancel()
        return heard

    def test_a_stream_of_reports_that_is_cancelled_in_the_middle(self):
        lines = [event("contacts.held", f"stream-{n}", {"kind": "home_visit"}) for n in range(1000)]
        heard = []
        for answers in (1, 10, 200, 500):
            now = self.publish(lines, answers)
            common = min(len(now), len(heard))
            self.assertEqual(now[:common], heard[:common], "answered as the first time")
            heard = max(heard, now, key=len)
        everything = self.publish(lines, len(lines))
        self.assertEqual(everything[:len(heard)], heard)
        recorded = self.recorded()
        del recorded["start"]
        self.assertEqual(recorded, {f"stream-{n}": [position] for n, position in enumerate(everything)})

    def test_a_subscription_that_is_cut_goes_on_behind_its_cursor(self):
        lines = [event("contacts.held", f"told-{n}", {"kind": "home_visit"}) for n in range(300)]
        self.publish(lines, len(lines))
        told = [row["cursor"] for row in self.server.rows("outbox", "read", "--oin", ZORG, "--answers", "--json")]
        for items in (self.items, self.items_by_http):
            seen = []
            while len(seen) < len(told):  # each time one more, and the stream is gone in the middle
                seen += items(seen[-1] if seen else "", min(len(told) - len(seen), 17))
            self.assertEqual(seen, told)

    def items(self, after, count):
        stream = self.subscribed(after)
        seen = [fields(fields(next(stream))[1])[1].decode() for _ in range(count)]
        stream.cancel()
        return seen

    def subscribed(self, after=""):
        """A subscription on which something came. There is room for it once the server has heard that those before it are cancelled."""
        until = time.monotonic() + overdracht.PATIENCE_S
        while True:
            stream = self.channel.unary_stream("/overdracht.api.v1.OutboxService/Subscribe")(
                field(1, after) + b"\x20\x01", timeout=overdracht.PATIENCE_S, metadata=[("overdracht-oin", ZORG)])
            try:
                return Begun(next(stream), stream)
            except grpc.RpcError as error:
                self.assertEqual(error.code(), grpc.StatusCode.RESOURCE_EXHAUSTED)
                self.assertLess(time.monotonic(), until, "what is cancelled makes no room")

    def items_by_http(self, after, count):
        until = time.monotonic() + overdracht.PATIENCE_S
        body = json.dumps({"after": after, "answers": True}).encode()
        while True:
            web = http.client.HTTPConnection(self.server.http, timeout=overdracht.PATIENCE_S)
            web.request("POST", "/overdracht.api.v1.OutboxService/Subscribe", struct.pack(">BI", 0, len(body)) + body,
                        {"overdracht-oin": ZORG, "content-type": "application/connect+json"})
            response = web.getresponse()
            seen = []
            for _ in range(count):
                flags, size = struct.unpack(">BI", response.read(5))
                message = json.loads(response.read(size))
                if flags:
                    self.assertEqual(message["error"]["code"], "resource_exhausted")
                    self.assertLess(time.monotonic(), until, "what is cut makes no room")
                    break
                seen.append(message["item"]["cursor"])
            web.close()
            response.close()
            if len(seen) == count:
                return seen

    def test_nothing_stays_of_those_who_did_not_wait(self):
        self.report("first")
        self.without_waiting(1000)
        before = memory_kb(self.server.process.pid)
        self.without_waiting(5000)
        grown = memory_kb(self.server.process.pid) - before
        print(f"\n5,000 reports and 500 streams that nobody waited for: {grown:+} KB", file=sys.stderr)
        self.assertLess(grown, 5000)
        self.assertEqual(len(self.recorded()), 2)
        until = time.monotonic() + overdracht.PATIENCE_S
        while re.search(r"^overdracht_http_requests_open.* [1-9]\d*$", self.metrics(), re.M):
            self.assertLess(time.monotonic(), until, self.metrics())

    def without_waiting(self, times):
        for n in range(times):  # the same report: nothing more is to be kept
            (self.report if n % 2 else self.report_by_http)("first", timeout_s=0.001)
            if n % 10 == 0:
                self.subscribed().cancel()

    def metrics(self):
        web = http.client.HTTPConnection(self.server.http, timeout=overdracht.PATIENCE_S)
        web.request("GET", "/metrics")
        text = web.getresponse().read().decode()
        web.close()
        return re.sub(r'(?m)^.*route="/metrics".*\n', "", text)


class Begun:
    """A stream whose first message was read, and comes again."""

    def __init__(self, first, stream):
        self.messages, self.cancel = itertools.chain([first], stream), stream.cancel

    def __next__(self):
        return next(self.messages)


if __name__ == "__main__":
    BINARY = overdracht.binary_of_arguments()
    unittest.main()
