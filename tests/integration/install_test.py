#!/usr/bin/env python3
"""What `cmake --install` puts in place: the program runs, systemd can run it, and keeps it in a small room.  install_test.py --build DIR"""
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

BUILD = None
MOST_EXPOSED = 20  # of 100, as systemd-analyze counts; a service without any hardening has 96


def run(*arguments):
    done = subprocess.run(arguments, capture_output=True, text=True, timeout=120)
    return done.returncode, done.stdout + done.stderr


class Install(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scratch = tempfile.TemporaryDirectory(prefix="overdracht-install-")
        cls.addClassCleanup(cls.scratch.cleanup)
        cls.prefix = pathlib.Path(cls.scratch.name) / "usr"
        code, said = run("cmake", "--install", BUILD, "--prefix", str(cls.prefix))
        if code != 0:
            raise AssertionError(said)
        cls.program = cls.prefix / "bin/overdracht"
        cls.units = sorted((cls.prefix / "lib/systemd/system").glob("*.service"))

    def test_the_program_runs_from_where_it_was_put(self):
        code, said = run(self.program, "--version")
        self.assertEqual(code, 0, said)
        self.assertRegex(said, r"^overdracht \d+\.\d+\.\d+")
        code, said = run(self.program, "workflow", "show", "uitstroom", "--format", "mermaid")
        self.assertEqual(code, 0, said)

    def test_pages_and_protos_are_there(self):
        for path in ("share/doc/overdracht/operating.md", "share/doc/overdracht/README.md", "share/overdracht/proto/overdracht/api/v1/event_service.proto"):
            self.assertTrue((self.prefix / path).is_file(), path)

    def test_what_a_client_in_cpp_needs_is_there_and_no_more(self):
        """That it can be built with is for tests/examples to see."""
        headers = {str(path.relative_to(self.prefix / "include/overdracht").parts[0]) for path in (self.prefix / "include/overdracht").rglob("*.h")}
        self.assertEqual(headers, {"api", "client.h", "event", "notice"})
        libraries = {path.name for path in self.prefix.rglob("*.a")}
        self.assertEqual(libraries, {f"liboverdracht_{name}.a" for name in ("api", "api_grpc", "api_proto", "client")})

    def test_systemd_can_read_the_units(self):
        self.assertEqual([unit.name for unit in self.units], ["overdracht-partner@.service", "overdracht-workflow.service"])
        for unit in self.units:
            text = unit.read_text().replace("/usr/bin/overdracht", str(self.program))
            copy = pathlib.Path(self.scratch.name) / unit.name.replace("@", "@00000099000000101000")
            copy.write_text(text)
            code, said = run("systemd-analyze", "verify", "--man=no", str(copy))
            ours = [line for line in said.splitlines() if "overdracht" in line]
            self.assertEqual((code, ours), (0, []), said)
            code, said = run("systemd-analyze", "security", "--offline=true", f"--threshold={MOST_EXPOSED}", str(copy))
            self.assertEqual(code, 0, said[-300:])

    def test_a_service_that_ends_is_started_again_however_often(self):
        for unit in self.units:
            head = unit.read_text().partition("[Service]")[0]
            self.assertRegex(head, r"(?m)^StartLimitIntervalSec=0$", unit.name)

    def waits_for(self, configuration, environment):
        """Where the partner service of the unit looks for its region."""
        file = pathlib.Path(self.scratch.name) / "partner.yaml"
        file.write_text(configuration)
        line = re.search(r"^ExecStart=(.*)$", self.units[0].read_text(), re.M)[1]
        for name, value in {"/usr/bin/overdracht": str(self.program), "${STATE_DIRECTORY}": f"{self.scratch.name}/data",
                            "/etc/overdracht/partner-%i.yaml": str(file), "%i": "00000099000000101000"}.items():
            line = line.replace(name, value)
        with subprocess.Popen(line.split(), env={**os.environ, **environment}, stderr=subprocess.PIPE, text=True) as service:
            said = json.loads(service.stderr.readline())
            service.terminate()
        self.assertEqual((service.returncode, said["message"]), (0, "waiting for the region"), said)
        return said["region"]

    def test_a_partner_service_finds_its_region_on_kafka_and_on_a_workflow_service(self):
        kafka = "kafka: {bootstrap: \"127.0.0.1:9\", topics: pilot}\n"
        self.assertEqual(self.waits_for(kafka, {}), "127.0.0.1:9 pilot")
        self.assertEqual(self.waits_for("log_calls: none\n", {"OVERDRACHT_REGION": "127.0.0.1:10"}), "127.0.0.1:10")

    def test_who_may_read_keys_is_a_group_that_is_made(self):
        made = (self.prefix / "lib/sysusers.d/overdracht.conf").read_text()
        for unit in self.units:
            group = re.search(r"^SupplementaryGroups=(\w+)$", unit.read_text(), re.M)[1]
            self.assertRegex(made, rf"(?m)^g {group} ", unit.name)

    def test_the_commands_of_the_units_have_their_options(self):
        for unit in self.units:
            command = re.search(r"^ExecStart=/usr/bin/overdracht (\S+) (.*)$", unit.read_text(), re.M)
            code, usage = run(self.program, command[1], "--help")
            self.assertEqual(code, 0, usage)
            for option in re.findall(r"--[a-z-]+", command[2]):
                self.assertIn(option, usage, unit.name)


if __name__ == "__main__":
    BUILD = sys.argv[sys.argv.index("--build") + 1]
    unittest.main(argv=sys.argv[:1])
