"""A server under attack, and what it costs: its own memory and files, and what an honest caller waits meanwhile.  For the tests of this folder."""
import contextlib
import json
import os
import pathlib
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "support"), str(HERE)]
import overdracht  # noqa: E402

ZORG, WIJK, GEMEENTE = "00000099000000101000", "00000099000000102000", "00000099000000103000"
PATIENCE_S = 60
GIVE_UP_S = 0.2  # of one who sends and is not taken in
MOST_GROWTH_MB = 64
CALLS = 500  # over gRPC and over HTTP each, before and during
# The p99 of the honest caller at most doubles. Below this many milliseconds it may: on two cores, with attackers that keep one of them busy and whatever
# else the machine does, who has to wait for a turn waits some tens, and one stall of the machine is seen by all calls that come meanwhile. What is to be found stands still for
# seconds.
FLOOR_MS = 200
BINARY = None


def p99_ms(seconds):
    return sorted(seconds)[int(len(seconds) * 0.99)] * 1000


def pump(it, connection, texts, patience_s=PATIENCE_S):
    """Sends as fast as it is taken, and reads nothing. TimeoutError: nothing more is taken."""
    for text in texts:
        left, taken = memoryview(text), time.monotonic()
        while left:
            if it.over.is_set():
                return
            try:
                sent = connection.send(left)
            except TimeoutError:
                if time.monotonic() - taken > patience_s:
                    raise
                continue
            it.sent += sent
            left, taken = left[sent:], time.monotonic()


def connect_http(address):
    host, port = address.rsplit(":", 1)
    return socket.create_connection((host, int(port)), PATIENCE_S)


class Attacked(unittest.TestCase):
    """Each test has a server of its own, with the limits for each organisation that one with certificates has. Its journal lies in memory where that
    can be: what a disk costs is no part of what is compared."""

    LIMITS = "limits: {reports_per_second: 2000}\n"

    def setUp(self):
        scratch = tempfile.TemporaryDirectory(prefix="overdracht-load-", dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None)
        self.addCleanup(scratch.cleanup)
        self.where = pathlib.Path(scratch.name)
        (self.where / "limits.yaml").write_text(self.LIMITS)
        self.server = overdracht.Dev(BINARY, self.where / "data", extra=("--config", str(self.where / "limits.yaml")))
        self.server.start()
        self.addCleanup(lambda: self.server.process.poll() is None and self.server.stop())
        self.caller = subprocess.Popen([sys.executable, str(HERE / "caller.py"), self.server.address, self.server.http], stdin=subprocess.PIPE,
                                       stdout=subprocess.PIPE, text=True)
        self.addCleanup(self.caller.wait, PATIENCE_S)
        self.addCleanup(self.caller.stdout.close)
        self.addCleanup(self.caller.stdin.close)
        self.assertEqual(self.caller.stdout.readline(), "ready\n")
        self.waits(100)  # what is there once is there

    def memory_mb(self):
        return int(re.search(r"VmRSS:\s*(\d+)", pathlib.Path(f"/proc/{self.server.process.pid}/status").read_text())[1]) / 1024

    def files(self):
        return len(os.listdir(f"/proc/{self.server.process.pid}/fd"))

    def cpu_s(self):
        fields = pathlib.Path(f"/proc/{self.server.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def waits(self, calls=CALLS):
        """Milliseconds at the 99th percentile, over gRPC and over HTTP."""
        self.caller.stdin.write(f"{calls}\n")
        self.caller.stdin.flush()
        took = json.loads(self.caller.stdout.readline() or self.fail("the honest caller is served no more"))
        return {way: p99_ms(seconds) for way, seconds in took.items()}

    def until(self, condition, what):
        waited = time.monotonic() + PATIENCE_S
        while not condition():
            self.assertLess(time.monotonic(), waited, what)
            time.sleep(0.02)

    def until_quiet(self):
        """Until the server has done what was left to do."""
        used = [self.cpu_s()]

        def quiet():
            time.sleep(0.2)
            used.append(self.cpu_s())
            return used[-1] - used[-2] <= 0.02

        self.until(quiet, "the server goes on and on")

    def survives(self, *attackers, settle=False):
        """Each attacker is a function that goes on until the Attack it is given is over. To settle: what others wait is measured once all is sent, and
        what the server does about it is done."""
        memory, files = self.memory_mb(), self.files()
        # Attackers, caller and server share the cores of one machine here: it is compared with somebody who keeps one busy and sends nothing.
        with Attack(self).under_way([busy]):
            before = self.waits()
        attack = Attack(self)
        with attack.under_way(attackers):
            if settle:
                self.until(lambda: attack.all_is_sent, "the attackers are not done")
                self.until_quiet()
            during = self.waits()
        self.until_quiet()
        attack.look()
        print(f"\n{self.id().split('.', 1)[1]}: {attack.sent:,} sent; memory +{attack.most_mb - memory:.0f} MB, +{self.memory_mb() - memory:.0f} MB after; p99 " +
              ", ".join(f"{way} {before[way]:.1f} -> {during[way]:.1f} ms" for way in before), file=sys.stderr)
        self.assertGreater(attack.sent, 0, "nobody attacked")
        self.assertLessEqual(attack.most_mb - memory, MOST_GROWTH_MB)
        for way, most in before.items():
            self.assertLessEqual(during[way], max(2 * most, FLOOR_MS), f"the p99 of others over {way}")
        self.until(lambda: self.files() <= files, f"expected no more than {files} open files, but they are not given back")
        self.waits(10)


def busy(it):
    while not it.over.is_set():
        it.sent += 1


class Attack:
    def __init__(self, test):
        self.test, self.over, self.most_mb, self.sent, self.all_is_sent, self.faults = test, threading.Event(), 0, 0, False, []

    def look(self):
        self.most_mb = max(self.most_mb, self.test.memory_mb())

    @contextlib.contextmanager
    def under_way(self, attackers):
        def watch():
            while not self.over.wait(0.02):
                self.look()

        def run(attacker):
            try:
                attacker(self)
            except Exception as fault:  # an attacker that fails attacks no more: the test would pass
                self.faults.append(fault)

        threads = [threading.Thread(target=run, args=[attacker]) for attacker in attackers] + [threading.Thread(target=watch)]
        for thread in threads:
            thread.start()
        try:
            self.test.until(lambda: self.sent or self.faults, "nobody attacks")
            yield
        finally:
            self.over.set()
            for thread in threads:
                thread.join()
        if self.faults:
            raise self.faults[0]


def main():
    """Of a test program of this folder."""
    global BINARY
    BINARY = overdracht.binary_of_arguments()
    unittest.main(module="__main__")
