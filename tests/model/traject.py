"""One traject: what is known of it, what holds in it, and its terms, which are set, stand still, go on and run out."""
import bisect
import functools
import itertools
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from tables import (
    CARE_ROLES, EPISODE_ENDS, EPISODE_TERMS, HANDOVER_ENDS, HANDOVER_TERMS, PARTY, SEEN_BY_ALL, SERIES, add, at_most_four_weeks, shown
)


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
