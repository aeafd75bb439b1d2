"""The least that a zorgaanbieder's system does: starts a traject and offers a handover of it.

    python3 offer.py TRAJECT
"""
import sys

import overdracht
from overdracht.event.v1 import codes_pb2 as codes
from overdracht.event.v1 import event_pb2 as events

OURS, WIJKTEAM, GEMEENTE = "00000099000000101000", "00000099000000102000", "00000099000000103000"

traject = sys.argv[1]  # a UUID that you draw
with overdracht.connect(OURS, book=overdracht.Book(f"build/clients/{traject}-offer.json")) as me:
    roles = ((codes.ROLE_ZORGAANBIEDER, OURS), (codes.ROLE_WIJKTEAM, WIJKTEAM), (codes.ROLE_GEMEENTE, GEMEENTE))
    participants = [events.Participant(role=role, organisation=organisation) for role, organisation in roles]
    offer = events.HandoversOffered(handover="h-1", recipient=WIJKTEAM, purpose=codes.PURPOSE_HANDOVER, transfers_responsibility=True,
                                    categories=[codes.CATEGORY_WONEN], dossier=events.Dossier(reference="d-1", digest="sha256:" + 64 * "0"))
    me.report(traject, events.TrajectenStarted(workflow="uitstroom", client="c-1", participants=participants), once=f"{traject} start")
    print("offered at", me.report(traject, offer, once=f"{traject} offer").position)
