#!/usr/bin/env python3
"""A region in five processes: a workflow service, and a partner service for each of four organisations. A first handover goes through them, without
certificates and with one for each; services are killed while reports and notices are under way, and nothing is lost or doubled; a service, and a
supplier, with the certificate of another comes in nowhere.

    services_test.py [--binary PATH] [TestCase.test…]
"""
import http.client
import json
import pathlib
import shutil
import socket
import ssl
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
SUPPLIER = "00000099000000999000"
ROLES = {"zorgaanbieder": ZORG, "wijkteam": WIJK, "gemeente": GEMEENTE, "woningcorporatie": WONEN}
WHEN = "2017-01-02T09:00:00Z"
HANDOVER = {"offerReceived", "offerAnswered", "handoverChanged", "categoryDisclosed", "categoryWithheld"}
TRAJECTEN = 400
BINARY = None


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Certificates:
    """An authority, and a certificate of it for each organisation and for the operator."""

    def __init__(self, folder, *oins):
        self.folder = folder
        named = [word for oin in oins for word in ("--oin", oin, "--name", f"Organisation {oin}")]
        subprocess.run([BINARY, "certs", "--out", str(folder), *named], check=True, capture_output=True, timeout=overdracht.PATIENCE_S)
        self.ca, self.config = folder / "ca.pem", folder / "overdracht.yaml"

    def of_service(self, who, client_ca=None):
        return ["--tls-cert", f"{self.folder / who}.pem", "--tls-key", f"{self.folder / who}.key", "--tls-client-ca", str(client_ca or self.ca)]

    def of_caller(self, who):
        return ["--tls-ca", str(self.ca), "--tls-cert", f"{self.folder / who}.pem", "--tls-key", f"{self.folder / who}.key"]

    def context(self, who):
        context = ssl.create_default_context(cafile=self.ca)
        context.load_cert_chain(f"{self.folder / who}.pem", f"{self.folder / who}.key")
        return context


class Program(overdracht.Dev):
    """A service on ports of its own, so that it is found again after it was killed. `caller`: the certificate that its callers show, as words of a
    command, and `context` that of HTTP."""

    def __init__(self, data, *arguments, caller=(), context=None):
        super().__init__(BINARY, data)
        self.arguments = [BINARY, *arguments, "--data", str(data), "--grpc-port", str(free_port()), "--http-port", str(free_port())]
        self.caller, self.context = caller, context

    def command(self, *arguments):
        return [*super().command(*arguments), *self.caller]


class Outbox:
    """An organisation's own outbox, by HTTP (the Connect protocol)."""

    def __init__(self, service, context=None):
        self.host, self.context = service.http, context or service.context

    def open(self, method, body, kind, timeout=overdracht.PATIENCE_S):
        kinds = {"context": self.context} if self.context else {}
        connection = (http.client.HTTPSConnection if kinds else http.client.HTTPConnection)(self.host, timeout=timeout, **kinds)
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


class Region(unittest.TestCase):
    """A region that a test makes of programs, and what is done with it."""

    def setUp(self):
        scratch = tempfile.TemporaryDirectory(prefix="overdracht-services-")
        self.addCleanup(scratch.cleanup)
        self.where = pathlib.Path(scratch.name)
        self.partners = {}

    def start(self, program):
        program.start()
        self.addCleanup(lambda: program.process.poll() is None and program.kill())
        return program

    def partner(self, oin, *more, folder=None, **callers):
        """The partner service of an organisation, not started yet."""
        return Program(self.where / (folder or oin) / "data", "partner-service", "--oin", oin, "--region", self.region.address, *more, **callers)

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

    def first_handover(self):
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


class Services(Region):
    """Without certificates."""

    def setUp(self):
        super().setUp()
        self.region = self.start(Program(self.where / "region" / "data", "workflow-service", "--clock", "events"))
        for oin in ROLES.values():
            self.partners[oin] = self.start(self.partner(oin))

    def test_a_first_handover_goes_through_four_services(self):
        self.first_handover()

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


class Certified(Region):
    """Each service with its own certificate, and each caller with one."""

    def setUp(self):
        super().setUp()
        self.certs = Certificates(self.where / "certs", *ROLES.values(), SUPPLIER)
        self.region = self.start(Program(self.where / "region" / "data", "workflow-service", "--clock", "events", "--config", str(self.certs.config),
                                         caller=self.certs.of_caller("operator")))

    def certified(self, oin, *more, certificate=None, folder=None):
        """The partner service of an organisation, not started yet; its own systems show the same certificate."""
        return self.partner(oin, *self.certs.of_service(certificate or oin), *more, folder=folder, caller=self.certs.of_caller(oin),
                            context=self.certs.context(oin))

    def serve(self, oin, *more):
        self.partners[oin] = self.start(self.certified(oin, *more))
        return self.partners[oin]

    def waiting(self, program):
        """One that may have to wait for the region, started. It ends well when it is told to; one that says nothing for long is killed."""
        program.data.parent.mkdir()
        process = subprocess.Popen(program.arguments, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        watchdog = threading.Timer(overdracht.PATIENCE_S, process.kill)
        watchdog.start()

        def end():
            process.terminate()
            code = process.wait(overdracht.PATIENCE_S)
            watchdog.cancel()
            process.stdout.close()
            process.stderr.close()
            self.assertEqual(code, 0)

        self.addCleanup(end)
        return process

    def assertIsTold(self, process, why):
        """It says so on stderr, while it waits."""
        said = next((line for line in process.stderr if "waiting for the region" in line and "there is none yet" not in line), "nothing")
        self.assertIn(why, said)

    def test_a_first_handover_goes_through_four_services(self):
        for oin in ROLES.values():
            self.serve(oin)
        self.first_handover()
        self.region.kill()
        self.region.start()
        deadline = time.monotonic() + overdracht.PATIENCE_S
        events = self.where / "events.jsonl"
        events.write_text(self.started(2))
        while not self.partners[ZORG].rows("publish", str(events), "--json", accept=(0, 1)):  # until they have found each other again
            self.assertLess(time.monotonic(), deadline)
        self.assertEqual(len(self.region.trajecten()), 2)

    def test_a_partner_service_with_the_certificate_of_another_organisation_is_refused_by_the_region(self):
        waits = self.waiting(self.certified(ZORG, certificate=WIJK, folder="posing"))
        self.assertIsTold(waits, "expected a delegation for the organisation that overdracht-oin names")
        self.serve(ZORG)  # with its own it is let in

    def test_a_partner_service_of_an_issuer_that_may_not_vouch_is_refused_by_the_region(self):
        self.region.stop()
        name = "Overdracht test CA (not for production)"
        with open(self.certs.config, "a") as config:
            config.write(f"issuers:\n  - {{name: 'CN={name},O={name},C=NL', prefixes: ['{WIJK}', '00000099000000900000']}}\n")
        self.start(self.region)
        self.serve(WIJK)
        self.assertIsTold(self.waiting(self.certified(ZORG)), "expected a certificate whose issuer may vouch for its OIN")
        self.assertEqual(self.region.trajecten(), [])

    def handshake(self, authority, certificate):
        """Whether the region's gRPC port and who has this certificate, and trusts this authority, take each other."""
        context = ssl.create_default_context(cafile=authority.ca)
        context.load_cert_chain(*(f"{certificate.folder / ZORG}.{ending}" for ending in ("pem", "key")))
        context.set_alpn_protocols(["h2"])
        host, port = self.region.address.split(":")
        try:
            with context.wrap_socket(socket.create_connection((host, int(port)), overdracht.PATIENCE_S), server_hostname="localhost") as connection:
                return bool(connection.recv(1))  # the server speaks first, once it has looked at the certificate
        except (ssl.SSLError, ConnectionError):
            return False

    def test_services_of_different_authorities_do_not_come_together(self):
        other = Certificates(self.where / "other", ZORG)
        # The region takes no certificate of that authority, and the second no region but that authority's.
        refused = self.waiting(self.partner(ZORG, *other.of_service(ZORG, client_ca=self.certs.ca), folder="refused"))
        refuses = self.waiting(self.certified(ZORG, "--region-ca", str(other.ca), folder="refuses"))
        self.assertEqual([self.handshake(*pair) for pair in ((self.certs, self.certs), (self.certs, other), (other, self.certs))], [True, False, False])
        for process in (refused, refuses):
            self.assertIn("there is none yet", next((line for line in process.stderr if "waiting for the region" in line), "nothing"))
        # Nothing else was wrong: with the right files in their place both go on, without a new start.
        for name in (f"{ZORG}.key", f"{ZORG}.pem", "ca.pem"):
            shutil.copy(self.certs.folder / name, other.folder / "new")
            (other.folder / "new").replace(other.folder / name)
        for process in (refused, refuses):
            self.assertRegex(process.stdout.readline(), f"^ready .* oin={ZORG}$")

    def test_the_organisations_own_authority_may_be_another_than_the_region_s(self):
        own = Certificates(self.where / "own", ZORG)
        program = self.partner(ZORG, *self.certs.of_service(ZORG, client_ca=own.ca), "--region-ca", str(self.certs.ca),
                               caller=["--tls-ca", str(self.certs.ca), *own.of_caller(ZORG)[2:]])
        self.partners[ZORG] = self.start(program)
        self.accepted(ZORG, "trajecten.started", "workflow=uitstroom", "client=c-1",
                      "participants=" + ",".join(f"{role}:{oin}" for role, oin in ROLES.items()))
        program.caller = self.certs.of_caller(ZORG)
        self.assertEqual(self.report(ZORG, "trajecten.stopped", "reason=moved_away").returncode, 1, "the region's authority is not that of its systems")

    def test_a_supplier_reports_for_an_organisation_by_that_one_s_service(self):
        config = self.where / "partner.yaml"
        config.write_text(f"delegations:\n  - {{supplier: {SUPPLIER}, organisations: [{ZORG}]}}\n"
                          "tls: {" + ", ".join(f"{key}: certs/{file}" for key, file in (
                              ("certificate", f"{ZORG}.pem"), ("key", f"{ZORG}.key"), ("client_ca", "ca.pem"))) + "}\n")
        zorg = self.partner(ZORG, "--config", str(config), caller=self.certs.of_caller(SUPPLIER), context=self.certs.context(SUPPLIER))
        self.start(zorg)
        wijk = self.serve(WIJK)
        events = self.where / "events.jsonl"
        events.write_text(self.started(1) + "\n" + self.event("tasks.completed", "x", {"task": "actieplan"}, 1, WIJK) + "\n")
        self.assertEqual([row.get("code") for row in zorg.publish(events)], [None, "SOURCE_MISMATCH"])
        self.partners[ZORG] = zorg
        self.accepted(ZORG, "tasks.completed", "task=actieplan")
        self.assertEqual([item["cursor"] for item in Outbox(zorg).items()], [row["cursor"] for row in self.region.outbox(ZORG)])

        # Where nobody delegated anything to it, it is nobody: not by what it says, and not by the service's organisation.
        wijk.caller = self.certs.of_caller(SUPPLIER)
        refused = self.report(WIJK, "contacts.held", "kind=home_visit")
        self.assertEqual(refused.returncode, 1)
        self.assertIn("expected a delegation for the organisation that overdracht-oin names", refused.stderr)
        events.write_text(self.event("contacts.held", "y", {"kind": "home_visit"}, 1, WIJK) + "\n")
        done = subprocess.run(wijk.command("publish", str(events), "--json"), capture_output=True, text=True, timeout=overdracht.PATIENCE_S)
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        with self.assertRaisesRegex(overdracht.Failed, "ListItems: 403 .*expected a delegation"):
            Outbox(wijk, self.certs.context(SUPPLIER)).items()
        # Nor does the delegation of one service let it into the region itself.
        waits = self.waiting(self.certified(ZORG, certificate=SUPPLIER, folder="supplier"))
        self.assertIsTold(waits, "expected a delegation")

        # What is the organisation's says who reported it.
        journal = self.where / "journal"
        subprocess.run([BINARY, "audit", "export", "--data", str(self.region.data), "--out", str(journal), *self.region.caller], check=True,
                       capture_output=True, timeout=overdracht.PATIENCE_S)
        self.assertEqual(journal.read_bytes().count(SUPPLIER.encode()), 3)  # the traject, the task, and what was refused with SOURCE_MISMATCH


if __name__ == "__main__":
    BINARY = overdracht.binary_of_arguments()
    unittest.main()
