"""The base workflow as tables: tasks, terms, states, reporters; and the calendar that its terms are counted on."""
import functools
import re
from datetime import date, datetime, timedelta

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
