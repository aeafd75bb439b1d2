#!/usr/bin/env python3
"""Back-up and restore as docs/operating.md says, and a folder that a newer program wrote.  backup_test.py [--binary PATH] [TestCase.test…]"""
import json
import lzma
import pathlib
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "support")]
import overdracht  # noqa: E402

HISTORY = HERE.parent / "region" / "almelo-2017.jsonl.xz"
LINES = 2000
BINARY = None


def run(*arguments):
    return subprocess.run([BINARY, *map(str, arguments)], capture_output=True, text=True, timeout=overdracht.PATIENCE_S)


class Backup(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory(prefix="overdracht-backup-")
        self.addCleanup(scratch.cleanup)
        self.where = pathlib.Path(scratch.name)
        with lzma.open(HISTORY, "rt", encoding="utf-8", errors="surrogateescape") as file:
            self.lines = [line for line, _ in zip(file, range(LINES))]
        self.first, self.second = self.lines[:LINES // 2], self.lines[LINES // 2:]

    def serve(self, name):
        server = overdracht.Dev(BINARY, self.where / name / "data")
        self.addCleanup(lambda: server.process and server.process.poll() is None and server.kill())
        return server

    def publish(self, server, lines):
        source = self.where / "events.jsonl"
        source.write_bytes("".join(lines).encode("utf-8", "surrogateescape"))
        return [{key: value for key, value in row.items() if key != "line"} for row in server.publish(source)]

    def verified(self, file):
        done = run("audit", "verify", file)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return {key: value for key, value in json.loads(done.stdout).items() if key in ("records", "heads", "root")}

    def export(self, data, name):
        done = run("audit", "export", "--data", data, "--out", self.where / name)
        self.assertEqual(done.returncode, 0, done.stderr)
        return self.where / name

    def test_a_copy_of_a_stopped_folder_goes_on_where_it_was(self):
        with self.serve("first") as server:
            self.publish(server, self.first)
        shutil.copytree(self.where / "first" / "data", self.where / "second" / "data")
        shutil.copytree(self.where / "first" / "data", self.where / "third" / "data")
        for cache in ("cache.db", "overview.db"):  # are made anew
            (self.where / "third" / "data" / cache).unlink()
        came = []
        for name in ("first", "second", "third"):
            with self.serve(name) as server:
                answers = self.publish(server, self.second)
                came.append((answers, server.trajecten(), server.outbox(overdracht.organisations_of(self.lines)[0])))
        self.assertTrue(came[0][1])
        self.assertEqual(came[0], came[1])
        self.assertEqual(came[0], came[2])

    def test_an_export_of_a_running_service_is_restored(self):
        server = self.serve("first")
        server.start()
        self.publish(server, self.first)
        before = server.trajecten()
        export = self.export(server.data, "export")
        answers = self.publish(server, self.second)
        after = server.trajecten()
        server.kill()  # and the disk with it

        restored = self.where / "second" / "data"
        done = run("audit", "restore", export, "--data", restored)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertEqual(self.verified(self.export(restored, "again")), self.verified(export))
        self.assertEqual((self.where / "again").read_bytes(), export.read_bytes())
        with self.serve("second") as server:
            self.assertEqual(server.trajecten(), before)
            # What was answered after the back-up is reported again by those who were answered.
            again = self.publish(server, self.second)
            self.assertEqual([row["outcome"] for row in again], [row["outcome"] for row in answers])
            self.assertEqual(server.trajecten(), after)

        done = run("audit", "restore", export, "--data", restored)
        self.assertEqual(done.returncode, 1)
        self.assertIn("expected a folder without a journal", done.stderr)

    def test_a_damaged_export_is_not_restored(self):
        with self.serve("first") as server:
            self.publish(server, self.first)
        export = self.export(self.where / "first" / "data", "export")
        damaged = bytearray(export.read_bytes())
        damaged[len(damaged) // 2] ^= 1
        export.write_bytes(damaged)
        done = run("audit", "restore", export, "--data", self.where / "second")
        self.assertEqual(done.returncode, 2)
        self.assertFalse(json.loads(done.stdout)["verified"])
        self.assertFalse((self.where / "second" / "journal.db").exists())

    def test_a_folder_of_a_newer_format_is_refused(self):
        with self.serve("first"):
            pass
        data = self.where / "first" / "data"
        journal = sqlite3.connect(data / "journal.db")
        self.assertEqual(journal.execute("PRAGMA user_version").fetchone(), (1,))
        journal.execute("PRAGMA user_version=2")
        journal.commit()
        journal.close()
        for command in (("dev", "--clock", "events", "--grpc-port", "0", "--http-port", "0"), ("audit", "export", "--out", str(self.where / "x"))):
            done = run(*command, "--data", data)
            self.assertEqual(done.returncode, 1)
            self.assertIn("expected a journal of format 1 or older", done.stderr)
            self.assertIn("has format 2: a newer program wrote it", done.stderr)


if __name__ == "__main__":
    BINARY = overdracht.binary_of_arguments()
    unittest.main()
