"""A first handover, the side of the zorgaanbieder: from the start of the traject to the farewell.

    python3 zorgaanbieder.py TRAJECT

It may be stopped and started anywhere: each report has an id that was kept before it was sent, and the outbox is read on behind the kept cursor.
"""
import sys

import overdracht
from overdracht.event.v1 import codes_pb2 as codes
from overdracht.event.v1 import event_pb2 as events
from overdracht.notice.v1 import notice_pb2 as notices

ZORGAANBIEDER, WIJKTEAM, GEMEENTE = "00000099000000101000", "00000099000000102000", "00000099000000103000"
PREPARED = ["inschrijving_woningzoekende", "actieplan", "risicoinventarisatie", "crisiskaart", "inkomen_en_schulden", "netwerk_in_kaart", "dagbesteding"]
DIGEST = "sha256:" + 64 * "0"  # of the dossier, which stays with the zorgaanbieder

STARTED = events.TrajectenStarted(workflow="uitstroom", client="c-1", participants=[
    events.Participant(role=codes.ROLE_ZORGAANBIEDER, organisation=ZORGAANBIEDER),
    events.Participant(role=codes.ROLE_WIJKTEAM, organisation=WIJKTEAM),
    events.Participant(role=codes.ROLE_GEMEENTE, organisation=GEMEENTE)])
SIGNED = events.HomesContractSigned(home="w-1", kind=codes.HOME_KIND_REGULAR)
MOVED = events.HomesMovedIn(home="w-1")
BRIDGED = events.SupportsBridged(support="b-1", provider=ZORGAANBIEDER, until="2099-12-31")
CONSENT = events.ConsentsGranted(consent="t-1", recipient=WIJKTEAM, purpose=codes.PURPOSE_HANDOVER, valid_until="2099-12-31",
                                 categories=[codes.CATEGORY_WONEN, codes.CATEGORY_ACTIEPLAN])
# One category more than the client consented to: the wijkteam will be told that it is withheld.
OFFER = events.HandoversOffered(handover="h-1", recipient=WIJKTEAM, purpose=codes.PURPOSE_HANDOVER, transfers_responsibility=True,
                                categories=[codes.CATEGORY_WONEN, codes.CATEGORY_ACTIEPLAN, codes.CATEGORY_MEDICATIE],
                                dossier=events.Dossier(reference="d-1", digest=DIGEST))
FAREWELL = events.HandoversFarewellHeld(handover="h-1", client_knows_contact=True)


def main(traject):
    with overdracht.connect(ZORGAANBIEDER, book=overdracht.Book(f"build/clients/{traject}-zorgaanbieder.json")) as me:

        def report(once, event):
            answer = me.report(traject, event, once=f"{traject} {once}")
            say("reported", event.DESCRIPTOR.name, answer.position, "(again)" if answer.duplicate else "")

        # voor: each of these takes weeks; a system reports it when it happens.
        report("start", STARTED)
        for task in PREPARED:
            report(task, events.TasksCompleted(task=task))
        report("contract", SIGNED)

        # tijdens
        try:
            report("move", MOVED)
        except overdracht.Refused as refused:
            if refused.reason != "REQUIREMENT_NOT_MET":  # anything else is an error of ours
                raise
            say("may not report the move yet:", refused.melding)
            report("support", BRIDGED)
            report("move, with support", MOVED)  # under a new id: the refusal is remembered with the old one
        report("consent", CONSENT)
        report("offer", OFFER)

        # From here on the wijkteam has its turn. A real system takes every kind of notice and every traject from one outbox.
        for item in me.outbox(kinds=["offer-answered", "handover-changed", "responsibility-moved"]):
            if item.traject != traject:
                continue
            say("is told", told(item))
            if item.notice.handover_changed.state == notices.HANDOVER_STATE_OVERLEGD:
                report("farewell", FAREWELL)
            if item.notice.HasField("responsibility_moved"):
                return


def told(item):
    kind = item.notice.WhichOneof("data")
    return f"{kind.replace('_', '-')} {' '.join(str(getattr(item.notice, kind)).split())}"


def say(*words):
    print(" ".join(["zorgaanbieder", *filter(None, words)]) + "\n", end="", flush=True)  # one write: two programs share the screen


if __name__ == "__main__":
    main(sys.argv[1])
