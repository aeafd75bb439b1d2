"""model.py INPUT.jsonl|CASE OUTPUT [--advance-to TIME]

A second, independent implementation of the workflow `uitstroom`: slow, in memory, standard library only, written from its rules as they
were given and never from the engine, so that the two can be compared. It reads CloudEvents (one a line, or the folder of a case) with the
clock `events` and writes answers.jsonl, trajecten.jsonl and outbox/<oin>.jsonl.

Here one line comes in after the other and is decided: tables.py, traject.py, rules.py (what an event means), follow.py (what comes of it).
Where the rules leave a choice, the line says CHOICE.
"""
import argparse
import json
import os
import re
from datetime import datetime

import rules
from follow import follow, started
from reading import read
from rules import handover_in, known
from tables import ANY, CLOSING_TOO, ENDED_TOO, PARTY, REPORTERS, Refused, TEST_PREFIX, refuse_unless
from traject import Override, Traject, next_due


class Model:
    def __init__(self):
        self.clock, self.trajecten, self.outboxes, self.due = datetime.min, {}, {}, {}

    def decide_line(self, line):
        """(event, outcome, code, duplicate)"""
        event = read(line)
        if event is None:
            return None, "refused", "MALFORMED", False
        if not event.oin.startswith(TEST_PREFIX):
            return event, "refused", "SOURCE_MISMATCH", False
        self.move_clock(event.time)
        t = self.trajecten.get(event.subject)
        if t and (event.source, event.id) in t.seen:
            return event, *t.seen[event.source, event.id], True
        outcome, code = "accepted", None
        try:
            if event.name == "trajecten.started":
                t = self.start(event)
            else:
                refuse_unless(t, "UNKNOWN_TRAJECT")
                self.decide(t, event)
        except Refused as refused:
            outcome, code = "refused", str(refused)
        if t and code != "ALREADY_EXISTS":
            t.seen[event.source, event.id] = outcome, code
        return event, outcome, code, False

    def start(self, event):
        refuse_unless(event.subject not in self.trajecten, "ALREADY_EXISTS")
        refuse_unless(event.oin == event.data["participants"]["zorgaanbieder"], "ROLE_NOT_ALLOWED")
        refuse_unless(event.data["workflow"] == "uitstroom", "UNKNOWN_REFERENCE")
        t = Traject(event.subject, event.data["client"], event.data["participants"], self.clock, self.outboxes)
        self.trajecten[event.subject] = t
        started(t)
        self.finish(t)
        return t

    def decide(self, t, event):
        takes_part = event.oin in t.organisations()
        has_left = event.name == "dossiers.accessed" and any(h.id == event.data["handover"] and h.sender == event.oin for h in t.handovers.values())
        refuse_unless(takes_part or has_left, "NOT_A_PARTICIPANT")
        if event.name in REPORTERS:
            allowed = REPORTERS[event.name]
            refuse_unless(allowed == ANY or t.roles_of(event.oin) & set(allowed.split()) or (PARTY in allowed and event.oin == t.responsible), "ROLE_NOT_ALLOWED")
        rule = getattr(rules, re.sub(r"[.-]", "_", event.name.removeprefix("trajecten.")))
        t.now = max(t.now, self.clock)
        may = t.running or event.name.startswith(ENDED_TOO if t.ended else CLOSING_TOO)
        if may:
            rule(t, event)
            self.finish(t)
            return
        look_only(rule, t, event)
        raise Refused("ILLEGAL_STATE")

    def finish(self, t):
        follow(t)
        soonest = next_due(t)
        if soonest:
            self.due[t.id] = soonest[0]
        else:
            self.due.pop(t.id, None)

    def move_clock(self, to):
        self.clock = max(self.clock, to)
        for id in [id for id, at in self.due.items() if at <= self.clock]:
            t = self.trajecten[id]
            while (soonest := next_due(t)) and soonest[0] <= self.clock:
                t.now = max(t.now, soonest[0])
                soonest[2]()
                self.finish(t)


def look_only(rule, t, event):
    """Where nothing of this kind can be reported any more, UNKNOWN_REFERENCE and ROLE_NOT_ALLOWED still come before ILLEGAL_STATE."""
    d = event.data
    if event.name in ("supports.changed", "supports.ended"):
        support = known(t.supports, d["support"])
        refuse_unless(event.oin in (t.gemeente(), support.provider), "ROLE_NOT_ALLOWED")
    elif event.name in ("homes.declined", "homes.moved-in", "homes.contract-flipped", "homes.lost"):
        known(t.homes, d["home"])
    elif event.name == "handovers.offered":
        rule(t, event)
    elif event.name.startswith("handovers."):
        who = {"accepted": ["recipient"], "declined": ["recipient"], "more-requested": ["recipient"], "meeting-held": ["sender", "recipient"]}
        handover_in(t, event, who.get(event.name.removeprefix("handovers."), ["sender"]))
    elif event.name == "consents.overridden":
        rule(t, event)
    elif event.name.startswith("terugvallen.") and event.name != "terugvallen.signalled":
        known(t.episodes, d["episode"])
    elif event.name in ("contacts.held", "decisions.taken", "stays.registered"):
        refuse_unless(event.name == "contacts.held" and d["kind"] in ("home_visit", "monitoring", "waakvlam", "terugkom"), "UNKNOWN_REFERENCE")


def traject_row(t):
    handovers = []
    for h in sorted(t.handovers.values(), key=lambda h: h.id):
        row = {"handover": h.id, "sender": h.sender, "recipient": h.recipient, "state": h.state, "transfersResponsibility": h.transfers}
        handovers.append(row | ({"heldIn": h.held_in} if h.held_in else {}))
    return {
        "traject": t.id, "workflow": "uitstroom", "phase": t.phase, "status": t.status, "responsible": t.responsible,
        "participants": [{"role": r, "organisation": o} for r, o in t.participants()],
        "openTasks": sorted(task.name for task in t.tasks.values() if task.open),
        "handovers": handovers,
        "disclosures": [{"handover": h, "recipient": t.handovers[h].recipient, "category": c, "open": d.open, "override": isinstance(d.basis, Override)}
                        for (h, c), d in sorted(t.disclosures.items(), key=lambda row: row[0])],
        "episodes": [{"episode": e.id, "state": e.state, "severity": e.severity} for e in sorted(t.episodes.values(), key=lambda e: e.id)],
        "homes": [{"home": h.id, "kind": h.kind, "state": h.state} for h in sorted(t.homes.values(), key=lambda h: h.id)],
    }


def run(lines, advance_to=None):
    """(answers, trajecten, outboxes) of the lines, given as bytes without newline."""
    model, answers = Model(), []
    for number, line in enumerate(lines, 1):
        if not line.strip(b" "):
            continue
        event, outcome, code, duplicate = model.decide_line(line)
        row = {"line": number}
        if event:
            row |= {"source": event.source, "id": event.id, "subject": event.subject}
        answers.append(row | {"outcome": outcome} | ({"code": code} if code else {}) | {"duplicate": duplicate})
    if advance_to:
        model.move_clock(advance_to)
    return answers, [traject_row(t) for _, t in sorted(model.trajecten.items())], model.outboxes


def write(folder, answers, trajecten, outboxes):
    os.makedirs(os.path.join(folder, "outbox"), exist_ok=True)
    files = {"answers": answers, "trajecten": trajecten} | {os.path.join("outbox", oin): box for oin, box in outboxes.items()}
    for name, rows in files.items():
        with open(os.path.join(folder, name + ".jsonl"), "w", encoding="utf-8") as f:
            f.writelines(json.dumps(row) + "\n" for row in rows)


def read_lines(path):
    with open(path, "rb") as f:
        lines = f.read().split(b"\n")
    return lines[:-1] if lines[-1] == b"" else lines


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("input")
    parser.add_argument("output")
    parser.add_argument("--advance-to")
    arguments = parser.parse_args()
    path, advance_to = arguments.input, arguments.advance_to
    if os.path.isdir(path):
        note = os.path.join(path, "advance-to.txt")
        if os.path.exists(note):
            with open(note, encoding="utf-8") as f:
                advance_to = f.read().strip()
        path = os.path.join(path, "input.jsonl")
    advance_to = datetime.fromisoformat(advance_to).replace(tzinfo=None) if advance_to else None
    write(arguments.output, *run(read_lines(path), advance_to))


if __name__ == "__main__":
    main()
