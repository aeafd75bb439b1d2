#!/usr/bin/env python3
"""The HTTP port as an integrator's own system calls it.  http_test.py [--binary PATH] [TestCase.test…]"""
import base64
import concurrent.futures
import http.client
import itertools
import json
import lzma
import os
import pathlib
import re
import socket
import struct
import sys
import tempfile
import threading
import time
import unittest

import jsonschema

sys.dont_write_bytecode = True
sys.path[:0] = [str(pathlib.Path(__file__).resolve().parents[1] / "support")]
import overdracht  # noqa: E402

ZORG, WIJK, GEMEENTE = "00000099000000101000", "00000099000000102000", "00000099000000103000"
ONE, BATCH = "application/cloudevents+json", "application/cloudevents-batch+json"
BINARY = None


def traject(number=1):
    return f"00000000-0000-4000-8000-{number:012d}"


def event(name, identity, data, number=1, organisation=ZORG, when="2017-01-02T09:00:00Z"):
    return {"specversion": "1.0", "id": identity, "source": f"urn:nld:oin:{organisation}:systeem:test", "type": f"nl.overdracht.{name}.v1",
            "subject": traject(number), "time": when, "data": data}


def started(number=1):
    roles = (("zorgaanbieder", ZORG), ("wijkteam", WIJK), ("gemeente", GEMEENTE))
    participants = [{"role": role, "organisation": organisation} for role, organisation in roles]
    return event("trajecten.started", f"start-{number}", {"workflow": "uitstroom", "client": "c-1", "participants": participants}, number)


class Answer:
    def __init__(self, response):
        self.status, self.headers, self.body = response.status, response.headers, response.read()

    def json(self):
        return json.loads(self.body)


class Case(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scratch = tempfile.TemporaryDirectory(prefix="overdracht-http-")
        cls.addClassCleanup(cls.scratch.cleanup)
        cls.server = overdracht.Dev(BINARY, pathlib.Path(cls.scratch.name) / "data")
        cls.server.start()
        cls.addClassCleanup(lambda: cls.server.process.poll() is None and cls.server.stop())
        cls.host, port = cls.server.http.split(":")
        cls.port = int(port)

    def call(self, method, path, body=None, oin=None, timeout=60, **headers):
        connection = http.client.HTTPConnection(self.host, self.port, timeout=timeout)
        try:
            headers = {name.replace("_", "-"): value for name, value in headers.items()}
            if oin:
                headers["overdracht-oin"] = oin
            connection.request(method, path, body if isinstance(body, (str, bytes, type(None))) else json.dumps(body), headers)
            return Answer(connection.getresponse())
        finally:
            connection.close()

    def report(self, body, kind=ONE, **more):
        return self.call("POST", "/v1/events", body, content_type=kind, **more)

    def outbox(self, oin, query="", **more):
        return self.call("GET", f"/v1/outbox/{oin}?{query}", oin=oin, **more)

    def connect(self, method, message, oin=ZORG, kind="application/json", **more):
        return self.call("POST", f"/overdracht.api.v1.{method}", message, oin=oin, content_type=kind, **more)

    def is_error(self, answer, status, code):
        self.assertEqual((answer.status, answer.headers["content-type"]), (status, "application/json"))
        self.assertEqual(answer.json()["code"], code)
        self.assertRegex(answer.json()["message"], "expected .*, but ")


class Events(Case):
    def test_one_is_answered_with_the_fields_of_publish(self):
        answer = self.report(started(4))
        self.assertEqual(answer.status, 200)
        self.assertEqual({**answer.json(), "position": ""}, {
            "source": f"urn:nld:oin:{ZORG}:systeem:test", "id": "start-4", "subject": traject(4), "outcome": "accepted", "position": "",
            "duplicate": False})
        self.assertRegex(answer.json()["position"], r"^0:\d+$")
        self.assertTrue(self.report(started(4)).json()["duplicate"])

    def test_a_refusal_has_the_status_of_its_code(self):
        self.report(started(2))
        for status, code, body, oin in (
                (400, "MALFORMED", "{", None),
                (400, "MALFORMED", json.dumps({**started(2), "data": {"client": "x" * 70000}}), None),
                (403, "SOURCE_MISMATCH", started(2), WIJK),
                (403, "NOT_A_PARTICIPANT", event("tasks.completed", "n", {"task": "x"}, 2, "00000099000000999000"), None),
                (403, "ROLE_NOT_ALLOWED", event("supports.granted", "r", {
                    "support": "s", "provider": ZORG, "hoursPerWeek": 1, "from": "2017-01-01"}, 2), None),
                (404, "UNKNOWN_TRAJECT", event("tasks.completed", "u", {"task": "x"}, 999), None),
                (404, "UNKNOWN_REFERENCE", event("tasks.completed", "x", {"task": "x"}, 2), None),
                (409, "ALREADY_EXISTS", {**started(2), "id": "again"}, None),
                (409, "ILLEGAL_STATE", event("tasks.completed", "i", {"task": "verhuizing"}, 2), None)):
            with self.subTest(code=code):
                answer = self.report(body, oin=oin)
                self.assertEqual((answer.status, answer.json()["code"], answer.json()["outcome"]), (status, code, "refused"))
                self.assertRegex(answer.json()["message"], "expected .*, but ")

    def test_a_batch_is_answered_item_by_item_in_order(self):
        twice = json.dumps(started(3))[:-1] + ',"id":"twice"}'
        text = "[" + ",".join([json.dumps(started(3)), twice, "7", json.dumps(event("tasks.completed", "b", {"task": "x"}, 3)),
                               json.dumps(started(3))]) + " ]"
        answer = self.report(text, BATCH)
        self.assertEqual(answer.status, 200)
        rows = answer.json()
        self.assertEqual([row.get("code") for row in rows], [None, "MALFORMED", "MALFORMED", "UNKNOWN_REFERENCE", None])
        self.assertEqual([row["duplicate"] for row in rows], [False, False, False, False, True])
        self.assertEqual(self.report("[]", BATCH).json(), [])

    def test_a_batch_of_hundreds_keeps_its_order(self):
        answer = self.report([started(n) for n in range(1000, 1600)], BATCH)
        self.assertEqual([row["id"] for row in answer.json()], [f"start-{n}" for n in range(1000, 1600)])
        self.assertEqual({row["outcome"] for row in answer.json()}, {"accepted"})

    def test_what_is_no_batch_is_refused_as_a_whole(self):
        for body in ("", "{}", "[", "[{]", "[1}]"):
            self.is_error(self.report(body, BATCH), 400, "invalid_argument")
        self.is_error(self.report([1] * 1001, BATCH), 413, "too_large")
        self.is_error(self.report("[" + " " * (4 << 20) + "]", BATCH), 413, "too_large")

    def test_another_method_or_content_type(self):
        self.is_error(self.report("{}", "application/json"), 415, "unsupported_media_type")
        self.is_error(self.call("POST", "/v1/events", "{}"), 415, "unsupported_media_type")
        answer = self.call("GET", "/v1/events")
        self.is_error(answer, 405, "method_not_allowed")
        self.assertEqual(answer.headers["allow"], "POST")
        self.is_error(self.call("OPTIONS", "/v1/events"), 405, "method_not_allowed")
        self.is_error(self.call("GET", "/v1/nothing"), 404, "not_found")
        self.is_error(self.report(started(1), oin="00000001000000101000"), 401, "unauthenticated")
        self.assertEqual(self.report(started(1), ONE + "; charset=UTF-8").status, 200)


class Outbox(Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.report(cls(), started(1))

    def test_pages_are_what_the_command_line_prints(self):
        expected = self.server.outbox(WIJK)
        read, after, more = [], "", "true"
        while more == "true":
            page = self.outbox(WIJK, f"limit=1&after={after}")
            self.assertEqual((page.status, page.headers["content-type"]), (200, BATCH))
            self.assertLessEqual(len(page.json()), 1)
            read += page.json()
            after, more = page.headers["overdracht-next"], page.headers["overdracht-more"]
        self.assertEqual(read, expected)
        last = self.outbox(WIJK, f"after={after}")
        self.assertEqual((last.json(), last.headers["overdracht-next"], last.headers["overdracht-more"]), ([], after, "false"))

    def test_kinds_and_answers(self):
        kinds = {item["type"] for item in self.outbox(ZORG, "kinds=task-opened,traject-changed").json()}
        self.assertEqual(kinds, {"nl.overdracht.notices.task-opened.v1", "nl.overdracht.notices.traject-changed.v1"})
        self.assertIn("nl.overdracht.answers.accepted.v1", {item["type"] for item in self.outbox(ZORG, "answers=true").json()})
        self.assertNotIn("nl.overdracht.answers.accepted.v1", {item["type"] for item in self.outbox(ZORG).json()})

    def test_nobody_else_s(self):
        self.is_error(self.call("GET", f"/v1/outbox/{WIJK}", oin=ZORG), 403, "permission_denied")
        self.is_error(self.call("GET", f"/v1/outbox/{WIJK}"), 401, "unauthenticated")
        self.is_error(self.call("GET", "/v1/outbox/x", oin="x"), 401, "unauthenticated")

    def test_a_question_that_cannot_be_read(self):
        for query in ("limit=0", "limit=1001", "wait=61", "wait=x", "after=x", "answers=yes", "kinds=nothing", "what=1", "limit=1&limit=2", "after=%4"):
            with self.subTest(query):
                self.is_error(self.outbox(ZORG, query), 400, "invalid_argument")

    def test_waits_until_the_end(self):
        after = self.outbox(ZORG, "limit=1000").headers["overdracht-next"]
        begun = time.monotonic()
        page = self.outbox(ZORG, f"wait=1&after={after}")
        self.assertGreaterEqual(time.monotonic() - begun, 0.9)
        self.assertEqual((page.status, page.json(), page.headers["overdracht-next"]), (200, [], after))

    def test_a_wait_ends_with_the_first_item_of_the_kinds_asked_for(self):
        after = self.outbox(WIJK, "limit=1000").headers["overdracht-next"]
        with concurrent.futures.ThreadPoolExecutor() as pool:
            waiting = pool.submit(self.outbox, WIJK, f"wait=60&kinds=participants-changed&after={after}")
            self.until_open("/v1/outbox/{oin}", 1)
            begun = time.monotonic()
            self.report(started(50))
            page = waiting.result(30)
            self.assertLess(time.monotonic() - begun, 10)
        self.assertEqual([item["subject"] for item in page.json()], [traject(50)])
        self.assertEqual({item["type"] for item in page.json()}, {"nl.overdracht.notices.participants-changed.v1"})

    def until_open(self, route, count):
        for _ in range(600):
            if figure(self.call("GET", "/metrics").body, "overdracht_http_requests_open", route) == count:
                return
            time.sleep(0.05)
        self.fail(f"expected {count} open requests of {route}")

    def test_a_thousand_that_wait_cost_little(self):
        after = self.outbox(ZORG, "limit=1000").headers["overdracht-next"]
        before = memory_kb(self.server.process.pid)
        polls = []
        self.addCleanup(lambda: [poll.close() for poll in polls])
        for _ in range(1000):
            poll = socket.create_connection((self.host, self.port), 60)
            poll.sendall(f"GET /v1/outbox/{ZORG}?wait=60&after={after} HTTP/1.1\r\nhost: x\r\noverdracht-oin: {ZORG}\r\n\r\n".encode())
            polls.append(poll)
        self.until_open("/v1/outbox/{oin}", 1000)
        each = (memory_kb(self.server.process.pid) - before) / 1000
        cpu = cpu_s(self.server.process.pid)
        time.sleep(2)
        idle = cpu_s(self.server.process.pid) - cpu
        print(f"\n1,000 long polls: {each:.1f} KB each, {idle * 1000:.0f} ms of CPU in 2 s", file=sys.stderr)
        self.assertLess(each, 60)
        self.assertLess(idle, 0.2)
        self.report(started(60))
        for poll in polls:
            self.assertIn(b" 200 ", poll.recv(64))
        for poll in polls:
            poll.close()
        self.until_open("/v1/outbox/{oin}", 0)

    def test_one_who_goes_away_leaves_nothing(self):
        after = self.outbox(GEMEENTE, "limit=1000").headers["overdracht-next"]
        poll = socket.create_connection((self.host, self.port), 60)
        poll.sendall(f"GET /v1/outbox/{GEMEENTE}?wait=60&after={after} HTTP/1.1\r\nhost: x\r\noverdracht-oin: {GEMEENTE}\r\n\r\n".encode())
        self.until_open("/v1/outbox/{oin}", 1)
        poll.close()
        self.until_open("/v1/outbox/{oin}", 0)


def figure(text, name, route):
    found = re.search(rf'^{name}{{route="{re.escape(route)}"[^}}]*}} (\d+)$', text.decode(), re.M)
    return int(found[1]) if found else 0


def memory_kb(pid):
    return int(re.search(r"VmRSS:\s*(\d+)", pathlib.Path(f"/proc/{pid}/status").read_text())[1])


def cpu_s(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def envelope(message, flags=0):
    return struct.pack(">BI", flags, len(message)) + message


def envelopes(body):
    while body:
        flags, size = struct.unpack(">BI", body[:5])
        yield flags, body[5:5 + size]
        body = body[5 + size:]


class Connect(Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.report(cls(), started(1))

    def complete(self, task, identity, **more):
        return self.connect("TaskService/CompleteTask", {"report": {"traject": traject(1), "requestId": identity}, "event": {"task": task}}, **more)

    def test_a_unary_call(self):
        answer = self.complete("inschrijving_woningzoekende", "c-1", connect_protocol_version="1", connect_timeout_ms="10000")
        self.assertEqual((answer.status, answer.headers["content-type"]), (200, "application/json"))
        self.assertEqual(answer.json()["answer"]["source"], f"urn:nld:oin:{ZORG}:systeem:api")
        self.assertTrue(answer.json()["answer"]["accepted"])

    def test_a_unary_call_in_protobuf(self):
        # ListItemsRequest{page_size: 1}; ListItemsResponse{items = 1: …}
        answer = self.connect("OutboxService/ListItems", b"\x10\x01", kind="application/proto")
        self.assertEqual((answer.status, answer.headers["content-type"]), (200, "application/proto"))
        self.assertEqual(answer.body[:1], b"\x0a")

    def test_a_refusal_has_its_details(self):
        answer = self.complete("verhuizing", "c-2")
        self.is_error(answer, 409, "failed_precondition")
        [detail] = [detail for detail in answer.json()["details"] if detail["type"] == "google.rpc.ErrorInfo"]
        self.assertIn(b"overdracht.nl", base64.b64decode(detail["value"] + "=="))
        self.assertEqual((detail["debug"]["reason"], detail["debug"]["metadata"]["code"]), ("TASK_CLOSES_BY_ITSELF", "ILLEGAL_STATE"))

    def test_what_cannot_be_read_is_not_repeated(self):
        for body, place in (({"report": {"geheim": 1}}, " at report"), ({"report": {"noWait": "geheim"}}, " at report.noWait"), ("geheim", ""), ('{"geheim":1}', "")):
            with self.subTest(body=body):
                answer = self.connect("TaskService/CompleteTask", body)
                self.is_error(answer, 400, "invalid_argument")
                self.assertNotIn("geheim", answer.body.decode())
                self.assertTrue(answer.json()["message"].endswith(place))
        self.is_error(self.connect("TaskService/CompleteTask", b"\xff", kind="application/proto"), 400, "invalid_argument")

    def test_headers(self):
        self.is_error(self.complete("x", "h", connect_protocol_version="2"), 400, "invalid_argument")
        self.is_error(self.complete("x", "h", connect_timeout_ms="x"), 400, "invalid_argument")
        self.is_error(self.complete("x", "h", content_encoding="gzip"), 501, "unimplemented")
        self.is_error(self.complete("x", "h", kind="application/connect+json"), 415, "unsupported_media_type")
        self.is_error(self.complete("x", "h", kind="text/plain"), 415, "unsupported_media_type")
        self.is_error(self.complete("x", "h", oin=None), 401, "unauthenticated")
        self.is_error(self.call("GET", "/overdracht.api.v1.TaskService/CompleteTask"), 405, "method_not_allowed")
        self.is_error(self.connect("TaskService/Nothing", {}), 404, "not_found")
        self.is_error(self.connect("EventService/PublishStream", {}), 501, "unimplemented")

    def test_the_operator_s_service_is_not_an_organisation_s(self):
        path = "/overdracht.region.v1.OperatorService/GetTraject"
        self.assertEqual(self.call("POST", path, {"traject": traject(1)}, content_type="application/json").status, 200)
        self.is_error(self.call("POST", path, {"traject": traject(1)}, oin=ZORG, content_type="application/json"), 403, "permission_denied")

    def test_the_clock_is_moved_by_the_operator(self):
        path = "/overdracht.region.v1.OperatorService/AdvanceClock"

        def advance(to_us, **more):
            return self.call("POST", path, {"toUs": to_us}, content_type="application/json", **more)

        answer = advance("1514764800000000")  # 2018
        self.assertEqual((answer.status, answer.json()), (200, {"clockUs": "1514764800000000"}))
        for before in ("1514764799999999", "0", "-1"):
            self.assertEqual(advance(before).json(), {"clockUs": "1514764800000000"})
        for not_microseconds in ("1514764800000000000", "7258118400000000", str(2**63 - 1)):
            answer = advance(not_microseconds)
            self.is_error(answer, 400, "invalid_argument")
            self.assertIn("microseconds", answer.json()["message"])
        self.is_error(advance("2018-01-01T00:00:00Z"), 400, "invalid_argument")
        self.is_error(advance("1600000000000000", oin=ZORG), 403, "permission_denied")
        self.assertEqual(advance("0").json(), {"clockUs": "1514764800000000"})
        with overdracht.Dev(BINARY, pathlib.Path(self.scratch.name) / "wall" / "data", clock="wall") as wall:
            self.host, self.port = "127.0.0.1", int(wall.http.split(":")[1])
            answer = advance("1514764800000000")
            self.is_error(answer, 409, "failed_precondition")
            self.assertIn("the clock `events`", answer.json()["message"])

    def subscribe(self, message=b"{}", oin=ZORG, **headers):
        return self.connect("OutboxService/Subscribe", envelope(message), oin, "application/connect+json", **headers)

    def test_a_stream_to_its_deadline(self):
        answer = self.subscribe(connect_timeout_ms="500")
        self.assertEqual((answer.status, answer.headers["content-type"]), (200, "application/connect+json"))
        *messages, (flags, end) = envelopes(answer.body)
        self.assertEqual([json.loads(message)["item"]["cursor"] for _, message in messages], [item["cursor"] for item in self.server.outbox(ZORG)])
        self.assertEqual((flags, json.loads(end)["error"]["code"]), (2, "deadline_exceeded"))

    def test_a_stream_that_ends_well(self):
        path = "/overdracht.region.v1.OperatorService/ListTrajecten"
        *messages, (flags, end) = envelopes(self.call("POST", path, envelope(b"{}"), content_type="application/connect+json").body)
        self.assertEqual([json.loads(json.loads(message)["json"])["traject"] for _, message in messages], [traject(1)])
        self.assertEqual((flags, json.loads(end)), (2, {}))

    def test_a_stream_that_is_refused(self):
        for code, answer in (("unauthenticated", self.subscribe(oin=None)), ("invalid_argument", self.subscribe(b'{"after":"x"}')),
                             ("invalid_argument", self.subscribe(b"geheim")), ("invalid_argument", self.subscribe(connect_timeout_ms="x")),
                             ("invalid_argument", self.connect("OutboxService/Subscribe", b"\0\0", ZORG, "application/connect+json")),
                             ("unimplemented", self.connect("OutboxService/Subscribe", envelope(b"{}", 1), ZORG, "application/connect+json"))):
            [(flags, end)] = envelopes(answer.body)
            self.assertEqual((answer.status, flags, json.loads(end)["error"]["code"]), (200, 2, code))

    def test_a_stream_that_is_cut_off_leaves_nothing(self):
        route = "/overdracht.api.v1.OutboxService/Subscribe"
        stream = socket.create_connection((self.host, self.port), 60)
        body = envelope(b"{}")
        stream.sendall(f"POST {route} HTTP/1.1\r\nhost: x\r\noverdracht-oin: {ZORG}\r\ncontent-type: application/connect+json\r\n"
                       f"content-length: {len(body)}\r\n\r\n".encode() + body)
        self.assertIn(b"200 OK", stream.recv(64))
        Outbox.until_open(self, route, 1)
        stream.close()
        Outbox.until_open(self, route, 0)


class Pages(Case):
    def test_every_schema_holds_for_what_is_reported_and_told(self):
        index = self.call("GET", "/v1/schema").json()
        schemas = {}
        for kind, path in index.items():
            answer = self.call("GET", path)
            self.assertEqual(answer.headers["content-type"], "application/schema+json")
            jsonschema.Draft202012Validator.check_schema(answer.json())
            schemas[kind] = answer.json()
        self.is_error(self.call("GET", "/v1/schema/nl.overdracht.nothing.v1"), 404, "not_found")
        lines = region_lines(3000)
        rows = self.server.publish(write_lines(self.scratch.name, lines))
        told = [item for oin in overdracht.organisations_of(map(json.dumps, lines)) for item in self.server.rows("outbox", "read", "--oin", oin, "--answers")]
        seen = set()
        for item, row in [*zip(lines, rows), *((item, None) for item in told)]:
            if row and row.get("code") == "MALFORMED":
                continue
            seen.add(item["type"])
            validator = jsonschema.Draft202012Validator(schemas[item["type"]])
            validator.validate(item)
            self.assertLessEqual(set(item["data"]), set(schemas[item["type"]]["properties"]["data"]["properties"]))
        self.assertGreater(len(seen), 40)

    def test_a_schema_finds_what_the_reader_refuses(self):
        schema = self.call("GET", "/v1/schema/nl.overdracht.handovers.offered.v1").json()
        validator = jsonschema.Draft202012Validator(schema)
        good = event("handovers.offered", "h", {
            "handover": "h-1", "recipient": WIJK, "purpose": "handover", "categories": ["wonen"], "transfersResponsibility": True,
            "dossier": {"reference": "d", "digest": "sha256:" + "0" * 64}})
        self.assertTrue(validator.is_valid(good))
        for change in ({"handover": ""}, {"recipient": "1"}, {"purpose": "HANDOVER"}, {"categories": []}, {"categories": ["wonen", "wonen"]},
                       {"transfersResponsibility": "true"}, {"dossier": {"reference": "d"}}, {"note": "x"}, {"handover": None}):
            with self.subTest(change):
                bad = {**good, "id": json.dumps(change)[:9].encode().hex(), "data": {**good["data"], **change}}
                self.assertFalse(validator.is_valid(bad))
                self.assertEqual(self.report(bad).json()["code"], "MALFORMED")

    def test_openapi(self):
        page = self.call("GET", "/v1/openapi.json").json()
        self.assertTrue(page["openapi"].startswith("3.1"))
        self.assertLessEqual({"/v1/events", "/v1/outbox/{organisation}", "/overdracht.api.v1.HandoverService/OfferHandover"}, set(page["paths"]))
        text = json.dumps(page)
        for name in set(re.findall(r'"#/components/schemas/([^"]+)"', text)):
            jsonschema.Draft202012Validator.check_schema(page["components"]["schemas"][name])

    def test_the_log_says_what_did_not_end_well_and_quotes_nothing(self):
        parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
        call = "/overdracht.api.v1.TaskService/CompleteTask"
        report = {"report": {"traject": traject(7_001), "requestId": "log-1"}, "event": {"task": "netwerk"}}
        headers = {"content-type": "application/json", "overdracht-oin": ZORG, "traceparent": parent}
        self.assertEqual(self.call("POST", call, json.dumps(report), **headers).status, 404)
        self.assertEqual(self.call("POST", call, json.dumps(report), **{**headers, "traceparent": traject(7_001) + "-" * 19}).status, 404)
        lines = []
        while len(lines) < 2:  # the log is written a moment after the answer
            text = (self.server.data.parent / "server.log").read_text()
            lines = [json.loads(line) for line in text.split("\n")[:-1]]
            lines = [line for line in lines if line.get("rpc") == call and line.get("code") == "UNKNOWN_TRAJECT"]
        self.assertEqual({line["organisation"] for line in lines}, {ZORG})
        self.assertNotIn(traject(7_001), text)
        self.assertNotIn("netwerk", text)
        self.assertEqual([line["traceparent"] for line in lines if "traceparent" in line], [parent])
        self.assertEqual({(line["severity"], line["message"], line["status"], line["reason"]) for line in lines},
                         {("INFO", "call", "NOT_FOUND", "NO_SUCH_TRAJECT")})
        counted = self.call("GET", "/metrics").body.decode()
        self.assertRegex(counted, rf'overdracht_grpc_calls_total{{rpc="{call}",status="NOT_FOUND"}} [2-9]')

    def test_metrics_name_nobody(self):
        self.report(started(1))
        self.outbox(ZORG)
        text = self.call("GET", "/metrics").body
        self.assertEqual(figure(text, "overdracht_http_requests_total", "/v1/outbox/{oin}"), 1)
        self.report(event("tasks.completed", "x", {"task": "verhuizing"}))
        text = self.call("GET", "/metrics").body
        self.assertRegex(text, rb'(?m)^overdracht_reports_total{outcome="accepted",code=""} [1-9]\d*$')
        self.assertRegex(text, rb'(?m)^overdracht_reports_total{outcome="refused",code="ILLEGAL_STATE"} [1-9]\d*$')
        for name in ("batches", "records", "notices"):
            self.assertRegex(text, rf"(?m)^overdracht_{name}_total [1-9]\d*$".encode())
        for name in (ZORG, traject(1), "c-1"):
            self.assertNotIn(name.encode(), text)

    def test_health(self):
        for path in ("/healthz", "/readyz"):
            answer = self.call("GET", path)
            self.assertEqual((answer.status, answer.body), (200, b"ok\n"))


class Bounds(Case):
    def raw(self, text):
        with socket.create_connection((self.host, self.port), 60) as connection:
            connection.sendall(text)
            return connection.recv(4096)

    def test_what_is_no_http(self):
        self.assertIn(b" 400 ", self.raw(b"hello\r\n\r\n"))
        self.assertIn(b" 431 ", self.raw(b"GET / HTTP/1.1\r\nx: " + b"y" * 20000 + b"\r\n\r\n"))
        self.assertIn(b" 413 ", self.raw(b"POST /v1/events HTTP/1.1\r\nhost: x\r\ncontent-length: 99999999\r\n\r\n"))

    def test_a_client_is_asked_to_go_on(self):
        body = json.dumps(started(1)).encode()
        with socket.create_connection((self.host, self.port), 60) as connection:
            connection.sendall(b"POST /v1/events HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-type: application/cloudevents+json\r\n"
                               b"content-length: %d\r\n\r\n" % len(body))
            self.assertIn(b" 100 ", connection.recv(4096))
            connection.sendall(body)
            self.assertIn(b" 200 ", connection.recv(4096))

    def test_many_requests_on_one_connection_also_at_once(self):
        with socket.create_connection((self.host, self.port), 60) as connection:
            connection.sendall(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n" * 10)
            text = b""
            while text.count(b"ok\n") < 10:
                text += connection.recv(4096)
        self.assertEqual(text.count(b" 200 "), 10)

    def test_the_end_does_not_wait_for_those_who_wait(self):
        server = overdracht.Dev(BINARY, pathlib.Path(self.scratch.name) / "ending" / "data")
        server.start()
        host, port = server.http.split(":")
        poll = socket.create_connection((host, int(port)), 60)
        poll.sendall(f"GET /v1/outbox/{ZORG}?wait=60 HTTP/1.1\r\nhost: x\r\noverdracht-oin: {ZORG}\r\n\r\n".encode())
        answered = threading.Thread(target=lambda: poll.recv(4096))
        answered.start()
        begun = time.monotonic()
        server.stop()
        self.assertLess(time.monotonic() - begun, 10)
        answered.join(30)
        self.assertFalse(answered.is_alive())
        poll.close()


def region_lines(most):
    """Of the region's first lines those that are JSON objects: some are broken, to be refused."""
    objects = []
    with lzma.open(overdracht.ROOT / "tests" / "region" / "almelo-2017.jsonl.xz") as file:
        for line in itertools.islice(file, most):
            try:
                objects.append(json.loads(line))
            except ValueError:
                pass
    return [line for line in objects if isinstance(line, dict)]


def write_lines(folder, lines):
    path = pathlib.Path(folder) / "lines.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


if __name__ == "__main__":
    BINARY = overdracht.binary_of_arguments()
    unittest.main()
