"""A first handover, the side of the wijkteam: it waits for the offer, accepts, is told what is disclosed, and reports the meeting.

    python3 wijkteam.py TRAJECT

TRAJECT is what the zorgaanbieder's begeleider told the team by another way. It may be stopped and started anywhere.
"""
import sys

import overdracht
from overdracht.event.v1 import codes_pb2 as codes
from overdracht.event.v1 import event_pb2 as events

WIJKTEAM = "00000099000000102000"
ACCEPTED = events.HandoversAccepted(handover="h-1")
MEETING = events.HandoversMeetingHeld(handover="h-1", participants=["zorgaanbieder", "wijkteam"], client_presence=codes.CLIENT_PRESENCE_PRESENT,
                                      coordinator=events.Coordinator(organisation=WIJKTEAM, reference="co-1"))


def main(traject):
    with overdracht.connect(WIJKTEAM, book=overdracht.Book(f"build/clients/{traject}-wijkteam.json")) as me:

        def report(once, event):
            answer = me.report(traject, event, once=f"{traject} {once}")
            say("reported", event.DESCRIPTOR.name, answer.position, "(again)" if answer.duplicate else "")

        say("listens")
        for item in me.outbox(kinds=["offer-received", "handover-changed", "category-disclosed", "category-withheld", "responsibility-moved"]):
            if item.traject != traject:  # an offer of which nobody told us is for a person to look at
                continue
            say("is told", told(item))
            if item.notice.HasField("offer_received"):
                accept(report)
            if item.notice.category_disclosed.category == codes.CATEGORY_ACTIEPLAN:
                report("meeting", MEETING)  # now that we have the plan, we met: zorgaanbieder, client and wijkteam
            if item.notice.HasField("responsibility_moved"):
                return


def accept(report):
    try:
        report("accept", ACCEPTED)
    except overdracht.Refused as refused:
        if refused.reason != "WRONG_STATE":  # anything else is an error of ours
            raise
        say("comes too late:", refused.melding)  # it was withdrawn while we thought about it


def told(item):
    kind = item.notice.WhichOneof("data")
    return f"{kind.replace('_', '-')} {' '.join(str(getattr(item.notice, kind)).split())}"


def say(*words):
    print(" ".join(["wijkteam", *filter(None, words)]) + "\n", end="", flush=True)  # one write: two programs share the screen


if __name__ == "__main__":
    main(sys.argv[1])
