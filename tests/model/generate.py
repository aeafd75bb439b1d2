"""Events by chance, drawn by a seed: clients on their way, and everything that goes wrong on it.

The model runs along, so that the next event can fit the state that it leads on from. Most events bring a client on; the rest have wrong reporters,
ids used twice, things unknown, states that do not fit, times that go back, duplicates, lines that cannot be read, jumps to the moment of a term and to
midnight, or a microsecond before.
"""
import json
import random
import uuid
from datetime import datetime, timedelta

import follow
import model
import tables
from reading import CATEGORIES, ROLES

START = datetime(2017, 1, 31, 9)
SYSTEM = "systeem"
ORGANISATIONS = [f"000000990000001{n:02d}000" for n in range(1, 13)]
STRANGER = "00000099999999999000"
PURPOSES = ("handover", "support", "treatment", "crisis")
OPTIONAL_ROLES = ("woningcorporatie", "ggz", "bewindvoerder", "begeleider")
TASKS = [*tables.KNOWN_TASKS, "koffie_zetten", "signaal_opvolgen", "actieplan:x", "override_melden:n-1", "signaal_opvolgen:s-1", "warme_terugkeer:e-1"]
BENT = {"": (), "consent": ("consent", "handover", "offer"), "terugval": ("terugval",), "participant": ("participant", "transfer"), "na": ("contact",),
        "home": ("home", "support"), "task": ("task",), "calm": ("contact",)}
REPORTERS = tables.REPORTERS | {"trajecten.started": "zorgaanbieder", "supports.changed": "gemeente", "supports.ended": "gemeente"}


class Generator:
    def __init__(self, seed, trajecten):
        self.chance = random.Random(seed)
        self.model = model.Model()
        self.clock = START
        self.lines = []
        self.count = 0
        self.ids = [str(uuid.UUID(int=self.chance.getrandbits(128), version=4)) for _ in range(trajecten)]
        self.bent = {id: self.one_of(list(BENT)) for id in self.ids}      # what happens much in this traject

    def one_of(self, values):
        return self.chance.choice(list(values))

    def often(self, share):
        return self.chance.random() < share

    # Lines

    def write(self, count):
        while len(self.lines) < count:
            self.move_on()
            trick = self.chance.random()
            if trick < 0.02 and self.lines:
                self.send(self.one_of(self.lines[-300:]))                 # a duplicate, or something refused again
            elif trick < 0.03:
                self.send(self.spoilt())
            elif trick < 0.04 and self.lines:
                self.send_other_under_the_same_id()
            else:
                self.send_event()
        return self.lines

    def send(self, line):
        self.lines.append(line)
        self.model.decide_line(line)

    def spoilt(self):
        line = self.one_of(self.lines) if self.lines else b"{}"
        return self.one_of([b"", b"{", b"[]", b"\xff" + line, line[:-1], line.replace(b'"data":{', b'"data":{"toelichting":"x",'), line.replace(b'.v1"', b'.v2"'),
                            line.replace(b"00000099", b"00000004"), line.replace(b'"1.0"', b'"0.3"'), b" " * 3])

    def send_other_under_the_same_id(self):
        try:
            event, other = json.loads(self.one_of(self.lines[-300:])), json.loads(self.one_of(self.lines[-300:]))
            event.update(type=other["type"], data=other["data"], time=tables.shown(self.clock))
        except (ValueError, KeyError, TypeError, AttributeError):
            return
        self.send(json.dumps(event).encode())

    def send_event(self):
        subject = self.one_of(self.ids)
        t = self.model.trajecten.get(subject)
        if t is None:
            name, who, data = self.start()
        elif t.ended and self.often(0.8) or self.bent[subject] == "calm" and self.often(0.7):
            return
        elif self.bent[subject] == "calm" and t.phase == "na":
            name, who, data = self.contact(t)
        else:
            name, who, data = self.plausible(t) if self.often(0.8) else self.mischievous(t)
        if self.often(0.1):
            data = data | {"occurredOn": str(self.clock.date())}
        self.report(subject, name, who, data)
        if t is None and subject in self.model.trajecten and self.often(0.75):
            self.bring_on(subject, "na" if self.bent[subject] == "calm" else self.one_of(["tijdens", "tijdens", "na", "vertrekkend"]))

    def report(self, subject, name, who, data):
        self.count += 1
        at = self.clock - timedelta(hours=self.chance.randrange(100)) if self.often(0.05) else self.clock
        event = {"specversion": "1.0", "id": f"i-{self.count}", "source": f"urn:nld:oin:{who}:systeem:{SYSTEM}", "type": f"nl.overdracht.{name}.v1",
                 "subject": subject.upper() if self.often(0.01) else subject, "time": tables.shown(max(at, datetime(1970, 1, 2))), "data": data}
        self.send(json.dumps(event).encode())

    def bring_on(self, subject, to):
        """The straight way into a phase, so that what is to be tested there has time to happen."""
        t = self.model.trajecten[subject]
        zorgaanbieder, wijkteam, gemeente = (t.roles[r] for r in ROLES[:3])

        def say(who, name, **data):
            self.report(subject, name, who, data)

        def close(phase):
            for row in tables.TABLE[phase]:
                if row[4] and row[0] not in follow.BY_ITSELF:
                    say(zorgaanbieder, "tasks.completed", task=row[0])
        if to == "vertrekkend":
            say(zorgaanbieder, "handovers.offered", handover="h-1", recipient=wijkteam, purpose="handover", categories=["wonen", "medicatie"],
                transfersResponsibility=True, dossier=self.dossier())
            say(gemeente, "participants.replaced", role=self.one_of(["zorgaanbieder", "wijkteam"]), organisation=self.one_of(ORGANISATIONS))
            return
        close("voor")
        say(gemeente, "supports.granted", support="b-1", provider=zorgaanbieder, hoursPerWeek=4, **{"from": self.day(0, 0)})
        say(zorgaanbieder, "homes.contract-signed", home="w-1", kind="omklap")
        if to == "na":
            say(wijkteam, "homes.moved-in", home="w-1")
            say(zorgaanbieder, "handovers.offered", handover="h-1", recipient=wijkteam, purpose="handover", categories=["wonen", "medicatie"],
                transfersResponsibility=True, dossier=self.dossier())
            say(wijkteam, "handovers.accepted", handover="h-1")
            say(wijkteam, "handovers.meeting-held", handover="h-1", participants=["zorgaanbieder", "wijkteam"], clientPresence="present",
                coordinator={"organisation": wijkteam, "reference": "m-1"})
            say(zorgaanbieder, "handovers.farewell-held", handover="h-1", clientKnowsContact=True)
            close("tijdens")

    # Time

    def move_on(self):
        kind = self.chance.random()
        due = min(self.model.due.values(), default=None)
        if kind < 0.5:
            return
        if kind < 0.65:
            step = timedelta(minutes=self.chance.randrange(1, 100))
        elif kind < 0.78:
            step = timedelta(hours=self.chance.randrange(1, 15))
        elif kind < 0.88 and due:
            step = max(timedelta(0), due - self.clock) + timedelta(microseconds=self.chance.choice([-1, 0, 0, 1]))
        elif kind < 0.92:
            step = datetime(self.clock.year, self.clock.month, self.clock.day) + timedelta(days=1) - self.clock
        elif kind < 0.996:
            step = timedelta(days=self.chance.randrange(1, 5))
        else:
            step = timedelta(days=self.chance.randrange(12, 120))
        self.clock = max(self.clock, self.clock + step)

    def day(self, low=-2, high=60):
        return str(self.clock.date() + timedelta(days=self.chance.choice([self.chance.randint(low, high), self.chance.randint(-1, 2)])))

    # What is reported

    def start(self):
        organisations = self.chance.sample(ORGANISATIONS, 7)
        if self.often(0.15):
            organisations[1] = organisations[2]                           # one organisation in two roles
        roles = [*ROLES[:3], *(r for r in OPTIONAL_ROLES if self.often(0.7))]
        rows = [{"role": r, "organisation": o} for r, o in zip(roles, organisations)]
        return "trajecten.started", organisations[0], {"workflow": "uitstroom" if self.often(0.97) else "onbekend", "client": "c-1", "participants": rows}

    def reporter(self, t, name, data):
        """Somebody who may, most of the time."""
        if self.often(0.05):
            return self.one_of([*ORGANISATIONS, STRANGER])
        if self.often(0.03):
            return self.one_of(t.organisations())
        h = t.handovers.get(data.get("handover"))
        if name.startswith("tasks."):
            task = t.tasks.get(data["task"])
            owner = task.owner if task else tables.KNOWN_TASKS.get(data["task"], (0, 0, "gemeente"))[2]
            return t.owner_of(owner)
        if name == "handovers.offered":
            return h.sender if h else t.responsible if data["transfersResponsibility"] else self.one_of(t.care_organisations())
        if name in ("handovers.accepted", "handovers.declined", "handovers.more-requested"):
            return h.recipient if h else t.responsible
        if name.startswith("handovers.") or name == "dossiers.accessed":
            return self.one_of([h.sender, h.recipient]) if h and name == "handovers.meeting-held" else h.sender if h else t.responsible
        allowed = REPORTERS.get(name, tables.ANY)
        if allowed == tables.ANY:
            return self.one_of(t.organisations())
        holders = [t.responsible] if tables.PARTY in allowed else []
        holders += [t.roles[r] for r in allowed.replace(tables.PARTY, "").split() if r in t.roles]
        return self.one_of(holders or [t.gemeente()])

    def reported(self, t, name, **data):
        return name, self.reporter(t, name, data), data

    def new(self, things, letter):
        return f"{letter}-{len(things) + 1}" if self.often(0.95) else f"{letter}-{self.chance.randint(1, 9)}"

    def some(self, things, letter, fits=lambda thing: True):
        fitting = [k for k, v in things.items() if fits(v)]
        if fitting and self.often(0.93):
            return self.one_of(fitting[-4:])
        return self.one_of(things) if things and self.often(0.7) else f"{letter}-{self.chance.randint(1, 9)}"

    def categories(self, most=4):
        return self.chance.sample(CATEGORIES[:6], self.chance.randint(1, most))

    def plausible(self, t):
        choices = [(3, self.task), (2, self.consent), (2, self.handover), (2, self.home), (1, self.support), (1, self.signal), (1, self.terugval),
                   (1, self.participant), (0.04, self.stop)]
        if t.phase == "voor":
            choices.append((5, self.task))
        if t.phase == "tijdens":
            choices += [(4, self.transfer), (2, self.task), (2, self.home)]
        if t.phase == "na":
            choices += [(3, self.contact), (2, self.handover)]
        if t.episode():
            choices.append((4, self.terugval))
        if t.transferring_open() or t.responsible in t.leaving:
            choices.append((4, self.transfer))
        choices += [(6, getattr(self, name)) for name in BENT[self.bent[t.id]]]
        if t.status == "afsluitend":
            choices += [(3, self.transfer), (1, self.stop)]
        weights, reports = zip(*choices)
        return self.chance.choices(reports, weights)[0](t)

    def mischievous(self, t):
        if self.often(0.01):
            return self.stop(t)
        report = self.one_of([self.task, self.consent, self.handover, self.home, self.support, self.signal, self.terugval, self.participant,
                              self.contact, self.access, self.again, self.elsewhere, self.transfer])
        return report(t)

    def again(self, _):
        return self.start()

    def elsewhere(self, t):
        return self.one_of([
            self.reported(t, "decisions.taken", decision="doe_tafel", outcome="granted"),
            self.reported(t, "stays.registered", setting="mo", since="2016-01-01"),
            self.reported(t, "terugvallen.deescalated", episode=self.some(t.episodes, "e")),
            self.reported(t, "contacts.held", kind="weekcontact")])

    def task(self, t):
        open_now = [n for n, task in t.tasks.items() if task.open and n not in follow.BY_ITSELF]
        required = [n for n in open_now if t.tasks[n].required]
        if required and self.often(0.7):
            return self.reported(t, "tasks.completed", task=self.one_of(required))
        closed = [n for n, task in t.tasks.items() if task.by_hand]
        if closed and self.often(0.3):
            return self.reported(t, "tasks.reopened", task=self.one_of(closed))
        if self.often(0.15):
            return self.reported(t, "tasks.skipped", task="begeleiding_regelen", reason="client_declines")
        name = self.one_of([*(open_now or TASKS), *TASKS]) if self.often(0.5) else self.one_of([*t.tasks, *TASKS])
        event = self.chance.choices(["tasks.completed", "tasks.skipped", "tasks.reopened"], [5, 3, 2])[0]
        if event == "tasks.skipped":
            return self.reported(t, event, task=name, reason=self.one_of(["client_declines", "not_applicable"]))
        return self.reported(t, event, task=name)

    def consent(self, t):
        recipients = [h.recipient for h in t.handovers.values()] or t.organisations()
        recipient = self.one_of(recipients if self.often(0.85) else ORGANISATIONS)
        kind = self.chance.random()
        if kind < 0.45:
            data = dict(consent=self.new(t.consents, "t"), recipient=recipient, categories=self.categories(), purpose=self.one_of(PURPOSES[:3]))
            if t.handovers and self.often(0.8):
                h = self.one_of(list(t.handovers.values())[-3:])
                data |= dict(recipient=h.recipient, purpose=h.purpose, categories=[*{*h.categories[:2], *self.categories(2)}])
            data["categories"].sort()
            return self.reported(t, "consents.granted", **data, validUntil=self.day(-1, 90))
        if kind < 0.73:
            id = self.some(t.consents, "t", lambda c: c.categories and str(c.until) >= str(self.clock.date()))
            left = sorted(t.consents[id].categories if id in t.consents else []) or self.categories()
            optional = {} if self.often(0.3) else {"categories": self.one_of([left[:1], self.categories(), []])}
            return self.reported(t, "consents.withdrawn", consent=id, **optional)
        if kind < 0.93:
            return self.reported(t, "consents.overridden", override=self.new(t.overrides, "n"), recipient=recipient, categories=self.categories(),
                                 ground=self.one_of(["vital_interest", "legal_duty"]))
        return self.access(t)

    def access(self, t):
        return self.reported(t, "dossiers.accessed", handover=self.some(t.handovers, "h"), categories=self.categories(), accessor="a-1", purpose="handover")

    def transfer(self, t):
        return self.handover(t, True)

    def offer(self, t):
        """Accepted at once, for there is no disclosure before."""
        waiting = [h for h in t.handovers.values() if h.state == "aangeboden"]
        return self.event_of_a_handover(t, self.one_of(waiting).id, "accepted") if waiting else self.handover(t, False)

    def handover(self, t, transfers=None):
        transfers = self.often(0.35) if transfers is None else transfers
        going = [h for h in t.handovers.values() if h.is_open and h.transfers == transfers]
        if not going or self.often(0.15):
            others = [o for o in (t.care_organisations() if transfers else t.organisations()) if o != t.responsible] or t.organisations()
            recipient = self.one_of(others if self.often(0.93) else ORGANISATIONS)
            return self.reported(t, "handovers.offered", handover=self.new(t.handovers, "h"), recipient=recipient, purpose=self.one_of(PURPOSES[:3]),
                                 categories=self.categories(), transfersResponsibility=transfers, dossier=self.dossier())
        h = self.one_of(going)
        if self.often(0.05):
            return self.reported(t, "handovers.withdrawn", handover=h.id, reason=self.one_of(["client_wish", "not_needed", "other"]))
        if self.often(0.06):
            return self.any_of_a_handover(t, self.one_of(t.handovers))
        return self.next_of_a_handover(t, h)

    def dossier(self):
        return {"reference": f"d-{self.chance.randint(1, 9)}", "digest": "sha256:" + 64 * "0"}

    def next_of_a_handover(self, t, h):
        if h.stage == "aangeboden":
            kind = self.chance.choices(["accepted", "declined", "more-requested"], [6, 1, 2])[0]
            return self.event_of_a_handover(t, h.id, kind)
        if h.stage == "aanvulling_gevraagd":
            return self.offered_again(t, h)
        return self.event_of_a_handover(t, h.id, "meeting-held" if h.stage == "geaccepteerd" else "farewell-held")

    def offered_again(self, t, h):
        data = dict(handover=h.id, recipient=h.recipient, purpose=h.purpose, categories=[*h.categories], transfersResponsibility=h.transfers, dossier=self.dossier())
        if self.often(0.15):
            change = self.one_of(["recipient", "purpose", "categories", "transfersResponsibility"])
            data[change] = {"recipient": self.one_of(ORGANISATIONS), "purpose": self.one_of(PURPOSES), "categories": self.categories(),
                            "transfersResponsibility": not h.transfers}[change]
        else:
            data["categories"] += [c for c in self.categories() if c not in h.categories]
        return self.reported(t, "handovers.offered", **data)

    def any_of_a_handover(self, t, id):
        return self.event_of_a_handover(t, id, self.one_of(["accepted", "declined", "more-requested", "meeting-held", "farewell-held", "withdrawn"]))

    def event_of_a_handover(self, t, id, kind):
        data = {"handover": id}
        h = t.handovers[id]
        if kind == "declined":
            data["reason"] = self.one_of(["no_capacity", "not_suitable", "incomplete", "other_gemeente"])
        elif kind == "more-requested" and self.often(0.6):
            data["categories"] = self.categories() if self.often(0.8) else []
        elif kind == "meeting-held":
            there = [h.sender, h.recipient] if self.often(0.9) else [self.one_of(t.organisations())]
            names = {o: r for r, o in t.roles.items()}
            data["participants"] = [names.get(o, o) if self.often(0.3) else o for o in there]
            data |= {"clientPresence": self.one_of(["present", "declined"]), "coordinator": {"organisation": self.one_of(ORGANISATIONS), "reference": "m-1"}}
            if self.often(0.03):
                del data["coordinator"]
        elif kind == "farewell-held":
            data["clientKnowsContact"] = self.often(0.93)
        elif kind == "withdrawn":
            data["reason"] = "other"
        return self.reported(t, "handovers." + kind, **data)

    def home(self, t):
        kind = self.one_of(["regular", "temporary", "omklap", "clustered"])
        states = {h.state for h in t.homes.values()}
        choice = self.chance.random()
        if choice < 0.1:
            return self.reported(t, "homes.lost", home=self.some(t.homes, "w", lambda h: h.state in ("offered", "signed", "lived_in")), reason="arrears")
        if "signed" in states and choice < 0.65:
            return self.reported(t, "homes.moved-in", home=self.some(t.homes, "w", lambda h: h.state == "signed"))
        if choice < 0.72:
            return self.reported(t, "homes.contract-flipped", home=self.some(t.homes, "w", lambda h: h.kind == "omklap"))
        if "offered" in states and choice < 0.9:
            if self.often(0.3):
                return self.reported(t, "homes.declined", home=self.some(t.homes, "w", lambda h: h.state == "offered"))
            return self.reported(t, "homes.contract-signed", home=self.some(t.homes, "w", lambda h: h.state == "offered"), kind=kind)
        return self.reported(t, self.one_of(["homes.offered", "homes.contract-signed"]), home=self.new(t.homes, "w"), kind=kind)

    def support(self, t):
        provider = self.one_of([*t.organisations(), *ORGANISATIONS])
        choice = self.chance.random()
        if choice < 0.45:
            until = {"until": self.day(-3, 120)} if self.often(0.6) else {}
            return self.reported(t, "supports.granted", support=self.new(t.supports, "b"), provider=provider, hoursPerWeek=4, **{"from": self.day(-3, 20)}, **until)
        if choice < 0.6:
            return self.reported(t, "supports.bridged", support=self.new(t.supports, "b"), provider=provider, until=self.day(-2, 30))
        id = self.some(t.supports, "b")
        name, data = ("supports.changed", {"hoursPerWeek": 2.5}) if choice < 0.8 else ("supports.ended", {"reason": "client_wish"})
        who = t.supports[id].provider if id in t.supports and self.often(0.4) else self.reporter(t, name, data)
        return name, who, {"support": id} | data

    def signal(self, t):
        if self.often(0.5):
            return self.reported(t, "signals.reported", signal=self.new(t.signals, "s"), kind=self.one_of(["rent_arrears", "nuisance", "client"]))
        return self.reported(t, self.one_of(["appointments.kept", "appointments.missed"]), appointment=self.new(t.appointments, "a"), first=self.often(0.6))

    def contact(self, t):
        return self.reported(t, "contacts.held", kind=self.chance.choices(["monitoring", "waakvlam", "home_visit", "terugkom"], [4, 3, 1, 1])[0])

    def terugval(self, t):
        episode = t.episode()
        if episode is None and self.often(0.9) or self.often(0.12):
            id = episode.id if episode and self.often(0.5) else self.new(t.episodes, "e")
            return self.reported(t, "terugvallen.signalled", episode=id, severity=self.one_of(["dreigend", "dreigend", "crisis"]))
        id = episode.id if episode and self.often(0.95) else self.some(t.episodes, "e")
        if episode and episode.state in tables.AWAY and self.often(0.5):
            return self.reported(t, "terugvallen.returned", episode=id)
        name = self.chance.choices(["assessed", "support-raised", "respite-started", "admitted", "returned", "resolved"], [4, 3, 2, 2, 1, 2])[0]
        data = {"assessed": {"severity": self.one_of(["none", "dreigend", "crisis"])}, "support-raised": {"hoursPerWeek": 20},
                "respite-started": {"place": "p-1", "until": self.day(-1, 6)}, "admitted": {"kind": self.one_of(["ggz", "beschermd_wonen"])}}.get(name, {})
        return self.reported(t, "terugvallen." + name, episode=id, **data)

    def participant(self, t):
        if self.often(0.4):
            empty = [r for r in OPTIONAL_ROLES if r not in t.roles] or OPTIONAL_ROLES
            return self.reported(t, "participants.added", role=self.one_of(empty if self.often(0.85) else ROLES), organisation=self.one_of(ORGANISATIONS))
        if self.often(0.5):
            return self.access(t)
        return self.reported(t, "participants.replaced", role=self.one_of(t.roles if self.often(0.9) else ROLES), organisation=self.one_of(ORGANISATIONS))

    def stop(self, t):
        return self.reported(t, "trajecten.stopped", reason=self.one_of(["moved_away", "moved_to_wlz", "client_withdrew", "deceased"]))


def generate(seed, trajecten=25, lines=2500):
    """(lines, the moment to which the clock is moved on at the end)"""
    generator = Generator(seed, trajecten)
    generator.write(lines)
    return generator.lines, generator.clock + timedelta(days=generator.chance.choice([0, 40, 400]))
