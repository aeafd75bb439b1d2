"""The least that a wijkteam's system does: hears what it is told of a traject, here until that is an offer.

    python3 told.py TRAJECT
"""
import sys

import overdracht

OURS = "00000099000000102000"

with overdracht.connect(OURS) as me:  # with a book it would go on where it was
    for item in me.outbox():
        if item.traject != sys.argv[1]:
            continue
        print(item.notice.WhichOneof("data"))
        if item.notice.HasField("offer_received"):
            break
