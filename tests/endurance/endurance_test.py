#!/usr/bin/env python3
"""A region under steady load for a long time: it is killed again and again, its terms run out, subscribers come and go. Nothing of what was answered is
lost, doubled or answered otherwise; everybody is told everything once and in order; memory stays what it is.

    endurance_test.py [--binary PATH] [--minutes 120] [--kill-every 600] [--rate 200]

The clock is the one of the events: a second of load is most of a day. What it took, minute by minute, is printed; only memory decides (and what is lost)."""
import argparse
import http.client
import itertools
import json
import pathlib
import random
import re
import socket
import statistics
import struct
import sys
import tempfile
import threading
import time

sys.dont_write_bytecode = True
sys.path[:0] = [str(pathlib.Path(__file__).resolve().parents[1] / "support")]
import overdracht  # noqa: E402

ZORG, WIJK, GEMEENTE = "00000099000000101000", "00000099000000102000", "00000099000000103000"
PATIENCE_S = 60
# After the last report a subscriber reads on until so long nothing has come, and that must be within the other.
QUIET_S, CATCH_UP_S = 5, 900
REPORTERS = 4
RUNNING = 50  # trajecten of each reporter at a time
LIFE = 16  # reports of a traject
EVERY_VIRTUAL_S = 300  # between two reports of a region
CATEGORIES = ["wonen", "gezondheid"]
# Of the memory, from the second quarter of the time to the last: a fifth, and what caches of a fixed size still take until they are full.
MOST_GROWTH, CACHES_MB = 1.2, 48


def life(subject):
    """What is reported of one client: (who, type, data). Every other one is left alone in the end, with all that has a term."""
    yield ZORG, "trajecten.started", {"workflow": "uitstroom", "client": "c-1", "participants": [
        {"role": role, "organisation": oin} for role, oin in (("zorgaanbieder", ZORG), ("wijkteam", WIJK), ("gemeente", GEMEENTE))]}
    yield ZORG, "consents.granted", {"consent": "t-1", "recipient": WIJK, "categories": CATEGORIES, "purpose": "handover", "validUntil": "2099-12-31"}
    yield ZORG, "handovers.offered", {"handover": "h-1", "recipient": WIJK, "purpose": "handover", "categories": CATEGORIES, "transfersResponsibility": True,
                                      "dossier": {"reference": "d-1", "digest": "sha256:" + "0" * 64}}
    yield WIJK, "handovers.accepted", {"handover": "h-1"}
    for number in range(LIFE - 5):
        yield (ZORG, WIJK)[number % 2], "contacts.held", {"kind": "home_visit"}
    if subject % 2:
        yield GEMEENTE, "trajecten.stopped", {"reason": "moved_away"}


class Region:
    """The server, which may be gone at any moment and is back a moment later."""

    def __init__(self, binary, where):
        config = where / "overdracht.yaml"
        config.write_text("limits: {reports_per_second: 100000, reports_at_once: 100000}\n")
        self.server = overdracht.Dev(binary, where / "data", extra=("--config", str(config)))
        self.lock = threading.Lock()
        self.clock_s = time.mktime(time.strptime("2017-01-02", "%Y-%m-%d"))
        self.restarts_s = []

    def now(self):
        """The time of the next event."""
        with self.lock:
            self.clock_s += EVERY_VIRTUAL_S
            return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(self.clock_s))

    def kill(self):
        began = time.monotonic()
        self.server.kill()
        self.server.start()
        self.restarts_s.append(time.monotonic() - began)

    def memory_mb(self):
        try:
            return int(re.search(r"VmRSS:\s*(\d+)", pathlib.Path(f"/proc/{self.server.process.pid}/status").read_text())[1]) / 1024
        except (OSError, TypeError):
            return None  # just killed


class Connection:
    """To wherever the region is served now."""

    def __init__(self, region):
        self.region, self.http = region, None

    def ask(self, method, path, body=None, headers=None):
        """The response and its body; OSError or HTTPException: it is gone."""
        if self.http is None:
            host, port = self.region.server.http.rsplit(":", 1)
            self.http = http.client.HTTPConnection(host, int(port), timeout=PATIENCE_S)
        try:
            self.http.request(method, path, body, headers or {})
            response = self.http.getresponse()
            return response, response.read()
        except (OSError, http.client.HTTPException):
            self.close()
            raise

    def close(self):
        if self.http is not None:
            self.http.close()
        self.http = None


def messages(response):
    """Of a stream of the Connect protocol, until its end or that of the connection. In large pieces: there are thousands a second."""
    waiting = b""
    while piece := response.read1(1 << 16):
        waiting += piece
        begin = 0
        while len(waiting) - begin >= 5:
            flags, size = struct.unpack_from(">BI", waiting, begin)
            if len(waiting) - begin - 5 < size:
                break
            if flags:
                return
            yield json.loads(waiting[begin + 5:begin + 5 + size])
            begin += 5 + size
        waiting = waiting[begin:]


class Run:
    def __init__(self, region, options):
        self.region, self.options = region, options
        self.began, self.ends = time.monotonic(), time.monotonic() + options.minutes * 60
        self.over = threading.Event()
        self.faults, self.answers, self.took, self.memory = [], {}, [], []
        self.again = 0
        self.seen = {}  # by organisation, and whether it is patient: cursors of its subscriber

    def until_over(self, work):
        try:
            work()
        except Exception as fault:
            self.faults.append(fault)
            self.over.set()
            raise

    def report(self, connection, text):
        """Until it is answered; how often is nobody's trouble."""
        tries = 0
        moment = time.monotonic()
        while True:
            try:
                response, body = connection.ask("POST", "/v1/events", text, {"content-type": "application/cloudevents+json"})
            except (OSError, http.client.HTTPException):
                if time.monotonic() - moment > PATIENCE_S:
                    raise AssertionError("the region did not come back") from None
                tries += 1
                time.sleep(0.01)
                continue
            if response.status in (429, 503):
                time.sleep(0.05)
                continue
            answer = json.loads(body)
            if "position" not in answer:
                raise AssertionError(f"expected an answer with a position, but it is {response.status}: {body[:300]}")
            if tries == 0:
                self.took.append((time.monotonic() - self.began, time.monotonic() - moment))
            else:
                self.again += 1
            return answer

    def reporter(self, number):
        connection, ids = Connection(self.region), itertools.count(number, REPORTERS)
        running = [None] * RUNNING
        moment = time.monotonic()
        for step in itertools.count():
            if self.over.is_set():
                return
            moment += REPORTERS / self.options.rate
            time.sleep(max(0, moment - time.monotonic()))
            if time.monotonic() - moment > 1:
                moment = time.monotonic()  # it was killed: what was not sent then is not made up for
            place = step % RUNNING
            if running[place] is None:
                subject = next(ids)
                running[place] = (subject, enumerate(life(subject)))
            subject, events = running[place]
            try:
                index, (who, kind, data) = next(events)
            except StopIteration:
                running[place] = None
                continue
            identity = f"{subject}-{index}"
            answer = self.report(connection, json.dumps({
                "specversion": "1.0", "id": identity, "source": f"urn:nld:oin:{who}:systeem:endurance", "type": f"nl.overdracht.{kind}.v1",
                "subject": f"00000000-0000-4000-8000-{subject:012d}", "time": self.region.now(), "data": data}))
            if answer["outcome"] != "accepted":
                raise AssertionError(f"expected {kind} of {identity} to be accepted, but it is {answer}")
            self.answers[who, identity] = answer["position"]

    def subscriber(self, oin, patient):
        """Goes on behind what it has seen, whenever it is cut off, to the end. One that is not patient cuts itself off."""
        seen = self.seen.setdefault((oin, patient), [])
        heard = 0
        while not self.faults and time.monotonic() < min(max(self.ends, heard) + QUIET_S, self.ends + CATCH_UP_S):
            host, port = self.region.server.http.rsplit(":", 1)
            body = json.dumps({"after": seen[-1] if seen else "", "answers": True}).encode()
            left = sys.maxsize if patient else random.randrange(1, 2000)
            try:
                stream = http.client.HTTPConnection(host, int(port), timeout=1)
                stream.request("POST", "/overdracht.api.v1.OutboxService/Subscribe", struct.pack(">BI", 0, len(body)) + body,
                               {"overdracht-oin": oin, "content-type": "application/connect+json"})
                for message in messages(stream.getresponse()):
                    if "item" in message:
                        seen.append(message["item"]["cursor"])
                        heard = time.monotonic()
                        left -= 1
                    if left == 0:
                        break
            except (OSError, http.client.HTTPException, socket.timeout):
                time.sleep(0.01)
            finally:
                stream.close()

    def watch(self):
        kills = self.options.kill_every
        next_kill = self.began + kills
        while time.monotonic() < self.ends and not self.over.wait(1):
            memory = self.region.memory_mb()
            if memory:
                self.memory.append((time.monotonic() - self.began, memory))
            if time.monotonic() >= next_kill and self.ends - time.monotonic() > 5:
                self.region.kill()
                next_kill += kills
        self.over.set()

    def go(self):
        work = [lambda n=n: self.reporter(n) for n in range(REPORTERS)]
        work += [lambda oin=oin, patient=patient: self.subscriber(oin, patient) for oin in (ZORG, WIJK, GEMEENTE) for patient in (True, False)]
        threads = [threading.Thread(target=self.until_over, args=[one]) for one in (*work, self.watch)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if self.faults:
            raise self.faults[0]

    # ---- What is looked at in the end ------------------------------------------------------------------------------------------------

    def check(self):
        recorded, kinds = {}, set()
        for oin in (ZORG, WIJK, GEMEENTE):
            self.check_outbox(oin, recorded, kinds)
        lost = [which for which in self.answers if which not in recorded]
        assert not lost, f"answered, and not in the journal: {lost[:5]}"
        wrong = [which for which, position in self.answers.items() if recorded[which] != [position]]
        assert not wrong, f"answered otherwise, or twice: {[(which, self.answers[which], recorded[which]) for which in wrong[:5]]}"
        assert any("overdue" in kind or "expired" in kind for kind in kinds), f"no term ran out: {sorted(kinds)}"
        memory = [self.median(self.memory, part) for part in (1, 3)]
        assert memory[1] <= memory[0] * MOST_GROWTH + CACHES_MB, f"memory grew from {memory[0]:.0f} to {memory[1]:.0f} MB"

    def check_outbox(self, oin, recorded, kinds):
        """Reads it item by item: after hours it is too much for the memory of this process."""
        saw = {patient: seen for (whose, patient), seen in self.seen.items() if whose == oin}
        items = 0
        for row in self.region.server.each_row("outbox", "read", "--oin", oin, "--answers", "--json"):
            for patient, seen in saw.items():
                same = items >= len(seen) or seen[items] == row["cursor"]
                assert same, f"the {'patient' if patient else 'restless'} subscriber of {oin} saw something else than its outbox, at item {items}"
            items += 1
            kinds.add(row["type"].split(".notices.")[-1])
            if ".answers." in row["type"]:
                recorded.setdefault((oin, row["data"]["id"]), []).append(row["data"]["position"])
        for seen in saw.values():
            assert len(seen) == items, f"a subscriber of {oin} saw {len(seen)} of {items}"

    def median(self, samples, quarter):
        length = self.options.minutes * 60 / 4
        return statistics.median([value for at, value in samples if quarter * length <= at < (quarter + 1) * length] or [0])

    def print(self):
        print(f"{len(self.answers):,} reports answered, {self.again} of them sent again after a kill; killed {len(self.region.restarts_s)} times, "
              f"back after {max(self.region.restarts_s, default=0):.2f} s at most; {sum(map(len, self.seen.values())):,} items seen, "
              f"the last of them {max(0, time.monotonic() - self.ends - QUIET_S):.0f} s after the last report")
        print("minute   p50 ms   p99 ms   MB")
        for minute in range(int(self.options.minutes + 0.99)):
            took = sorted(took for at, took in self.took if minute * 60 <= at < minute * 60 + 60)
            memory = [value for at, value in self.memory if minute * 60 <= at < minute * 60 + 60]
            if took and memory:
                print(f"{minute:6}  {took[len(took) // 2] * 1000:7.1f}  {took[int(len(took) * 0.99)] * 1000:7.1f}  {statistics.median(memory):4.0f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--binary", default=None)
    parser.add_argument("--minutes", type=float, default=120)
    parser.add_argument("--kill-every", type=float, default=600, metavar="SECONDS")
    parser.add_argument("--rate", type=float, default=200, help="reports a second")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="overdracht-endurance-") as scratch:
        region = Region(overdracht.find_binary(options.binary), pathlib.Path(scratch))
        region.server.start()
        run = Run(region, options)
        try:
            run.go()
            run.print()
            run.check()
        finally:
            region.server.process.poll() is None and region.server.stop()


if __name__ == "__main__":
    main()
