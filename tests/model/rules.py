"""One rule for each type of event, under the headings of the rules. It raises Refused before it changes anything."""
from follow import BY_ITSELF, close_all_tasks, close_task, covers, end, enter_state, move_tasks, open_task, tell_phase, withdraw
from tables import (
    AWAY, CARE_ROLES, DURING_INTERRUPTION, EPISODE_TERMS, KNOWN_TASKS, PARTY, Refused, SERIES, add, end_of, refuse_unless, shown,
    start_of
)
from traject import Consent, Episode, Handover, Home, Override, Support, on_na_clock, remember_date, series_duration, set_term

# Traject

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


# Tasks

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


# Consent

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
