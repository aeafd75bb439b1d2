"""What follows after every event and every term: who leaves, what is held, disclosed, opened and closed, and the phases."""
import itertools

from tables import BY_REFERENCE, HANDOVER_TERMS, IN_THE_TABLES, KNOWN_TASKS, TABLE, end_of
from traject import Consent, Disclosure, Override, Task, due_by, set_term, stand_still

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


# After every event and every term

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


# The beginning and the end

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


# Handovers

def enter_state(t, h, state):
    h.state, h.term = state, None
    if state in HANDOVER_TERMS:
        of, first, _ = HANDOVER_TERMS[state]
        h.term = set_term(t, of, h.id, first)
    tell_handover(t, h)


def tell_handover(t, h):
    t.tell([h.sender, h.recipient], "handover-changed", handover=h.id, state=h.state, **due_by(h.term))
    t.changes += 1


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


# Disclosure

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
