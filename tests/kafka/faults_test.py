#!/usr/bin/env python3
"""Workflow services, partner services and brokers that are killed, stopped for a while and started again under load, and cut off from each other, at
random by a seed. In the end everything is compared: what was offered, what was answered, the journal, the outboxes, the mirrors that partner services show, and what a subscriber
of another make read in the topics meanwhile.

    faults_test.py [--binary PATH] [--check PATH] [--minutes M] [--seed N] [--nodes 1|3] [--partitions N] [--workers N]

Nothing may be lost, doubled, out of order for a traject, or told otherwise than it was decided. Ends with 0 and one line of figures, or with 1.
"""
import argparse
import concurrent.futures
import http.client
import json
import pathlib
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time

sys.dont_write_bytecode = True
sys.path[:0] = [str(pathlib.Path(__file__).resolve().parents[1] / "support")]
import network  # noqa: E402
import other_client  # noqa: E402
import overdracht  # noqa: E402

ROLES = {"zorgaanbieder": 1, "wijkteam": 2, "gemeente": 3, "woningcorporatie": 4}
OINS = {role: f"0000009900000020{n}000" for role, n in ROLES.items()}
BROKER = overdracht.ROOT / "deploy/kafka/broker"
FAULTS = ("kill a workflow service", "stop a workflow service", "kill a partner service", "stop a partner service", "kill a broker", "cut connections",
          "hold the network")
PATIENCE_S = 120  # within which everything must have come to rest, once nothing breaks any more


def outbox_of(role):
    return f"region.outbox.{OINS[role]}"


def event(role, name, identity, traject, second, data):
    return {"specversion": "1.0", "id": identity, "source": f"urn:nld:oin:{OINS[role]}:systeem:test", "type": f"nl.overdracht.{name}.v1", "subject": traject,
            "time": f"2026-01-02T09:00:{second:02d}Z", "data": data}


def life_of(number):
    """What is reported about one client: by whom, and what. The last of them is refused."""
    traject = f"7e57ab1e-0000-4000-8000-{number:012d}"
    participants = [{"role": role, "organisation": oin} for role, oin in OINS.items()]
    yield "zorgaanbieder", event("zorgaanbieder", "trajecten.started", f"start-{number}", traject, 0,
                                 {"workflow": "uitstroom", "client": f"c-{number}", "participants": participants})
    yield "zorgaanbieder", event("zorgaanbieder", "consents.granted", f"consent-{number}", traject, 1,
                                 {"consent": "t-1", "recipient": OINS["wijkteam"], "categories": ["wonen"], "purpose": "handover",
                                  "validUntil": "2099-12-31"})
    yield "zorgaanbieder", event("zorgaanbieder", "handovers.offered", f"offer-{number}", traject, 2,
                                 {"handover": "h-1", "recipient": OINS["wijkteam"], "purpose": "handover", "categories": ["wonen"],
                                  "transfersResponsibility": True, "dossier": {"reference": "d-1", "digest": "sha256:" + "0" * 64}})
    yield "wijkteam", event("wijkteam", "handovers.accepted", f"accept-{number}", traject, 3, {"handover": "h-1"})
    yield "gemeente", event("gemeente", "tasks.completed", f"no-{number}", traject, 4, {"task": "no_such_task"})


class Service(overdracht.Dev):
    """A service of ours on ports that stay the same when it is started again."""

    def __init__(self, binary, data, *arguments):
        super().__init__(binary, data)
        self.where = ("--grpc-port", "0", "--http-port", "0")
        self.command_line = [binary, *arguments, "--data", str(data)]
        self.lock = threading.Lock()

    def start(self):
        self.arguments = [*self.command_line, *self.where]
        super().start()
        self.where = ("--grpc-port", self.address.rsplit(":", 1)[1], "--http-port", self.http.rsplit(":", 1)[1])


class Subscriber:
    """Reads the outbox topics from their beginnings while everything breaks, by Kafka's own client in Java. It knows what docs/operating.md tells an
    organisation that reads its topic itself."""

    def __init__(self, bootstrap, topics, scratch):
        self.read, self.errors = scratch / "read.txt", scratch / "read.log"
        with open(self.read, "wb") as read, open(self.errors, "wb") as errors:
            self.process = subprocess.Popen(other_client.command("read", bootstrap, *topics), stdin=subprocess.PIPE, stdout=read, stderr=errors)

    def items(self):
        """Reads to the end. Of each topic the ids of its items, as they come the first time; and what is wrong with the order."""
        self.process.stdin.close()
        if self.process.wait(PATIENCE_S) != 0:
            raise overdracht.Failed(f"the subscriber ended otherwise than it should: {self.errors.read_text()[-500:]}")
        items, newest, seen, wrong = {}, {}, set(), []
        for line in self.read.read_text().splitlines():
            topic, offset, *headers = line.split("\t")
            header = dict(word.split("=", 1) for word in headers)
            if header.get("overdracht-unrecorded") == "1":
                continue
            partition, sequence = header["ce_id"].split(":")[0], header["ce_sequence"]
            if (topic, partition, sequence) in seen:
                continue
            seen.add((topic, partition, sequence))
            if sequence < newest.get((topic, partition), ""):
                wrong.append(f"{topic} at {offset}: {header['ce_id']} was read first behind a later item of its partition")
            newest[topic, partition] = sequence
            items.setdefault(topic, []).append(header["ce_id"])
        return items, wrong

    def end(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait(PATIENCE_S)


class Run:
    def __init__(self, options, scratch):
        self.options, self.scratch = options, scratch
        self.chance = random.Random(options.seed)
        self.stopping = threading.Event()
        self.offered, self.answers, self.again = [], {}, 0
        self.lock = threading.Lock()
        self.faults = []
        self.workflow, self.partner, self.subscriber = [], {}, None
        self.network, self.brokers = network.Network(), {}  # host and port of each, by its number

    # ---- the region ------------------------------------------------------------------------------------------------------------------

    def start(self):
        options = self.options
        nodes = range(1, options.nodes + 1)
        self.bootstrap = ",".join(f"127.0.0.1:{self.network.listen(lambda node=node: self.brokers.get(node))}" for node in nodes)
        done = subprocess.run([BROKER, "start", str(self.scratch / "broker"), "--quick", "--nodes", str(options.nodes), "--advertised", self.bootstrap],
                              check=True, capture_output=True, text=True, timeout=300)
        for node, address in zip(nodes, done.stdout.split("bootstrap=")[1].split()[0].split(",")):
            self.brokers[node] = address.split(":")
        kafka = ("--kafka", self.bootstrap, "--topics", "region")
        subprocess.run([options.binary, "deploy", "kafka-init", *kafka, "--partitions", str(options.partitions), "--replication", str(options.nodes),
                        *(word for oin in OINS.values() for word in ("--organisation", oin))], check=True, capture_output=True, timeout=120)
        self.workflow = [Service(options.binary, self.scratch / f"workflow-{n}" / "data", "workflow-service", *kafka) for n in (1, 2)]
        self.partner = {role: Service(options.binary, self.scratch / role / "data", "partner-service", "--oin", oin, *kafka)
                        for role, oin in OINS.items()}
        for service in (*self.workflow, *self.partner.values()):
            service.start()
        self.subscribe()

    def subscribe(self):
        """From the beginning of the outboxes; whoever did before has ended."""
        if self.subscriber:
            self.subscriber.end()
        self.subscriber = Subscriber(self.bootstrap, [outbox_of(role) for role in OINS], self.scratch)

    def stop(self):
        if self.subscriber:
            self.subscriber.end()
        for service in (*self.workflow, *self.partner.values()):
            if service.process and service.process.poll() is None:
                service.kill()
        subprocess.run([BROKER, "kill", str(self.scratch / "broker")], capture_output=True, timeout=60)
        self.network.end()

    # ---- the load --------------------------------------------------------------------------------------------------------------------

    def report(self, role, reported):
        """Until it is answered, under the same id."""
        body = json.dumps(reported)
        headers = {"content-type": "application/cloudevents+json", "overdracht-oin": OINS[role]}
        deadline = None
        while True:
            if self.stopping.is_set():
                deadline = deadline or time.monotonic() + PATIENCE_S
                if time.monotonic() > deadline:
                    raise overdracht.Failed(f"{reported['id']} was not answered within {PATIENCE_S} s of quiet")
            try:
                connection = http.client.HTTPConnection(self.partner[role].http, timeout=40)
                connection.request("POST", "/v1/events", body, headers)
                response = connection.getresponse()
                answer = json.loads(response.read() or "{}")
                connection.close()
                if response.status < 500 and response.status != 429:
                    return answer
            except (OSError, http.client.HTTPException, ValueError):
                pass
            with self.lock:
                self.again += 1
            time.sleep(0.1)

    def live(self, number):
        for role, reported in life_of(number):
            key = (reported["source"], reported["id"])
            with self.lock:
                self.offered.append((reported["subject"], key))
            answer = self.report(role, reported)
            with self.lock:
                self.answers[key] = answer

    def load(self, worker):
        number = worker
        while not self.stopping.is_set():
            self.live(number)
            number += self.options.workers
        return number

    # ---- the faults ------------------------------------------------------------------------------------------------------------------

    def break_something(self):
        chance = self.chance
        what = chance.choice(FAULTS)
        self.faults.append(what)
        seconds = chance.uniform(0.2, 8)
        print(f"{time.monotonic() - self.began:7.1f} {what}, {seconds:.1f} s", file=sys.stderr, flush=True)
        if what == "kill a broker":
            node = str(chance.randint(1, self.options.nodes))
            subprocess.run([BROKER, "kill", str(self.scratch / "broker"), node], check=True, capture_output=True, timeout=60)
            time.sleep(seconds)
            subprocess.run([BROKER, "start", str(self.scratch / "broker")], check=True, capture_output=True, timeout=300)
            return
        if what == "cut connections":
            self.network.cut(lambda: chance.random() < 0.5)
            return
        if what == "hold the network":
            self.network.hold()
            time.sleep(seconds)
            self.network.release()
            return
        service = chance.choice(self.workflow if "workflow" in what else list(self.partner.values()))
        if "kill" in what:
            service.kill()
            time.sleep(seconds)
            service.start()
        else:
            service.process.send_signal(signal.SIGSTOP)
            time.sleep(seconds)
            service.process.send_signal(signal.SIGCONT)

    # ---- in the end ------------------------------------------------------------------------------------------------------------------

    def check_region(self):
        done = subprocess.run([self.options.check, self.bootstrap, "region", str(self.options.partitions)], capture_output=True, text=True, timeout=600)
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        return lines[:-1], lines[-1], done.stderr.splitlines()

    def mirror(self, role):
        oin, after, items = OINS[role], "", []
        while True:
            connection = http.client.HTTPConnection(self.partner[role].http, timeout=60)
            connection.request("GET", f"/v1/outbox/{oin}?limit=1000&answers=true&after={after}", headers={"overdracht-oin": oin})
            response = connection.getresponse()
            page = json.loads(response.read())
            after, more = response.headers["Overdracht-Next"], response.headers["Overdracht-More"] == "true"
            connection.close()
            items += [item["id"] for item in page]
            if not more:
                return items

    def compare(self):
        decided, counts, wrong = self.check_region()
        by_key = {}
        for row in decided:
            key = (row["source"], row["id"])
            if key in by_key:
                wrong.append(f"{key} was decided twice: {by_key[key]['position']} and {row['position']}")
            by_key[key] = row
        for key, answer in self.answers.items():
            row = by_key.pop(key, None)
            if row is None:
                wrong.append(f"{key} was answered and is not in the journal")
            elif answer.get("position") != row["position"] or (answer.get("outcome") == "accepted") != row["accepted"]:
                wrong.append(f"{key} was answered {answer}, but decided as {row}")
        wrong += [f"{key} is in the journal and was never answered" for key in by_key]
        # Of each traject the reports were made one after the other.
        offered, journal = {}, {}
        for subject, key in self.offered:
            offered.setdefault(subject, []).append(key)
        for row in decided:
            journal.setdefault(row["subject"], []).append((row["source"], row["id"]))
        wrong += [f"{subject}: decided in another order than reported" for subject, keys in offered.items() if journal.get(subject) != keys]
        read, disorder = self.subscriber.items()
        wrong += disorder
        for role in OINS:
            shown = self.mirror(role)
            if read.get(outbox_of(role), []) != shown:
                wrong.append(f"{role}: a subscriber of another make read other items than its partner service shows")
            if len(set(shown)) != len(shown):
                wrong.append(f"{role}: its partner service shows an item twice")
            told = counts["told"].get(OINS[role], 0)
            if len(shown) != told:
                wrong.append(f"{role}: its partner service shows {len(shown)} items, but it is told {told}")
        return counts, wrong

    def go(self):
        self.began = time.monotonic()
        with concurrent.futures.ThreadPoolExecutor(self.options.workers) as pool:
            workers = [pool.submit(self.load, worker) for worker in range(self.options.workers)]
            try:
                while time.monotonic() - self.began < self.options.minutes * 60:
                    time.sleep(self.chance.uniform(0.5, 4))
                    self.break_something()
            finally:
                self.stopping.set()
            for worker in workers:
                worker.result()
        counts, wrong = self.compare()
        print(json.dumps({"seed": self.options.seed, "faults": len(self.faults), "reports": len(self.offered), "sent_again": self.again, **{
            name: value for name, value in counts.items() if name != "told"}}))
        for line in wrong[:40]:
            print(line, file=sys.stderr)
        return 1 if wrong else 0


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", default=None)
    parser.add_argument("--check", default=None, help="overdracht_check_region")
    parser.add_argument("--minutes", type=float, default=1)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--nodes", type=int, default=1, choices=(1, 3))
    parser.add_argument("--partitions", type=int, default=4)
    parser.add_argument("--workers", type=int, default=8)
    options = parser.parse_args()
    options.binary = overdracht.find_binary(options.binary)
    options.check = options.check or str(pathlib.Path(options.binary).parent / "overdracht_check_region")
    print(f"seed {options.seed}", file=sys.stderr)
    with tempfile.TemporaryDirectory(prefix="overdracht-faults-") as scratch:
        run = Run(options, pathlib.Path(scratch))
        try:
            run.start()
            return run.go()
        finally:
            run.stop()


if __name__ == "__main__":
    sys.exit(main())
