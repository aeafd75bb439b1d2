"""One line in, one event out: the ground rules of docs/events.md on what can be read at all. `read` answers None for MALFORMED."""
import json
import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta

MAX_BYTES = 65_536
ROLES = ("zorgaanbieder", "wijkteam", "gemeente", "woningcorporatie", "ggz", "bewindvoerder", "begeleider")
AT_THE_START = ROLES[:3]
CATEGORIES = "gezondheid medicatie wonen inkomen activiteiten relaties actieplan crisiskaart veiligheid".split()
CONTACTS = "home_visit monitoring waakvlam terugkom jaargesprek weekcontact wijkpsychiatrie strip checklist spreekuur".split()
OIN = re.compile(r"\d{20}", re.ASCII)
REFERENCE = re.compile(r"[A-Za-z0-9._-]{1,64}")
UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
SOURCE = re.compile(r"urn:nld:oin:(\d{20}):systeem:[a-z0-9-]{1,40}", re.ASCII)
EVENT_ID = re.compile(r"[A-Za-z0-9._:/-]{1,128}")
TIME = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(?:Z|([+-])(\d\d):(\d\d))", re.ASCII)
DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


class Malformed(Exception):
    pass


@dataclass
class Event:
    id: str
    source: str
    oin: str
    name: str
    subject: str
    time: datetime
    data: dict


# What a field may hold: a checker answers the value to keep, or raises Malformed.

def demand(condition):
    if not condition:
        raise Malformed


def text(pattern):
    def check(value):
        demand(isinstance(value, str) and pattern.fullmatch(value))
        return value
    return check


def code(*names):
    def check(value):
        demand(isinstance(value, str) and value in names)
        return value
    return check


def flag(value):
    demand(isinstance(value, bool))
    return value


def hours(value):
    demand(isinstance(value, (int, float)) and not isinstance(value, bool) and 0 < value <= 168)
    return value


def day(value):
    demand(isinstance(value, str) and DATE.fullmatch(value))
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise Malformed from None


def listed(check, may_be_empty=True, once=False):
    def check_list(value):
        demand(isinstance(value, list))
        values = [check(v) for v in value]
        demand(may_be_empty or values)
        demand(not once or len(set(values)) == len(values))
        return values
    return check_list


def fields(**checks):
    """An object with these fields and no others; a name that ends in `_` may be missing. null is a missing field."""
    required = {n: c for n, c in checks.items() if not n.endswith("_")}
    optional = {n[:-1]: c for n, c in checks.items() if n.endswith("_")}

    def check(value):
        demand(isinstance(value, dict))
        given = {n: v for n, v in value.items() if v is not None}
        demand(required.keys() <= given.keys() <= required.keys() | optional.keys())
        return {n: (required.get(n) or optional[n])(v) for n, v in given.items()}
    return check


oin, reference = text(OIN), text(REFERENCE)
task = text(re.compile(r"[A-Za-z0-9._-]{1,64}(:[A-Za-z0-9._-]{1,64})?"))
workflow = text(re.compile(r"[A-Za-z0-9._-]{1,64}(@[A-Za-z0-9._-]{1,64})?"))
categories = listed(code(*CATEGORIES), may_be_empty=False, once=True)
any_categories = listed(code(*CATEGORIES), once=True)
purpose = code("handover", "support", "treatment", "crisis")
severity = code("dreigend", "crisis")
home_kind = code("regular", "temporary", "omklap", "clustered")


def participants(value):
    rows = listed(fields(role=code(*ROLES), organisation=oin))(value)
    roles = [r["role"] for r in rows]
    demand(len(set(roles)) == len(roles) and set(AT_THE_START) <= set(roles))
    return {r["role"]: r["organisation"] for r in rows}


def oin_or_role(value):
    demand(isinstance(value, str) and (value in ROLES or OIN.fullmatch(value)))
    return value


DATA = {
    "trajecten.started": dict(workflow=workflow, client=reference, participants=participants),
    "trajecten.stopped": dict(reason=code("client_withdrew", "moved_to_wlz", "moved_away", "deceased")),
    "participants.added": dict(role=code(*ROLES), organisation=oin),
    "participants.replaced": dict(role=code(*ROLES), organisation=oin),
    "tasks.completed": dict(task=task),
    "tasks.skipped": dict(task=task, reason=code("client_declines", "not_applicable")),
    "tasks.reopened": dict(task=task),
    "consents.granted": dict(consent=reference, recipient=oin, categories=categories, purpose=purpose, validUntil=day),
    "consents.withdrawn": dict(consent=reference, categories_=any_categories),
    "consents.overridden": dict(override=reference, recipient=oin, categories=categories, ground=code("vital_interest", "legal_duty")),
    "supports.granted": {"support": reference, "provider": oin, "hoursPerWeek": hours, "from": day, "until_": day},
    "supports.bridged": dict(support=reference, provider=oin, until=day),
    "supports.changed": dict(support=reference, hoursPerWeek=hours),
    "supports.ended": dict(support=reference, reason=code("client_wish", "not_needed", "provider_stops", "other")),
    "homes.offered": dict(home=reference, kind=home_kind),
    "homes.declined": dict(home=reference),
    "homes.contract-signed": dict(home=reference, kind=home_kind),
    "homes.moved-in": dict(home=reference),
    "homes.contract-flipped": dict(home=reference),
    "homes.lost": dict(home=reference, reason=code("arrears", "nuisance", "lease_ended", "other")),
    "handovers.offered": dict(handover=reference, recipient=oin, purpose=purpose, categories=categories, transfersResponsibility=flag,
                              dossier=fields(reference=reference, digest=text(re.compile(r"sha256:[0-9a-f]{64}")))),
    "handovers.accepted": dict(handover=reference),
    "handovers.declined": dict(handover=reference, reason=code("no_capacity", "not_suitable", "incomplete", "other_gemeente")),
    "handovers.more-requested": dict(handover=reference, categories_=any_categories),
    "handovers.meeting-held": dict(handover=reference, participants=listed(oin_or_role), clientPresence=code("present", "declined"),
                                   coordinator=fields(organisation=oin, reference=reference)),
    "handovers.farewell-held": dict(handover=reference, clientKnowsContact=flag),
    "handovers.withdrawn": dict(handover=reference, reason=code("client_wish", "not_needed", "other")),
    "appointments.kept": dict(appointment=reference, first=flag),
    "appointments.missed": dict(appointment=reference, first=flag),
    "signals.reported": dict(signal=reference, kind=code("rent_arrears", "energy_arrears", "nuisance", "missed_contact", "client", "naasten")),
    "terugvallen.signalled": dict(episode=reference, severity=severity),
    "terugvallen.assessed": dict(episode=reference, severity=code("none", "dreigend", "crisis")),
    "terugvallen.support-raised": dict(episode=reference, hoursPerWeek=hours),
    "terugvallen.respite-started": dict(episode=reference, place=reference, until=day),
    "terugvallen.admitted": dict(episode=reference, kind=code("ggz", "beschermd_wonen")),
    "terugvallen.returned": dict(episode=reference),
    "terugvallen.resolved": dict(episode=reference),
    "terugvallen.deescalated": dict(episode=reference),
    "contacts.held": dict(kind=code(*CONTACTS)),
    "dossiers.accessed": dict(handover=reference, categories=categories, accessor=reference, purpose=purpose),
    "decisions.taken": dict(decision=reference, outcome=code("granted", "denied", "more_needed"), agreements_=listed(reference)),
    "stays.registered": dict(setting=code("bw", "mo"), since=day),
}
DATA = {f"nl.overdracht.{name}.v1": (name, fields(**checks, occurredOn_=day)) for name, checks in DATA.items()}


def moment(value):
    demand(isinstance(value, str))
    found = TIME.fullmatch(value)
    demand(found)
    try:
        at = datetime.fromisoformat(found[1]) + timedelta(microseconds=int((found[2] or "").ljust(6, "0")[:6]))
    except ValueError:
        raise Malformed from None
    if found[3]:
        demand(int(found[4]) < 24 and int(found[5]) < 60)
        offset = timedelta(hours=int(found[4]), minutes=int(found[5]))
        try:
            at += -offset if found[3] == "+" else offset
        except OverflowError:
            raise Malformed from None
    demand(1970 <= at.year <= 2199)
    return at


def no_constant(_):
    raise ValueError


def read(line: bytes):
    """The event of a line without its newline, or None when it is MALFORMED."""
    try:
        demand(len(line) <= MAX_BYTES)
        said = json.loads(line.decode("utf-8"), parse_constant=no_constant)
        demand(isinstance(said, dict))
        said = {n: v for n, v in said.items() if v is not None}
        demand(said.get("specversion") == "1.0" and said.get("datacontenttype", "application/json") == "application/json")
        source = said.get("source")
        demand(isinstance(source, str) and isinstance(said.get("type"), str))
        found = SOURCE.fullmatch(source)
        demand(found and said["type"] in DATA)
        name, check = DATA[said["type"]]
        return Event(text(EVENT_ID)(said.get("id")), source, found[1], name, text(UUID)(said.get("subject")).lower(), moment(said.get("time")),
                     check(said.get("data")))
    except (Malformed, ValueError, RecursionError):
        return None
