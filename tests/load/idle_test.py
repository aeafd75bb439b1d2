#!/usr/bin/env python3
"""10,000 connections on which nothing is said, on each port: what they cost, and that others are served.  idle_test.py [--binary PATH]"""
import pathlib
import resource
import sys

sys.dont_write_bytecode = True
sys.path[:0] = [str(pathlib.Path(__file__).resolve().parent)]
import http2  # noqa: E402
import measure  # noqa: E402
from measure import FLOOR_MS  # noqa: E402

CONNECTIONS = 10_000
# Measured: 27 KB over gRPC, most of it gRPC's own; 3 KB over HTTP.
MOST_KB = {"grpc": 36, "http": 8}


class Idle(measure.Attacked):
    def setUp(self):
        _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        self.assertGreater(hard, CONNECTIONS + 1000, "this machine does not let a process have so many files")
        # The server has to raise its own.
        resource.setrlimit(resource.RLIMIT_NOFILE, (1024, hard))
        super().setUp()
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))

    def idle(self, way, connect):
        before, memory, files = self.waits(), self.memory_mb(), self.files()
        connections = []
        self.addCleanup(lambda: [connection.close() for connection in connections])
        for _ in range(CONNECTIONS):
            connections.append(connect())
        self.until(lambda: self.files() >= files + CONNECTIONS, f"expected {CONNECTIONS} open connections, but there are {self.files() - files}")
        self.until_quiet()
        each = (self.memory_mb() - memory) * 1024 / CONNECTIONS
        during = self.waits()
        print(f"\n{CONNECTIONS:,} idle connections over {way}: {each:.1f} KB each; p99 " +
              ", ".join(f"{name} {before[name]:.1f} -> {during[name]:.1f} ms" for name in before), file=sys.stderr)
        self.assertLess(each, MOST_KB[way])
        for name, most in before.items():
            self.assertLessEqual(during[name], max(2 * most, FLOOR_MS), name)
        for connection in connections:
            connection.close()
        self.until(lambda: self.files() <= files, "the files of closed connections are not given back")
        self.waits(10)

    def test_over_grpc(self):
        self.idle("grpc", lambda: http2.connect(self.server.address))

    def test_over_http(self):
        self.idle("http", lambda: measure.connect_http(self.server.http))


if __name__ == "__main__":
    measure.main()
