"""Runs the built program for tests: a server on a data folder, and the commands that ask it something."""
import json
import os
import pathlib
import signal
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
PATIENCE_S = 60  # nothing here takes so long: a server that says nothing for a minute hangs


class Failed(Exception):
    """The program did something other than its contract says."""


def find_binary(given=None):
    """The program to test: the one given, or the one that was built last."""
    if given:
        return str(pathlib.Path(given).resolve())
    built = [path for path in ROOT.glob("build/*/overdracht") if path.is_file()]
    if not built:
        raise SystemExit("expected build/test/overdracht or build/release/overdracht, but neither is there: build first")
    return str(max(built, key=lambda path: path.stat().st_mtime))


def binary_of_arguments():
    """The program of `--binary PATH`, which is taken out of the arguments: the rest is unittest's."""
    if "--binary" not in sys.argv:
        return find_binary()
    at = sys.argv.index("--binary")
    _, path = sys.argv[at:at + 2]
    del sys.argv[at:at + 2]
    return find_binary(path)


def organisations_of(lines):
    """Every OIN that a file of events names, sorted: whose outbox may hold something."""
    found = set()

    def walk(value):
        if isinstance(value, dict):
            for item in value.values():
                walk(item)
        elif isinstance(value, list):
            for item in value:
                walk(item)
        elif isinstance(value, str):
            found.update(part for part in value.split(":") if len(part) == 20 and part.isdigit() and part.isascii())

    for line in lines:
        try:
            walk(json.loads(line))
        except (ValueError, RecursionError):
            pass
    return sorted(found)


class Dev:
    """`overdracht dev` on a folder, with the clock `events`, on free ports."""

    def __init__(self, binary, data, clock="events", extra=()):
        self.binary, self.data = binary, pathlib.Path(data)
        self.arguments = [binary, "dev", "--data", str(data), "--clock", clock, "--grpc-port", "0", "--http-port", "0", *extra]
        self.process = self.address = self.http = None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, kind, *_):
        if self.process and self.process.poll() is None:
            self.kill() if kind else self.stop()

    def start(self):
        self.data.parent.mkdir(parents=True, exist_ok=True)
        with open(self.data.parent / "server.log", "ab") as log:
            self.process = subprocess.Popen(self.arguments, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log, text=True)
        for line in self.process.stdout:
            if line.startswith("ready "):
                ready = dict(word.split("=", 1) for word in line.split()[1:])
                self.address, self.http = ready["grpc"], ready["http"]
                return
        raise Failed(f"dev ended with {self.process.wait()} before it was ready; see {self.data.parent}/server.log")

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(PATIENCE_S)
        self.process.stdout.close()

    def stop(self):
        self.process.terminate()
        code = self.process.wait(PATIENCE_S)
        self.process.stdout.close()
        if code != 0:
            raise Failed(f"dev: expected exit 0 after SIGTERM, but it was {code}")

    def command(self, *arguments):
        return [self.binary, *arguments, "--server", self.address]

    def run(self, *arguments, accept=(0,)):
        """What the command prints on stdout. Any exit code but those that are accepted fails."""
        done = subprocess.run(self.command(*arguments), stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE_S)
        if done.returncode not in accept:
            raise Failed(f"{' '.join(arguments[:2])}: exit {done.returncode}: {done.stderr.strip()[-500:]}")
        return done.stdout

    def rows(self, *arguments, accept=(0,)):
        return [json.loads(line) for line in self.run(*arguments, accept=accept).splitlines()]

    def each_row(self, *arguments):
        """The same, one after the other, however many there are."""
        with subprocess.Popen(self.command(*arguments), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True) as process:
            for line in process.stdout:
                yield json.loads(line)
        if process.returncode != 0:
            raise Failed(f"{' '.join(arguments[:2])}: exit {process.returncode}")

    def publish(self, path, from_line=1):
        return self.rows("publish", str(path), "--json", *(["--from-line", str(from_line)] if from_line > 1 else []), accept=(0, 2))

    def advance(self, to):
        self.run("clock", "advance", "--to", to)

    def trajecten(self):
        return self.rows("traject", "list", "--json")

    def outbox(self, oin):
        return self.rows("outbox", "read", "--oin", oin, "--json")


def jobs():
    return max(1, os.cpu_count() or 1)
