#!/usr/bin/env python3
"""A region on Kafka: a broker, a workflow service, and the partner services of two organisations. What is answered and what each is told is what the
embedded log gives, also when services are killed and mirrors deleted on the way, and for what an organisation's own producer writes. And what an
operator sees of one with several partitions and workflow services.

    region_test.py [--binary PATH] [TestCase.test…]
"""
import http.client
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import time
import unittest

sys.dont_write_bytecode = True
sys.path[:0] = [str(pathlib.Path(__file__).resolve().parents[1] / "support")]
import other_client  # noqa: E402
import overdracht  # noqa: E402

ZORG, WIJK, GEMEENTE = (f"0000009900000010{n}000" for n in (1, 2, 3))
NAME = "almelo"
BROKER = overdracht.ROOT / "deploy/kafka/broker"
BINARY = None


def event(name, identity, traject, when, data, organisation=ZORG):
    return json.dumps({"specversion": "1.0", "id": identity, "source": f"urn:nld:oin:{organisation}:systeem:test", "type": f"nl.overdracht.{name}.v1",
                       "subject": f"7e57ab1e-0000-4000-8000-{traject:012d}", "time": f"2017-01-02T09:{when:02d}:00Z", "data": data})


def started(traject, when=0):
    participants = [{"role": role, "organisation": oin} for role, oin in (("zorgaanbieder", ZORG), ("wijkteam", WIJK), ("gemeente", GEMEENTE))]
    return event("trajecten.started", f"start-{traject}", traject, when, {"workflow": "uitstroom", "client": "c-1", "participants": participants})


def first_handover(traject=1):
    """Who publishes what, in turns: accepted, refused, a second time, another's, and what is no event."""
    offer = event("handovers.offered", f"offer-{traject}", traject, 2,
                  {"handover": "h-1", "recipient": WIJK, "purpose": "handover", "categories": ["wonen", "medicatie"], "transfersResponsibility": True,
                   "dossier": {"reference": "d-1", "digest": "sha256:" + "0" * 64}})
    accept = event("handovers.accepted", f"accept-{traject}", traject, 3, {"handover": "h-1"}, WIJK)
    consent = event("consents.granted", f"consent-{traject}", traject, 1,
                    {"consent": "t-1", "recipient": WIJK, "categories": ["wonen"], "purpose": "handover", "validUntil": "2099-12-31"})
    return [(ZORG, [started(traject), event("trajecten.stopped", f"stop-{traject}", traject, 0, {"reason": "moved_away"}), consent, offer, offer]),
            (WIJK, [accept, event("tasks.completed", f"nothing-{traject}", traject, 4, {"task": "no_such_task"}, WIJK),
                    event("handovers.accepted", f"again-{traject}", traject, 5, {"handover": "h-1"}, WIJK), accept]),
            (ZORG, ["{no event}", event("tasks.completed", f"theirs-{traject}", traject, 6, {"task": "actieplan"}, WIJK)])]


class Service(overdracht.Dev):
    def __init__(self, data, *arguments):
        super().__init__(BINARY, data)
        self.arguments = [BINARY, *arguments, "--data", str(data), "--grpc-port", "0", "--http-port", "0"]

    def page(self, oin, after, wait=0):
        """Items with their answers, without the cursors: those are of the place, not of the item. Where to go on, and whether more is there."""
        connection = http.client.HTTPConnection(self.http, timeout=2 * overdracht.PATIENCE_S)
        connection.request("GET", f"/v1/outbox/{oin}?limit=1000&answers=true&after={after}&wait={wait}", headers={"overdracht-oin": oin})
        response = connection.getresponse()
        page = json.loads(response.read())
        connection.close()
        if response.status != 200:
            raise overdracht.Failed(f"outbox: {response.status} {page}")
        items = [{name: value for name, value in item.items() if name != "cursor"} for item in page]
        return items, response.headers["Overdracht-Next"], response.headers["Overdracht-More"] == "true"

    def items(self, oin):
        after, items, more = "", [], True
        while more:
            page, after, more = self.page(oin, after)
            items += page
        return items

    def figures(self):
        """What /metrics says: by name the values, each by its labels."""
        connection = http.client.HTTPConnection(self.http, timeout=overdracht.PATIENCE_S)
        connection.request("GET", "/metrics")
        text = connection.getresponse().read().decode()
        connection.close()
        figures = {}
        for name, labels, value in re.findall(r"(?m)^(\w+)(?:{(.*)})? (\S+)$", text):
            figures.setdefault(name, {})[labels] = float(value)
        return figures

    def wait_for(self, oin, count):
        """Until so many items are there."""
        after, seen = "", 0
        while seen < count:
            page, after, _ = self.page(oin, after, wait=30)
            if not page:
                raise overdracht.Failed(f"outbox of {oin}: expected {count} items, but only {seen} came")
            seen += len(page)


class OnKafka(unittest.TestCase):
    """A broker for all tests, and a region of its own for each."""

    @classmethod
    def setUpClass(cls):
        scratch = tempfile.TemporaryDirectory(prefix="overdracht-kafka-")
        cls.addClassCleanup(scratch.cleanup)
        cls.where = pathlib.Path(scratch.name)
        started = subprocess.run([BROKER, "start", str(cls.where / "broker"), "--quick"], check=True, capture_output=True, text=True, timeout=300)
        cls.addClassCleanup(lambda: subprocess.run([BROKER, "stop", str(cls.where / "broker")], check=True, capture_output=True, timeout=60))
        cls.bootstrap = started.stdout.split("bootstrap=")[1].split()[0]

    def make_region(self, partitions):
        self.name = f"{NAME}-{self._testMethodName.replace('_', '-')[5:40]}"
        self.kafka = ("--kafka", self.bootstrap, "--topics", self.name)
        subprocess.run([BINARY, "deploy", "kafka-init", *self.kafka, "--partitions", str(partitions),
                        *(word for oin in (ZORG, WIJK, GEMEENTE) for word in ("--organisation", oin))],
                       check=True, capture_output=True, text=True, timeout=overdracht.PATIENCE_S)

    def start_workflow_service(self, name, *more):
        return self.start(Service(self.folder(name), "workflow-service", *self.kafka, *more))

    def start_partner_service(self, oin):
        return self.start(Service(self.folder(oin), "partner-service", "--oin", oin, *self.kafka))

    def folder(self, name):
        return self.where / self.name / name / "data"

    def start(self, service):
        service.start()
        self.addCleanup(lambda: service.process.poll() is None and service.kill())
        return service

    def publish(self, service, lines, *more):
        file = self.where / self.name / "events.jsonl"
        file.write_text("".join(line + "\n" for line in lines))
        return service.rows("publish", str(file), "--json", *more, accept=(0, 2))


class RegionOnKafka(OnKafka):
    def setUp(self):
        """With one partition: then the embedded log has the same records at the same places."""
        self.make_region(1)
        self.region = self.start_workflow_service("region", "--clock", "events")
        self.partners = {oin: self.start_partner_service(oin) for oin in (ZORG, WIJK)}

    def embedded(self, turns):
        """The answers to the same on the embedded log, and the outboxes."""
        folder = self.where / self.name / f"embedded-{len(list((self.where / self.name).glob('embedded-*')))}" / "data"
        with Service(folder, "dev", "--clock", "events") as dev:
            answers = [row for oin, lines in turns for row in self.publish(dev, lines, "--as", oin)]
            return answers, {oin: dev.items(oin) for oin in (ZORG, WIJK)}

    def same_outboxes(self, outboxes):
        for oin, partner in self.partners.items():
            self.assertEqual(partner.items(oin), outboxes[oin])

    def test_answers_and_outboxes_are_those_of_the_embedded_log(self):
        turns = first_handover()
        answers, outboxes = self.embedded(turns)
        self.assertIn("SOURCE_MISMATCH", [answer.get("code") for answer in answers])
        self.assertIn(True, [answer.get("duplicate") for answer in answers])
        self.assertEqual([row for oin, lines in turns for row in self.publish(self.partners[oin], lines)], answers)
        self.same_outboxes(outboxes)

        # A mirror that is deleted is read again.
        zorg = self.partners[ZORG]
        zorg.kill()
        for file in zorg.data.glob("outbox.db*"):
            file.unlink()
        zorg.start()
        self.same_outboxes(outboxes)

        # And so it goes on with a workflow service that was killed, whose last batch's items are told again.
        self.region.kill()
        self.region.start()
        more = [(ZORG, [started(2, 10), event("tasks.completed", "done-2", 2, 11, {"task": "actieplan"})])]
        self.assertEqual([row.get("outcome") for row in self.publish(zorg, more[0][1])], ["accepted", "accepted"])
        _, outboxes = self.embedded([*turns, *more])
        self.same_outboxes(outboxes)

    def test_an_explanation_is_that_of_the_embedded_log(self):
        lines = [started(1)]
        with Service(self.where / self.name / "explained" / "data", "dev", "--clock", "events") as dev:
            self.publish(dev, lines, "--as", ZORG)
            explained = explain(dev, ZORG)
        self.publish(self.partners[ZORG], lines)
        self.assertEqual(explain(self.partners[ZORG], ZORG), explained)

    def test_what_an_organisation_writes_to_its_own_topic_is_reported_by_it(self):
        theirs = event("tasks.completed", "theirs", 1, 2, {"task": "actieplan"}, WIJK)
        lines = [started(1), event("tasks.completed", "done", 1, 1, {"task": "actieplan"}), theirs]
        _, outboxes = self.embedded([(ZORG, lines)])
        self.write_to_ingress(ZORG, [*lines, "{no event}", lines[0]])
        self.partners[ZORG].wait_for(ZORG, len(outboxes[ZORG]))
        self.partners[WIJK].wait_for(WIJK, len(outboxes[WIJK]))
        self.same_outboxes(outboxes)

    def write_to_ingress(self, oin, events):
        subprocess.run(other_client.command("write", self.bootstrap, f"{self.name}.ingress.{oin}"), input="".join(line + "\n" for line in events),
                       text=True, check=True, capture_output=True, timeout=overdracht.PATIENCE_S)


def explain(service, oin):
    return service.rows("explain", f"7e57ab1e-0000-4000-8000-{1:012d}", "--as", oin, "--json")


def of_partitions(figures, name):
    """A figure by partition; each stands there once."""
    values = {}
    for labels, value in figures.get(name, {}).items():
        partition = re.match(r'partition="(\d+)"', labels)[1]
        assert "," in labels or partition not in values, labels
        values[partition] = values.get(partition, 0) + value
    return values


class OperatorsView(OnKafka):
    PARTITIONS = {str(n) for n in range(4)}
    TRAJECTEN = 200

    def setUp(self):
        self.make_region(len(self.PARTITIONS))
        self.services = [self.start_workflow_service(f"region-{n}") for n in (1, 2)]
        self.partner = self.start_partner_service(ZORG)
        self.wait_until(lambda: [len(self.owned(service)) for service in self.services] == [2, 2])

    def wait_until(self, holds):
        late = time.monotonic() + overdracht.PATIENCE_S
        while not holds():
            self.assertLess(time.monotonic(), late, [service.figures() for service in self.services if service.process.poll() is None])
            time.sleep(0.05)

    def owned(self, service):
        return {partition for partition, owned in of_partitions(service.figures(), "overdracht_partition_owned").items() if owned}

    def report_some(self):
        answers = self.publish(self.partner, [started(n) for n in range(self.TRAJECTEN)])
        self.assertEqual([answer["outcome"] for answer in answers], ["accepted"] * self.TRAJECTEN)

    def list_all(self, services):
        """Until those that follow have come so far: the same of each."""
        self.wait_until(lambda: all(len(service.trajecten()) == self.TRAJECTEN for service in services))
        lists = [service.trajecten() for service in services]
        for listed in lists:
            self.assertEqual(listed, lists[0])
        return [line["traject"] for line in lists[0]]

    def test_figures_say_who_owns_what_was_decided_and_what_waits(self):
        self.report_some()
        lags = ("overdracht_events_lag", "overdracht_journal_lag", "overdracht_outbox_age_seconds")
        self.wait_until(lambda: not any(value for service in self.services for lag in lags for value in service.figures()[lag].values()))
        owned, accepted = [], 0
        for service in self.services:
            figures = service.figures()
            mine = self.owned(service)
            owned += mine
            for name in ("overdracht_reports_total", "overdracht_commit_seconds_count", "overdracht_events_lag", "overdracht_queue_inputs",
                         "overdracht_outbox_age_seconds"):
                self.assertEqual(set(of_partitions(figures, name)), mine, name)
            self.assertEqual(set(of_partitions(figures, "overdracht_journal_lag")), self.PARTITIONS - mine)
            accepted += sum(value for labels, value in figures["overdracht_reports_total"].items() if 'outcome="accepted"' in labels)
            for partition in mine:
                commits = figures["overdracht_commit_seconds_count"][f'partition="{partition}"']
                self.assertGreaterEqual(commits, figures["overdracht_batches_total"][f'partition="{partition}"'])
                self.assertEqual(commits, figures["overdracht_commit_seconds_bucket"][f'partition="{partition}",le="+Inf"'])
                self.assertGreater(figures["overdracht_commit_seconds_sum"][f'partition="{partition}"'], 0)
            self.assertEqual(of_partitions(figures, "overdracht_partition_data_loss"), {partition: 0 for partition in self.PARTITIONS})
            self.assertEqual(figures["overdracht_ready"], {"": 1})
        self.assertEqual(sorted(owned), sorted(self.PARTITIONS))
        self.assertEqual(accepted, self.TRAJECTEN)

        figures = self.partner.figures()
        self.assertEqual(figures["overdracht_outbox_items_total"], {"": len(self.partner.items(ZORG))})
        for name in ("overdracht_outbox_lag", "overdracht_unanswered_reports", "overdracht_unanswered_seconds", "overdracht_ingress_lag"):
            self.assertEqual(figures[name], {"": 0}, name)
        self.assertEqual(list(figures["overdracht_build_info"].values()), [1])
        self.assertEqual(figures["overdracht_unreadable_total"], {'from="calls"': 0, 'from="ingress"': 0})
        self.wait_until(lambda: self.partner.figures()["overdracht_ingress_read"] == {"": 1})

        page = (overdracht.ROOT / "docs/operating.md").read_text()
        for name in {*figures, *self.services[0].figures()}:
            self.assertIn(re.sub(r"(?<=_seconds)_(bucket|sum|count)$", "", name), page, "say in docs/operating.md what it is")

    def test_trajecten_are_those_of_the_whole_region_wherever_one_asks(self):
        self.report_some()
        listed = self.list_all(self.services)
        self.assertEqual(listed, sorted(json.loads(started(n))["subject"] for n in range(self.TRAJECTEN)))
        shown = [[service.rows("traject", "show", traject, "--json") for traject in listed[:8]] for service in self.services]
        self.assertEqual(shown[0], shown[1])
        self.assertGreater(len({show["position"].split(":")[0] for [show] in shown[0]}), 1)

        # Also when one is gone; and what the other counted goes on.
        first, second = self.services
        mine, before = self.owned(second), second.figures()
        first.kill()
        self.wait_until(lambda: self.owned(second) == self.PARTITIONS)
        self.assertEqual(self.list_all([second]), listed)
        for name in ("overdracht_reports_total", "overdracht_commit_seconds_count"):
            counted, counted_before = (of_partitions(figures, name) for figures in (second.figures(), before))
            for partition in mine:
                self.assertGreaterEqual(counted[partition], counted_before[partition], name)

    def test_what_stands_in_topics_is_refused_with_where(self):
        service = self.services[0]
        for command, where in ((("outbox", "read", "--oin", ZORG), f"{self.name}.outbox.<oin>"),
                               (("traject", "show", "7e57ab1e-0000-4000-8000-00000000beef"), "none with this id"),
                               (("report", "tasks.completed", "--as", ZORG, "--traject", "7e57ab1e-0000-4000-8000-000000000001", "task=t"),
                                "partner service")):
            done = subprocess.run(service.command(*command), capture_output=True, text=True, timeout=overdracht.PATIENCE_S)
            self.assertNotEqual(done.returncode, 0, command)
            self.assertIn(where, done.stderr)
        done = subprocess.run([BINARY, "audit", "export", "--data", str(service.data), "--out", str(self.where / "export")],
                              capture_output=True, text=True, timeout=overdracht.PATIENCE_S)
        self.assertIn(f"--kafka HOST:PORT --topics {self.name}", done.stderr)


if __name__ == "__main__":
    BINARY = overdracht.binary_of_arguments()
    unittest.main()
