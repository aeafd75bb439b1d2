#!/usr/bin/env python3
"""Who calls, with real certificates: whom the gRPC port lets in, and for whom it lets them speak.  identity_test.py [--binary PATH] [TestCase.test…]"""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

import grpc

sys.dont_write_bytecode = True
sys.path[:0] = [str(pathlib.Path(__file__).resolve().parents[1] / "support")]
import overdracht  # noqa: E402

ZORG, WIJK, GEMEENTE, SUPPLIER = "00000099000000101000", "00000099000000102000", "00000099000000103000", "00000099000000999000"
TRAJECT = "00000000-0000-4000-8000-{:012d}"
BINARY = None
PATIENCE_S = 30

# For `openssl ca`, which alone sets when a certificate ends.
CA_CONFIG = """
[ca]
default_ca = it
[it]
database = {folder}/index.txt
serial = {folder}/serial
new_certs_dir = {folder}
default_md = sha256
policy = any
unique_subject = no
[any]
countryName = optional
organizationName = optional
commonName = supplied
serialNumber = optional
"""


def made(folder, *more):
    subprocess.run([BINARY, "certs", "--out", str(folder), *more], check=True, capture_output=True)
    return folder


def signed(authority, folder, name, subject, start="20200101000000Z", end="20991231235959Z", extensions=""):
    """A certificate of this authority (a folder of `overdracht certs`) with a subject that the program itself would not give."""
    folder.mkdir(exist_ok=True)
    (folder / "index.txt").touch()
    (folder / "serial").write_text("1000\n")
    (folder / "ca.cnf").write_text(CA_CONFIG.format(folder=folder))
    (folder / "extensions").write_text(extensions)
    run = lambda *words: subprocess.run(["openssl", *map(str, words)], check=True, capture_output=True)  # noqa: E731
    run("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", folder / f"{name}.key", "-subj", subject,
        "-out", folder / f"{name}.csr")
    run("ca", "-batch", "-config", folder / "ca.cnf", "-cert", authority / "ca.pem", "-keyfile", authority / "ca.key", "-startdate", start,
        "-enddate", end, "-notext", "-extfile", folder / "extensions", "-in", folder / f"{name}.csr", "-out", folder / f"{name}.pem")
    return folder / name


def published(identity, number, organisation=ZORG, name="trajecten.started", data=None):
    roles = (("zorgaanbieder", ZORG), ("wijkteam", WIJK), ("gemeente", GEMEENTE))
    participants = [{"role": role, "organisation": whom} for role, whom in roles]
    event = json.dumps({
        "specversion": "1.0", "id": identity, "source": f"urn:nld:oin:{organisation}:systeem:test", "type": f"nl.overdracht.{name}.v1",
        "subject": TRAJECT.format(number), "time": "2017-01-02T09:00:00Z",
        "data": data or {"workflow": "uitstroom", "client": "c-1", "participants": participants}}).encode()
    return b"\x0a" + bytes([len(event) & 0x7f | 0x80, len(event) >> 7]) + event  # PublishRequest.cloud_event


class Case(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        scratch = tempfile.TemporaryDirectory(prefix="overdracht-identity-")
        cls.addClassCleanup(scratch.cleanup)
        cls.where = pathlib.Path(scratch.name)
        organisations = ((ZORG, "Zorg"), (WIJK, "Wijk"), (SUPPLIER, "Leverancier"))
        cls.certs = made(cls.where / "certs", *(word for oin, name in organisations for word in ("--oin", oin, "--name", name)))
        cls.other = made(cls.where / "other")
        config = (cls.certs / "overdracht.yaml").read_text()
        config += f"delegations:\n  - supplier: {SUPPLIER}\n    organisations: [{ZORG}]\n"
        config += f"  - supplier: {SUPPLIER}\n    organisations: [{WIJK}]\n    events: [contacts.held]\n"
        (cls.certs / "overdracht.yaml").write_text(config + cls.more_config())
        cls.dev = overdracht.Dev(BINARY, cls.where / "data", extra=("--config", str(cls.certs / "overdracht.yaml")))
        cls.dev.start()
        cls.addClassCleanup(cls.dev.stop)

    @classmethod
    def more_config(cls):
        return ""

    def channel(self, pair=None, ca=None):
        """As who has this certificate: the path of certificate and key without what follows the dot."""
        read = lambda path: pathlib.Path(path).read_bytes()  # noqa: E731
        key, certificate = (read(f"{pair}.key"), read(f"{pair}.pem")) if pair else (None, None)
        credentials = grpc.ssl_channel_credentials(read(ca or self.certs / "ca.pem"), key, certificate)
        channel = grpc.secure_channel(self.dev.address, credentials, [("grpc.enable_http_proxy", 0), ("grpc.use_local_subchannel_pool", 1)])
        self.addCleanup(channel.close)
        return channel

    def code(self, channel, request=b"", method="api.v1.OutboxService/ListItems", speaks_for=None):
        """What became of the call: the name of the status, or of the refusal."""
        metadata = [("overdracht-oin", speaks_for)] if speaks_for else []
        try:
            if "ListTrajecten" in method:
                list(channel.unary_stream(f"/overdracht.{method}")(request, metadata=metadata, timeout=PATIENCE_S))
            else:
                channel.unary_unary(f"/overdracht.{method}")(request, metadata=metadata, timeout=PATIENCE_S)
            return "OK"
        except grpc.RpcError as error:
            self.said = error.details()
            return error.code().name

    def publish(self, channel, request, speaks_for=None):
        return self.code(channel, request, "api.v1.EventService/Publish", speaks_for)


class WhoIsLetIn(Case):
    def test_whoever_has_a_certificate_is_its_oin(self):
        zorg = self.channel(self.certs / ZORG)
        self.assertEqual(self.code(zorg), "OK")
        self.assertEqual(self.publish(zorg, published("in-1", 1)), "OK")
        self.assertEqual(self.publish(self.channel(self.certs / WIJK), published("in-2", 2)), "PERMISSION_DENIED")
        self.assertIn("source", self.said)

    def test_without_a_certificate_nobody_comes_in(self):
        self.assertEqual(self.code(self.channel()), "UNAVAILABLE")

    def test_a_certificate_of_another_authority_is_refused(self):
        self.assertEqual(self.code(self.channel(self.other / ZORG)), "UNAVAILABLE")

    def test_a_certificate_that_has_expired_is_refused(self):
        pair = signed(self.certs, self.where / "expired", "expired", f"/CN=Zorg/serialNumber={ZORG}", end="20210101000000Z")
        self.assertEqual(self.code(self.channel(pair)), "UNAVAILABLE")

    def test_a_certificate_without_an_oin_is_refused_in_words(self):
        for name, subject in (("none", "/CN=Zorg"), ("word", "/CN=Zorg/serialNumber=secret"), ("prefix", "/CN=Zorg/serialNumber=99999999000000101000")):
            with self.subTest(name):
                pair = signed(self.certs, self.where / name, name, subject)
                self.assertEqual(self.code(self.channel(pair)), "UNAUTHENTICATED")
                self.assertIn("expected a certificate with an OIN as serialNumber of its subject, but", self.said)
                self.assertNotIn("secret", self.said)

    def test_no_word_makes_another_of_a_caller(self):
        zorg = self.channel(self.certs / ZORG)
        self.assertEqual(self.code(zorg, speaks_for=WIJK), "PERMISSION_DENIED")
        self.assertEqual(self.publish(zorg, published("in-3", 3), speaks_for=WIJK), "PERMISSION_DENIED")
        with self.assertRaises(grpc.RpcError) as refused:
            zorg.unary_unary("/overdracht.api.v1.OutboxService/ListItems")(b"", timeout=PATIENCE_S, metadata=[
                ("overdracht-vouched", "00000000-0000-4000-8000-000000000000"), ("overdracht-certificate-bin", b"x"), ("overdracht-oin", WIJK)])
        self.assertEqual(refused.exception.code().name, "PERMISSION_DENIED")

    def test_without_tls_the_port_says_nothing(self):
        with grpc.insecure_channel(self.dev.address, [("grpc.enable_http_proxy", 0)]) as channel:
            self.assertEqual(self.code(channel), "UNAVAILABLE")

    def test_the_http_port_takes_nobody_for_what_it_says(self):
        event = published("in-4", 4)[3:]
        done = subprocess.run(["curl", "--silent", "--output", "/dev/null", "--write-out", "%{http_code}", "--noproxy", "*", "--data-binary", event,
                               "-H", "content-type: application/cloudevents+json", "-H", f"overdracht-oin: {ZORG}", f"http://{self.dev.http}/v1/events"],
                              capture_output=True, text=True)
        self.assertNotEqual(done.stdout[:1], "2")


class WhoSpeaksForWhom(Case):
    def test_a_supplier_reports_for_whom_it_may(self):
        supplier = self.channel(self.certs / SUPPLIER)
        self.assertEqual(self.publish(supplier, published("for-1", 10)), "OK")
        self.assertEqual(self.publish(supplier, published("for-2", 11), speaks_for=ZORG), "OK")
        self.assertEqual(self.code(supplier, speaks_for=ZORG), "OK")
        self.assertEqual(self.code(supplier), "OK", "it has an outbox of its own, with nothing in it")
        self.assertEqual(self.publish(supplier, published("for-3", 12, GEMEENTE)), "PERMISSION_DENIED")
        self.assertEqual(self.code(supplier, speaks_for=GEMEENTE), "PERMISSION_DENIED")

    def test_a_delegation_of_one_kind_of_event_is_for_that(self):
        supplier = self.channel(self.certs / SUPPLIER)
        self.publish(supplier, published("for-4", 13))
        contact = published("for-5", 13, WIJK, "contacts.held", {"kind": "home_visit"})
        self.assertEqual(self.publish(supplier, contact), "OK")
        self.assertEqual(self.publish(supplier, published("for-6", 14, WIJK)), "PERMISSION_DENIED")
        self.assertEqual(self.code(supplier, speaks_for=WIJK), "PERMISSION_DENIED", "it reads no outbox")

    def test_the_operator_is_who_the_configuration_names(self):
        method = "region.v1.OperatorService/ListTrajecten"
        operator = self.channel(self.certs / "operator")
        self.assertEqual(self.code(operator, method=method), "OK")
        self.assertEqual(self.code(operator, method=method, speaks_for=ZORG), "PERMISSION_DENIED")
        self.assertEqual(self.code(self.channel(self.certs / ZORG), method=method), "PERMISSION_DENIED")

    def test_the_commands_take_certificates(self):
        as_whom = lambda who: ["--tls-ca", str(self.certs / "ca.pem"), "--tls-cert", f"{self.certs / who}.pem", "--tls-key", f"{self.certs / who}.key"]  # noqa: E731
        event = self.where / "event.jsonl"
        event.write_bytes(published("for-7", 15)[3:] + b"\n")
        self.assertEqual([row["outcome"] for row in self.dev.rows("publish", str(event), "--json", *as_whom(ZORG))], ["accepted"])
        trajecten = self.dev.rows("traject", "list", "--json", *as_whom("operator"))
        self.assertIn(TRAJECT.format(15), [row["traject"] for row in trajecten])
        self.dev.run("traject", "list", "--json", *as_whom(ZORG), accept=(1,))
        environment = dict(os.environ, OVERDRACHT_CA=str(self.certs / "ca.pem"), OVERDRACHT_CERT=f"{self.certs / 'operator'}.pem",
                           OVERDRACHT_KEY=f"{self.certs / 'operator'}.key")
        subprocess.run(self.dev.command("outbox", "read", "--oin", ZORG), check=True, capture_output=True, env=environment)


class WhichIssuer(Case):
    NAME = "Overdracht test CA (not for production)"

    @classmethod
    def more_config(cls):
        # Both authorities are trusted; only the one of this name may vouch.
        with open(cls.certs / "ca.pem", "ab") as both:
            other = signed(cls.other, cls.where / "named", "ca", "/C=NL/O=Another/CN=Another", extensions="basicConstraints=critical,CA:TRUE")
            both.write(pathlib.Path(f"{other}.pem").read_bytes())
            both.write((cls.other / "ca.pem").read_bytes())
        return f"issuers:\n  - name: CN={cls.NAME},O={cls.NAME},C=NL\n    prefixes: ['000000990000001']\n"

    def test_an_issuer_vouches_for_its_prefixes_only(self):
        self.assertEqual(self.code(self.channel(self.certs / ZORG)), "OK")
        self.assertEqual(self.code(self.channel(self.certs / SUPPLIER)), "UNAUTHENTICATED")
        self.assertIn("issuer", self.said)

    def test_an_issuer_without_a_word_about_it_vouches_for_nobody(self):
        pair = signed(self.where / "named", self.where / "unnamed", "zorg", f"/CN=Zorg/serialNumber={ZORG}")
        self.assertEqual(self.code(self.channel(pair)), "UNAUTHENTICATED")

    def test_the_name_of_another_makes_no_issuer(self):
        between = signed(self.where / "named", self.where / "between", "ca", f"/C=NL/O={self.NAME}/CN={self.NAME}",
                         extensions="basicConstraints=critical,CA:TRUE\nsubjectKeyIdentifier=hash")
        pair = signed(between.parent, self.where / "posing", "zorg", f"/CN=Zorg/serialNumber={ZORG}", extensions="authorityKeyIdentifier=keyid")
        with open(f"{pair}.pem", "ab") as chain:
            chain.write(pathlib.Path(f"{between}.pem").read_bytes())
        self.assertEqual(self.code(self.channel(pair)), "UNAUTHENTICATED")
        self.assertIn("issuer", self.said)


class HowOften(Case):
    @classmethod
    def more_config(cls):
        return "limits: {reports_per_second: 1, reports_at_once: 3, open_streams: 2}\n"

    def test_who_calls_too_often_is_told_when_to_come_again_and_nobody_else_is(self):
        zorg = self.channel(self.certs / ZORG)
        codes = [self.publish(zorg, published(f"often-{n}", 30)) for n in range(8)]
        self.assertIn("RESOURCE_EXHAUSTED", codes)
        self.assertNotIn("RESOURCE_EXHAUSTED", codes[:3])
        with self.assertRaises(grpc.RpcError) as refused:
            zorg.unary_unary("/overdracht.api.v1.EventService/Publish")(published("often-9", 30), timeout=PATIENCE_S)
        self.assertIn(b"google.rpc.RetryInfo", dict(refused.exception.trailing_metadata())["grpc-status-details-bin"])
        contact = published("often-10", 30, WIJK, "contacts.held", {"kind": "home_visit"})
        self.assertEqual(self.publish(self.channel(self.certs / WIJK), contact), "OK")

    def test_no_more_streams_than_there_may_be(self):
        zorg = self.channel(self.certs / ZORG)
        subscribe = zorg.unary_stream("/overdracht.api.v1.OutboxService/Subscribe")
        streams = [subscribe(b"", timeout=PATIENCE_S) for _ in range(2)]
        waited = time.monotonic() + PATIENCE_S
        while self.third(subscribe) != "RESOURCE_EXHAUSTED":
            self.assertLess(time.monotonic(), waited, "there is no limit")
        streams.pop().cancel()
        while self.third(subscribe) == "RESOURCE_EXHAUSTED":
            self.assertLess(time.monotonic(), waited, "what is closed makes no room")

    @staticmethod
    def third(subscribe):
        """Of a stream that lives for a moment: how it ended."""
        try:
            list(subscribe(b"", timeout=0.3))
        except grpc.RpcError as error:
            return error.code().name


class OneProcessEach(Case):
    def test_a_partner_service_speaks_with_the_region_by_its_certificate(self):
        region = overdracht.Dev(BINARY, self.where / "region", extra=("--config", str(self.certs / "overdracht.yaml")))
        region.arguments[1] = "workflow-service"
        region.start()
        self.addCleanup(region.stop)
        partner = overdracht.Dev(BINARY, self.where / "partner")
        files = ("--tls-cert", f"{self.certs / ZORG}.pem", "--tls-key", f"{self.certs / ZORG}.key", "--tls-client-ca", str(self.certs / "ca.pem"))
        partner.arguments = [BINARY, "partner-service", "--oin", ZORG, "--region", region.address, "--data", str(partner.data), "--grpc-port", "0",
                             "--http-port", "0", *files]
        partner.start()
        self.addCleanup(partner.stop)
        self.dev, dev = partner, self.dev
        self.addCleanup(setattr, self, "dev", dev)
        self.assertEqual(self.publish(self.channel(self.certs / ZORG), published("each-1", 40)), "OK")
        self.assertEqual(self.code(self.channel(self.certs / WIJK)), "PERMISSION_DENIED")


class Rotation(Case):
    def test_new_files_are_for_new_connections(self):
        zorg = self.channel(self.certs / ZORG)
        stream = zorg.unary_stream("/overdracht.api.v1.OutboxService/Subscribe")(b"", timeout=PATIENCE_S)
        self.assertEqual(self.publish(zorg, published("rotate-1", 20)), "OK")
        self.assertTrue(next(stream))
        # Another authority's: the certificate of the service, and whom it trusts.
        for name in ("server.key", "server.pem", "ca.pem"):
            shutil.copy(self.other / name, self.certs / "new")
            if name == "ca.pem":
                shutil.copy(self.certs / name, self.where / "old-ca.pem")
            (self.certs / "new").replace(self.certs / name)
        waited = time.monotonic() + PATIENCE_S
        while self.code(self.channel(self.other / ZORG, self.other / "ca.pem")) != "OK":
            self.assertLess(time.monotonic(), waited, "the new files are not used")
            time.sleep(0.2)
        self.assertEqual(self.code(self.channel(self.certs / ZORG, self.other / "ca.pem")), "UNAVAILABLE", "its authority is trusted no more")
        self.assertEqual(self.code(self.channel(self.other / ZORG, self.where / "old-ca.pem")), "UNAVAILABLE", "the old certificate is gone")
        self.assertEqual(self.publish(zorg, published("rotate-2", 21)), "OK", "a connection that is there lives on")
        self.assertTrue(any(TRAJECT.format(21).encode() in item for item in stream), "a stream that is there lives on")
        stream.cancel()


class AtTheStart(unittest.TestCase):
    def refused(self, *arguments):
        with tempfile.TemporaryDirectory() as data:
            done = subprocess.run([BINARY, "dev", "--data", f"{data}/d", *arguments], capture_output=True, text=True, timeout=PATIENCE_S)
        self.assertEqual(done.returncode, 64, done.stderr)
        return done.stderr

    def test_certificates_are_all_or_none_and_fit(self):
        with tempfile.TemporaryDirectory() as scratch:
            certs = made(pathlib.Path(scratch) / "certs")
            files = lambda key: ["--tls-cert", f"{certs}/server.pem", "--tls-key", f"{certs}/{key}", "--tls-client-ca", f"{certs}/ca.pem"]  # noqa: E731
            self.assertIn("together", self.refused("--tls-cert", f"{certs}/server.pem"))
            self.assertIn("the key of the certificate", self.refused(*files("ca.key")))
            self.assertIn("none", self.refused(*files("nowhere")))
            (certs / "wrong.yaml").write_text("tls:\n  certificate: server.pem\n  keys: x\n")
            self.assertIn("wrong.yaml:3:3: unknown_key", self.refused("--config", f"{certs}/wrong.yaml"))
            check = subprocess.run([BINARY, "config", "check", f"{certs}/wrong.yaml"], capture_output=True, text=True)
            self.assertEqual(check.returncode, 2)
            self.assertIn("wrong.yaml:3:3: unknown_key", check.stdout)
            self.assertEqual(subprocess.run([BINARY, "config", "check", f"{certs}/overdracht.yaml"]).returncode, 0)

    def test_without_certificates_it_listens_on_loopback_only(self):
        self.assertIn("--tls-cert", self.refused("--listen", "0.0.0.0"))

    def test_certs_are_made_once_for_tests_and_private(self):
        with tempfile.TemporaryDirectory() as scratch:
            certs = made(pathlib.Path(scratch) / "certs")
            again = subprocess.run([BINARY, "certs", "--out", str(certs)], capture_output=True, text=True)
            self.assertEqual(again.returncode, 1)
            for key in certs.glob("*.key"):
                self.assertEqual(key.stat().st_mode & 0o777, 0o600, key)
            real = subprocess.run([BINARY, "certs", "--out", f"{scratch}/real", "--oin", "00000001003214345000", "--name", "x"], capture_output=True)
            self.assertEqual(real.returncode, 64)
            hosts = made(pathlib.Path(scratch) / "hosts", "--host", "workflow-1", "--host", "broker")
            shown = subprocess.run(["openssl", "x509", "-noout", "-ext", "subjectAltName", "-in", hosts / "server.pem"], check=True, capture_output=True, text=True)
            self.assertIn("DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1, DNS:workflow-1, DNS:broker", shown.stdout)
            two = subprocess.run([BINARY, "certs", "--out", f"{scratch}/two", "--host", "one,DNS:two"], capture_output=True)
            self.assertEqual(two.returncode, 64)


if __name__ == "__main__":
    BINARY = overdracht.binary_of_arguments()
    unittest.main()
