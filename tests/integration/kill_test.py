#!/usr/bin/env python3
"""Kills the service as kill -9 does, again and again, while a client has up to 256 reports in flight, and sends the rest again from the
first unanswered line each time. Afterwards everything must be as in a run that nobody killed: the trajecten, the outboxes, and the journal
record for record (the root over all chains), so that every event stands in it once.

    kill_test.py [--binary PATH] [--kills N] [--seed N]

Half of the kills come at some moment, the others at a point inside the loop: before the append, the answers or the projection of the N-th
batch (OVERDRACHT_FAILPOINT). The seed is printed.
"""
import argparse
import json
import lzma
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import threading

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "support")]
import overdracht  # noqa: E402

HISTORY = HERE.parent / "region" / "almelo-2017.jsonl.xz"
LINES = 8601
NOT_REMEMBERED = ("MALFORMED", "SOURCE_MISMATCH", "UNKNOWN_TRAJECT")
POINTS = ("append", "answer", "project")


class Differs(Exception):
    pass


def expect(condition, what):
    if not condition:
        raise Differs(what)


def result(server, lines, where):
    """What a run came to."""
    outboxes = {oin: server.run("outbox", "read", "--oin", oin, "--json") for oin in overdracht.organisations_of(lines)}
    trajecten = server.run("traject", "list", "--json")
    export = where / "export"
    subprocess.run([server.binary, "audit", "export", "--data", str(server.data), "--out", str(export)], check=True)
    verified = json.loads(subprocess.run([server.binary, "audit", "verify", str(export)], check=True, capture_output=True, text=True).stdout)
    return trajecten, outboxes, {name: verified[name] for name in ("records", "heads", "root")}


def unkilled(binary, lines, where):
    """The lines whose answers are remembered, and what comes of them. The others are recorded each time that they are sent."""
    everything = where / "everything.jsonl"
    everything.write_bytes("".join(line + "\n" for line in lines).encode("utf-8", "surrogateescape"))
    with overdracht.Dev(binary, where / "first" / "data") as server:
        answers = server.publish(everything)
    started = set()
    kept = []
    for line, answer in zip(lines, answers):
        if answer["outcome"] == "accepted":
            started.add(answer["subject"])
        if answer.get("code") not in NOT_REMEMBERED and answer["subject"] in started and answer.get("code") != "ALREADY_EXISTS":
            kept.append(line)
    source = where / "input.jsonl"
    source.write_bytes("".join(line + "\n" for line in kept).encode("utf-8", "surrogateescape"))
    with overdracht.Dev(binary, where / "second" / "data") as server:
        answers = server.publish(source)
        expect(len(answers) == len(kept), f"{len(kept)} lines, {len(answers)} answers")
        return kept, answers, source, result(server, kept, where)


def publish(server, source, from_line, kill_after_s):
    """Publishes from a line on until the server is gone or all is answered. The answers."""
    command = server.command("publish", str(source), "--json", "--from-line", str(from_line))
    client = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    timer = threading.Timer(kill_after_s, server.process.kill) if kill_after_s is not None else None
    answers = []
    for line in client.stdout:
        if not answers and timer:
            timer.start()
        answers.append(json.loads(line))
    code = client.wait(overdracht.PATIENCE_S)
    if timer:
        timer.cancel()
    return answers, code


def killed(binary, lines, source, kills, chance, where):
    """The same with kills. The answers in the order in which they came, and how often it was killed."""
    answers, count, by_point = [], 0, {point: 0 for point in POINTS}
    server = overdracht.Dev(binary, where / "killed" / "data")
    step = max(1, len(lines) // kills)
    while len(answers) < len(lines):
        left = kills - count
        point = None
        if left > 0 and chance.random() < 0.5:
            point = chance.choice(POINTS)
            # Answers are counted one by one, batches are many answers.
            os.environ["OVERDRACHT_FAILPOINT"] = f"{point}:{chance.randint(1, 2 * step if point == 'answer' else 3)}"
        try:
            server.start()
        except overdracht.Failed:  # killed before it said that it is ready: what was due is decided at once
            expect(point and server.process.poll() == -9, "it ended by itself")
            count += 1
            by_point[point] += 1
            continue
        finally:
            os.environ.pop("OVERDRACHT_FAILPOINT", None)
        moment = None if point or left <= 0 else chance.uniform(0, 0.004)
        got, code = publish(server, source, len(answers) + 1, moment)
        expect([a["line"] for a in got] == list(range(len(answers) + 1, len(answers) + len(got) + 1)), "answers are not a prefix of the file")
        answers += got
        if len(answers) < len(lines):
            expect(code == 1, f"publish ended with {code} though the server was killed")
        if server.process.poll() is None and (left <= 0 or point or moment is not None):
            # Also when everything has been answered meanwhile: what comes of it is asked of a service that was started again.
            server.process.kill()
        expect(server.process.wait(overdracht.PATIENCE_S) == -9, f"the server ended with {server.process.returncode}")
        server.process.stdout.close()
        count += 1
        if point:
            by_point[point] += 1
    return server, answers, count, by_point


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary")
    parser.add_argument("--kills", type=int, default=150)
    parser.add_argument("--seed", type=int, default=20170102)
    arguments = parser.parse_args()
    binary = overdracht.find_binary(arguments.binary)
    print(f"seed {arguments.seed}")
    with lzma.open(HISTORY, "rt", encoding="utf-8", errors="surrogateescape") as file:
        lines = [line.rstrip("\n") for line, _ in zip(file, range(LINES))]
    with tempfile.TemporaryDirectory(prefix="overdracht-kill-") as scratch:
        where = pathlib.Path(scratch)
        kept, expected, source, meant = unkilled(binary, lines, where)
        server, answers, count, by_point = killed(binary, kept, source, arguments.kills, random.Random(arguments.seed), where)
        with server:
            came = result(server, kept, where)
        for said, wanted in zip(answers, expected):
            # A line that was decided and not answered is a duplicate when it comes again.
            said, wanted = ({k: v for k, v in a.items() if k != "duplicate"} for a in (said, wanted))
            expect(said == wanted, f"line {wanted['line']}: expected {wanted}, got {said}")
        expect(came[2] == meant[2], f"the journal: expected {meant[2]}, got {came[2]}")
        expect(came[0] == meant[0], "the trajecten differ")
        expect(came[1] == meant[1], "the outboxes differ")
    print(f"{len(answers)} events, {count} kills ({', '.join(f'{n} before {point}' for point, n in by_point.items())}): as in a run without")
    expect(count >= 100, f"expected at least 100 kills, but there were {count}")


if __name__ == "__main__":
    try:
        main()
    except (Differs, overdracht.Failed) as problem:
        sys.exit(f"FAILED: {problem}")
