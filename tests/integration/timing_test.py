#!/usr/bin/env python3
"""How long an answer takes does not tell a woningcorporatie that a client is in a terugval.  timing_test.py [--binary PATH] [TestCase.test…]

One region, many clients, in threes: one in a terugval and two who live the same life but for that, with as many reports. Two processes differ by more
than what is looked for here, and one region is what a curious woningcorporatie would measure in. The same call is made for each of a three, one after
the other in an order by chance, and the differences within a three are looked at: in a terugval less the first of the others (the suspect), and the
second less the first (like and like). The medians of both have an interval of confidence that holds whatever the distribution (order statistics).

What it can find: calls go on until the interval is 4 % of what a call takes, or 10 µs, to either side; a difference of twice that is found, one of less
than that may be missed; what it came to is printed. A report that is tried (validate_only) takes some hundreds of microseconds here, so a few microseconds are
not seen; who makes a million calls might see them. One that is recorded waits for the disk, and hides more. An explanation tries a thousand reports:
it took 7 % longer, and is answered on the beat for that.
"""
import json
import math
import pathlib
import random
import socket
import statistics
import sys
import tempfile
import time
import unittest

sys.dont_write_bytecode = True
sys.path[:0] = [str(pathlib.Path(__file__).resolve().parents[1] / "support")]
import overdracht  # noqa: E402

ZORG, WIJK, GEMEENTE, CORPORATIE, GGZ = (f"0000009900000010{n}000" for n in range(1, 6))
CLIENTS = 6  # of each kind
BINARY = None
RELAPSE, CALM, CALM_TOO, OTHERS_RELAPSE, OTHERS_CALM, OTHERS_CALM_TOO, UNKNOWN = range(7)
OWN, OTHERS, NOBODYS = (RELAPSE, CALM, CALM_TOO), (OTHERS_RELAPSE, OTHERS_CALM, OTHERS_CALM_TOO), (UNKNOWN, OTHERS_CALM, OTHERS_CALM_TOO)

SURE = 4.5  # standard errors of a median to either side: once in a hundred thousand by chance
FINE, FINE_US = 0.04, 10  # the interval that is fine enough: of what a call takes, and in itself
LONGEST_S = 30  # of one kind of call: what was found by then has to do


def traject(kind, number):
    return f"00000000-0000-4000-8000-{1000 * kind + number:012d}"


def life():
    """What happened to the clients, step by step, as lines of events."""
    roles = {"zorgaanbieder": ZORG, "wijkteam": WIJK, "gemeente": GEMEENTE, "ggz": GGZ, "woningcorporatie": CORPORATIE}
    dossier = {"reference": "d-1", "digest": "sha256:" + 64 * "0"}
    steps = [(ZORG, "handovers.offered", {"handover": "o-1", "recipient": WIJK, "purpose": "handover", "categories": ["wonen"],
                                          "transfersResponsibility": True, "dossier": dossier}),
             (WIJK, "handovers.accepted", {"handover": "o-1"}),
             (CORPORATIE, "homes.offered", {"home": "w-1", "kind": "regular"}),
             (ZORG, "terugvallen.signalled", {"episode": "e-1", "severity": "crisis"}),
             (GGZ, "terugvallen.respite-started", {"episode": "e-1", "place": "p-1", "until": "2017-01-20"}),
             (GGZ, "terugvallen.admitted", {"episode": "e-1", "kind": "ggz"})]
    lines = []

    def happens(step, kind, number, who, name, data):
        lines.append(json.dumps({"specversion": "1.0", "id": f"{step}-{kind}-{number}", "source": f"urn:nld:oin:{who}:systeem:test",
                                 "type": f"nl.overdracht.{name}.v1", "subject": traject(kind, number), "time": f"2017-01-02T09:0{step}:00Z", "data": data}))

    for step, (who, name, data) in enumerate([(ZORG, "trajecten.started", {}), *steps]):
        clients = [(kind, number) for kind in OWN + OTHERS for number in range(CLIENTS)]
        for kind, number in random.sample(clients, len(clients)):
            if step == 0:
                takes_part = [{"role": role, "organisation": oin} for role, oin in roles.items() if kind in OWN or oin != CORPORATIE]
                happens(step, kind, number, who, name, {"workflow": "uitstroom", "client": "c-1", "participants": takes_part})
            elif name.startswith("terugvallen") and kind not in (RELAPSE, OTHERS_RELAPSE):
                happens(step, kind, number, ZORG, "contacts.held", {"kind": "home_visit"})
            elif who != CORPORATIE or kind in OWN:
                happens(step, kind, number, who, name, data)
    return lines


class Caller:
    """The woningcorporatie, on a connection of its own, by the Connect protocol and no library, which would cost more than what is measured."""

    def __init__(self, address):
        host, port = address.split(":")
        self.socket = socket.create_connection((host, int(port)), overdracht.PATIENCE_S)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def time_us(self, method, request):
        """How long it took until the answer was there, and the answer."""
        body = json.dumps(request)
        sent = (f"POST /overdracht.api.v1.{method} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\noverdracht-oin: {CORPORATIE}\r\n"
                f"content-length: {len(body)}\r\n\r\n{body}").encode()
        begun = time.perf_counter_ns()
        self.socket.sendall(sent)
        got, whole = b"", math.inf
        while len(got) < whole:
            got += self.socket.recv(1 << 20)
            if whole == math.inf and (end := got.find(b"\r\n\r\n")) >= 0:
                whole = end + 4 + int(got[:end].lower().split(b"content-length:")[1].split(b"\r\n")[0])
        return (time.perf_counter_ns() - begun) / 1000, got


def interval(values):
    """The median, and how far it may be off."""
    values = sorted(values)
    middle, far = len(values) // 2, math.ceil(SURE * math.sqrt(len(values)) / 2)
    if middle <= far:
        return values[middle], math.inf
    return values[middle], max(values[middle + far] - values[middle], values[middle] - values[middle - far])


class Timing(unittest.TestCase):
    def setUp(self):  # a region for each: what is recorded by one makes the next one slower
        scratch = tempfile.TemporaryDirectory(prefix="overdracht-timing-")
        self.addCleanup(scratch.cleanup)
        self.server = server = overdracht.Dev(BINARY, pathlib.Path(scratch.name) / "data")
        server.start()
        self.addCleanup(lambda: server.process.poll() is None and server.kill())
        self.events = pathlib.Path(scratch.name) / "events.jsonl"
        self.assertEqual(self.publish(life()), {"accepted"})
        self.assertEqual({row["traject"] for row in server.trajecten() if row["status"] == "onderbroken"},
                         {traject(kind, number) for kind in (RELAPSE, OTHERS_RELAPSE) for number in range(CLIENTS)})
        self.caller = Caller(server.http)
        self.addCleanup(self.caller.socket.close)

    def publish(self, lines):
        self.events.write_text("".join(line + "\n" for line in lines))
        return {row["outcome"] for row in self.server.publish(self.events)}

    def tells_nothing(self, method, request, three):
        """`request`: makes it for a traject."""
        took = {kind: [] for kind in three}
        statuses, until = set(), time.monotonic() + LONGEST_S
        while True:
            for number in range(CLIENTS):
                for kind in random.sample(three, 3):
                    took_us, answer = self.caller.time_us(method, request(traject(kind, number)))
                    took[kind].append(took_us)
                    statuses.add(answer[9:12])
            suspect, one, another = (took[kind] for kind in three)
            alike, alike_off = interval([b - a for a, b in zip(one, another)])
            differs, differs_off = interval([b - a for a, b in zip(one, suspect)])
            usual, off = statistics.median(one), max(alike_off, differs_off)
            if off < max(FINE * usual, FINE_US) or time.monotonic() > until:
                break
        print(f"\n{method} of {three}: {len(statuses)} status {usual:.0f} us, {len(one)} times; like and like {alike:+.1f}, suspect {differs:+.1f}, "
              f"each may be {off:.1f} off", file=sys.stderr)
        self.assertLess(off, 0.25 * usual, "nothing can be measured here")
        self.assertLess(abs(differs), abs(alike) + off, f"{method} takes another time: {differs:+.1f} us of {usual:.0f}")
        return statuses

    def tries(self, method, event, three=OWN, validate_only=True):
        count = iter(range(10**9))

        def request(of):
            identity = "guess" if validate_only else f"guess-{method}-{next(count)}"
            return {"report": {"traject": of, "validateOnly": validate_only, "requestId": identity, "time": "2017-01-02T10:00:00Z"}, "event": event}

        return self.tells_nothing(method, request, three)

    def test_a_look(self):
        look = lambda of: {"traject": of}  # noqa: E731
        self.assertEqual(self.tells_nothing("OverviewService/GetTraject", look, OWN), {b"200"})
        for three in (OTHERS, NOBODYS):  # as one that nobody started
            self.assertEqual(self.tells_nothing("OverviewService/GetTraject", look, three), {b"404"})

    def test_what_may_be_reported(self):
        self.assertEqual(self.tells_nothing("OverviewService/ExplainTraject", lambda of: {"traject": of}, OWN), {b"200"})

    def test_guesses(self):
        for method, event in (("TerugvalService/ReturnClient", {"episode": "e-1"}), ("TaskService/CompleteTask", {"task": "huur_loopt_door"}),
                              ("HandoverService/AcceptHandover", {"handover": "o-1"})):
            with self.subTest(method):
                self.assertEqual(self.tries(method, event), {b"403"})
        self.assertEqual(self.tries("HomeService/MoveIn", {"home": "w-1"}), {b"409"})
        self.assertEqual(self.tries("TerugvalService/SignalTerugval", {"episode": "e-9", "severity": "SEVERITY_CRISIS"}), {b"200"})

    def test_guesses_about_clients_of_others(self):
        self.assertEqual(self.tries("TerugvalService/ReturnClient", {"episode": "e-1"}, OTHERS), {b"403"})

    def test_a_guess_after_thousands_takes_no_longer(self):
        """Else who guesses often enough makes of every small difference a large one."""
        often, once = traject(CALM, 0), traject(CALM, 1)
        self.assertEqual(self.publish([json.dumps({
            "specversion": "1.0", "id": f"guess-{n}", "source": f"urn:nld:oin:{CORPORATIE}:systeem:test", "type": "nl.overdracht.terugvallen.returned.v1",
            "subject": often, "time": "2017-01-02T10:00:00Z", "data": {"episode": "e-1"}}) for n in range(3000)]), {"refused"})
        request = lambda of: {"report": {"traject": of, "validateOnly": True, "requestId": "guess"}, "event": {"home": "w-1"}}  # noqa: E731
        took = [[self.caller.time_us("HomeService/MoveIn", request(of))[0] for of in (once, often)] for _ in range(300)]  # in turns
        usual, later = map(statistics.median, zip(*took))
        print(f"\nAfter 3,000 guesses a try takes {later:.0f} us, else {usual:.0f}", file=sys.stderr)
        self.assertLess(later, 3 * usual)

    def test_a_guess_that_is_recorded(self):
        self.assertEqual(self.tries("TerugvalService/ReturnClient", {"episode": "e-1"}, validate_only=False), {b"403"})


if __name__ == "__main__":
    BINARY = overdracht.binary_of_arguments()
    unittest.main()
