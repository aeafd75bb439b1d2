#!/usr/bin/env python3
"""A woningcorporatie sees in no way that a client is in a terugval: two regions with one client each, who live the same life but for a
terugval in the second, look the same to it by every call that it can make.  privacy_test.py [--binary PATH]"""
import http.client
import json
import pathlib
import struct
import sys
import tempfile
import threading
import unittest

sys.dont_write_bytecode = True
sys.path[:0] = [str(pathlib.Path(__file__).resolve().parents[1] / "support")]
import overdracht  # noqa: E402

ZORG, WIJK, GEMEENTE, CORPORATIE, GGZ = (f"0000009900000010{n}000" for n in range(1, 6))
TRAJECT = "00000000-0000-4000-8000-000000000001"
BINARY = None
# What differs between two regions in any case: where a record stands. It says how much happened in the region, not to whom.
PLACES = {"id", "sequence", "cursor", "position", "next"}


def without_places(value):
    if isinstance(value, dict):
        return {name: without_places(item) for name, item in value.items() if name not in PLACES}
    return [without_places(item) for item in value] if isinstance(value, (list, tuple)) else value


class World:
    def __init__(self, case, name):
        scratch = tempfile.TemporaryDirectory(prefix="overdracht-privacy-")
        case.addCleanup(scratch.cleanup)
        self.server = overdracht.Dev(BINARY, pathlib.Path(scratch.name) / name, "events")
        self.server.start()
        case.addCleanup(lambda: self.server.process.poll() is None and self.server.kill())
        self.reports = 0
        self.close_later = lambda connection: case.addCleanup(connection.close)

    def call(self, method, request, who=CORPORATIE):
        """A call by the Connect protocol: status and answer."""
        connection = http.client.HTTPConnection(self.server.http, timeout=60)
        try:
            connection.request("POST", f"/overdracht.api.v1.{method}", json.dumps(request),
                               {"Content-Type": "application/json", "Connect-Protocol-Version": "1", "overdracht-oin": who})
            response = connection.getresponse()
            return response.status, json.loads(response.read())
        finally:
            connection.close()

    def stream(self, method, request):
        """A server stream of the woningcorporatie's that is open until the test ends, by the Connect protocol."""
        connection = http.client.HTTPConnection(self.server.http, timeout=60)
        body = json.dumps(request).encode()
        connection.request("POST", f"/overdracht.api.v1.{method}", struct.pack(">BI", 0, len(body)) + body,
                           {"Content-Type": "application/connect+json", "Connect-Protocol-Version": "1", "overdracht-oin": CORPORATIE})
        return Stream(connection)

    def poll(self, after):
        """What an outbox that is waited on from here on answers."""
        connection = http.client.HTTPConnection(self.server.http, timeout=90)
        self.close_later(connection)
        connection.request("GET", f"/v1/outbox/{CORPORATIE}?answers=true&wait=60&after={after}", headers={"overdracht-oin": CORPORATIE})
        return connection

    def report(self, who, name, when, **data):
        self.reports += 1
        # The same id in both worlds, whatever was reported before.
        event = {"specversion": "1.0", "id": f"{name}-{when}", "source": f"urn:nld:oin:{who}:systeem:test", "type": f"nl.overdracht.{name}.v1",
                 "subject": TRAJECT, "time": when, "data": data}
        lines = pathlib.Path(self.server.data).parent / "event.jsonl"
        lines.write_text(json.dumps(event))
        return self.server.publish(lines)[0]

    def try_out(self, name, if_position=None, **data):
        """What would become of it, said to the woningcorporatie."""
        more = ["--if-position", if_position] if if_position else []
        fields = [f"{field}={value}" for field, value in data.items()]
        return self.server.rows("report", name, "--as", CORPORATIE, "--traject", TRAJECT, *fields, "--validate-only", "--json", *more, accept=(0, 2))[0]


class Stream(threading.Thread):
    """Keeps what comes on a stream, in order."""

    def __init__(self, connection):
        super().__init__(daemon=True)
        self.connection, self.response, self.came, self.change = connection, connection.getresponse(), [], threading.Condition()
        self.start()

    def run(self):
        try:
            while True:
                message = json.loads(self.response.read(struct.unpack(">BI", self.response.read(5))[1]))
                with self.change:
                    self.came.append(without_places(message))
                    self.change.notify_all()
        except (http.client.HTTPException, OSError, ValueError, struct.error):
            self.connection.close()  # the test ends, and the server with it

    def until(self, what):
        """All that came, once it holds this text."""
        with self.change:
            if not self.change.wait_for(lambda: any(what in json.dumps(message) for message in self.came), timeout=60):
                raise overdracht.Failed(f"expected a message with {what}, but there are only {self.came}")
            return list(self.came)


class Privacy(unittest.TestCase):
    def setUp(self):
        self.calm, self.relapse = World(self, "calm"), World(self, "relapse")
        self.both = (self.calm, self.relapse)

    def report(self, *arguments, **data):
        answers = [world.report(*arguments, **data) for world in self.both]
        self.assertEqual([answer["outcome"] for answer in answers], ["accepted", "accepted"], answers)
        return answers

    def assertSame(self, look, what):
        seen = [without_places(look(world)) for world in self.both]
        self.assertEqual(seen[0], seen[1], what)
        return seen[0]

    def look_around(self):
        outbox = self.assertSame(lambda world: world.server.outbox(CORPORATIE), "outbox read")
        self.assertSame(lambda world: world.call("OutboxService/ListItems", {"answers": True}), "ListItems")
        status, got = self.assertSame(lambda world: world.call("OverviewService/GetTraject", {"traject": TRAJECT}), "GetTraject")
        self.assertEqual((status, got["traject"]["status"]), (200, "STATUS_LOPEND"))
        listed = self.assertSame(lambda world: world.call("OverviewService/ListTrajecten", {"filter": {"status": "STATUS_LOPEND"}}), "ListTrajecten")
        self.assertEqual(len(listed[1]["trajecten"]), 1)
        self.assertSame(lambda world: world.call("OverviewService/ListTrajecten", {"filter": {"status": "STATUS_ONDERBROKEN"}}), "of those away")
        self.assertSame(lambda world: world.call("OverviewService/ListTrajecten", {"filter": {"overdue": True}}), "of those overdue")
        explained = self.assertSame(lambda world: world.call("OverviewService/ExplainTraject", {"traject": TRAJECT}), "ExplainTraject")
        self.assertGreater(len(explained[1]["permitted"]), 3)
        return outbox

    def refusals(self, known):
        """Every kind of event with what a woningcorporatie could guess, also 'nothing has happened since'."""
        tries = [("terugvallen.signalled", {"episode": "e-9", "severity": "crisis"}), ("terugvallen.signalled", {"episode": "e-1", "severity": "crisis"}),
                 ("terugvallen.assessed", {"episode": "e-1", "severity": "none"}), ("terugvallen.returned", {"episode": "e-1"}),
                 ("terugvallen.resolved", {"episode": "e-1"}), ("terugvallen.admitted", {"episode": "e-1", "kind": "ggz"}),
                 ("tasks.completed", {"task": "huur_loopt_door"}), ("tasks.completed", {"task": "woning_regelen"}),
                 ("handovers.accepted", {"handover": "o-1"}), ("handovers.meeting-held", {
                     "handover": "o-1", "participants": "wijkteam", "clientPresence": "present",
                     "coordinator.organisation": WIJK, "coordinator.reference": "c-1"}),
                 ("signals.reported", {"signal": "s-9", "kind": "nuisance"}), ("contacts.held", {"kind": "home_visit"}),
                 ("homes.offered", {"home": "w-9", "kind": "regular"}), ("homes.moved-in", {"home": "w-1"}), ("homes.lost", {"home": "w-1", "reason": "other"}),
                 ("trajecten.stopped", {"reason": "deceased"}), ("consents.withdrawn", {"consent": "c-1"})]
        for name, data in tries:
            self.assertSame(lambda world: world.try_out(name, **data), name)
            index = iter(known)
            self.assertSame(lambda world: world.try_out(name, if_position=next(index), **data), f"{name} if nothing has changed")

    def begin(self):
        """One client on the way in both worlds. Where the last record stands in each."""
        roles = (("zorgaanbieder", ZORG), ("wijkteam", WIJK), ("gemeente", GEMEENTE), ("woningcorporatie", CORPORATIE), ("ggz", GGZ))
        participants = [{"role": role, "organisation": organisation} for role, organisation in roles]
        self.report(ZORG, "trajecten.started", "2017-01-02T09:00:00Z", workflow="uitstroom", client="c-1", participants=participants)
        self.report(ZORG, "handovers.offered", "2017-01-02T10:00:00Z", handover="o-1", recipient=WIJK, purpose="handover", categories=["wonen"],
                    transfersResponsibility=True, dossier={"reference": "d-1", "digest": "sha256:" + 64 * "0"})
        self.report(WIJK, "handovers.accepted", "2017-01-03T09:00:00Z", handover="o-1")
        return [answer["position"] for answer in self.report(CORPORATIE, "homes.offered", "2017-01-03T10:00:00Z", home="w-1", kind="regular")]

    def terugval(self):
        """In one of them something else happens than in the other; yields after each step, at the same moment in both."""
        self.assertEqual(self.calm.report(ZORG, "contacts.held", "2017-01-06T09:00:00Z", kind="home_visit")["outcome"], "accepted")
        steps = [("terugvallen.signalled", {"episode": "e-1", "severity": "crisis"}, ZORG),
                 ("terugvallen.respite-started", {"episode": "e-1", "place": "p-1", "until": "2017-01-20"}, GGZ),
                 ("terugvallen.admitted", {"episode": "e-1", "kind": "ggz"}, GGZ)]
        for n, (name, data, who) in enumerate(steps):
            answer = self.relapse.report(who, name, f"2017-01-04T09:0{n}:00Z", **data)
            self.assertEqual(answer["outcome"], "accepted", answer)
            for world in self.both:
                world.server.advance("2017-01-06T09:00:00Z")
            yield name

    def back(self):
        self.assertEqual(self.relapse.report(GGZ, "terugvallen.returned", "2017-01-17T09:00:00Z", episode="e-1")["outcome"], "accepted")
        self.assertEqual(self.calm.report(ZORG, "contacts.held", "2017-01-17T09:00:00Z", kind="home_visit")["outcome"], "accepted")

    def test_a_woningcorporatie_does_not_see_a_terugval(self):
        known = self.begin()
        before = self.look_around()
        self.refusals(known)
        for step in self.terugval():
            self.assertEqual(self.look_around(), before, step)
            self.refusals(known)
        truth = self.relapse.server.trajecten()[0]
        self.assertEqual((truth["status"], truth["handovers"][0]["state"]), ("onderbroken", "aangehouden"))
        others = [len(world.server.outbox(GGZ)) for world in self.both]
        self.assertLess(others[0], others[1])  # the worlds do differ, for those who may know

        # It goes on with its own work meanwhile, and the client comes back.
        self.report(CORPORATIE, "homes.contract-signed", "2017-01-09T10:00:00Z", home="w-1", kind="regular")
        self.look_around()
        for world in self.both:
            world.server.advance("2017-01-16T09:00:00Z")
        self.look_around()
        self.back()
        self.look_around()

    def test_a_woningcorporatie_that_waits_is_not_woken_by_a_terugval(self):
        self.begin()
        everything = [("OutboxService/Subscribe", {"answers": True}), ("OverviewService/WatchTrajecten", {})]
        everything += [("OverviewService/WatchTrajecten", {"filter": {"status": f"STATUS_{status}"}}) for status in ("LOPEND", "ONDERBROKEN")]
        streams = [[world.stream(*call) for world in self.both] for call in everything]
        for pair in streams[:3]:  # nobody is away: the last one says nothing yet
            self.assertEqual(*[stream.until("w-1") for stream in pair])
        self.asleep_through(lambda: list(self.terugval()), "2017-01-09T10:00:00Z", streams, "w-2")
        self.asleep_through(self.back, "2017-01-18T10:00:00Z", streams, "w-3")

    def asleep_through(self, what, then, streams, home):
        """Who waits hears nothing while this happens: the first that comes is what the woningcorporatie itself reports afterwards."""
        before = [len(pair[0].came) for pair in streams]
        polls = [world.poll(world.call("OutboxService/ListItems", {"answers": True, "pageSize": 1000})[1]["next"]) for world in self.both]
        what()
        self.report(CORPORATIE, "homes.offered", then, home=home, kind="regular")
        for poll in polls:  # a wake-up before would have been answered with nothing
            self.assertEqual([item["causationid"] for item in json.loads(poll.getresponse().read())], [f"homes.offered-{then}"])
        for count, pair in zip(before, streams):
            came = [stream.until(home) for stream in pair]
            self.assertEqual(came[0], came[1])
            self.assertEqual(len(came[1]), count + 1)


if __name__ == "__main__":
    BINARY = overdracht.binary_of_arguments()
    unittest.main()
