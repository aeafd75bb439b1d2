#!/usr/bin/env python3
"""model.py INPUT.jsonl|CASE OUTPUT [--advance-to TIME]

A second, independent implementation of the workflow `uitstroom`: slow, in memory, standard library only, written from the pages
and never from the engine, so that the two can be compared. It reads CloudEvents (one a line, or the folder of a case) with the clock
`events` and writes answers.jsonl, trajecten.jsonl and outbox/<oin>.jsonl in the form of tests/cases/*/expected.

Tables first; then the rules, under the headings of the page. A rule that refuses raises Refused before it changes anything.
Where the page leaves a choice, the line says CHOICE.
"""
import argparse
import bisect
import functools
import itertools
import json
import os
import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from reading import read

TEST_PREFIX = "00000099"
CARE_ROLES = {"zorgaanbieder", "wijkteam", "gemeente", "ggz", "begeleider"}
SEEN_BY_ALL = {"zorgaanbieder", "wijkteam", "gemeente", "woningcorporatie"}
PARTY = "the party responsible"
PHASES = ("voor", "tijdens", "na")

# Tasks: (name, leefgebied, owner, term, required). Terms count from the opening.
TABLE = {
    "voor": [
        ("inschrijving_woningzoekende", "wonen", "zorgaanbieder", "P2W", True),
        ("actieplan", "gezondheid", "zorgaanbieder", "P6W", True),
        ("risicoinventarisatie", "gezondheid", "zorgaanbieder", "P6M", True),
        ("crisiskaart", "gezondheid", "zorgaanbieder", "P6M", True),
        ("inkomen_en_schulden", "inkomen", "zorgaanbieder", "P6M", True),
        ("netwerk_in_kaart", "relaties", "zorgaanbieder", "P6M", True),
        ("dagbesteding", "activiteiten", "zorgaanbieder", "P6M", True),
        ("begeleiding_regelen", "gezondheid", "gemeente", "P8W", True),
        ("woning_regelen", "wonen", "gemeente", "P6M", True),
        ("medicatie_afspraken", "gezondheid", "zorgaanbieder", None, False),
        ("zorgverzekering", "gezondheid", "zorgaanbieder", None, False),
        ("training_zelfstandig_wonen", "wonen", "zorgaanbieder", None, False),
        ("streefdatum", "wonen", "zorgaanbieder", None, False),
        ("wijk_verkend", "wonen", "zorgaanbieder", None, False),
        ("sparen_inrichting", "inkomen", "zorgaanbieder", None, False),
    ],
    "tijdens": [
        ("verhuizing", "wonen", "zorgaanbieder", "P6W", True),
        ("brp_inschrijving", "wonen", "zorgaanbieder", "P6W", True),
        ("nutscontracten", "wonen", "zorgaanbieder", "P6W", True),
        ("toeslagen", "inkomen", "zorgaanbieder", "P6W", True),
        ("overdracht_regelen", "gezondheid", PARTY, "P2W", True),
        ("inrichting", "inkomen", "zorgaanbieder", None, False),
        ("meterkastkaart", "wonen", "zorgaanbieder", None, False),
        ("afspraken_overlast", "wonen", "zorgaanbieder", None, False),
    ],
    "na": [],
    "elsewhere": [
        ("nieuwe_woning", "wonen", "gemeente", "P2W", True),
        ("huur_loopt_door", "wonen", "gemeente", "P2D", True),
        ("uitkering_loopt_door", "inkomen", "gemeente", "P2D", True),
        ("indicatie_loopt_door", "gezondheid", "gemeente", "P2D", True),
        ("warme_afsluiting", "gezondheid", "gemeente", "P4W", True),
    ],
}
BY_REFERENCE = {                                                          # name:reference, all gezondheid, required
    "afspraak_opvolgen": (PARTY, "P1W"),
    "signaal_opvolgen": (PARTY, "P1W"),
    "warme_terugkeer": (PARTY, "P1W"),
    "override_melden": (PARTY, "P3D"),
}
KNOWN_TASKS = {row[0]: row for rows in TABLE.values() for row in rows}
IN_THE_TABLES = {row[0] for phase in PHASES for row in TABLE[phase]}      # these stand still while interrupted
DURING_INTERRUPTION = ("huur_loopt_door", "uitkering_loopt_door", "indicatie_loopt_door")

HANDOVER_TERMS = {                                                        # state: (of, first, then every)
    "aangeboden": ("answer", "P7D", "P7D"),
    "aanvulling_gevraagd": ("more", "P7D", "P7D"),
    "geaccepteerd": ("meeting", "P14D", "P7D"),
    "overlegd": ("farewell", "P4W", "P4W"),
}
HANDOVER_ENDS = ("afgerond", "afgewezen", "ingetrokken")
EPISODE_ENDS = ("gesloten", "opgelost")
AWAY = ("respijt", "opgenomen")
EPISODE_TERMS = {("gesignaleerd", "crisis"): "PT1H", ("gesignaleerd", "dreigend"): "P1D", ("beoordeeld", "crisis"): "P1D", ("beoordeeld", "dreigend"): "P2D"}
SERIES = {"monitoring": (6, 6, 4), "waakvlam": (12, 3, None)}             # first and step in months, how many

ANY = "any participant"
REPORTERS = {                                                             # what is not here asks the thing referred to
    "trajecten.stopped": "zorgaanbieder wijkteam gemeente", "participants.added": "zorgaanbieder gemeente", "participants.replaced": "gemeente",
    "consents.granted": "zorgaanbieder wijkteam", "consents.withdrawn": ANY, "consents.overridden": PARTY,
    "supports.granted": "gemeente", "supports.bridged": "gemeente zorgaanbieder",
    "homes.offered": "woningcorporatie zorgaanbieder", "homes.declined": "woningcorporatie zorgaanbieder",
    "homes.contract-signed": "woningcorporatie zorgaanbieder", "homes.moved-in": "woningcorporatie zorgaanbieder wijkteam",
    "homes.contract-flipped": "woningcorporatie", "homes.lost": "woningcorporatie wijkteam",
    "appointments.kept": "ggz", "appointments.missed": "ggz", "signals.reported": ANY, "terugvallen.signalled": ANY,
    "terugvallen.assessed": PARTY + " ggz gemeente", "terugvallen.support-raised": PARTY + " gemeente", "terugvallen.respite-started": PARTY + " ggz",
    "terugvallen.admitted": "ggz zorgaanbieder", "terugvallen.returned": PARTY + " ggz", "terugvallen.resolved": PARTY,
    "terugvallen.deescalated": PARTY + " ggz wijkteam", "contacts.held": ANY, "decisions.taken": "gemeente", "stays.registered": "zorgaanbieder",
}
CLOSING_TOO = ("participants.", "consents.", "handovers.", "contacts.held", "dossiers.accessed", "tasks.", "trajecten.stopped")
ENDED_TOO = ("consents.withdrawn", "dossiers.accessed", "tasks.")         # and of the tasks only those named on the page


class Refused(Exception):
    pass


def refuse_unless(condition, code="ILLEGAL_STATE"):
    if not condition:
        raise Refused(code)


# Time

@functools.lru_cache(None)
def parse_duration(text):
    found = re.fullmatch(r"P(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(\d+)H)?", text)
    months, weeks, days, hours = (int(g or 0) for g in found.groups())
    return months, timedelta(weeks=weeks, days=days, hours=hours)


def add(moment, duration):
    months, exact = parse_duration(duration)
    index = moment.year * 12 + moment.month - 1 + months
    year, month = divmod(index, 12)
    last = (date(year + month // 11, (month + 1) % 12 + 1, 1) - timedelta(days=1)).day
    return moment.replace(year=year, month=month + 1, day=min(moment.day, last)) + exact


def at_most_four_weeks(duration):
    months, exact = parse_duration(duration)
    return "P4W" if months or exact > timedelta(weeks=4) else duration


def end_of(day):
    """A date counts through that day."""
    return datetime.max if day is None or day >= date(9999, 12, 30) else datetime(day.year, day.month, day.day) + timedelta(days=1)


def start_of(day):
    return datetime(day.year, day.month, day.day)


def shown(moment):
    return moment.isoformat() + "Z"


@dataclass
class Term:
    """Runs out `at`; while it stands still it has `left`, or its whole `first` when it never ran."""
    of: str
    reference: str
    first: str
    order: int
    at: datetime = None
    left: timedelta = None
    times: int = 0


@dataclass
class Task:
    name: str
    leefgebied: str
    owner: str
    duration: str
    required: bool
    open: bool = False
    by_hand: bool = False
    term: Term = None


@dataclass
class Handover:
    id: str
    sender: str
    recipient: str
    purpose: str
    categories: list
    transfers: bool
    dossier: dict
    state: str = "aangeboden"
    held_in: str = None
    term: Term = None

    @property
    def stage(self):
        return self.held_in or self.state

    @property
    def is_open(self):
        return self.state not in HANDOVER_ENDS


@dataclass
class Consent:
    id: str
    recipient: str
    categories: set
    purpose: str
    until: date


@dataclass
class Override:
    id: str
    ground: str
    categories: set
    handovers: set


@dataclass
class Support:
    id: str
    provider: str
    begins: datetime
    ends: datetime


@dataclass
class Episode:
    id: str
    state: str
    severity: str
    term: Term = None


@dataclass
class Home:
    id: str
    kind: str
    state: str


@dataclass
class Disclosure:
    basis: object
    open: bool = True


class Traject:
    def __init__(self, id, client, roles, now, outboxes):
        self.id, self.client, self.now, self.outboxes = id, client, now, outboxes
        self.roles = dict(roles)                                          # role: organisation
        self.leaving = {}                                                 # vertrekkend: organisation: did it leave a care role?
        self.responsible = roles["zorgaanbieder"]
        self.phase, self.status, self.reason = "voor", "lopend", None
        self.tasks, self.handovers, self.consents, self.overrides = {}, {}, {}, {}
        self.supports, self.episodes, self.homes, self.disclosures = {}, {}, {}, {}
        self.signals, self.appointments = set(), set()
        self.declined = False
        self.na_entry, self.na_paused, self.na_paused_since, self.na_order = None, timedelta(0), None, 0
        self.na_next = {"monitoring": 0, "waakvlam": 0}
        self.p24m_passed = False
        self.dates = []                                                   # moments at which a date begins or ends, with their order
        self.orders = itertools.count(1)
        self.seen, self.views, self.told_list = {}, {}, None
        self.changes = 0

    # Who

    def organisations(self):
        return list(dict.fromkeys([*self.roles.values(), *self.leaving]))

    def roles_of(self, oin):
        return {r for r, o in self.roles.items() if o == oin} | ({"vertrekkend"} if oin in self.leaving else set())

    def cares(self, oin):
        return bool(self.roles_of(oin) & CARE_ROLES) or self.leaving.get(oin, False)

    def care_organisations(self):
        return [o for o in self.organisations() if self.cares(o)]

    def gemeente(self):
        return self.roles["gemeente"]

    def owner_of(self, owner):
        return self.responsible if owner == PARTY else self.roles.get(owner, self.gemeente())

    def list_seen_by(self, oin):
        sees_all = self.cares(oin)
        return [row for row in self.participants() if sees_all or row[0] in SEEN_BY_ALL or row[1] == oin]

    def participants(self):
        return sorted([*self.roles.items(), *(("vertrekkend", o) for o in self.leaving)])

    def tell(self, whom, kind, /, **data):
        for oin in dict.fromkeys([whom] if isinstance(whom, str) else whom):
            self.outboxes.setdefault(oin, []).append({"kind": kind, "subject": self.id, "at": shown(self.now), "data": dict(data)})

    # What holds

    @property
    def running(self):
        return self.status in ("lopend", "onderbroken")

    @property
    def ended(self):
        return self.status in ("afgerond", "gestopt")

    def episode(self):
        return next((e for e in self.episodes.values() if e.state not in EPISODE_ENDS), None)

    def would_be_held(self):
        episode = self.episode()
        return self.status == "onderbroken" or bool(episode and episode.severity == "crisis")

    def home_in(self, *states):
        return any(h.state in states for h in self.homes.values())

    def support_counts(self):
        return any(s.begins <= self.now < s.ends for s in self.supports.values())

    def support_arranged(self):
        return self.declined or self.support_counts()

    def transferring_open(self):
        return any(h.transfers and h.is_open for h in self.handovers.values())

    def transferring_completed(self):
        return any(h.transfers and h.state == "afgerond" for h in self.handovers.values())

    def wijkteam_responsible(self):
        return self.roles["wijkteam"] == self.responsible


# Terms: set, stand still, go on, run out.

def set_term(t, of, reference, duration, still=False, at=None):
    term = Term(of, reference, duration, next(t.orders))
    if not still:
        term.at = at or add(t.now, duration)
    return term


def stand_still(t, term, still):
    if term is None:
        return
    if still and term.at is not None:
        term.left, term.at = term.at - t.now, None
    elif not still and term.at is None:
        term.at = add(t.now, term.first) if term.left is None else t.now + term.left      # CHOICE: the whole term is counted from the return
        term.left = None


def due_by(term):
    return {"dueBy": shown(term.at)} if term and term.at else {}


def ran_out(t, term, whom, then):
    """Tells it and sets the repetition."""
    term.times += 1
    t.tell(whom(term.times), "term-expired", of=term.of, reference=term.reference, times=term.times)
    term.at, term.order = add(term.at, then(term.times)), next(t.orders)


def task_ran_out(t, task):
    too = [t.roles["woningcorporatie"]] if task.name == "nieuwe_woning" and "woningcorporatie" in t.roles else []
    ran_out(t, task.term, lambda n: [t.owner_of(task.owner) if n == 1 else t.gemeente()] + too,
            lambda n: at_most_four_weeks(task.duration) if n == 1 else "P4W")


def handover_ran_out(t, h):
    whom = {"answer": [h.recipient], "more": [h.sender], "meeting": [h.sender, h.recipient], "farewell": [h.sender]}[h.term.of]
    ran_out(t, h.term, lambda _: whom + [t.gemeente()], lambda _: HANDOVER_TERMS[h.state][2])


def episode_ran_out(t, e):
    first = EPISODE_TERMS.get((e.state, e.severity))
    if first:
        ran_out(t, e.term, lambda n: t.care_organisations() if n == 2 else t.gemeente(), lambda n: e.term.first if n == 1 else "P1D")
    else:
        ran_out(t, e.term, lambda _: [t.responsible, t.gemeente()], lambda _: "P1D" if e.state == "respijt" else "P4W")


def series_duration(series, index):
    first, step, _ = SERIES[series]
    return f"P{first + step * index}M"


def on_na_clock(t, duration):
    return add(t.na_entry, duration) + t.na_paused + (t.now - t.na_paused_since if t.na_paused_since else timedelta(0))


def series_ran_out(t, series):
    duration = series_duration(series, t.na_next[series])
    t.na_next[series] += 1
    t.tell([t.responsible, t.gemeente()], "term-expired", of=series, reference=duration, times=1)


def live_terms(t):
    """(when, order, what to do) of every term that runs."""
    for task in t.tasks.values():
        if task.open and task.term and task.term.at:
            yield task.term.at, (task.term.order, 0), functools.partial(task_ran_out, t, task)
    for h in t.handovers.values():
        if h.term and h.term.at:
            yield h.term.at, (h.term.order, 0), functools.partial(handover_ran_out, t, h)
    for e in t.episodes.values():
        if e.term:
            yield e.term.at, (e.term.order, 0), functools.partial(episode_ran_out, t, e)
    if t.dates:
        yield t.dates[0][0], (t.dates[0][1], 0), lambda: t.dates.pop(0)
    if t.phase == "na" and t.status == "lopend":                          # CHOICE: a traject that closes no longer runs
        for place, series in enumerate(SERIES):
            if t.na_next[series] != SERIES[series][2]:
                yield add(on_na_clock(t, series_duration(series, t.na_next[series])), "P4W"), (t.na_order, place), functools.partial(series_ran_out, t, series)
        if not t.p24m_passed:
            yield on_na_clock(t, "P24M"), (t.na_order, 2), lambda: setattr(t, "p24m_passed", True)


def next_due(t):
    return min(live_terms(t), key=lambda term: term[:2], default=None)


def remember_date(t, moment):
    if t.now < moment < datetime.max:
        bisect.insort(t.dates, (moment, next(t.orders)))


# Tasks

def task_stands_still(t, name):
    return (t.status == "onderbroken" and name in IN_THE_TABLES) or (name == "overdracht_regelen" and t.would_be_held())


def open_task(t, full_name):
    name, _, reference = full_name.partition(":")
    task = t.tasks.get(full_name)
    if task is None:
        if reference:
            owner, duration = BY_REFERENCE[name]
            task = Task(full_name, "gezondheid", owner, duration, True)
        else:
            task = Task(*KNOWN_TASKS[name])
        t.tasks[full_name] = task
    if task.open:
        return
    if name == "begeleiding_regelen":
        task.duration = "P8W" if t.phase == "voor" else "P1W"
    task.open, task.by_hand = True, False
    task.term = set_term(t, "task", full_name, task.duration, task_stands_still(t, full_name)) if task.duration else None
    tell_opened(t, task)


def tell_opened(t, task):
    t.tell(t.owner_of(task.owner), "task-opened", task=task.name, leefgebied=task.leefgebied, required=task.required, **due_by(task.term))
    t.changes += 1


def tell_closed(t, task, outcome, whom=None):
    t.tell(whom or t.owner_of(task.owner), "task-closed", task=task.name, leefgebied=task.leefgebied, required=task.required, outcome=outcome)
    t.changes += 1


def close_task(t, task, outcome):
    if task.open:
        task.open, task.by_hand, task.term = False, outcome in ("completed", "skipped"), None
        tell_closed(t, task, outcome)


def is_open(t, name):
    return name in t.tasks and t.tasks[name].open


def close_all_tasks(t):
    for task in t.tasks.values():
        if not task.name.startswith("override_melden:"):
            close_task(t, task, "by_itself")


def move_tasks(t, owner, old):
    for task in t.tasks.values():
        if task.open and task.owner == owner and t.owner_of(owner) != old:
            tell_closed(t, task, "moved", old)
            tell_opened(t, task)


def overdracht_is_asked_for(t):
    if t.transferring_open():
        return False
    return t.responsible in t.leaving or (t.phase == "tijdens" and not t.wijkteam_responsible() and not t.transferring_completed())


BY_ITSELF = {                                                             # open while this holds, in a traject that runs
    "begeleiding_regelen": lambda t: not t.support_arranged(),
    "woning_regelen": lambda t: t.phase == "voor" and not t.home_in("signed"),
    "verhuizing": lambda t: t.phase != "voor" and (t.home_in("signed") or is_open(t, "verhuizing")) and not t.home_in("lived_in"),  # CHOICE: by the totals
    "overdracht_regelen": overdracht_is_asked_for,
    "nieuwe_woning": lambda t: t.phase != "voor" and not t.home_in("signed", "lived_in"),
}


# What follows, after every event and every term

def follow(t):
    before = None
    while before != t.changes:
        before = t.changes
        let_go_of_the_leaving(t)
        if t.support_counts():
            t.declined = False
        hold_and_release(t)
        for task in t.tasks.values():
            stand_still(t, task.term, task_stands_still(t, task.name))
        disclose(t)
        if t.running:
            for name, asked_for in BY_ITSELF.items():
                if asked_for(t):
                    open_task(t, name)
                elif name in t.tasks:
                    close_task(t, t.tasks[name], "by_itself")
            change_phase(t)
    tell_participants(t)


def let_go_of_the_leaving(t):
    for oin in list(t.leaving):
        if oin != t.responsible and not any(h.is_open and oin in (h.sender, h.recipient) for h in t.handovers.values()):
            del t.leaving[oin]
            t.changes += 1


def tell_participants(t):
    if t.told_list == t.participants():
        return
    t.told_list = t.participants()
    views = {oin: t.list_seen_by(oin) for oin in t.organisations()}
    for oin, view in views.items():
        if t.views.get(oin) != view:
            t.tell(oin, "participants-changed", participants=[{"role": r, "organisation": o} for r, o in view], responsible=t.responsible)
    t.views = views


def tell_phase(t, whom=None):
    t.tell(t.organisations() if whom is None else whom, "traject-changed", phase=t.phase, status=t.status)
    t.changes += 1


def change_phase(t):
    if t.status != "lopend":
        return

    def closed(phase):
        return all(row[0] not in t.tasks or not t.tasks[row[0]].open for row in TABLE[phase] if row[4])
    if t.phase == "voor" and closed("voor"):
        enter(t, "tijdens")
    elif t.phase == "tijdens" and t.home_in("lived_in") and closed("tijdens") and (t.transferring_completed() or t.wijkteam_responsible()):
        enter(t, "na")
    elif t.phase == "na" and t.p24m_passed and t.na_next["monitoring"] == 4 and not t.episode() and t.home_in("lived_in") and not t.transferring_open():
        end(t, "afgerond")


def enter(t, phase):
    t.phase = phase
    tell_phase(t)
    for row in TABLE[phase]:
        if row[0] not in BY_ITSELF:
            open_task(t, row[0])
    if phase == "na":
        t.na_entry, t.na_order = t.now, next(t.orders)


# Traject

def started(t):
    tell_phase(t)
    for row in TABLE["voor"]:
        open_task(t, row[0])


def end(t, status):
    t.status, t.na_paused_since = status, None
    tell_phase(t)
    close_all_tasks(t)
    for h in t.handovers.values():
        if h.is_open:
            withdraw(t, h)


def stopped(t, e):
    reason = e.data["reason"]
    refuse_unless(not t.ended and not (t.status == "afsluitend" and reason == t.reason))
    closing = reason in ("moved_away", "moved_to_wlz")
    if t.status == "afsluitend" and closing:
        t.reason = reason
        return
    t.reason = reason
    episode = t.episode()
    if episode:
        go_to(t, episode, "gesloten")
    if not closing:
        end(t, "gestopt")
        return
    t.status, t.na_paused_since = "afsluitend", None
    tell_phase(t)
    close_all_tasks(t)
    open_task(t, "warme_afsluiting")


def participants_added(t, e):
    role, organisation = e.data["role"], e.data["organisation"]
    refuse_unless(role not in t.roles)
    give_role(t, role, organisation)


def participants_replaced(t, e):
    role, organisation = e.data["role"], e.data["organisation"]
    refuse_unless(role in t.roles and t.roles[role] != organisation)
    old = t.roles[role]
    t.leaving[old] = t.leaving.get(old, False) or role in CARE_ROLES
    give_role(t, role, organisation)


def give_role(t, role, organisation):
    old, joins = t.owner_of(role), organisation not in t.organisations()
    t.roles[role] = organisation
    move_tasks(t, role, old)
    if joins:                                                             # CHOICE: who takes part already does not join
        status = t.status if t.cares(organisation) or t.status != "onderbroken" else "lopend"
        t.tell(organisation, "traject-changed", phase=t.phase, status=status)


def known_task(t, e):
    """The task, or the row of one that was never open."""
    name = e.data["task"]
    if name in t.tasks:
        return t.tasks[name], t.tasks[name].owner
    refuse_unless(name in KNOWN_TASKS, "UNKNOWN_REFERENCE")
    return None, KNOWN_TASKS[name][2]


def task_may_be_reported(t, name):
    return t.running or name.startswith("override_melden:") or (t.status == "afsluitend" and name == "warme_afsluiting")


def task_to_close(t, e):
    task, owner = known_task(t, e)
    refuse_unless(e.oin == t.owner_of(owner), "ROLE_NOT_ALLOWED")
    refuse_unless(task and task.open and task_may_be_reported(t, task.name))
    return task


def tasks_completed(t, e):
    task = task_to_close(t, e)
    refuse_unless(task.name not in BY_ITSELF)
    close_task(t, task, "completed")
    if task.name == "warme_afsluiting":
        end(t, "gestopt")


def tasks_skipped(t, e):
    task = task_to_close(t, e)
    refuse_unless(task.name != "warme_afsluiting")
    declines_support = task.name == "begeleiding_regelen" and e.data["reason"] == "client_declines"
    refuse_unless(task.name not in BY_ITSELF or declines_support)
    t.declined = t.declined or declines_support
    close_task(t, task, "skipped")


def tasks_reopened(t, e):
    task, owner = known_task(t, e)
    refuse_unless(e.oin in (t.owner_of(owner), t.gemeente()), "ROLE_NOT_ALLOWED")
    refuse_unless(task and not task.open and task.by_hand and task_may_be_reported(t, task.name) and task.name != "warme_afsluiting")
    if task.name == "begeleiding_regelen":
        t.declined = False
    open_task(t, task.name)


# Homes, support, signals

def unused(things, id):
    refuse_unless(id not in things)


def known(things, id):
    refuse_unless(id in things, "UNKNOWN_REFERENCE")
    return things[id]


def homes_offered(t, e):
    unused(t.homes, e.data["home"])
    t.homes[e.data["home"]] = Home(e.data["home"], e.data["kind"], "offered")


def homes_declined(t, e):
    home = known(t.homes, e.data["home"])
    refuse_unless(home.state == "offered")
    home.state = "declined"


def homes_contract_signed(t, e):
    home = t.homes.setdefault(e.data["home"], Home(e.data["home"], e.data["kind"], "offered"))
    refuse_unless(home.state == "offered")
    home.kind, home.state = e.data["kind"], "signed"


def homes_moved_in(t, e):
    home = known(t.homes, e.data["home"])
    refuse_unless(home.state == "signed" and t.phase != "voor" and t.support_arranged() and t.status != "onderbroken")
    for other in t.homes.values():
        if other.state == "lived_in":
            other.state = "left"
    home.state = "lived_in"


def homes_contract_flipped(t, e):
    home = known(t.homes, e.data["home"])
    refuse_unless(home.kind == "omklap" and home.state in ("signed", "lived_in"))


def homes_lost(t, e):
    home = known(t.homes, e.data["home"])
    refuse_unless(home.state in ("offered", "signed", "lived_in"))
    home.state = "lost"


def supports_granted(t, e):
    unused(t.supports, e.data["support"])
    begins = start_of(e.data["from"]) if "from" in e.data else t.now
    support = Support(e.data["support"], e.data["provider"], max(begins, t.now), end_of(e.data.get("until")))
    t.supports[support.id] = support
    remember_date(t, support.begins)
    remember_date(t, support.ends)


supports_bridged = supports_granted


def support_not_over(t, e):
    support = known(t.supports, e.data["support"])
    refuse_unless(e.oin in (t.gemeente(), support.provider), "ROLE_NOT_ALLOWED")
    refuse_unless(t.now < support.ends)
    return support


def supports_changed(t, e):
    support_not_over(t, e)


def supports_ended(t, e):
    support_not_over(t, e).ends = t.now


def appointments_kept(t, e):
    unused(t.appointments, e.data["appointment"])
    t.appointments.add(e.data["appointment"])


def appointments_missed(t, e):
    appointments_kept(t, e)
    if e.data["first"]:
        t.tell([t.roles["zorgaanbieder"], t.roles["wijkteam"], t.gemeente()], "appointment-missed", appointment=e.data["appointment"])
        open_task(t, "afspraak_opvolgen:" + e.data["appointment"])


def signals_reported(t, e):
    unused(t.signals, e.data["signal"])
    t.signals.add(e.data["signal"])
    t.tell(t.responsible, "signal-reported", signal=e.data["signal"], kind=e.data["kind"])
    open_task(t, "signaal_opvolgen:" + e.data["signal"])


def contacts_held(t, e):
    kind = e.data["kind"]
    refuse_unless(kind in ("home_visit", "monitoring", "waakvlam", "terugkom"), "UNKNOWN_REFERENCE")
    if t.phase == "na" and kind in SERIES:
        while t.na_next[kind] != SERIES[kind][2] and on_na_clock(t, series_duration(kind, t.na_next[kind])) <= add(t.now, "P4W"):
            t.na_next[kind] += 1


# Warme overdracht

def enter_state(t, h, state):
    h.state, h.term = state, None
    if state in HANDOVER_TERMS:
        of, first, _ = HANDOVER_TERMS[state]
        h.term = set_term(t, of, h.id, first)
    tell_handover(t, h)


def tell_handover(t, h):
    t.tell([h.sender, h.recipient], "handover-changed", handover=h.id, state=h.state, **due_by(h.term))
    t.changes += 1


def tell_offer(t, h):
    t.tell(h.recipient, "offer-received", handover=h.id, sender=h.sender, purpose=h.purpose, categories=h.categories,
           transfersResponsibility=h.transfers, answerBy=shown(h.term.at))


def handovers_offered(t, e):
    d = e.data
    h = t.handovers.get(d["handover"])
    if h and h.stage == "aanvulling_gevraagd":
        offered_again(t, h, e)
        return
    refuse_unless(e.oin == t.responsible if d["transfersResponsibility"] else t.cares(e.oin), "ROLE_NOT_ALLOWED")
    refuse_unless(d["recipient"] in t.organisations(), "UNKNOWN_REFERENCE")
    refuse_unless(h is None and not t.ended and d["recipient"] != e.oin)
    if d["transfersResponsibility"]:
        refuse_unless(t.cares(d["recipient"]) and not t.transferring_open() and not t.would_be_held())
    h = Handover(d["handover"], e.oin, d["recipient"], d["purpose"], d["categories"], d["transfersResponsibility"], d["dossier"])
    t.handovers[h.id] = h
    enter_state(t, h, "aangeboden")
    tell_offer(t, h)


def offered_again(t, h, e):
    d = e.data
    refuse_unless(e.oin == h.sender, "ROLE_NOT_ALLOWED")
    refuse_unless(d["recipient"] in t.organisations(), "UNKNOWN_REFERENCE")
    refuse_unless(h.state == "aanvulling_gevraagd" and (d["recipient"], d["purpose"], d["transfersResponsibility"]) == (h.recipient, h.purpose, h.transfers)
                  and set(h.categories) <= set(d["categories"]))
    h.categories, h.dossier = d["categories"], d["dossier"]
    enter_state(t, h, "aangeboden")
    tell_offer(t, h)


def handover_in(t, e, who, *states):
    h = known(t.handovers, e.data["handover"])
    refuse_unless(e.oin in [getattr(h, w) for w in who], "ROLE_NOT_ALLOWED")
    refuse_unless(h.state in states)
    return h


def handovers_accepted(t, e):
    h = handover_in(t, e, ["recipient"], "aangeboden")
    enter_state(t, h, "geaccepteerd")
    t.tell(h.sender, "offer-answered", handover=h.id, answer="accepted")
    for category in h.categories:
        if not covers(t, h, category):
            t.tell(h.recipient, "category-withheld", handover=h.id, category=category)


def handovers_declined(t, e):
    h = handover_in(t, e, ["recipient"], "aangeboden")
    enter_state(t, h, "afgewezen")
    t.tell(h.sender, "offer-answered", handover=h.id, answer="declined", reason=e.data["reason"])


def handovers_more_requested(t, e):
    h = handover_in(t, e, ["recipient"], "aangeboden")
    enter_state(t, h, "aanvulling_gevraagd")
    t.tell(h.sender, "offer-answered", handover=h.id, answer="more_requested", categories=e.data.get("categories", []))


def handovers_meeting_held(t, e):
    h = handover_in(t, e, ["sender", "recipient"], "geaccepteerd")
    present = {t.roles.get(p, p) for p in e.data["participants"]}
    refuse_unless({h.sender, h.recipient} <= present)
    enter_state(t, h, "overlegd")


def handovers_farewell_held(t, e):
    h = handover_in(t, e, ["sender"], "overlegd")
    refuse_unless(e.data["clientKnowsContact"])
    if h.transfers:
        refuse_unless(t.home_in("lived_in") or h.sender in t.leaving or t.status == "afsluitend")
    enter_state(t, h, "afgerond")
    if h.transfers:
        t.responsible = h.recipient
        t.tell(t.organisations(), "responsibility-moved", **{"handover": h.id, "from": h.sender, "to": h.recipient})
        move_tasks(t, PARTY, h.sender)


def handovers_withdrawn(t, e):
    h = known(t.handovers, e.data["handover"])
    refuse_unless(e.oin == h.sender, "ROLE_NOT_ALLOWED")
    refuse_unless(h.is_open)
    withdraw(t, h)


def withdraw(t, h):
    h.held_in = None
    enter_state(t, h, "ingetrokken")
    for (handover, category), disclosure in t.disclosures.items():
        if handover == h.id and disclosure.open:
            disclosure.open = False
            tell_closed_category(t, h, category, "handover_withdrawn")


def hold_and_release(t):
    for h in t.handovers.values():
        if not (h.transfers and h.is_open):
            continue
        if t.would_be_held() and not h.held_in:
            stand_still(t, h.term, True)
            h.held_in, h.state = h.state, "aangehouden"
            tell_handover(t, h)
        elif h.held_in and not t.would_be_held():
            h.state, h.held_in = h.held_in, None
            stand_still(t, h.term, False)
            tell_handover(t, h)


# Disclosure and consent

def consent_covers(t, c, h, category):
    return h.stage not in ("aangeboden", "aanvulling_gevraagd", "afgewezen") and c.recipient == h.recipient and category in c.categories and c.purpose == h.purpose and t.now < end_of(c.until)


def override_covers(o, h, category):
    return h.id in o.handovers and category in o.categories and h.is_open


def still_covers(t, basis, h, category):
    return consent_covers(t, basis, h, category) if isinstance(basis, Consent) else override_covers(basis, h, category)


def covers(t, h, category):
    bases = itertools.chain(t.consents.values(), t.overrides.values())
    return next((b for b in bases if still_covers(t, b, h, category)), None)


def disclose(t):
    for (handover, category), disclosure in t.disclosures.items():
        h = t.handovers[handover]
        if not disclosure.open or still_covers(t, disclosure.basis, h, category):
            continue
        basis = covers(t, h, category)
        if basis:
            disclosure.basis = basis
            tell_disclosed(t, h, category, basis)
        else:
            disclosure.open = False
            tell_closed_category(t, h, category, why_ended(t, disclosure.basis, category))
    for h in t.handovers.values():
        if not h.is_open:
            continue
        for category in h.categories:
            disclosure, basis = t.disclosures.get((h.id, category)), covers(t, h, category)
            if basis and not (disclosure and disclosure.open):
                t.disclosures[h.id, category] = Disclosure(basis)
                tell_disclosed(t, h, category, basis)


def why_ended(t, basis, category):
    if isinstance(basis, Override):
        return "handover_ended"
    return "expired" if category in basis.categories else "withdrawn"


def tell_disclosed(t, h, category, basis):
    if isinstance(basis, Consent):
        by = {"consent": basis.id, "validUntil": basis.until.isoformat()}
    else:
        by = {"override": basis.id, "ground": basis.ground}
    t.tell(h.recipient, "category-disclosed", handover=h.id, category=category, dossier=h.dossier, **by)
    t.changes += 1


def tell_closed_category(t, h, category, reason):
    t.tell(h.recipient, "category-closed", handover=h.id, category=category, reason=reason)
    t.changes += 1


def consents_granted(t, e):
    d = e.data
    unused(t.consents, d["consent"])
    refuse_unless(not t.ended and d["validUntil"] >= t.now.date())
    t.consents[d["consent"]] = Consent(d["consent"], d["recipient"], set(d["categories"]), d["purpose"], d["validUntil"])
    remember_date(t, end_of(d["validUntil"]))


def consents_withdrawn(t, e):
    consent = known(t.consents, e.data["consent"])
    named = set(e.data.get("categories") or consent.categories) & consent.categories
    refuse_unless(named and t.now < end_of(consent.until))
    consent.categories -= named


def consents_overridden(t, e):
    d = e.data
    refuse_unless(d["recipient"] in t.organisations(), "UNKNOWN_REFERENCE")
    unused(t.overrides, d["override"])
    meant = {h.id for h in t.handovers.values() if h.is_open and h.recipient == d["recipient"] and set(h.categories) & set(d["categories"])}
    refuse_unless(meant and not t.ended)
    t.overrides[d["override"]] = Override(d["override"], d["ground"], set(d["categories"]), meant)
    open_task(t, "override_melden:" + d["override"])


def dossiers_accessed(t, e):
    h = known(t.handovers, e.data["handover"])
    refuse_unless(e.oin == h.sender, "ROLE_NOT_ALLOWED")
    uncovered = [c for c in e.data["categories"] if not ((h.id, c) in t.disclosures and t.disclosures[h.id, c].open)]
    if uncovered:
        t.tell(t.gemeente(), "access-uncovered", handover=h.id, categories=uncovered, accessor=e.data["accessor"])


# Terugval

def go_to(t, episode, state, severity=None, until=None):
    """Each event starts the term of the state it leads to anew. An interruption begins and ends with the state."""
    episode.state, episode.severity = state, severity or episode.severity
    first = EPISODE_TERMS.get((state, episode.severity))
    episode.term = None
    if first:
        episode.term = set_term(t, "assessment" if state == "gesignaleerd" else "response", episode.id, first)
    elif state in ("opgeschaald", "opgenomen"):
        episode.term = set_term(t, "review", episode.id, "P4W")
    elif state == "respijt":
        episode.term = set_term(t, "respite", episode.id, "P1D", at=max(end_of(until), t.now))
    tell_episode(t, episode)
    interrupt_or_go_on(t, episode)


def tell_episode(t, episode):
    t.tell(t.care_organisations(), "episode-changed", episode=episode.id, state=episode.state, severity=episode.severity)
    t.changes += 1


def interrupt_or_go_on(t, episode):
    if episode.state in AWAY and t.status == "lopend":
        t.status = "onderbroken"
        t.na_paused_since = t.now if t.phase == "na" else None
        tell_phase(t, t.care_organisations())
        for name in DURING_INTERRUPTION:
            open_task(t, name)
    elif episode.state == "opgeschaald" and t.status == "onderbroken":
        t.status = "lopend"
        if t.na_paused_since:
            t.na_paused, t.na_paused_since = t.na_paused + (t.now - t.na_paused_since), None
        tell_phase(t, t.care_organisations())
        for name in DURING_INTERRUPTION:
            close_task(t, t.tasks[name], "by_itself")
        open_task(t, "warme_terugkeer:" + episode.id)


def terugvallen_signalled(t, e):
    episode = t.episode()
    if episode is None:
        unused(t.episodes, e.data["episode"])
        t.episodes[e.data["episode"]] = episode = Episode(e.data["episode"], None, e.data["severity"])
        go_to(t, episode, "gesignaleerd")
        return
    crisis = e.data["severity"] == "crisis"
    raises = crisis and episode.severity != "crisis"
    if episode.state in ("gesignaleerd", "beoordeeld", "opgeschaald") and (raises or (crisis and episode.state == "opgeschaald")):
        go_to(t, episode, "gesignaleerd", "crisis")
    else:
        episode.severity = "crisis" if crisis else episode.severity
        tell_episode(t, episode)


def episode_in(t, e, *states):
    episode = known(t.episodes, e.data["episode"])
    refuse_unless(episode.state in states)
    return episode


def terugvallen_assessed(t, e):
    severity = e.data["severity"]
    go_to(t, episode_in(t, e, "gesignaleerd", "beoordeeld", "opgeschaald"), "gesloten" if severity == "none" else "beoordeeld", severity)


def terugvallen_support_raised(t, e):
    go_to(t, episode_in(t, e, "gesignaleerd", "beoordeeld", "opgeschaald"), "opgeschaald")


def terugvallen_respite_started(t, e):
    go_to(t, episode_in(t, e, "gesignaleerd", "beoordeeld", "opgeschaald", "respijt"), "respijt", until=e.data["until"])


def terugvallen_admitted(t, e):
    go_to(t, episode_in(t, e, "gesignaleerd", "beoordeeld", "opgeschaald", "respijt"), "opgenomen")


def terugvallen_returned(t, e):
    go_to(t, episode_in(t, e, "respijt", "opgenomen"), "opgeschaald")


def terugvallen_resolved(t, e):
    go_to(t, episode_in(t, e, "opgeschaald"), "opgelost")


def terugvallen_deescalated(t, e):
    episode_in(t, e)


def decisions_taken(t, e):
    raise Refused("UNKNOWN_REFERENCE")


stays_registered = decisions_taken


# The engine: one line after the other

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
        rule = globals()[re.sub(r"[.-]", "_", event.name.removeprefix("trajecten."))]
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
