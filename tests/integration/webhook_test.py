#!/usr/bin/env python3
"""Webhooks as a receiver sees them: in order, signed, again until they are taken, through kills.  webhook_test.py [--binary PATH] [TestCase.test…]"""
import base64
import hashlib
import hmac
import http.client
import http.server
import json
import pathlib
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import unittest

sys.dont_write_bytecode = True
sys.path[:0] = [str(pathlib.Path(__file__).resolve().parents[1] / "support")]
import overdracht  # noqa: E402

ZORG, WIJK, GEMEENTE = "00000099000000101000", "00000099000000102000", "00000099000000103000"
SECRET, NEXT_SECRET = ("whsec_" + base64.b64encode(bytes([n]) * 32).decode() for n in (1, 2))
BINARY = None


def started(number):
    roles = (("zorgaanbieder", ZORG), ("wijkteam", WIJK), ("gemeente", GEMEENTE))
    return {"specversion": "1.0", "id": f"start-{number}", "source": f"urn:nld:oin:{ZORG}:systeem:test", "type": "nl.overdracht.trajecten.started.v1",
            "subject": f"00000000-0000-4000-8000-{number:012d}", "time": "2017-01-02T09:00:00Z", "data": {
                "workflow": "uitstroom", "client": f"c-{number}", "participants": [{"role": role, "organisation": oin} for role, oin in roles]}}


def signature(secret, headers, body):
    text = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(base64.b64decode(secret[len("whsec_"):]), text, hashlib.sha256).digest()).decode()


class Receiver:
    """A web server. `answer(n)`, with n the number of the request from 0: a status, or a status and headers, or None: hangs up."""

    def __init__(self, answer=lambda n: 204, tls=None):
        self.requests, self.taken, self.changed = [], [], threading.Condition()
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                with receiver.changed:
                    number = len(receiver.requests)
                    receiver.requests.append((self.path, dict((name.lower(), value) for name, value in self.headers.items()), body))
                    receiver.changed.notify_all()
                said = answer(number)
                if said is None:
                    self.close_connection = True
                    return
                status, headers = said if isinstance(said, tuple) else (said, {})
                if 200 <= status < 300:
                    with receiver.changed:
                        receiver.taken.append(number)
                        receiver.changed.notify_all()
                self.send_response(status)
                for name, value in {"content-length": "0", **headers}.items():
                    self.send_header(name, value)
                self.end_headers()

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_):
                """Clients that are killed, or trust nobody, go away in the middle."""

        self.server = Server(("127.0.0.1", 0), Handler)
        self.scheme = "http"
        if tls:
            self.scheme = "https"
            self.server.socket = tls.wrap_socket(self.server.socket, server_side=True, do_handshake_on_connect=False)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

    @property
    def url(self):
        return f"{self.scheme}://127.0.0.1:{self.server.server_port}/hook"

    def items(self):
        """What was taken, in order, as often as it was."""
        with self.changed:
            bodies = [json.loads(self.requests[number][2]) for number in self.taken]
        return [item for body in bodies for item in (body if isinstance(body, list) else [body])]

    def wait(self, condition):
        with self.changed:
            if not self.changed.wait_for(condition, overdracht.PATIENCE_S):
                raise overdracht.Failed(f"expected more of the webhook: {len(self.requests)} requests, {len(self.taken)} taken")


def once(items):
    """Without what was sent again, as a reader drops it: by sequence."""
    kept = []
    for item in items:
        if not kept or item["sequence"] > kept[-1]["sequence"]:
            kept.append(item)
    return kept


class Webhooks(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory(prefix="overdracht-webhook-")
        self.addCleanup(scratch.cleanup)
        self.folder = pathlib.Path(scratch.name)
        (self.folder / "secrets").write_text(SECRET + "\n")
        self.sent = 0

    def configure(self, *webhooks, more=None):
        """Each of the webhooks: what differs from the usual."""
        usual = {"organisation": WIJK, "subscriber": "ecd", "secrets": "secrets"}
        configuration = {**(more or {}), "webhooks": [{**usual, **webhook} for webhook in webhooks]}
        (self.folder / "config.yaml").write_text(json.dumps(configuration))
        return overdracht.Dev(BINARY, self.folder / "data", extra=("--config", str(self.folder / "config.yaml")))

    def start_trajecten(self, server, count):
        lines = [json.dumps(started(self.sent + n)) for n in range(1, count + 1)]
        self.sent += count
        (self.folder / "events.jsonl").write_text("\n".join(lines) + "\n")
        answers = server.publish(self.folder / "events.jsonl")
        self.assertEqual([answer["outcome"] for answer in answers], ["accepted"] * count)

    def check_all_came(self, receiver, server, organisation=WIJK):
        """In order, and what was sent again only the same as before."""
        expected = server.outbox(organisation)
        self.assertGreater(len(expected), 0)
        receiver.wait(lambda: once_last(receiver) == expected[-1]["sequence"])
        self.assertEqual(once(receiver.items()), expected)

    def metrics(self, server):
        connection = http.client.HTTPConnection(server.http, timeout=overdracht.PATIENCE_S)
        connection.request("GET", "/metrics")
        text = connection.getresponse().read().decode()
        connection.close()
        return dict(line.rsplit(" ", 1) for line in text.splitlines() if line.startswith("overdracht_webhook"))

    def log(self):
        return [json.loads(line) for line in (self.folder / "server.log").read_text().splitlines()]

    def test_a_receiver_that_fails_gets_the_same_again_and_nothing_is_passed_over(self):
        # It hangs up twice: once on a connection that was open before libcurl itself sees to.
        failures = {0: 500, 2: (429, {"retry-after": "1"}), 4: None, 5: None, 7: (301, {"location": "/elsewhere"}), 9: 404}
        times = []

        def answer(number):
            times.append(time.monotonic())
            return failures.get(number, 204)

        with Receiver(answer) as receiver, self.configure({"url": receiver.url}) as server:
            self.start_trajecten(server, 4)
            self.check_all_came(receiver, server)
            for number in failures:
                (path, headers, body), (_, headers_again, body_again) = receiver.requests[number], receiver.requests[number + 1]
                self.assertEqual((path, body), ("/hook", body_again))
                self.assertEqual(headers["webhook-id"], headers_again["webhook-id"])
                if number != 4:
                    self.assertGreaterEqual(times[number + 1] - times[number], 0.5, "it waits before it tries again")
            self.assertGreaterEqual(times[3] - times[2], 1, "as long as the receiver asked")
            self.assertEqual({path for path, _, _ in receiver.requests}, {"/hook"}, "no redirection is followed")
            self.assertEqual(len(receiver.items()), len(once(receiver.items())), "what was taken is not sent again")
            metrics = self.metrics(server)
            self.assertEqual(metrics['overdracht_webhook_attempts_total{outcome="refused"}'], "4")
            self.assertEqual(metrics['overdracht_webhook_attempts_total{outcome="unreachable"}'], "1")
            self.assertEqual(metrics["overdracht_webhooks_failing"], "0")
        said = [line["message"] for line in self.log()]
        self.assertEqual(said, ["webhook waits", "webhook goes on"] * 5)
        text = (self.folder / "server.log").read_text()
        for hidden in (SECRET, "00000000-0000-4000-8000", receiver.url, "netwerk"):
            self.assertNotIn(hidden, text)

    def test_each_is_signed_with_the_secrets_of_now(self):
        with Receiver() as receiver, self.configure({"url": receiver.url}) as server:
            self.start_trajecten(server, 1)
            self.check_all_came(receiver, server)
            for _, headers, body in receiver.requests:
                self.assertEqual(headers["webhook-signature"], signature(SECRET, headers, body))
                self.assertLess(abs(int(headers["webhook-timestamp"]) - time.time()), overdracht.PATIENCE_S)
                self.assertEqual(headers["content-type"], "application/cloudevents+json; charset=utf-8")
            before = len(receiver.requests)
            (self.folder / "secrets").write_text(f"{NEXT_SECRET}\n{SECRET}\n")
            self.start_trajecten(server, 1)
            self.check_all_came(receiver, server)
            for _, headers, body in receiver.requests[before:]:
                self.assertEqual(headers["webhook-signature"], f"{signature(NEXT_SECRET, headers, body)} {signature(SECRET, headers, body)}")
            # Without secrets nothing leaves; with them it goes on.
            before = len(receiver.requests)
            (self.folder / "secrets").write_text("whsec_short\n")
            self.start_trajecten(server, 1)
            while self.metrics(server)["overdracht_webhooks_failing"] != "1":
                pass
            self.assertEqual(len(receiver.requests), before)
            (self.folder / "secrets").write_text(f"{NEXT_SECRET}\n")
            self.check_all_came(receiver, server)

    def test_through_kills_each_comes_at_least_once_and_in_order(self):
        killed = threading.Event()

        def answer(number):
            # The one under way when the service is killed is never answered: it comes again.
            return killed.wait(overdracht.PATIENCE_S) and None if number in (5, 12) else 204

        with Receiver(answer) as receiver:
            server = self.configure({"url": receiver.url})
            server.start()
            self.start_trajecten(server, 6)
            for number in (5, 12):
                receiver.wait(lambda: len(receiver.requests) > number)
                server.kill()
                killed.set()
                killed.clear()
                server.start()
            self.check_all_came(receiver, server)
            self.assertLessEqual(len(receiver.items()) - len(once(receiver.items())), 2, "at most what was under way comes twice")
            server.stop()

    def test_a_batch_holds_what_is_there_up_to_its_size(self):
        with Receiver() as receiver:
            server = self.configure({"url": receiver.url, "most_items": 4, "kinds": ["task-opened", "participants-changed"], "answers": True,
                                     "organisation": ZORG})
            first = overdracht.Dev(BINARY, self.folder / "data")
            with first:
                self.start_trajecten(first, 5)
            with server:
                expected = [item for item in server.rows("outbox", "read", "--oin", ZORG, "--answers", "--json")
                            if item["type"].split(".")[-2] in ("accepted", "task-opened", "participants-changed")]
                receiver.wait(lambda: once_last(receiver) == expected[-1]["sequence"])
                self.assertEqual(receiver.items(), expected)
                sizes = [len(json.loads(body)) for _, _, body in receiver.requests]
                self.assertEqual(max(sizes), 4)
                self.assertLessEqual(len(sizes), -(-len(expected) // 4) + 2)
                for _, headers, body in receiver.requests:
                    self.assertEqual(headers["content-type"], "application/cloudevents-batch+json; charset=utf-8")
                    items = json.loads(body)
                    self.assertEqual(headers["webhook-id"], "-".join(sorted({items[0]["cursor"], items[-1]["cursor"]})))

    def test_who_says_gone_gets_nothing_more_and_holds_up_nobody(self):
        silent = threading.Event()
        self.addCleanup(silent.set)
        with Receiver(lambda n: 410 if n == 1 else 204) as gone, Receiver(lambda n: silent.wait(overdracht.PATIENCE_S)) as slow, \
                Receiver() as witness:
            webhooks = ({"url": gone.url, "subscriber": "gone"}, {"url": slow.url, "subscriber": "slow"}, {"url": witness.url, "subscriber": "witness"})
            with self.configure(*webhooks) as server:
                self.start_trajecten(server, 3)
                self.check_all_came(witness, server)
                gone.wait(lambda: len(gone.requests) == 2)
                slow.wait(lambda: len(slow.requests) == 1)
                self.start_trajecten(server, 3)
                self.check_all_came(witness, server)
                self.assertEqual((len(gone.requests), len(slow.requests)), (2, 1))
                self.assertEqual(self.metrics(server)["overdracht_webhooks_failing"], "1")
            silent.set()
            with self.configure(*webhooks) as server:
                self.check_all_came(gone, server)

    def test_https_is_spoken_with_those_who_can_be_trusted_only(self):
        for name in ("pki", "other"):
            subprocess.run([BINARY, "certs", "--out", str(self.folder / name), "--oin", WIJK, "--name", "Wijk"], check=True, capture_output=True)
        with overdracht.Dev(BINARY, self.folder / "data") as server:
            self.start_trajecten(server, 2)
            expected = server.outbox(WIJK)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.folder / "pki" / "server.pem", self.folder / "pki" / "server.key")
        context.load_verify_locations(self.folder / "pki" / "ca.pem")
        context.verify_mode = ssl.CERT_REQUIRED
        tls = {"certificate": f"pki/{WIJK}.pem", "key": f"pki/{WIJK}.key", "client_ca": "pki/ca.pem"}
        with Receiver(tls=context) as receiver:
            webhooks = [{"url": receiver.url, "subscriber": name, **more} for name, more in (
                ("knows", {"authorities": "pki/ca.pem"}), ("knows-another", {"authorities": "other/ca.pem"}), ("knows-none", {}))]
            with self.configure(*webhooks, more={"tls": tls}):
                receiver.wait(lambda: once_last(receiver) == expected[-1]["sequence"])
                while len(self.log()) < 2:
                    pass
            self.assertEqual(receiver.items(), expected)
        lines = self.log()
        self.assertEqual({(line["subscriber"], line["message"]) for line in lines}, {("knows-another", "webhook waits"), ("knows-none", "webhook waits")})
        for line in lines:
            self.assertIn("certificate", line["why"])

    def test_the_receiver_that_is_shown_takes_each_once_and_believes_nobody_else(self):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        shown = overdracht.ROOT / "docs/clients/webhook/receiver.py"
        with self.configure({"url": f"http://127.0.0.1:{port}/", "most_items": 10}) as server:
            self.start_trajecten(server, 3)
            expected = [f"{item['type'].split('.')[-2]} {item['subject']}" for item in server.outbox(WIJK)]
            receiver = subprocess.Popen([sys.executable, str(shown), str(port), str(self.folder / "secrets")], stdout=subprocess.PIPE, text=True)
            self.addCleanup(receiver.stdout.close)
            self.addCleanup(receiver.wait, overdracht.PATIENCE_S)
            self.addCleanup(receiver.kill)
            self.assertEqual([receiver.stdout.readline().strip() for _ in expected], expected)

            def post(headers, body=b"[]"):
                connection = http.client.HTTPConnection("127.0.0.1", port, timeout=overdracht.PATIENCE_S)
                connection.request("POST", "/", body, headers)
                status = connection.getresponse().status
                connection.close()
                return status

            headers = {"content-type": "application/cloudevents-batch+json", "webhook-id": "1", "webhook-timestamp": str(int(time.time()))}
            self.assertEqual(post({**headers, "webhook-signature": signature(SECRET, headers, b"[]")}), 204)
            self.assertEqual(post({**headers, "webhook-signature": signature(NEXT_SECRET, headers, b"[]")}), 401)
            self.assertEqual(post({**headers, "webhook-signature": signature(SECRET, headers, b"[]")}, b"[ ]"), 401)
            self.assertEqual(post(headers), 401)
            self.assertEqual(post({}), 401)
            late = {**headers, "webhook-timestamp": str(int(time.time()) - 400)}
            self.assertEqual(post({**late, "webhook-signature": signature(SECRET, late, b"[]")}), 401)

    def test_what_cannot_be_used_is_said_at_the_start(self):
        for wrong, expected in (
                ({"url": "http://example.nl/hook"}, "url"), ({"url": "https://me:secret@example.nl"}, "url"), ({"url": "http://127.0.0.1.example.nl/"}, "url"),
                ({"url": "ftp://127.0.0.1/"}, "url"), ({"kinds": ["tasks"]}, "task-opened"), ({"most_items": 0}, "1 to 100"),
                ({"organisation": "00000001000000101000"}, "tls"), ({"subscriber": "a b"}, "1 to 64"), ({"secrets": "nowhere"}, "nowhere")):
            self.configure({"url": "http://127.0.0.1:1/", **wrong})
            done = subprocess.run([BINARY, "dev", "--data", str(self.folder / "data"), "--config", str(self.folder / "config.yaml")], capture_output=True,
                                  text=True, timeout=overdracht.PATIENCE_S)
            self.assertEqual(done.returncode, 64, wrong)
            self.assertIn(expected, done.stderr)
            self.assertNotIn("me:secret", done.stderr)
        (self.folder / "secrets").write_text("whsec_c2hvcnQ=\n")
        self.configure({"url": "http://127.0.0.1:1/"})
        done = subprocess.run([BINARY, "dev", "--data", str(self.folder / "data"), "--config", str(self.folder / "config.yaml")], capture_output=True,
                              text=True, timeout=overdracht.PATIENCE_S)
        self.assertEqual(done.returncode, 64)
        self.assertIn("24 to 64 bytes, but line 1 is none", done.stderr)
        self.assertNotIn("c2hvcnQ", done.stderr)


def once_last(receiver):
    numbers = receiver.taken
    if not numbers:
        return None
    body = json.loads(receiver.requests[numbers[-1]][2])
    return (body[-1] if isinstance(body, list) else body)["sequence"]


if __name__ == "__main__":
    BINARY = overdracht.binary_of_arguments()
    unittest.main()
