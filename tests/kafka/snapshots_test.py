#!/usr/bin/env python3
"""Snapshots of caches by processes: a workflow service is killed while it writes one, and what a service with an empty disk makes of what is there.

    snapshots_test.py [--binary PATH] [TestCase.test…]
"""
import os
import shutil
import sys
import time
import unittest

sys.dont_write_bytecode = True
import region_test  # noqa: E402
from region_test import ZORG, started  # noqa: E402


class Snapshots(region_test.OnKafka):
    def setUp(self):
        self.make_region(1)
        self.shared = self.where / self.name / "shared"

    def start_service(self, name, kilobytes_per_second):
        """One that writes snapshots all the time, whether it follows or owns."""
        config = self.folder(name).parent / "workflow.yaml"
        config.parent.mkdir(parents=True)
        config.write_text(f"snapshots: {{folder: ../shared, every_seconds: 1, kilobytes_per_second: {kilobytes_per_second}}}\n")
        return self.start_workflow_service(name, "--config", str(config))

    def log(self, name):
        return (self.folder(name).parent / "server.log").read_text()

    def wait_until(self, what, holds):
        last = time.monotonic() + 2 * region_test.overdracht.PATIENCE_S
        while not holds():
            self.assertLess(time.monotonic(), last, f"it never came: {what}")
            time.sleep(0.02)

    def unfinished(self):
        return [file for file in self.shared.glob("*") if file.name.endswith(".new")]

    def test_killed_while_one_is_written(self):
        owner = self.start_workflow_service("owner")
        self.wait_until("an owner", lambda: '"what":"owns"' in self.log("owner"))
        partner = self.start_partner_service(ZORG)
        self.publish(partner, [started(traject) for traject in range(1, 101)])
        slow = self.start_service("slow", 10)
        self.wait_until("a snapshot that is begun", lambda: self.unfinished() and self.unfinished()[0].stat().st_size > 20000)
        slow.kill()
        half, = self.shared.glob("*")
        self.assertIn(half, self.unfinished())

        # Half of one is none: who begins with an empty disk reads the journal, and leaves alone what somebody may be writing.
        other = self.start_service("other", 20000)
        self.wait_until("a service that follows", lambda: '"what":"follows"' in self.log("other"))
        self.assertNotIn("restored", self.log("other"))
        other.stop()
        self.assertEqual(list(self.shared.glob("*")), [half])

        # Once nobody has written it for long it is thrown away, and the next one is whole.
        os.utime(half, (0, 0))
        other = self.start(other)
        whole = self.shared / f"{self.name}.0.db"
        self.wait_until("a whole snapshot", whole.exists)
        self.assertFalse(half.exists())
        self.wait_until("its figure", lambda: other.figures()["overdracht_snapshot_written_bytes_total"][""] > 20000)
        self.assertLess(other.figures()["overdracht_snapshot_age_seconds"]['partition="0"'], 60)
        other.kill()

        shutil.rmtree(other.data)
        other = self.start(other)
        self.wait_until("a cache that is restored", lambda: '"what":"restored"' in self.log("other"))
        self.wait_until("its figure", lambda: other.figures().get("overdracht_restore_seconds"))
        page = (region_test.overdracht.ROOT / "docs/operating.md").read_text()
        for name in other.figures():
            if "snapshot" in name or "restore" in name:
                self.assertIn(name, page, "say in docs/operating.md what it is")
        owner.kill()
        self.wait_until("an owner again", lambda: '"what":"owns"' in self.log("other"))
        answers = self.publish(partner, [started(1), started(200)])
        self.assertEqual([answer.get("duplicate", False) for answer in answers], [True, False])
        self.assertEqual(len(other.trajecten()), 101)


if __name__ == "__main__":
    region_test.BINARY = region_test.overdracht.binary_of_arguments()
    unittest.main()
