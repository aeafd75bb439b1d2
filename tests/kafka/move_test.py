#!/usr/bin/env python3
"""A region moves to new topics as docs/operating-kafka.md has an operator do it, by its commands and its script: what is told goes on behind the
cursor that is printed, what is not whole is refused, and what was broken off is owned by nobody.

    move_test.py [--binary PATH] [TestCase.test…]
"""
import json
import lzma
import os
import pathlib
import re
import subprocess
import sys
import time
import unittest

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "support")]
import overdracht  # noqa: E402
import region_test  # noqa: E402
from region_test import WIJK, ZORG, event, first_handover, started  # noqa: E402

SCRIPT = overdracht.ROOT / "deploy/kafka/move"
YEARS = overdracht.ROOT / "tests/region/almelo-2017.jsonl.xz"


class Moves(region_test.OnKafka):
    PARTITIONS = 4

    def program(self, *arguments, code=0):
        done = subprocess.run([region_test.BINARY, *arguments], capture_output=True, text=True, timeout=120)
        self.assertEqual(done.returncode, code, f"{arguments}: {done.stdout[-500:]}{done.stderr[-500:]}")
        return done.stdout if code == 0 else done.stderr

    def script(self, old):
        """Moves it to the new topics by the script: what it says."""
        done = subprocess.run([SCRIPT, self.moved, old, self.name + "-new", "--partitions", str(self.PARTITIONS), "--", "--kafka", self.bootstrap],
                              env=os.environ | {"OVERDRACHT": region_test.BINARY}, capture_output=True, text=True, timeout=120)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.kafka = ("--kafka", self.bootstrap, "--topics", self.name + "-new")
        return json.loads((self.moved / "moved.json").read_text())

    @property
    def moved(self):
        return self.where / self.name / "moved"

    def states(self, export):
        return sorted(self.program("audit", "replay", str(export), "--json").splitlines())

    def export(self):
        path = self.where / self.name / f"{self.kafka[-1]}.export"
        self.program("audit", "export", *self.kafka, "--out", str(path))
        return path

    def move_refused(self, *arguments, code=2):
        return self.program("region", "move", *arguments, "--kafka", self.bootstrap, code=code)

    def test_it_goes_on(self):
        self.make_region(1)
        region = self.start_workflow_service("region", "--clock", "events")
        partners = {oin: self.start_partner_service(oin) for oin in (ZORG, WIJK)}
        turns = [turn for traject in range(1, 9) for turn in first_handover(traject)]
        unknown = event("tasks.completed", "unknown", 99, 7, {"task": "actieplan"})
        turns.append((ZORG, [unknown, started(50, 8).replace("uitstroom", "no-such-workflow")]))
        answers = [row for oin, lines in turns for row in self.publish(partners[oin], lines)]
        self.assertLessEqual({"UNKNOWN_TRAJECT", "SOURCE_MISMATCH"}, {answer.get("code") for answer in answers})
        items = {oin: len(partner.items(oin)) for oin, partner in partners.items()}
        for service in (*partners.values(), region):
            service.stop()

        statement = self.script(self.name)
        new = self.export()
        old = self.moved / "old.export"
        self.assertEqual(self.states(new), self.states(old))
        verified = json.loads(self.program("audit", "verify", str(new)))
        self.assertEqual(verified["movedFrom"], [{name: end[name] for name in ("partition", "batch", "hash")} for end in statement["from"]])
        kept = [json.loads(line) for line in (self.moved / "old.heads").read_text().splitlines()]
        self.assertIn(verified["movedFrom"][0], kept)
        self.assertEqual(len(statement["to"]), self.PARTITIONS)
        outboxes = {each["organisation"]: each for each in statement["outboxes"]}
        self.assertEqual({oin: outboxes[oin]["items"] for oin in items}, items)

        # As others, with folders of their own.
        self.start_workflow_service("new-region", "--clock", "events")
        moved = {oin: self.start(region_test.Service(self.folder(f"new-{oin}"), "partner-service", "--oin", oin, *self.kafka)) for oin in partners}
        for oin, partner in moved.items():
            self.assertEqual(len(partner.items(oin)), items[oin])
            self.assertEqual(partner.page(oin, outboxes[oin]["cursor"])[0], [], "nothing is told a second time")
        again = [row for oin, lines in turns for row in self.publish(moved[oin], lines)]
        recorded = [row for row in again if row.get("code") not in ("MALFORMED", "SOURCE_MISMATCH")]
        self.assertEqual({row["duplicate"] for row in recorded if row.get("code") != "UNKNOWN_TRAJECT" and row["subject"][-2:] != "50"}, {True})
        self.assertEqual([(row.get("outcome"), row.get("code")) for row in again], [(row.get("outcome"), row.get("code")) for row in answers])
        self.assertGreater(len({row["position"].split(":")[0] for row in recorded}), 1)

        self.assertEqual([row["outcome"] for row in self.publish(moved[ZORG], [started(60, 10)])], ["accepted"])
        told, _, _ = moved[WIJK].page(WIJK, outboxes[WIJK]["cursor"], wait=30)
        self.assertEqual({item["subject"][-2:] for item in told}, {"60"})

    def test_it_moves_again_before_anything_is_reported(self):
        """To fewer partitions, from the region that it was moved to."""
        folder = self.where / self._testMethodName / "embedded" / "data"
        with region_test.Service(folder, "dev", "--clock", "events") as dev:
            self.where.joinpath(self._testMethodName, "events.jsonl").write_text("".join(f"{started(n)}\n" for n in range(20)))
            dev.publish(self.where / self._testMethodName / "events.jsonl")
        self.name = "again"
        first = self.script(str(folder))
        middle = self.export()
        self.program("deploy", "kafka-init", "--kafka", self.bootstrap, "--topics", "twice", "--partitions", "2")
        second = json.loads(self.program("region", "move", "--from", str(middle), "--old-topics", "again-new", "--kafka", self.bootstrap,
                                         "--topics", "twice", "--json"))
        self.assertEqual(second["outboxes"], first["outboxes"])
        self.assertEqual([len(first["to"]), len(second["to"])], [self.PARTITIONS, 2])
        self.assertEqual([end["hash"] for end in second["from"]], [end["hash"] for end in first["to"]])
        self.kafka = ("--kafka", self.bootstrap, "--topics", "twice")
        self.assertEqual(self.states(self.export()), self.states(self.moved / "old.export"))

    def test_what_is_not_sound_is_refused(self):
        self.make_region(1)
        region = self.start_workflow_service("region", "--clock", "events")
        partner = self.start_partner_service(ZORG)
        self.publish(partner, [started(1)])
        partner.stop()
        region.stop()
        old = self.where / self.name / "old.export"
        self.program("audit", "export", *self.kafka, "--out", str(old))
        to = ("--topics", self.name + "-new")
        self.assertIn("kafka-init", self.move_refused("--from", str(old), "--old-topics", self.name, *to, code=1))
        self.program("deploy", "kafka-init", "--kafka", self.bootstrap, *to, "--partitions", "2")

        tampered = self.where / self.name / "tampered.export"
        data = bytearray(old.read_bytes())
        data[len(data) // 2] ^= 1
        tampered.write_bytes(data)
        self.assertIn("tampered.export is not verified: at 0:", self.move_refused("--from", str(tampered), "--old-topics", self.name, *to))
        self.assertIn("--old-topics for each export", self.move_refused("--from", str(old), *to, code=64))
        self.assertIn("each traject in one export", self.move_refused("--from", str(old), "--from", str(old), *to))
        self.assertIn("--topics", self.move_refused("--from", str(old), code=64))
        # Nothing was written.
        self.program("region", "move", "--from", str(old), "--old-topics", self.name, "--kafka", self.bootstrap, *to)
        self.assertIn("to be empty", self.move_refused("--from", str(old), "--old-topics", self.name, *to))

    def test_what_was_broken_off_begins_anew(self):
        """From the embedded log."""
        self.make_region(1)
        folder = self.where / self.name / "embedded" / "data"
        events = self.where / self.name / "events.jsonl"
        with region_test.Service(folder, "dev", "--clock", "events") as dev:
            events.write_bytes(lzma.open(YEARS).read())
            dev.publish(events)
        self.kafka = ("--kafka", self.bootstrap, "--topics", self.name + "-half")
        self.program("deploy", "kafka-init", *self.kafka, "--partitions", str(self.PARTITIONS))
        export = self.where / self.name / "embedded.export"
        self.program("audit", "export", "--data", str(folder), "--out", str(export))
        with subprocess.Popen([region_test.BINARY, "region", "move", "--from", str(export), *self.kafka], stderr=subprocess.DEVNULL) as process:
            late = time.monotonic() + overdracht.PATIENCE_S
            while self.bytes_of(self.name + "-half.journal") < 100_000:
                self.assertLess(time.monotonic(), late)
                time.sleep(0.005)
            process.kill()
            self.assertEqual(process.wait(overdracht.PATIENCE_S), -9)
        self.assertIn(f"delete all topics {self.name}-half.", self.move_refused("--from", str(export), "--topics", self.name + "-half"))
        half = self.start_workflow_service("half", "--clock", "events")
        late = time.monotonic() + overdracht.PATIENCE_S
        refused = set()
        while len(refused) < self.PARTITIONS:
            self.assertLess(time.monotonic(), late, refused)
            time.sleep(0.05)
            log = (half.data.parent / "server.log").read_text()
            refused = set(re.findall(r'"partition":(\d+),"what":"no longer owns","why":"expected a region that was moved here to be whole', log))
        half.stop()

        statement = self.script(str(folder))
        self.assertEqual(self.states(self.export()), self.states(export))
        self.assertGreater(statement["records"], 8000)

    def bytes_of(self, topic):
        """Of its partitions, on the broker's disk."""
        return sum(file.stat().st_size for file in (self.where / "broker").glob(f"**/{topic}-*/*.log"))


if __name__ == "__main__":
    region_test.BINARY = overdracht.binary_of_arguments()
    unittest.main()
