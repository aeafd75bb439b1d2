#!/usr/bin/env python3
"""A region in five processes: a workflow service, and a partner service for each of four organisations. A first handover goes through them; then
services are killed while reports and notices are under way, and nothing is lost or doubled.

    services_test.py [--binary PATH] [TestCase.test…]
"""
import http.client
import json
import pathlib
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
import unittest

sys.dont_write_bytecode = True
sys.path[:0] = [str(pathlib.Path(__file__).resolve().parents[1] / "support")]
import overdracht  # noqa: E402

ZORG, WIJK, GEMEENTE, WONEN = (f"0000009900000010{n}000" for n in (1, 2, 3, 4))
ROLES = {"zorgaanbieder": ZORG, "wijkteam": WIJK, "gemeente": GEMEENTE, "woningcorporatie": WONEN}
WHEN = "2017-01-02T09:00:00Z"
HANDOVER = {"offerReceived", "offerAnswered", "handoverChanged", "categoryDisclosed", "categoryWithheld"}
TRAJECTEN = 400
BINARY = None


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Program(overdracht.Dev):
    """A service on ports of its own, so that it is found again after it was killed."""

    def __init__(self, data, *arguments):
        super().__init__(BINARY, data)
        self.arguments = [BINARY, *arguments, "--data", str(data), "--grpc-port", str(free_port()), "--http-port", str(free_port())]


class Outbox:
    """An organisation's own outbox, by HTTP (the Connect protocol)."""

    def __init__(self, service):
        self.host = service.http

    def open(self, method, body, kind, timeout=overdracht.PATIENCE_S):
        connection = http.client.HTTPConnection(self.host, timeout=timeout)
        connection.request("POST", f"/overdracht.api.v1.OutboxService/{method}", body, {"content-type": kind, "connect-protocol-version": "1"})
        return connection, connection.getresponse()

    def call(self, method, request):
        connection, response = self.open(method, json.dumps(request), "application/json")
        text = response.read()
        connection.close()
        if response.status != 200:
            raise overdracht.Failed(f"{method}: {response.status} {text[:200]}")
        return json.loads(text)

    def items(self):
        after, items = "", []
        while True:
            page = self.call("ListItems", {"after": after, "pageSize": 1000})
            items += page.get("items", [])
            after = page["next"]
            if not page.get("more"):
                return items

    def subscribe(self, subscriber):
        """The items behind the acknowledged one, until the stream ends."""
        request = json.dumps({"subscriber": subscriber}).encode()
        connection, response = self.open("Subscribe", struct.pack(">BI", 0, len(request)) + request, "application/connect+json")
        try:
            while True:
                flags, size = struct.unpack(">BI", response.read(5))
                message = json.loads(response.read(size))
                if flags & 2:
                    return
                yield message["item"]
        finally:
            connection.close()


class Subscriber(threading.Thread):
    """Acknowledges each item, and comes back after every cut, until it has seen so many."""

    def __init__(self, outbox, last):
        super().__init__(daemon=True)
        self.outbox, self.last = outbox, last
        self.seen, self.cuts, self.done = [], 0, threading.Event()

    def run(self):
        kept = []
        while not self.done.is_set():
            try:
                for item in self.outbox.subscribe("test"):
                    # What was seen and not acknowledged may come again; what was acknowledged may not.
                    if kept == self.seen[-1:] or self.seen[-1:] != [item["cursor"]]:
                        self.seen.append(item["cursor"])
                    if self.last(item):
                        self.done.set()
                    self.outbox.call("Acknowledge", {"subscriber": "test", "cursor": item["cursor"]})
                    kept = self.seen[-1:]
            except (OSError, ValueError, struct.error, http.client.HTTPException, overdracht.Failed):
                pass
            self.cuts += 1
            time.sleep(0.02)  # as a client would, before it tries again


class Services(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory(prefix="overdracht-services-")
        self.addCleanup(scratch.cleanup)
        where = pathlib.Path(scratch.name)
        self.region = self.start(Program(where / "region", "workflow-service", "--clock", "events"))
        self.partners = {}
        for role, oin in ROLES.items():
            self.partners[oin] = self.start(Program(where / role, "partner-service", "--oin", oin, "--region", self.region.address))
        self.where = where

    def start(self, program):
        program.start()
        self.addCleanup(lambda: program.process.poll() is None and program.kill())
        return program

    def report(self, oin, name, *fields, traject=1):
        command = self.partners[oin].command("report", name, "--as", oin, "--traject", self.traject(traject), *fields)
        return subprocess.run(command, capture_output=True, text=True, timeout=overdracht.PATIENCE_S)

    def accepted(self, *arguments):
        done = self.report(*arguments)
        self.assertEqual(done.returncode, 0, f"{arguments[1]}: {done.stdout}{done.stderr}")

    @staticmethod
    def traject(number):
        return f"7e57ab1e-0000-4000-8000-{number:012d}"

    def event(self, name, identity, data, traject, organisation=ZORG):
        return json.dumps({"specversion": "1.0", "id": identity, "source": f"urn:nld:oin:{organisation}:systeem:test", "type": f"nl.overdracht.{name}.v1",
                           "subject": self.traject(traject), "time": WHEN, "data": data})

    def started(self, number):
        participants = [{"role": role, "organisation": oin} for role, oin in ROLES.items()]
        return self.event("trajecten.started", f"start-{number}", {"workflow": "uitstroom", "client": "c-1", "participants": participants}, number)

    def test_a_first_handover_goes_through_four_services(self):
        self.accepted(ZORG, "trajecten.started", "workflow=uitstroom", "client=c-1",
                      "participants=" + ",".join(f"{role}:{oin}" for role, oin in ROLES.items()))
        self.accepted(ZORG, "trajecten.stopped", "reason=moved_away")
        self.accepted(ZORG, "consents.granted", "consent=t-1", f"recipient={WIJK}", "categories=wonen,actieplan", "purpose=handover", "validUntil=2099-12-31")
        self.accepted(ZORG, "handovers.offered", "handover=h-1", f"recipient={WIJK}", "purpose=handover", "categories=wonen,actieplan,medicatie",
                      "transfersResponsibility=true", "dossier.reference=d-1", f"dossier.digest=sha256:{'0' * 64}")
        self.assertEqual(self.report(WONEN, "handovers.accepted", "handover=h-1").returncode, 2)
        self.accepted(WIJK, "handovers.accepted", "handover=h-1")
        self.accepted(WIJK, "handovers.meeting-held", "handover=h-1", "participants=zorgaanbieder,wijkteam", "clientPresence=present",
                      f"coordinator.organisation={WIJK}", "coordinator.reference=co-1")
        self.accepted(ZORG, "handovers.farewell-held", "handover=h-1", "clientKnowsContact=true")
        self.accepted(GEMEENTE, "tasks.completed", "task=warme_afsluiting")
        [traject] = self.region.trajecten()
        self.assertEqual((traject["responsible"], traject["status"], traject["handovers"][0]["state"]), (WIJK, "gestopt", "afgerond"))

        told = {}
        for oin, partner in self.partners.items():
            items = Outbox(partner).items()
            self.assertEqual([item["cursor"] for item in items], [row["cursor"] for row in self.region.outbox(oin)])
            told[oin] = [(kind, data) for item in items for kind, data in item["notice"].items()]
        self.assertIn(("offerReceived", "h-1"), [(kind, data.get("handover")) for kind, data in told[WIJK]])
        self.assertEqual([data["category"] for kind, data in told[WIJK] if kind == "categoryWithheld"], ["CATEGORY_MEDICATIE"])
        self.assertIn("offerAnswered", [kind for kind, _ in told[ZORG]])
        self.assertTrue(told[WONEN])
        self.assertFalse(HANDOVER & {kind for kind, _ in told[WONEN]}, "the handover is not the woningcorporatie's business")

    def test_a_partner_service_speaks_for_its_own_organisation(self):
        service = self.partners[ZORG]
        done = subprocess.run(service.command("report", "tasks.completed", "--as", WIJK, "--traject", self.traject(1), "task=actieplan"),
                              capture_output=True, text=True, timeout=overdracht.PATIENCE_S)
        self.assertEqual(done.returncode, 1)
        self.assertIn("expected a caller for the organisation of this service", done.stderr)
        events = self.where / "events.jsonl"
        events.write_text(self.started(1) + "\n" + self.event("tasks.completed", "x", {"task": "actieplan"}, 1, WIJK) + "\n")
        self.assertEqual([row.get("code") for row in service.publish(events)], [None, "SOURCE_MISMATCH"])
        self.assertEqual(self.region.outbox(WIJK)[0]["data"].get("task"), Outbox(self.partners[WIJK]).items()[0]["notice"].get("taskOpened", {}).get("task"))

    def test_stopped_in_any_order_they_end_well(self):
        self.partners[ZORG].stop()
        self.region.stop()
        for oin in (WIJK, GEMEENTE, WONEN):
            connection = http.client.HTTPConnection(self.partners[oin].http, timeout=overdracht.PATIENCE_S)
            connection.request("GET", "/healthz")
            self.assertEqual(connection.getresponse().status, 200)
            connection.close()
            self.partners[oin].stop()

    def test_nothing_is_lost_or_doubled_when_services_are_killed(self):
        lines = [line for number in range(1, TRAJECTEN + 1)
                 for line in (self.started(number), self.event("tasks.completed", f"a-{number}", {"task": "actieplan"}, number))]
        source = self.where / "events.jsonl"
        source.write_text("".join(line + "\n" for line in lines))
        end = self.traject(TRAJECTEN)
        subscriber = Subscriber(Outbox(self.partners[WIJK]), lambda item: item["traject"] == end)
        subscriber.start()
        answers, kills = [], {"region": 0, "partner": 0}
        deadline = time.monotonic() + 2 * overdracht.PATIENCE_S
        while len(answers) < len(lines):
            self.assertLess(time.monotonic(), deadline, f"{len(answers)} answers")
            command = self.partners[ZORG].command("publish", str(source), "--json", "--from-line", str(len(answers) + 1))
            client = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
            for line in client.stdout:
                answers.append(json.loads(line))
                if len(answers) % 90 == 0:
                    which = "region" if sum(kills.values()) % 2 == 0 else "partner"
                    victim = self.region if which == "region" else self.partners[WIJK]
                    victim.kill()
                    victim.start()
                    kills[which] += 1
            code = client.wait(overdracht.PATIENCE_S)
            client.stdout.close()
            self.assertIn(code, (0, 1))
        self.assertEqual([answer["line"] for answer in answers], list(range(1, len(lines) + 1)))
        self.assertEqual({answer["outcome"] for answer in answers}, {"accepted"})
        self.assertGreaterEqual(kills["region"], 2)
        self.assertGreaterEqual(kills["partner"], 2)

        # Each report stands in the journal once, where its answer says.
        rows = self.region.rows("outbox", "read", "--oin", ZORG, "--answers", "--json")
        recorded = [row for row in rows if ".answers." in row["type"]]
        self.assertEqual(len(recorded), len(lines))
        positions = [answer["position"] for answer in answers]
        self.assertEqual(sorted(row["data"]["position"] for row in recorded), sorted(positions))
        trajecten = self.region.trajecten()
        self.assertEqual(len(trajecten), TRAJECTEN)
        self.assertFalse([t["traject"] for t in trajecten if "actieplan" in t["openTasks"]])

        # And the wijkteam's subscriber saw each notice once, in order.
        self.assertTrue(subscriber.done.wait(overdracht.PATIENCE_S), "the subscriber does not get to the end")
        told = [row["cursor"] for row in self.region.outbox(WIJK)]
        self.assertEqual(subscriber.seen, told[:len(subscriber.seen)])
        self.assertGreaterEqual(subscriber.cuts, kills["partner"])


if __name__ == "__main__":
    if "--binary" in sys.argv:
        at = sys.argv.index("--binary")
        BINARY = overdracht.find_binary(sys.argv[at + 1])
        del sys.argv[at:at + 2]
    else:
        BINARY = overdracht.find_binary()
    unittest.main()
