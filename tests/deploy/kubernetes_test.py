#!/usr/bin/python3
"""The manifests of deploy/kubernetes say what the program asks for, and start it as it can be started.  kubernetes_test.py [--binary PATH]"""
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

FOLDER = overdracht.ROOT / "deploy/kubernetes"
BINARY = None


def manifests(name):
    return [manifest for manifest in yaml.safe_load_all((FOLDER / name).read_text()) if manifest]


def all_of(kind):
    resources = yaml.safe_load((FOLDER / "kustomization.yaml").read_text())["resources"]
    return [manifest for name in resources for manifest in manifests(name) if manifest["kind"] == kind]


class Kubernetes(unittest.TestCase):
    def test_topics_rights_and_alerts_are_what_the_program_and_the_rules_say(self):
        with tempfile.TemporaryDirectory() as scratch:
            subprocess.run([FOLDER / "generate", scratch], check=True, env={**os.environ, "OVERDRACHT": BINARY})
            for name in ("topics.yaml", "users.yaml", "alerts.yaml"):
                self.assertEqual((FOLDER / name).read_text(), pathlib.Path(scratch, name).read_text(), f"run deploy/kubernetes/generate: {name}")

    def test_what_is_generated_is_whole(self):
        topics = {manifest["metadata"]["name"]: manifest["spec"] for manifest in all_of("KafkaTopic")}
        self.assertEqual(topics["regio.journal"]["partitions"], 12)
        self.assertEqual(topics["regio.journal"]["config"]["retention.ms"], "-1")
        self.assertIn("regio.outbox.00000099000000101000", topics)
        self.assertEqual({spec["replicas"] for spec in topics.values()}, {3})
        users = {manifest["metadata"]["name"]: manifest["spec"] for manifest in all_of("KafkaUser")}
        acls = users["oin-00000099000000920000"]["authorization"]["acls"]
        self.assertIn({"resource": {"type": "topic", "name": "regio.journal", "patternType": "literal"}, "operations": ["Read", "Write"]}, acls)
        self.assertIn({"resource": {"type": "topic", "name": "regio.outbox.", "patternType": "prefix"}, "operations": ["Read", "Write", "Create"]}, acls)
        self.assertEqual([name for name, spec in users.items() if "authentication" in spec], [], "Strimzi would call them CN=…")
        alerts, = all_of("PrometheusRule")
        self.assertEqual(alerts["spec"], yaml.safe_load((overdracht.ROOT / "deploy/prometheus/alerts.yaml").read_text()))

    def test_brokers_call_who_connects_by_the_rule_that_tests_run_with(self):
        tried = dict(line.split("=", 1) for line in (overdracht.ROOT / "deploy/kafka/tls.properties").read_text().splitlines() if line.startswith("ssl."))
        kafka, = all_of("Kafka")
        listener, = kafka["spec"]["kafka"]["listeners"]
        told = listener["authentication"]["listenerConfig"]
        for name in ("ssl.principal.mapping.rules", "ssl.client.auth", "ssl.truststore.type"):
            self.assertEqual(told[name], tried[name])

    def test_configurations_can_be_read(self):
        maps = all_of("ConfigMap")
        self.assertEqual(len(maps), 2)
        for manifest in maps:
            for name, text in manifest["data"].items():
                with tempfile.TemporaryDirectory() as scratch:
                    file = pathlib.Path(scratch, name)
                    file.write_text(text)
                    done = subprocess.run([BINARY, "config", "check", file], capture_output=True, text=True)
                self.assertEqual(done.returncode, 0, done.stdout)
                self.assertEqual(yaml.safe_load(text)["kafka"]["topics"], "regio")

    def test_services_are_started_as_they_can_be_and_kept_in_a_small_room(self):
        sets = all_of("StatefulSet")
        self.assertEqual(len(sets), 2)
        for pod in (manifest["spec"]["template"]["spec"] for manifest in sets):
            container, = pod["containers"]
            usage = subprocess.run([BINARY, container["args"][0], "--help"], check=True, capture_output=True, text=True).stdout
            for option in re.findall(r"--[a-z-]+", " ".join(container["args"])):
                self.assertIn(option, usage)
            self.assertTrue(pod["securityContext"]["runAsNonRoot"])
            self.assertEqual(container["securityContext"], {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]}})

    def test_files_that_are_named_are_mounted(self):
        configurations = {manifest["metadata"]["name"]: manifest["data"] for manifest in all_of("ConfigMap")}
        for manifest in all_of("StatefulSet"):
            container, = manifest["spec"]["template"]["spec"]["containers"]
            places = [mount["mountPath"] for mount in container["volumeMounts"]]
            text = "\n".join(configurations[manifest["metadata"]["name"]].values()) + " ".join(container["args"]) + str(container["readinessProbe"])
            for path in re.findall(r"(?<=[ '\"])/[\w./-]+", text):
                self.assertTrue(any(path.startswith(place + "/") for place in places), path)
            volumes = {volume["name"] for volume in manifest["spec"]["template"]["spec"]["volumes"]}
            volumes |= {claim["metadata"]["name"] for claim in manifest["spec"]["volumeClaimTemplates"]}
            self.assertEqual({mount["name"] for mount in container["volumeMounts"]}, volumes)

    def test_probes_ask_the_port_of_the_configuration(self):
        ports = {manifest["metadata"]["name"]: yaml.safe_load(text)["http_port"] for manifest in all_of("ConfigMap") for text in manifest["data"].values()}
        for manifest in all_of("StatefulSet"):
            container, = manifest["spec"]["template"]["spec"]["containers"]
            for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
                self.assertRegex(container[probe]["exec"]["command"][-1], rf":{ports[manifest['metadata']['name']]}/(healthz|readyz)$")


if __name__ == "__main__":
    BINARY = overdracht.binary_of_arguments()
    unittest.main()
