"""A worked case as text: who reports what when, what became of it, who is told what, and how it stands in the end.

    # The rule that the case shows.
    traject 90b52e7e-2035-5d82-86cc-b838d5667823

    2017-01-03T09:00Z
      zorg-linde reports handovers.offered handover=h-1 recipient=wijk-noord …
      wijk-noord reports handovers.accepted handover=h-9 -> UNKNOWN_REFERENCE
      told zorg-linde, wijk-noord: handover-changed handover=h-1 state=aangeboden dueBy=2017-01-10T09:00Z

    2017-01-18T00:00Z the clock is moved on to here

    in the end
      traject workflow=uitstroom phase=voor status=lopend responsible=zorg-linde
        participants gemeente:gem-delden,…
        open actieplan,…
        handover handover=h-1 sender=zorg-linde …

A block is a moment of the clock: the reports that were decided then and the notices of that moment, in any order among themselves. A report
is accepted where nothing else is said; `-> CODE` refused, `-> again` a duplicate of an accepted one, `-> CODE again` of a refused one.
Options in brackets before `reports` where they differ from the usual: id (usually <case>-<line>), logged (the event's own time), system, traject
(1 is the first named), raw (the line as it is, in JSON). Organisations have names (ORGANISATIONS); a value is a word, a moment, a list with commas;
a bare word is `true`, `=no` is false; `key:=…` holds JSON.

read() gives a Case in the terms of the outputs; write() is its inverse.
"""
import dataclasses
import json
import re

ORGANISATIONS = {  # name: OIN, the name of its system
    "zorg-linde": ("00000099000000101000", "ecd"),
    "wijk-noord": ("00000099000000102000", "wijkzaak"),
    "gem-delden": ("00000099000000103000", "wmo"),
    "corp-woonstee": ("00000099000000104000", "verhuur"),
    "ggz-oost": ("00000099000000105000", "epd"),
    "bewind-plus": ("00000099000000106000", "bewind"),
    "begeleid-thuis": ("00000099000000107000", "planning"),
    "wijk-zuid": ("00000099000000108000", "wijkzaak"),
    "vreemde": ("00000099999999999000", "x"),
    "geen-test": ("00000004000000001000", "x"),
}
OIN = {name: oin for name, (oin, _) in ORGANISATIONS.items()}
NAME = {oin: name for name, oin in OIN.items()}

NUMBERS = {"hoursPerWeek", "times"}
LISTS = {"categories", "participants", "agreements"}
NO_DIGEST = "sha256:" + 64 * "0"
PLAIN = ("workflow", "phase", "status", "responsible")
ROWS = {"handover": "handovers", "disclosure": "disclosures", "episode": "episodes", "home": "homes"}
WORD = re.compile(r"[A-Za-z0-9._:/@-]+")
MOMENT = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d)(:\d\d)?Z")


@dataclasses.dataclass
class Case:
    name: str
    rule: str = ""
    lines: list = dataclasses.field(default_factory=list)  # what is published: text
    advance_to: str = ""
    answers: list = dataclasses.field(default_factory=list)  # as `publish --json`
    trajecten: list = dataclasses.field(default_factory=list)  # as `traject list --json`
    outboxes: dict = dataclasses.field(default_factory=dict)  # OIN: [{kind, subject, at, data}]


# --- values ----------------------------------------------------------------------------------------------------------------------------


def write_value(key, value):
    """The text of one field, or of several."""
    if value is True:
        return key
    if value is False:
        return f"{key}=no"
    text = _plain(key, value)
    if text is not None and read_field(f"{key}={text}") == (key, value):
        return f"{key}={text}"
    return f"{key}:={json.dumps(value, ensure_ascii=True, separators=(',', ':'))}"


def _plain(key, value):
    if isinstance(value, str) and WORD.fullmatch(value):
        return _short(NAME.get(value, value))
    if key in NUMBERS:
        return str(value)
    if key in LISTS and value:
        parts = [f"{p.get('role')}:{NAME.get(p.get('organisation'))}" if isinstance(p, dict) else NAME.get(p, p) for p in value]
        return ",".join(parts)
    if key == "dossier" and isinstance(value, dict):
        return value.get("reference") if value.get("digest") == NO_DIGEST else f"{value.get('reference')}/{value.get('digest')}"
    if key == "coordinator" and isinstance(value, dict):
        return f"{NAME.get(value.get('organisation'))}/{value.get('reference')}"
    return None


def read_field(text):
    """(key, value) of one field."""
    key, equals, value = text.partition("=")
    if not equals:
        return text, True
    if key.endswith(":"):
        return key[:-1], json.loads(value)
    if value == "no":
        return key, False
    if key in NUMBERS:
        return key, int(value) if value.isdigit() else float(value)
    if key in LISTS:
        return key, [_participant(p) if ":" in p else OIN.get(p, p) for p in value.split(",")]
    if key == "dossier":
        reference, _, digest = value.partition("/")
        return key, {"reference": reference, "digest": digest or NO_DIGEST}
    if key == "coordinator":
        organisation, _, reference = value.partition("/")
        return key, {"organisation": OIN[organisation], "reference": reference}
    return key, OIN.get(value, _long(value))


def _participant(text):
    role, _, organisation = text.partition(":")
    return {"role": role, "organisation": OIN[organisation]}


def _short(moment):
    """Seconds are shown where there are any."""
    return moment[:-4] + "Z" if re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:00Z", moment) else moment


def _long(moment):
    found = MOMENT.fullmatch(moment)
    return f"{found[1]}{found[2] or ':00'}Z" if found else moment


def write_fields(data):
    return " ".join(write_value(key, value) for key, value in data.items())


def read_fields(words):
    return dict(read_field(word) for word in words)


# --- reading ---------------------------------------------------------------------------------------------------------------------------


def read(name, text):
    case = Case(name)
    subjects, now, at_end = [], "", False
    for number, line in enumerate(text.splitlines(), 1):
        words = line.split()
        try:
            if not words:
                continue
            if words[0] == "#":
                case.rule = " ".join(filter(None, (case.rule, line[2:])))
            elif line.startswith("traject "):
                subjects.append(words[1])
            elif line == "in the end":
                at_end = True
            elif not line.startswith(" "):
                now = _long(words[0])
                if line.endswith("the clock is moved on to here"):
                    case.advance_to = now
            elif at_end:
                _read_end(case, subjects, words)
            elif words[0] == "told":
                _read_notice(case, subjects, now, line)
            else:
                _read_report(case, subjects, now, line.strip())
        except (ValueError, KeyError, IndexError) as problem:
            raise ValueError(f"{name}.case:{number}: cannot be read ({problem!r}): {line.strip()}") from problem
    return case


def _read_report(case, subjects, now, line):
    line, _, verdict = line.partition(" -> ")
    who, _, what = line.partition(" reports ")
    who, _, options = who.partition(" [")
    options = read_fields(options.rstrip("]").split())
    answer = {"line": len(case.lines) + 1, "outcome": "accepted", "duplicate": "again" in verdict.split()}
    code = verdict.replace("again", "").strip()
    if code:
        answer.update(outcome="refused", code=code)
    if "raw" in options:
        case.lines.append(what)
    else:
        kind, *fields = what.split()
        event = {
            "specversion": "1.0",
            "id": options.get("id", f"{case.name}-{answer['line']}"),
            "source": f"urn:nld:oin:{OIN[who]}:systeem:{options.get('system', ORGANISATIONS[who][1])}",
            "type": f"nl.overdracht.{kind}.v1",
            "subject": subjects[int(options.get("traject", 1)) - 1],
            "time": options.get("logged", now),
            "datacontenttype": "application/json",
            "data": read_fields(fields),
        }
        answer.update({name: event[name] for name in ("source", "id", "subject")})
        case.lines.append(json.dumps(event, ensure_ascii=False, separators=(",", ":")))
    case.answers.append(answer)


def _read_notice(case, subjects, now, line):
    to, _, what = line.strip().removeprefix("told ").partition(": ")
    kind, *fields = what.split()
    data = read_fields(fields)
    subject = subjects[int(data.pop("traject", 1)) - 1]
    for organisation in to.split(", "):
        case.outboxes.setdefault(OIN[organisation], []).append({"kind": kind, "subject": subject, "at": now, "data": data})


def _read_end(case, subjects, words):
    what, *rest = words
    if what == "traject":
        row = read_fields(rest)
        case.trajecten.append({"traject": subjects[int(row.pop("traject", 1)) - 1], **row, "participants": [], "openTasks": []})
        case.trajecten[-1].update({name: [] for name in ROWS.values()})
    elif what == "participants":
        case.trajecten[-1]["participants"] = [_participant(p) for p in rest[0].split(",")]
    elif what == "open":
        case.trajecten[-1]["openTasks"] = rest[0].split(",")
    else:
        case.trajecten[-1][ROWS[what]].append(read_fields(rest))


# --- writing ---------------------------------------------------------------------------------------------------------------------------


def write(case):
    events = [_envelope(line) for line in case.lines]
    subjects = list(dict.fromkeys(event["subject"] for event in events if event))
    out = [f"# {case.rule}"] + [f"traject {subject}" for subject in subjects]

    blocks, now = {}, ""
    for number, (line, event, answer) in enumerate(zip(case.lines, events, case.answers), 1):
        if event and answer.get("code") not in ("MALFORMED", "SOURCE_MISMATCH"):
            now = max(now, event["time"])
        blocks.setdefault(now or event["time"], []).append(_write_report(case, subjects, number, line, event, answer, now))
    for moment, lines in _write_notices(case, subjects).items():
        blocks.setdefault(moment, []).extend(lines)
    if case.advance_to:
        blocks.setdefault(case.advance_to, [])
    for moment in sorted(blocks):
        here = " the clock is moved on to here" if moment == case.advance_to else ""
        out += ["", _short(moment) + here] + blocks[moment]

    out += ["", "in the end"]
    for row in case.trajecten:
        which = _which(subjects, row["traject"])
        out.append("  " + " ".join(filter(None, ("traject", which, write_fields({name: row[name] for name in PLAIN})))))
        out.append("    participants " + ",".join(f"{p['role']}:{NAME[p['organisation']]}" for p in row["participants"]))
        if row["openTasks"]:
            out.append("    open " + ",".join(row["openTasks"]))
        for word, name in ROWS.items():
            out += [f"    {word} {write_fields(item)}" for item in row[name]]
    return "\n".join(out) + "\n"


def _envelope(line):
    """The event, or None where it does not have the usual form."""
    try:
        event = json.loads(line)
        usual = ["specversion", "id", "source", "type", "subject", "time", "datacontenttype", "data"]
        return event if list(event) == usual and event["source"].split(":")[3] in NAME else None
    except (ValueError, AttributeError, IndexError):
        return None


def _which(subjects, subject):
    number = subjects.index(subject) + 1
    return "" if number == 1 else f"traject={number}"


def _write_report(case, subjects, number, line, event, answer, now):
    verdict = " ".join(filter(None, (answer.get("code"), "again" if answer["duplicate"] else "")))
    verdict = f" -> {verdict}" if verdict else ""
    if not event:
        return f"  somebody [raw] reports {line}{verdict}"
    _, _, _, oin, _, system = event["source"].split(":")
    who = NAME[oin]
    options = [_which(subjects, event["subject"])]
    options.append("" if event["id"] == f"{case.name}-{number}" else f"id={event['id']}")
    options.append("" if system == ORGANISATIONS[who][1] else f"system={system}")
    options.append("" if event["time"] == now else f"logged={_short(event['time'])}")
    options = " ".join(filter(None, options))
    kind = event["type"].removeprefix("nl.overdracht.").removesuffix(".v1")
    return f"  {who}{f' [{options}]' if options else ''} reports {kind} {write_fields(event['data'])}".rstrip() + verdict


def _write_notices(case, subjects):
    """moment: lines; the same notice to several organisations is one line."""
    told = {}
    for oin, rows in sorted(case.outboxes.items()):
        seen = {}
        for row in rows:
            data = write_fields(row["data"])
            what = " ".join(filter(None, (row["kind"], _which(subjects, row["subject"]), data)))
            n = seen[row["at"], what] = seen.get((row["at"], what), 0) + 1  # told twice in one moment: two lines
            told.setdefault((row["at"], what, n), []).append(NAME[oin])
    blocks = {}
    for (moment, what, _), organisations in told.items():
        blocks.setdefault(moment, []).append(f"  told {', '.join(organisations)}: {what}")
    return blocks
