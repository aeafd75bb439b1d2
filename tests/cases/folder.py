"""A case or a run as a folder of JSON lines:

    about.txt                    the rule, in a sentence
    input.jsonl                  what is published, with the clock `events`
    advance-to.txt               how far the clock is moved afterwards; not there: not moved
    expected/answers.jsonl       what `publish --json` prints
    expected/trajecten.jsonl     what `traject list --json` prints
    expected/outbox/<oin>.jsonl  the notices: kind, subject, at, data; or CloudEvents
"""
import json
import pathlib

import case_file


def read(folder):
    folder = pathlib.Path(folder)
    about, advance = folder / "about.txt", folder / "advance-to.txt"
    case = case_file.Case(folder.name)
    case.rule = about.read_text(encoding="utf-8").strip() if about.exists() else folder.name
    case.lines = (folder / "input.jsonl").read_bytes().decode("utf-8", "surrogateescape").split("\n")
    if case.lines[-1] == "":
        case.lines.pop()
    case.advance_to = advance.read_text(encoding="utf-8").strip() if advance.exists() else ""
    case.answers = rows(folder / "expected" / "answers.jsonl")
    case.trajecten = rows(folder / "expected" / "trajecten.jsonl")
    case.outboxes = {path.stem: rows(path) for path in sorted((folder / "expected" / "outbox").glob("*.jsonl"))}
    return case


def rows(path):
    with open(path, encoding="utf-8") as lines:
        return [json.loads(line) for line in lines if line.strip()]
