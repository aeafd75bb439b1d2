#!/usr/bin/python3
"""The region of deploy/compose, without containers: its own commands, configurations and certificates, with this machine's paths and ports, before a
broker of deploy/kafka that has the same rules.  compose_test.py [--binary PATH]"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

import yaml

sys.dont_write_bytecode = True
sys.path[:0] = [str(pathlib.Path(__file__).resolve().parents[1] / "support")]
import overdracht  # noqa: E402

COMPOSE = overdracht.ROOT / "deploy/compose"
BROKER = overdracht.ROOT / "deploy/kafka/broker"
PARTNERS = ("zorgaanbieder", "wijkteam", "gemeente")
OURS = ("certs", "topics", "workflow-1", "workflow-2", *PARTNERS)
BINARY = None

FILE = yaml.safe_load((COMPOSE / "compose.yaml").read_text())
SERVICES = FILE["services"]


def settings(path):
    lines = [line.partition("=") for line in path.read_text().splitlines() if line and not line.startswith("#")]
    return {name: value for name, _, value in lines}


class ComposeFile(unittest.TestCase):
    def test_what_is_mounted_is_in_the_project_or_a_volume_that_is_declared(self):
        for name, service in SERVICES.items():
            for source in (mount.split(":")[0] for mount in service.get("volumes", ())):
                known = (COMPOSE / source).is_file() if source.startswith(".") else source in FILE["volumes"]
                self.assertTrue(known, f"{name}: {source}")

    def test_services_are_kept_in_a_small_room(self):
        for name, service in SERVICES.items():
            self.assertEqual((service.get("read_only"), service.get("cap_drop"), service.get("security_opt")), (True, ["ALL"], ["no-new-privileges:true"]), name)
            if name != "grafana":  # its image has a user of its own
                self.assertEqual(service.get("user"), "1000:1000", name)
            for port in service.get("ports", ()):
                self.assertTrue(port.startswith("127.0.0.1:"), f"{name}: {port} is open to other machines")

    def test_who_waits_waits_for_somebody(self):
        for name, service in SERVICES.items():
            for other in service.get("depends_on", ()):
                self.assertIn(other, SERVICES, name)

    def test_services_listen_for_other_containers(self):
        self.assertEqual(yaml.safe_load((COMPOSE / "workflow.yaml").read_text())["listen"], "0.0.0.0")
        for name in PARTNERS:
            self.assertIn("--listen 0.0.0.0", " ".join(SERVICES[name]["command"]), name)

    def test_prometheus_asks_every_service_where_it_listens(self):
        asked = {target: job["job_name"] for job in yaml.safe_load((COMPOSE / "prometheus.yaml").read_text())["scrape_configs"]
                 for group in job["static_configs"] for target in group["targets"]}
        port = {kind: yaml.safe_load((COMPOSE / f"{kind}.yaml").read_text())["http_port"] for kind in ("workflow", "partner")}
        self.assertEqual(asked, {**{f"workflow-{n}:{port['workflow']}": "overdracht-workflow" for n in (1, 2)},
                                 **{f"{name}:{port['partner']}": "overdracht-partner" for name in PARTNERS}})
        done = subprocess.run(["promtool", "check", "config", "--syntax-only", COMPOSE / "prometheus.yaml"], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_the_broker_has_the_rules_of_the_one_that_tests_run_on(self):
        here, tried = settings(COMPOSE / "broker.properties"), settings(overdracht.ROOT / "deploy/kafka/tls.properties")
        places = {"listeners", "advertised.listeners", "ssl.keystore.location", "ssl.truststore.location"}
        self.assertEqual({name: here.get(name) for name in tried if name not in places}, {name: tried[name] for name in tried if name not in places})

    def test_the_image_has_every_library_that_the_program_needs(self):
        command = re.search(r"^RUN (ldd .*)$", (COMPOSE / "Dockerfile").read_text(), re.M)[1]
        with tempfile.TemporaryDirectory() as scratch:
            subprocess.run(["sh", "-ec", command.replace("/out/usr/bin/overdracht", BINARY).replace("/out/packages", f"{scratch}/packages")], check=True)
            packages = pathlib.Path(scratch, "packages").read_text().split()
        files = subprocess.run(["dpkg-query", "--listfiles", *packages], check=True, capture_output=True, text=True).stdout.split()
        held = {pathlib.Path(file).name for file in files}
        needed = re.findall(r"^\t(\S+) => /", subprocess.run(["ldd", BINARY], check=True, capture_output=True, text=True).stdout, re.M)
        self.assertGreater(len(needed), 10)
        self.assertEqual([library for library in needed if library not in held], [])
        self.assertEqual([package for package in packages if package.endswith("-dev")], [])


class Region(unittest.TestCase):
    """Every command as the file has it."""

    @classmethod
    def setUpClass(cls):
        scratch = tempfile.TemporaryDirectory(prefix="overdracht-compose-")
        cls.addClassCleanup(scratch.cleanup)
        cls.where = pathlib.Path(scratch.name)
        cls.services = {}
        cls.once("certs")
        cls.addClassCleanup(lambda: subprocess.run([BROKER, "kill", cls.where / "broker"], capture_output=True))
        started = subprocess.run([BROKER, "start", cls.where / "broker", "--quick", "--for", str(os.getpid()), "--tls", cls.where / "certs"], check=True,
                                 capture_output=True, text=True, timeout=300)
        cls.bootstrap = started.stdout.split("bootstrap=")[1].split()[0]
        cls.once("topics")
        cls.once("topics")  # as `up` does when it is said again
        for name in ("workflow-1", "workflow-2", *PARTNERS):
            cls.serve(name)

    @classmethod
    def here(cls, word, name):
        """A word of the file, or a configuration, with this machine's places."""
        (cls.where / name).mkdir(exist_ok=True)
        for mount in SERVICES[name]["volumes"]:
            source, target = mount.split(":")[:2]
            if source.startswith("."):
                if target not in word:
                    continue
                mine = cls.where / name / pathlib.Path(target).name
                mine.write_text(cls.here((COMPOSE / source).read_text(), name))
            else:
                mine = cls.where / ("certs" if source == "certs" else f"{name}/data")
            word = word.replace(target, str(mine))
        return word.replace("broker:9093", getattr(cls, "bootstrap", ""))

    @classmethod
    def once(cls, name):
        entry = SERVICES[name].get("entrypoint", [BINARY])
        (cls.where / "certs").mkdir(exist_ok=True)
        done = subprocess.run([*entry, *(cls.here(word, name) for word in SERVICES[name]["command"])], capture_output=True, text=True, timeout=120,
                              env={**os.environ, "PATH": f"{pathlib.Path(BINARY).parent}:{os.environ['PATH']}"})
        if done.returncode != 0:
            raise overdracht.Failed(f"{name}: {done.stdout} {done.stderr}")

    @classmethod
    def serve(cls, name):
        service = overdracht.Dev(BINARY, cls.where / name / "data")
        words = [cls.here(word, name) for word in SERVICES[name]["command"] if word not in ("--listen", "0.0.0.0")]
        service.arguments = [BINARY, *words, "--listen", "127.0.0.1", "--grpc-port", "0", "--http-port", "0"]
        cls.addClassCleanup(lambda: service.process and service.process.poll() is None and service.kill())
        service.start()
        cls.services[name] = service

    def port(self, name):
        return self.services[name].http.rsplit(":", 1)[1]

    def pem(self, who):
        return {"cert": f"{self.where}/certs/{who}.pem", "key": f"{self.where}/certs/{who}.key"}

    def test_health_is_asked_as_it_can_be_answered(self):
        for name in ("workflow-1", *PARTNERS):
            command = [self.here(word, name) for word in SERVICES[name]["healthcheck"]["test"][1:]]
            command[-1] = re.sub(r":\d+/", f":{self.port(name)}/", command[-1])
            done = subprocess.run(command, capture_output=True, text=True)
            self.assertEqual((done.returncode, done.stdout), (0, "ok\n"), done.stderr)

    def test_prometheus_is_let_in_by_the_names_that_it_knows(self):
        for name in self.services:
            done = subprocess.run(["curl", "--silent", "--show-error", "--fail", "--cacert", self.where / "certs/ca.pem",
                                   *(word for option, file in self.pem("operator").items() for word in (f"--{option}", file)),
                                   "--resolve", f"{name}:{self.port(name)}:127.0.0.1", f"https://{name}:{self.port(name)}/metrics"],
                                  capture_output=True, text=True)
            self.assertIn("overdracht_", done.stdout, f"{name}: {done.stderr}")

    def test_a_report_is_decided_and_its_answer_comes_back(self):
        words = "trajecten.started --traject 7e57ab1e-0000-4000-8000-000000000001 workflow=uitstroom client=c-1 " \
                "participants=zorgaanbieder:00000099000000101000,wijkteam:00000099000000102000,gemeente:00000099000000103000"
        files = {"ca": f"{self.where}/certs/ca.pem", **self.pem("00000099000000101000")}
        done = subprocess.run([BINARY, "report", *words.split(), "--as", "00000099000000101000", "--server", self.services["zorgaanbieder"].address,
                               *(word for option, file in files.items() for word in (f"--tls-{option}", file))], capture_output=True, text=True, timeout=60)
        self.assertRegex(done.stdout, "^aangenomen, positie ", done.stderr)


if __name__ == "__main__":
    BINARY = overdracht.binary_of_arguments()
    unittest.main()
