"""What differs between what was expected of a run and what it gave. Rows are those that the commands print.

- Answers: outcome, code and duplicate of every line; a refusal's message says what was expected.
- Trajecten: every field that the expectation has (all but version and stateHash), lists in their order; fields unknown there are passed over.
- Outboxes: the same notices per traject, as kind and data, and moment after moment in the same order. Within one moment there is no order.
  Of a notice's data only what docs/events.md names counts; absent, false, 0 and empty are the same, a list is a set, a moment is a moment
  however it is written. The order of moments is that of the expectation, whose rows say `at`.
"""
import collections
import datetime
import json

FIELDS = {  # of a notice; what it may hold beside them is free. `next` of term-expired is not compared.
    "offer-received": {"handover", "sender", "purpose", "categories", "transfersResponsibility", "answerBy"},
    "offer-answered": {"handover", "answer", "reason", "categories"},
    "handover-changed": {"handover", "state", "dueBy"},
    "category-disclosed": {"handover", "category", "consent", "override", "ground", "dossier", "validUntil"},
    "category-withheld": {"handover", "category"},
    "category-closed": {"handover", "category", "reason"},
    "responsibility-moved": {"handover", "from", "to"},
    "participants-changed": {"participants", "responsible"},
    "task-opened": {"task", "leefgebied", "required", "dueBy"},
    "task-closed": {"task", "leefgebied", "required", "outcome"},
    "term-expired": {"of", "reference", "times"},
    "traject-changed": {"phase", "status"},
    "episode-changed": {"episode", "state", "severity"},
    "signal-reported": {"signal", "kind"},
    "appointment-missed": {"appointment"},
    "access-uncovered": {"handover", "categories", "accessor"},
}
ROW_FIELDS = {
    "participants": ("role", "organisation"),
    "handovers": ("handover", "sender", "recipient", "state", "transfersResponsibility", "heldIn"),
    "disclosures": ("handover", "recipient", "category", "open", "override"),
    "episodes": ("episode", "state", "severity"),
    "homes": ("home", "kind", "state"),
}
IGNORED = {"version", "stateHash"}


def answers(expected, actual, resumed=False):
    """Differences as sentences. resumed: a line decided before a kill may be answered as a duplicate when it is sent again."""
    given = {row.get("line"): row for row in actual}
    for meant in expected:
        line = meant["line"]
        row = given.pop(line, None)
        if row is None:
            yield f"line {line}: expected an answer, but there is none"
            continue
        if (row.get("outcome"), row.get("code") or None) != (meant["outcome"], meant.get("code")):
            yield f"line {line}: expected {_verdict(meant)}, but it was {_verdict(row)}: {row.get('message', '')}"
        elif not resumed and bool(row.get("duplicate")) != bool(meant["duplicate"]):
            yield f"line {line}: expected duplicate {meant['duplicate']}, but it was {row.get('duplicate')}"
        if row.get("outcome") == "refused" and "expected" not in row.get("message", "expected"):
            yield f"line {line}: the message does not say what was expected: {row['message']}"
    for line in given:
        yield f"line {line}: expected no answer, but there is one"


def _verdict(row):
    return " ".join(filter(None, (row.get("outcome"), row.get("code"))))


def trajecten(expected, actual):
    ids = [row.get("traject") for row in actual]
    if ids != sorted(ids):
        yield f"trajecten: expected them sorted by id, but they are {ids[:4]}"
    given = {row.get("traject"): row for row in actual}
    for meant in expected:
        row = given.pop(meant["traject"], None)
        if row is None:
            yield f"traject {meant['traject']}: expected in the list, but it is not there"
            continue
        for name, value in meant.items():
            if name in IGNORED:
                continue
            said = row.get(name)
            if name in ROW_FIELDS:
                said = [{field: item[field] for field in ROW_FIELDS[name] if field in item} for item in said or []]
            if said != value:
                yield f"traject {meant['traject']} {name}: {_two_sides(value, said)}"
    for traject in given:
        yield f"traject {traject}: expected none of that id, but it is in the list"


def _two_sides(expected, actual):
    if not isinstance(expected, list) or not isinstance(actual, list):
        return f"expected {expected}, but it is {actual}"
    missing, wrong = [e for e in expected if e not in actual], [a for a in actual if a not in expected]
    return f"missing {missing}, not expected {wrong}" if missing or wrong else f"expected the order {expected}, but it is {actual}"


def outbox(oin, expected, actual):
    by_traject = collections.defaultdict(lambda: ([], []))
    for row in expected:
        by_traject[row["subject"]][0].append((row["at"], _notice(row)))
    for row in actual:
        by_traject[row.get("subject")][1].append(_notice(row))
    for subject, (meant, said) in by_traject.items():
        yield from _same_notices(f"{oin} about {subject}", meant, said)
    sequences = [row["sequence"] for row in actual if "sequence" in row]
    if any(a >= b for a, b in zip(sequences, sequences[1:])):
        yield f"{oin}: expected `sequence` to rise, but it does not"


def _same_notices(where, meant, said):
    wanted, had = collections.Counter(notice for _, notice in meant), collections.Counter(said)
    for notice, times in (wanted - had).items():
        at = next(moment for moment, n in meant if n == notice)
        yield f"{where}: expected at {at}{_times(times)} {' '.join(notice)}, but it was not told"
    for notice, times in (had - wanted).items():
        yield f"{where}: told{_times(times)} {' '.join(notice)}, but it was not expected"
    if wanted != had:
        return
    rest = list(said)
    moments = collections.defaultdict(list)
    for moment, notice in meant:
        moments[moment].append(notice)
    for moment, notices in moments.items():  # in the order in which the expectation has them
        now, rest = rest[:len(notices)], rest[len(notices):]
        if collections.Counter(now) != collections.Counter(notices):
            yield f"{where}: expected at {moment} {notices}, but the next ones are {now}"
            return


def _times(n):
    return f" {n} times" if n > 1 else ""


def _notice(row):
    kind = row.get("kind") or row.get("type", "").removeprefix("nl.overdracht.notices.").removesuffix(".v1")
    data = row.get("data", {})
    if kind in FIELDS:
        data = {name: value for name, value in data.items() if name in FIELDS[kind]}
    return kind, json.dumps(_plain(data), sort_keys=True)


def _plain(value):
    """One form for what means the same."""
    if isinstance(value, dict):
        items = ((name, _plain(item)) for name, item in value.items())
        return {name: item for name, item in items if item not in (None, False, 0, "", [], {})}
    if isinstance(value, list):
        return sorted((_plain(item) for item in value), key=lambda item: json.dumps(item, sort_keys=True))
    if isinstance(value, str) and len(value) >= 17 and value[10] == "T":
        try:
            return datetime.datetime.fromisoformat(value.replace("Z", "+00:00")).timestamp()
        except ValueError:
            return value
    return value
