#!/usr/bin/env python3
"""The command line as scripts rely on it: lines, fields, exit codes.  cli_test.py [--binary PATH] [TestCase.test…]"""
import http.client
import http.client
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time
import unittest

sys.dont_write_bytecode = True
sys.path[:0] = [str(pathlib.Path(__file__).resolve().parents[1] / "support")]
import overdracht  # noqa: E402

ZORG, WIJK, GEMEENTE = "00000099000000101000", "00000099000000102000", "00000099000000103000"
BINARY = None


def traject(number):
    return f"00000000-0000-4000-8000-{number:012d}"


def event(name, identity, data, number=1, when="2017-01-02T09:00:00Z", organisation=ZORG, **more):
    return json.dumps({
        "specversion": "1.0", "id": identity, "source": f"urn:nld:oin:{organisation}:systeem:test", "type": f"nl.overdracht.{name}.v1",
        "subject": traject(number), "time": when, "data": data, **more})


def started(number=1, when="2017-01-02T09:00:00Z"):
    roles = (("zorgaanbieder", ZORG), ("wijkteam", WIJK), ("gemeente", GEMEENTE))
    participants = [{"role": role, "organisation": organisation} for role, organisation in roles]
    return event("trajecten.started", f"start-{number}", {"workflow": "uitstroom", "client": "c-1", "participants": participants}, number, when)


def completed(task, identity, number=1, when="2017-01-02T09:00:00Z"):
    return event("tasks.completed", identity, {"task": task}, number, when)


def run(*arguments, text=None, timeout=60, environment=None):
    return subprocess.run([BINARY, *arguments], input=text, capture_output=True, text=True, timeout=timeout, env={**os.environ, **(environment or {})})


class Case(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory(prefix="overdracht-cli-")
        self.addCleanup(scratch.cleanup)
        self.where = pathlib.Path(scratch.name)

    def serve(self, clock="events", extra=()):
        server = overdracht.Dev(BINARY, self.where / "data", clock, extra)
        server.start()
        self.addCleanup(lambda: server.process.poll() is None and server.kill())
        return server

    def file(self, text, name="events.jsonl"):
        path = self.where / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return str(path)

    def publish(self, server, text, *more):
        return run("publish", self.file(text), "--json", "--server", server.address, *more)


class Publish(Case):
    def test_one_line_an_event_with_the_fields_of_the_contract(self):
        server = self.serve()
        done = self.publish(server, "\n".join([started(), completed("verhuizing", "x"), started()]))
        self.assertEqual(done.returncode, 2)
        first, second, third = done.stdout.splitlines()
        self.assertRegex(first, r'^\{"line":1,"source":"urn:nld:oin:%s:systeem:test","id":"start-1","subject":"%s","outcome":"accepted",'
                                r'"position":"0:\d+","duplicate":false\}$' % (ZORG, traject(1)))
        refused = json.loads(second)
        self.assertEqual({k: refused[k] for k in ("line", "id", "outcome", "code", "duplicate")},
                         {"line": 2, "id": "x", "outcome": "refused", "code": "ILLEGAL_STATE", "duplicate": False})
        self.assertIn("expected", refused["message"])
        self.assertIn("verwacht", refused["melding"])
        self.assertTrue(refused["reason"].isupper())
        self.assertIsInstance(refused["parameters"], dict)
        again = json.loads(third)
        self.assertTrue(again["duplicate"])
        self.assertEqual(again["position"], json.loads(first)["position"])
        self.assertIn("2 accepted, 1 refused", done.stderr)
        self.assertIn("1 ILLEGAL_STATE", done.stderr)

    def test_lines_are_numbered_as_in_the_file(self):
        server = self.serve()
        text = "\n".join([started(), "", "   ", "no event", completed("actieplan", "a"), "[]"])  # the last one without newline
        done = self.publish(server, text)
        rows = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual([(row["line"], row.get("code")) for row in rows], [(1, None), (4, "MALFORMED"), (5, None), (6, "MALFORMED")])
        done = self.publish(server, text, "--from-line", "4")
        self.assertEqual([json.loads(line)["line"] for line in done.stdout.splitlines()], [4, 5, 6])
        self.assertEqual(self.publish(server, text, "--from-line", "7").stdout, "")

    def test_what_is_too_long_is_refused_and_the_rest_goes_on(self):
        server = self.serve()
        fill = 65536 - len(event("tasks.completed", "long", {"task": "actieplan"}, extra=""))
        fits = event("tasks.completed", "long", {"task": "actieplan"}, extra="x" * fill)
        self.assertEqual(len(fits), 65536)
        text = "\n".join([started(), fits, fits.replace('"long"', '"longer"'), "x" * 5_000_000, completed("crisiskaart", "b")]) + "\n"
        rows = [json.loads(line) for line in self.publish(server, text).stdout.splitlines()]
        self.assertEqual([row.get("code") for row in rows], [None, None, "MALFORMED", "MALFORMED", None])
        self.assertEqual(rows[3]["reason"], "TOO_LONG")

    def test_standard_input_and_exit_0(self):
        server = self.serve()
        done = run("publish", "-", "--json", "--server", server.address, text=started() + "\n")
        self.assertEqual((done.returncode, len(done.stdout.splitlines())), (0, 1))

    def test_each_answer_is_flushed_when_it_is_known(self):
        server = self.serve()
        client = subprocess.Popen(server.command("publish", "-", "--json"), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for number in (1, 2):
            client.stdin.write(started(number) + "\n")
            client.stdin.flush()
            self.assertEqual(json.loads(client.stdout.readline())["line"], number)
        # The server is gone, and standard input stays open.
        server.kill()
        begun = time.monotonic()
        self.assertEqual(client.wait(10), 1)
        self.assertLess(time.monotonic() - begun, 2)
        self.assertIn("--from-line 3", client.stderr.read())
        for pipe in (client.stdin, client.stdout, client.stderr):
            pipe.close()

    def test_a_source_without_the_test_prefix_and_the_wrong_speaker(self):
        server = self.serve()
        other = event("tasks.completed", "x", {"task": "actieplan"}, organisation="00000004000000001000")
        rows = [json.loads(line) for line in self.publish(server, "\n".join([started(), other])).stdout.splitlines()]
        self.assertEqual(rows[1]["code"], "SOURCE_MISMATCH")
        done = self.publish(server, completed("actieplan", "y"), "--as", WIJK)
        self.assertEqual(json.loads(done.stdout)["code"], "SOURCE_MISMATCH")
        done = self.publish(server, completed("actieplan", "y"), "--as", "00000004000000001000")
        self.assertEqual((done.returncode, done.stdout), (1, ""))

    def test_without_a_server(self):
        begun = time.monotonic()
        done = run("publish", self.file(started()), "--server", "127.0.0.1:1")
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertLess(time.monotonic() - begun, 2)


class Dev(Case):
    def test_the_ready_line_says_where_it_is_reached(self):
        for listen, host in (("127.0.0.2", "127.0.0.2"), ("::1", "[::1]")):
            with self.subTest(listen):
                server = overdracht.Dev(BINARY, self.where / listen / "data", extra=("--listen", listen))
                with server:
                    self.assertEqual([address.rsplit(":", 1)[0] for address in (server.address, server.http)], [host, host])
                    connection = http.client.HTTPConnection(server.http, timeout=60)
                    connection.request("GET", "/healthz")
                    self.assertEqual(connection.getresponse().status, 200)
                    connection.close()
                    self.assertEqual(server.trajecten(), [])

    def test_ready_line_drain_and_restart(self):
        data = self.where / "data"
        process = subprocess.Popen([BINARY, "dev", "--data", str(data), "--grpc-port", "0", "--http-port", "0"], stdout=subprocess.PIPE, text=True)
        line = process.stdout.readline()
        self.assertRegex(line, r"^ready grpc=127\.0\.0\.1:\d+ http=127\.0\.0\.1:\d+ data=%s clock=wall\n$" % re.escape(str(data)))
        process.terminate()
        self.assertEqual(process.wait(10), 0)
        self.assertEqual(process.stdout.read(), "")
        process.stdout.close()

    def test_one_process_a_folder_and_one_clock(self):
        server = self.serve("events")
        dev = ("dev", "--data", str(self.where / "data"), "--grpc-port", "0", "--http-port", "0")
        done = run(*dev, "--clock", "events")
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        server.stop()
        done = run(*dev, "--clock", "wall")
        self.assertEqual(done.returncode, 1)
        self.assertIn("events", done.stderr)
        self.assertIn("wall", done.stderr)

    def test_a_port_that_is_taken(self):
        server = self.serve()
        done = run("dev", "--data", str(self.where / "other"), "--grpc-port", server.address.split(":")[1], "--http-port", "0")
        self.assertEqual(done.returncode, 1)
        self.assertIn("--grpc-port", done.stderr)

    def test_a_port_that_was_just_let_go_of_is_free(self):
        server = self.serve()
        host, port = server.http.split(":")
        looking = http.client.HTTPConnection(host, int(port), timeout=10)
        self.addCleanup(looking.close)
        looking.request("GET", "/healthz")
        self.assertEqual(looking.getresponse().read(), b"ok\n")
        server.stop()
        server.arguments[server.arguments.index("--http-port") + 1] = port
        server.start()
        self.assertEqual(server.http, f"{host}:{port}")
        done = run("dev", "--data", str(self.where / "other"), "--grpc-port", "0", "--http-port", port)
        self.assertEqual(done.returncode, 1)
        self.assertIn("--http-port", done.stderr)

    def test_after_a_kill_it_goes_on_where_it_was(self):
        server = self.serve()
        self.publish(server, started())
        before = server.trajecten()
        server.kill()
        server.start()
        self.assertEqual(server.trajecten(), before)

    def test_a_flipped_byte_of_the_journal_is_refused_with_its_place(self):
        server = self.serve()
        self.publish(server, "\n".join(started(n) for n in range(1, 6)))
        server.stop()
        for name in ("cache.db", "cache.db-wal"):
            (self.where / "data" / name).unlink(missing_ok=True)
        path = self.where / "data" / "journal.db"
        content = bytearray(path.read_bytes())
        content[content.index(b"start-3")] ^= 1
        path.write_bytes(content)
        done = run("dev", "--data", str(self.where / "data"), "--clock", "events", "--grpc-port", "0", "--http-port", "0")
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertRegex(done.stderr, r"\d")

    def test_damage_that_the_start_does_not_read_stops_the_service(self):
        server = self.serve()
        self.publish(server, "\n".join(started(n) for n in range(1, 6)))
        server.stop()
        server.start()
        server.stop()
        path = self.where / "data" / "journal.db"
        content = bytearray(path.read_bytes())
        content[content.index(b"start-3")] ^= 1
        path.write_bytes(content)
        server.start()
        self.assertEqual(server.process.wait(30), 1)
        server.process.stdout.close()
        self.assertIn("stopped", (self.where / "server.log").read_text())


class Asking(Case):
    def test_clock(self):
        server = self.serve()
        self.publish(server, started())
        self.assertEqual(server.run("clock", "advance", "--to", "2017-01-20T00:00:00Z", "--json"), '{"clock":"2017-01-20T00:00:00Z"}\n')
        self.assertEqual(server.run("clock", "advance", "--to", "2017-01-19T00:00:00Z", "--json"), '{"clock":"2017-01-20T00:00:00Z"}\n')
        kinds = [row["type"] for row in server.outbox(ZORG)]
        self.assertIn("nl.overdracht.notices.term-expired.v1", kinds)
        self.assertEqual(run("clock", "advance", "--to", "tomorrow", "--server", server.address).returncode, 64)

    def test_the_wall_clock_cannot_be_advanced(self):
        server = self.serve("wall")
        self.assertEqual(run("clock", "advance", "--to", "2030-01-01T00:00:00Z", "--server", server.address).returncode, 64)

    def test_trajecten(self):
        server = self.serve()
        self.publish(server, "\n".join(started(n) for n in (3, 1, 2)))
        lines = server.run("traject", "list", "--json").splitlines()
        self.assertEqual([json.loads(line)["traject"] for line in lines], [traject(n) for n in (1, 2, 3)])
        self.assertEqual(list(json.loads(lines[0])), ["traject", "workflow", "version", "phase", "status", "responsible", "participants", "openTasks",
                                                     "handovers", "disclosures", "episodes", "homes", "stateHash"])
        shown = json.loads(server.run("traject", "show", traject(1), "--json"))
        self.assertLessEqual({"tasks", "timers", "position"}, set(shown))
        task = next(task for task in shown["tasks"] if task["task"] == "actieplan")
        self.assertEqual(task, {"task": "actieplan", "owner": {"role": "zorgaanbieder", "organisation": ZORG}, "required": True,
                                "dueBy": "2017-02-13T09:00:00Z", "standsStill": False, "times": 0})
        self.assertEqual(shown["position"], json.loads(self.publish(server, started(1)).stdout)["position"])
        self.assertIn("houdt", "houdt" + server.run("traject", "show", traject(1)))
        self.assertIn("Open taken", server.run("traject", "show", traject(1)))
        for unknown in (traject(9), "no-uuid"):
            self.assertEqual(run("traject", "show", unknown, "--server", server.address).returncode, 1)

    def test_outbox(self):
        server = self.serve()
        self.publish(server, "\n".join([started(), completed("verhuizing", "x")]))
        rows = server.outbox(ZORG)
        self.assertGreater(len(rows), 3)
        sequences = [row["sequence"] for row in rows]
        self.assertEqual(sequences, sorted(set(sequences)))
        for place in (0, len(rows) // 2, len(rows) - 1):
            self.assertEqual(server.rows("outbox", "read", "--oin", ZORG, "--after", rows[place]["cursor"], "--json"), rows[place + 1:])
        self.assertEqual(server.outbox("00000099000000999000"), [])
        with_answers = [row["type"] for row in server.rows("outbox", "read", "--oin", ZORG, "--answers", "--json")]
        self.assertEqual([kind for kind in with_answers if "answers" in kind],
                         ["nl.overdracht.answers.accepted.v1", "nl.overdracht.answers.refused.v1"])
        self.assertEqual(run("outbox", "read", "--oin", ZORG, "--after", "x", "--server", server.address).returncode, 64)

    def test_answers_about_trajecten_that_were_never_started(self):
        server = self.serve()
        unknown = event("contacts.held", "u", {"kind": "home_visit"}, 7)
        refused = event("trajecten.started", "s", {**json.loads(started(8))["data"], "workflow": "nothing"}, 8)
        mismatch = event("tasks.completed", "m", {"task": "actieplan"}, organisation=WIJK)
        said = [json.loads(line) for line in self.publish(server, "\n".join([unknown, refused])).stdout.splitlines()]
        said += [json.loads(line) for line in self.publish(server, mismatch, "--as", ZORG).stdout.splitlines()]
        answers = server.rows("outbox", "read", "--oin", ZORG, "--answers", "--json")
        self.assertEqual([answer["subject"] for answer in answers], [traject(7), traject(8), traject(1)])
        for answer, row in zip(answers, said):
            row.pop("line")
            self.assertEqual(answer["data"], row)

    def test_outbox_follow(self):
        server = self.serve()
        self.publish(server, started())
        many = len(server.outbox(ZORG))
        client = subprocess.Popen(server.command("outbox", "read", "--oin", ZORG, "--follow", "--json"), stdout=subprocess.PIPE, text=True)
        for _ in range(many):
            client.stdout.readline()
        self.publish(server, completed("actieplan", "a"))
        self.assertIn("task-closed", client.stdout.readline())
        client.terminate()
        client.wait(10)
        client.stdout.close()

    def test_report(self):
        server = self.serve()
        self.publish(server, started())
        report = ("report", "tasks.completed", "--as", ZORG, "--traject", traject(1), "--time", "2017-01-03T09:00:00Z", "--server", server.address)
        self.assertEqual(run(*report, "task=actieplan", "--validate-only", "--json").returncode, 0)
        done = run(*report, "task=actieplan", "--json")
        self.assertEqual((done.returncode, json.loads(done.stdout)["outcome"]), (0, "accepted"))
        done = run(*report, "task=actieplan", "--json")
        refused = json.loads(done.stdout)
        self.assertEqual((done.returncode, refused["code"], refused["duplicate"]), (2, "ILLEGAL_STATE", False))
        self.assertIn("expected", refused["message"])
        self.assertIn("verwacht", run(*report, "task=actieplan").stdout)
        done = run(*report, "task=crisiskaart", "--if-position", "0:1", "--json")
        moved = json.loads(done.stdout)
        now = json.loads(server.run("traject", "show", traject(1), "--json"))["position"]
        self.assertEqual((moved["reason"], moved["parameters"]), ("POSITION_MOVED", {"expected": "0:1", "state": now}))
        self.assertIn(now, moved["message"])
        self.assertIn(now, moved["melding"])
        self.assertEqual(run(*report, "task=crisiskaart", "--if-position", "7").returncode, 64)
        stranger = ("report", "tasks.completed", "--as", "00000004000000001000", "--traject", traject(1), "--server", server.address)
        self.assertEqual(run(*stranger, "task=crisiskaart").returncode, 1)
        self.assertEqual(run("report", "tasks.eaten", "--as", ZORG, "--traject", traject(1), "--server", server.address).returncode, 64)

    def test_what_is_explained_is_what_is_decided(self):
        server = self.serve()
        self.publish(server, started())
        explained = json.loads(server.run("explain", traject(1), "--as", ZORG, "--json"))
        tasks = next(report["fields"][0]["values"] for report in explained["permitted"] if report["name"] == "tasks.completed")
        self.assertIn("actieplan", tasks)
        for task in tasks:
            report = ("report", "tasks.completed", "--as", ZORG, "--traject", traject(1), f"task={task}", "--validate-only", "--server", server.address)
            self.assertEqual(run(*report).returncode, 0, task)
        refused = next(report for report in explained["refused"] if report["name"] == "supports.granted")
        self.assertEqual((refused["code"], refused["parameters"]), ("ROLE_NOT_ALLOWED", {"permitted": "gemeente"}))
        self.assertIn("tasks.completed task=", server.run("explain", traject(1), "--as", ZORG))
        stranger = run("explain", traject(1), "--as", "00000099000000109000", "--server", server.address)
        self.assertEqual(stranger.returncode, 1)
        self.assertIn("expected a traject that you were told of", stranger.stderr)

    def test_check_events_answers_as_publish_and_keeps_nothing(self):
        server = self.serve()
        lines = "\n".join([started(1), started(1), '{"x": 1}', started(2)])
        published = self.publish(server, lines)
        scratch = self.where / "scratch"
        scratch.mkdir()
        checked = run("check-events", "-", "--json", text=lines, environment={"TMPDIR": str(scratch)})
        self.assertEqual(checked.returncode, 2)
        self.assertEqual(checked.stdout, published.stdout)
        self.assertEqual(list(scratch.iterdir()), [])

    def test_audit_of_a_folder_that_is_held_and_of_one_that_is_not(self):
        server = self.serve()
        self.publish(server, "\n".join([started(), completed("actieplan", "a")]))
        lines = server.run("traject", "list", "--json")
        exports = [self.where / "held", self.where / "free"]
        self.assertEqual(run("audit", "export", "--data", str(server.data), "--out", str(exports[0])).returncode, 0)
        server.stop()
        self.assertEqual(run("audit", "export", "--data", str(server.data), "--out", str(exports[1])).returncode, 0)
        verified = [run("audit", "verify", str(export)) for export in exports]
        self.assertEqual([done.returncode for done in verified], [0, 0])
        roots = [json.loads(done.stdout) for done in verified]
        self.assertEqual(roots[0]["root"], roots[1]["root"])
        self.assertTrue(roots[0]["verified"])
        self.assertEqual(run("audit", "replay", str(exports[0]), "--json").stdout, lines)
        compared = run("audit", "replay", str(exports[0]), "--compare", "--json")
        self.assertEqual((compared.returncode, compared.stdout), (0, lines))
        self.assertIn("decided the same", compared.stderr)
        content = bytearray(exports[0].read_bytes())
        content[content.rindex(b"actieplan")] ^= 1
        exports[0].write_bytes(content)
        done = run("audit", "verify", str(exports[0]))
        self.assertEqual(done.returncode, 2)
        self.assertEqual(list(json.loads(done.stdout))[:3], ["verified", "position", "why"])
        self.assertEqual(run("audit", "export", "--data", str(self.where / "nothing"), "--out", str(exports[1])).returncode, 1)


class Tools(Case):
    def test_help_and_wrong_usage(self):
        for command in ((), ("dev",), ("publish",), ("report",), ("clock", "advance"), ("traject", "list"), ("traject", "show"), ("outbox", "read"),
                        ("audit", "export"), ("audit", "verify"), ("audit", "replay"), ("workflow", "check"), ("workflow", "show"), ("workflow", "test"),
                        ("completion",)):
            done = run(*command, "--help")
            self.assertEqual(done.returncode, 0, command)
            self.assertIn("--help", done.stdout)
        for wrong in ((), ("fly",), ("publish",), ("dev",), ("dev", "--data", "x", "--clock", "sun"), ("traject",), ("outbox", "read")):
            self.assertEqual(run(*wrong).returncode, 64, wrong)

    def test_where_a_region_on_kafka_is(self):
        """What is wrong with it is said before any broker is asked."""
        init = ("deploy", "kafka-init", "--partitions", "4")
        for why, arguments in (
            ("--kafka and --topics, or both in the configuration", ()),
            ("--kafka and --topics together", ("--kafka", "127.0.0.1:1")),
            ("--topics of 1 to 64", ("--kafka", "127.0.0.1:1", "--topics", "a.b")),
            ("other brokers than host:port of loopback", ("--kafka", "kafka.example.nl:9092", "--topics", "a")),
            ("--kafka-cert, --kafka-key and --kafka-ca together", ("--kafka", "127.0.0.1:1", "--topics", "a", "--kafka-key", "x")),
            ("OINs of 20 digits", ("--kafka", "127.0.0.1:1", "--topics", "a", "--auditor", "7")),
        ):
            done = run(*init, *arguments)
            self.assertEqual(done.returncode, 64, arguments)
            self.assertIn(why, done.stderr)
        # The configuration says it as well, and a flag wins.
        configuration = self.where / "kafka.yaml"
        configuration.write_text("kafka: {bootstrap: '127.0.0.1:1', topics: pilot, tls: {certificate: none.pem, key: none.key, ca: none.pem}}\n")
        done = run(*init, "--config", str(configuration))
        self.assertEqual(done.returncode, 64)
        self.assertIn(str(self.where / "none.pem"), done.stderr)
        self.assertIn("--topics", run(*init, "--config", str(configuration), "--topics", "a.b").stderr)
        self.assertEqual(run("deploy", "kafka-init", "--kafka", "127.0.0.1:1", "--topics", "a").returncode, 64)

    def test_completion(self):
        script = 'source <("$0" completion bash); COMP_WORDS=(overdracht traject li) COMP_CWORD=2; _overdracht; echo "${COMPREPLY[0]}"'
        done = subprocess.run(["bash", "-c", script, BINARY], capture_output=True, text=True)
        self.assertEqual(done.stdout, "list\n", done.stderr)

    def test_workflows(self):
        shipped = str(overdracht.ROOT / "workflows")
        self.assertEqual(run("workflow", "check", shipped).returncode, 0)
        broken = self.where / "mine"
        broken.mkdir()
        (broken / "workflow.yaml").write_text("id: mine\nphases: 7\n")
        done = run("workflow", "check", str(broken))
        self.assertEqual(done.returncode, 2)
        self.assertRegex(done.stdout, r"workflow\.yaml:\d+:\d+: \S+: .*expected")
        for line in run("workflow", "check", str(broken), "--json").stdout.splitlines():
            self.assertEqual(list(json.loads(line)), ["file", "line", "column", "code", "message"])
        # A file of any name is read as a definition.
        lone = self.where / "Mijn regio.yaml"
        lone.write_text("a: &b 1\nc: *b\n")
        done = run("workflow", "check", str(lone))
        self.assertEqual(done.returncode, 2)
        self.assertIn(f"{lone}:1:4: anchor: ", done.stdout)
        self.assertEqual(run("workflow", "check", os.path.join(shipped, "uitstroom", "texts.nl.yaml")).returncode, 0)
        diagram = run("workflow", "show", "uitstroom").stdout
        self.assertTrue(diagram.startswith("stateDiagram-v2\n"))
        self.assertIn("voor --> tijdens", diagram)
        self.assertEqual(run("workflow", "check", str(self.where / "nothing")).returncode, 1)

    def test_demo(self):
        data = self.where / "demo"
        process = subprocess.Popen([BINARY, "dev", "--demo", "--data", str(data), "--grpc-port", "0", "--http-port", "0"], stdout=subprocess.PIPE, text=True)
        self.addCleanup(process.kill)
        said = ""
        while "Stoppen" not in said or said.count("\n  ") < 28:
            line = process.stdout.readline()
            self.assertTrue(line, said)
            said += line
        address = re.search(r"grpc=(\S+)", said)[1]
        lines = [json.loads(line) for line in run("traject", "list", "--json", "--server", address).stdout.splitlines()]
        self.assertEqual(len(lines), 25)
        self.assertEqual({line["phase"] for line in lines}, {"voor", "tijdens", "na"})
        self.assertEqual(sum(line["status"] == "onderbroken" for line in lines), 1)
        self.assertEqual(sum(handover["state"] == "afgewezen" for line in lines for handover in line["handovers"]), 1)
        self.assertIn("afgerond", {line["status"] for line in lines})
        late = [task for line in lines for task in json.loads(run("traject", "show", line["traject"], "--json", "--server", address).stdout)["tasks"]
                if task["times"] > 0]
        self.assertEqual([task["task"] for task in late], ["inschrijving_woningzoekende"])
        process.terminate()
        self.assertEqual(process.wait(10), 0)
        process.stdout.close()
        done = run("dev", "--demo", "--data", str(data), "--grpc-port", "0", "--http-port", "0")
        self.assertEqual(done.returncode, 1)


if __name__ == "__main__":
    BINARY = overdracht.binary_of_arguments()
    os.environ.pop("OVERDRACHT_FAILPOINT", None)
    unittest.main()
