#!/usr/bin/env python3
"""Callers who mean harm, or do not know what they do: others are served meanwhile, and it costs little.  attack_test.py [--binary PATH] [TestCase.test…]"""
import contextlib
import pathlib
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import unittest
import warnings

sys.dont_write_bytecode = True
sys.path[:0] = [str(pathlib.Path(__file__).resolve().parent)]
import http2  # noqa: E402
import measure  # noqa: E402
from http2 import DATA, END_HEADERS, END_STREAM, HEADERS, PING, RST_STREAM, SETTINGS, WINDOW_UPDATE, frame  # noqa: E402
from measure import GIVE_UP_S, PATIENCE_S, ZORG, overdracht  # noqa: E402

AS_ZORG = [("overdracht-oin", ZORG)]
PUBLISH = "/overdracht.api.v1.EventService/Publish"


def again(connect, go_on):
    """An attacker that connects anew whenever it is cut off."""
    def attack(it):
        while not it.over.is_set():
            with connect() as connection:
                connection.settimeout(GIVE_UP_S)
                try:
                    go_on(it, connection)
                except ConnectionError:
                    pass
    return attack


def for_ever(text):
    while True:
        yield text


class Floods(measure.Attacked):
    """Over HTTP/2, each by one connection after the other that sends as fast as it can and reads no answer."""

    def flood(self, texts):
        self.survives(again(lambda: http2.connect(self.server.address), lambda it, connection: measure.pump(it, connection, texts())))

    def test_pings(self):
        self.flood(lambda: for_ever(frame(PING, payload=b"12345678") * 1000))

    def test_settings(self):
        self.flood(lambda: for_ever(http2.settings(initial_window_size=1) * 1000))


class Faults(measure.Attacked):
    """What breaks the protocol ends the connection, and nothing else."""

    def address(self, way):
        host, port = (self.server.address if way == "grpc" else self.server.http).rsplit(":", 1)
        return host, int(port)

    def answer(self, text, way="http", end=False):
        """All that comes back until the server closes the connection."""
        with socket.create_connection(self.address(way), PATIENCE_S) as connection:
            came = b""
            try:
                connection.sendall(text)
                if end:
                    connection.shutdown(socket.SHUT_WR)
                while more := connection.recv(1 << 16):
                    came += more
            except ConnectionError:
                pass
            return came

    def test_frames_that_are_none(self):
        start = http2.PREFACE + http2.settings()
        one = http2.headers(1, PUBLISH, AS_ZORG)
        too_long = (1 << 24) - 1
        for name, text in (
                ("no preface", b"GET / HTTP/1.1\r\nhost: x\r\n\r\n"), ("another preface", b"\0" * 100),
                ("no settings", http2.PREFACE + one), ("settings of half an entry", start + frame(SETTINGS, 0, 0, b"\0\1\0")),
                ("settings of a stream", start + frame(SETTINGS, 0, 1)), ("a frame too long", start + one + frame(DATA, 0, 1, b"x" * 20_000)),
                ("headers too long", start + too_long.to_bytes(3, "big") + bytes([HEADERS, END_HEADERS, 0, 0, 0, 1]) + b"x" * 100_000),
                ("a window of nothing", start + frame(WINDOW_UPDATE, 0, 0, b"\0\0\0\0")), ("a ping too short", start + frame(PING, payload=b"1")),
                ("headers that cannot be read", start + frame(HEADERS, END_HEADERS, 1, b"\xff" * 50)),
                ("headers, and then something else", start + http2.headers(1, PUBLISH, flags=0) + frame(PING, payload=b"12345678")),
                ("a continuation of nothing", start + frame(http2.CONTINUATION, END_HEADERS, 1, b"")),
                ("headers of half a field, at the end", start + frame(HEADERS, END_HEADERS, 1, http2.field("a", "b")[:-1]))):
            with self.subTest(name):
                self.answer(text, "grpc")
        self.waits(10)

    def status(self, stream_text):
        """What becomes of stream 1: how it ended, as far as it can be seen without a table of headers."""
        with http2.connect(self.server.address) as connection:
            with contextlib.suppress(ConnectionError):  # it may be refused before all of it is there
                connection.sendall(stream_text)
            reader = http2.Reader(connection)
            while (came := reader.frame()) is not None:
                kind, flags, stream, payload = came
                if stream == 1 and kind == RST_STREAM:
                    return b"reset"
                if stream == 1 and flags & END_STREAM:
                    return payload
        return b"the connection ended"

    def test_messages_that_are_none(self):
        one = http2.headers(1, PUBLISH, AS_ZORG)
        # Whichever is seen first: that the message is too long, or that there is more of it than the stream may hold.
        with self.subTest("more bytes than there may be"):
            self.assertRegex(self.status(one + http2.message(1, b"\x0a" + b"x" * (2 << 20), END_STREAM)), b"grpc-status|^reset$|^the connection ended$")
        for name, text in (
                ("a length of 4 GB", frame(DATA, END_STREAM, 1, b"\0\xff\xff\xff\xff" + b"x" * 100)),
                ("half a message, and the end", frame(DATA, END_STREAM, 1, b"\0\0\0\0\x64half")),
                ("half a length, and the end", frame(DATA, END_STREAM, 1, b"\0\0")),
                ("nothing, and the end", frame(DATA, END_STREAM, 1)),
                ("a flag that is none", frame(DATA, END_STREAM, 1, b"\x07\0\0\0\0")),
                ("pressed by nothing that was named", frame(DATA, END_STREAM, 1, b"\1\0\0\0\1x")),
                ("what is no PublishRequest", http2.message(1, b"\xff\xff\xff", END_STREAM))):
            with self.subTest(name):
                self.assertIn(b"grpc-status", self.status(one + text))
        self.waits(10)

    def test_requests_that_are_none(self):
        post = b"POST /v1/events HTTP/1.1\r\nhost: x\r\ncontent-type: application/cloudevents+json\r\n"
        for name, text, status in (
                ("a length of less than nothing", post + b"content-length: -1\r\n\r\n", b" 400 "),
                ("a length that is no number", post + b"content-length: x\r\n\r\n", b" 400 "),
                ("two lengths", post + b"content-length: 1\r\ncontent-length: 2\r\n\r\nxx", b" 400 "),
                ("a length of more than there is", post + b"content-length: 18446744073709551616\r\n\r\n", b" 400 "),
                ("a length and chunks", post + b"content-length: 4\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n", b" 400 "),
                ("a chunk of no length", post + b"transfer-encoding: chunked\r\n\r\nx\r\n", b" 400 "),
                ("a chunk of less than nothing", post + b"transfer-encoding: chunked\r\n\r\n-1\r\n\r\n", b" 400 "),
                ("a chunk of more than there is", post + b"transfer-encoding: chunked\r\n\r\nfffffffffffffffff\r\n", b" 400 "),
                ("a chunk of more than there may be", post + b"transfer-encoding: chunked\r\n\r\nffffffff\r\n", b" 413 "),
                ("a line of endless words", post + b"x: " + b"y" * (1 << 20), b" 431 "),
                ("a header without a name", post + b": x\r\n\r\n", b" 400 "), ("HTTP/2", http2.PREFACE, b" 400 "),
                ("TLS", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 100 + b"\r\n", b" 400 ")):
            with self.subTest(name):
                self.assertIn(status, self.answer(text)[:20])
        for name, text in (("half a line", b"POST /v1/ev"), ("half a header", post), ("half a body", post + b"content-length: 100\r\n\r\n{"),
                           ("half a chunk", post + b"transfer-encoding: chunked\r\n\r\n64\r\n{")):
            with self.subTest(name):
                self.assertEqual(self.answer(text, end=True), b"")
        self.waits(10)

    def test_who_does_not_go_on_is_cut_off(self):
        post = b"POST /v1/events HTTP/1.1\r\nhost: x\r\n"
        begun = time.monotonic()
        slow = {name: socket.create_connection(self.address(way), PATIENCE_S) for name, way in (
            ("no preface", "grpc"), ("half a preface", "grpc"), ("half a header", "http"), ("a header by the byte", "http"))}
        self.addCleanup(lambda: [connection.close() for connection in slow.values()])
        slow["half a preface"].sendall(http2.PREFACE[:10])
        slow["half a header"].sendall(post)
        slow["a header by the byte"].sendall(post)
        for connection in slow.values():
            connection.settimeout(0)
        ended = {}
        while len(ended) < len(slow):
            self.assertLess(time.monotonic() - begun, 25, f"still open: {set(slow) - set(ended)}")
            time.sleep(0.1)
            for name, connection in slow.items():
                if name in ended:
                    continue
                try:
                    if name == "a header by the byte":
                        connection.send(b"x")
                    if not connection.recv(1 << 16):
                        ended[name] = time.monotonic() - begun
                except BlockingIOError:
                    pass
                except ConnectionError:
                    ended[name] = time.monotonic() - begun
        for name, least in (("no preface", 9), ("half a preface", 9), ("half a header", 14), ("a header by the byte", 14)):
            self.assertGreater(ended[name], least, name)
        self.waits(10)


class Tls(unittest.TestCase):
    """Both ports, with certificates. Who is let in over gRPC is tests/integration/identity_test.py's."""

    @classmethod
    def setUpClass(cls):
        scratch = tempfile.TemporaryDirectory(prefix="overdracht-load-")
        cls.addClassCleanup(scratch.cleanup)
        cls.where = pathlib.Path(scratch.name)
        for name in ("certs", "other"):
            subprocess.run([measure.BINARY, "certs", "--out", str(cls.where / name), "--oin", ZORG, "--name", "Zorg"], check=True, capture_output=True)
        cls.certs = cls.where / "certs"
        cls.server = overdracht.Dev(measure.BINARY, cls.where / "data", extra=("--config", str(cls.certs / "overdracht.yaml")))
        cls.server.start()
        cls.addClassCleanup(cls.server.stop)
        run = lambda *words: subprocess.run(["openssl", *map(str, words)], check=True, capture_output=True)  # noqa: E731
        key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
        run("req", "-x509", *key, "-keyout", cls.where / "self.key", "-out", cls.where / "self.pem", "-subj", f"/CN=Zorg/serialNumber={ZORG}", "-days", "30")
        for name, subject, days in (("expired", f"/CN=Zorg/serialNumber={ZORG}", "-1"), ("without", "/CN=Zorg", "30")):
            run("req", "-new", *key, "-keyout", cls.where / f"{name}.key", "-out", cls.where / f"{name}.csr", "-subj", subject)
            run("x509", "-req", "-in", cls.where / f"{name}.csr", "-CA", cls.certs / "ca.pem", "-CAkey", cls.certs / "ca.key", "-CAcreateserial",
                "-days", days, "-out", cls.where / f"{name}.pem")

    def ports(self):
        return {"grpc": self.server.address, "http": self.server.http}

    def context(self, pair=None):
        context = ssl.create_default_context(cafile=str(self.certs / "ca.pem"))
        context.check_hostname = False
        context.set_alpn_protocols(["h2"])
        if pair:
            context.load_cert_chain(f"{pair}.pem", f"{pair}.key")
        return context

    def said(self, address, context, text):
        """What comes back, once the connection is ended or something came; nothing, where it was cut off."""
        host, port = address.rsplit(":", 1)
        try:
            with socket.create_connection((host, int(port)), PATIENCE_S) as plain, context.wrap_socket(plain) as connection:
                connection.sendall(text)
                return connection.recv(1 << 16)
        except (ssl.SSLError, ConnectionError):
            return b""

    TEXTS = {"grpc": http2.PREFACE + http2.settings(), "http": f"GET /v1/outbox/{ZORG} HTTP/1.1\r\nhost: x\r\n\r\n".encode()}

    def test_who_has_no_certificate_that_is_trusted_says_nothing(self):
        for way, address in self.ports().items():
            self.assertNotEqual(self.said(address, self.context(self.certs / ZORG), self.TEXTS[way]), b"", way)
            for name, pair in (("none", None), ("of another authority", self.where / "other" / ZORG), ("its own", self.where / "self"),
                               ("expired", self.where / "expired")):
                with self.subTest(way=way, certificate=name):
                    self.assertEqual(self.said(address, self.context(pair), self.TEXTS[way]), b"")

    def test_a_certificate_without_an_oin_is_refused_in_words_over_http(self):
        answer = self.said(self.server.http, self.context(self.where / "without"), self.TEXTS["http"])
        self.assertIn(b" 401 ", answer[:20])
        self.assertIn(b"OIN", answer)

    def test_plain_text_and_old_versions_are_refused(self):
        for way, address in self.ports().items():
            host, port = address.rsplit(":", 1)
            with self.subTest(way=way), socket.create_connection((host, int(port)), PATIENCE_S) as plain:
                plain.sendall(self.TEXTS[way] + b"x" * 1000)
                try:
                    answer = plain.recv(1 << 16)
                except ConnectionError:
                    answer = b""
                self.assertIn(answer[:1], (b"", b"\x15"), "neither nothing nor a TLS alert")
            for version, taken in ((ssl.TLSVersion.TLSv1, False), (ssl.TLSVersion.TLSv1_1, False), (ssl.TLSVersion.TLSv1_2, True), (ssl.TLSVersion.TLSv1_3, True)):
                with self.subTest(way=way, version=version.name):
                    context = self.context(self.certs / ZORG)
                    context.set_ciphers("ALL:@SECLEVEL=0")  # else this side would refuse
                    with warnings.catch_warnings():
                        warnings.simplefilter("ignore", DeprecationWarning)
                        context.minimum_version = context.maximum_version = version
                    self.assertEqual(self.said(address, context, self.TEXTS[way]) != b"", taken)


if __name__ == "__main__":
    measure.main()
