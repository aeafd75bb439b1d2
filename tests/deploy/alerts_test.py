#!/usr/bin/python3
"""Alerts and dashboard are about figures that the services have, every alert is explained, and each goes off when it should."""
import json
import pathlib
import re
import subprocess
import tempfile
import unittest

import yaml

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
ALERTS = ROOT / "deploy/prometheus/alerts.yaml"
DASHBOARD = ROOT / "deploy/grafana/overdracht.json"
PAGE = ROOT / "docs/alerts.md"

OURS = re.compile(r"\boverdracht_[a-z_]+")


def rules():
    return [rule for group in yaml.safe_load(ALERTS.read_text())["groups"] for rule in group["rules"]]


def queries():
    """Of each panel its title and what it asks, for one region."""
    for panel in json.loads(DASHBOARD.read_text())["panels"]:
        for target in panel.get("targets", ()):
            yield panel["title"], target["expr"].replace("$region", "r")


def figures():
    """Every figure that a source of the services names."""
    sources = [path for path in (ROOT / "services").rglob("*") if path.suffix in (".cc", ".h")]
    return set(re.findall(r'"(overdracht_[a-z_]+)"', "\n".join(path.read_text() for path in sources)))


def run(*arguments):
    done = subprocess.run(arguments, capture_output=True, text=True, timeout=300)
    return done.returncode, done.stdout + done.stderr


class Alerts(unittest.TestCase):
    def assert_known(self, where, expression):
        known = figures()
        for name in OURS.findall(expression):
            self.assertTrue({name, re.sub("_(bucket|count)$", "", name)} & known, f"{where}: no service says {name}: has it another name?")

    def test_alerts_and_dashboard_ask_for_figures_that_are_there(self):
        self.assertGreater(len(figures()), 10)
        for rule in rules():
            self.assert_known(rule["alert"], rule["expr"])
        for title, expression in queries():
            self.assert_known(title, expression)

    def test_every_alert_is_whole_and_has_its_section(self):
        sections = re.findall(r"^## (\w+)$", PAGE.read_text(), re.M)
        self.assertEqual(sections, [rule["alert"] for rule in rules()], f"{PAGE.name}: a section for each alert, in their order")
        for rule in rules():
            self.assertIn(rule["labels"]["severity"], ("critical", "warning", "info"), rule["alert"])
            self.assertTrue(rule["annotations"]["runbook_url"].endswith(f"/docs/alerts.md#{rule['alert'].lower()}"), rule["alert"])
            self.assertRegex(rule["annotations"]["summary"], r"\.$", rule["alert"])

    def test_links_of_the_page_lead_somewhere(self):
        for target in re.findall(r"\]\(([^)]+)\)", PAGE.read_text()):
            path, _, section = target.partition("#")
            page = (PAGE.parent / path) if path else PAGE
            self.assertTrue(page.exists(), target)
            if section and page.suffix == ".md":
                headings = [re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in re.findall(r"^#+ (.+)$", page.read_text(), re.M)]
                self.assertIn(section, headings, target)

    def test_prometheus_reads_rules_and_queries(self):
        code, said = run("promtool", "check", "rules", str(ALERTS))
        self.assertEqual(code, 0, said)
        recorded = [{"record": f"panel:{number}", "expr": expression} for number, (_, expression) in enumerate(queries())]
        with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
            json.dump({"groups": [{"name": "dashboard", "rules": recorded}]}, file)
            file.flush()
            code, said = run("promtool", "check", "rules", file.name)
        self.assertEqual(code, 0, said)

    def test_alerts_go_off_when_they_should(self):
        files = sorted(HERE.glob("alerts*_test.yaml"))
        tried = set(re.findall(r"Overdracht\w+", "".join(file.read_text() for file in files)))
        self.assertEqual(tried, {rule["alert"] for rule in rules()}, "each alert has its case")
        code, said = run("promtool", "test", "rules", *map(str, files))
        self.assertEqual(code, 0, said)


if __name__ == "__main__":
    unittest.main()
