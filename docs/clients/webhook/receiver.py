"""Receives a webhook: looks at the signature, drops what it has already, and says what it is told.

    python3 receiver.py PORT SECRETS

SECRETS is the file that the service signs with. Debian's Python is enough. In front of it stands, when it is real, a web server that does TLS.
"""
import base64
import hashlib
import hmac
import http.server
import json
import sys
import threading
import time

TOLERANCE_S = 300  # what was signed longer ago may be somebody's copy
MOST_BYTES = 8 << 20

PORT, SECRETS = int(sys.argv[1]), sys.argv[2]
one_at_a_time = threading.Lock()
place = ""  # the sequence of the last item; where it is real it is kept with what the item led to


def is_signed(headers, body):
    try:
        if abs(time.time() - int(headers["webhook-timestamp"])) > TOLERANCE_S:
            return False
    except (TypeError, ValueError):
        return False
    text = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    given = [part[3:].encode() for part in headers.get("webhook-signature", "").split() if part.startswith("v1,")]
    with open(SECRETS, encoding="ascii") as file:
        keys = [base64.b64decode(line[len("whsec_"):]) for line in file.read().split()]
    made = [base64.b64encode(hmac.new(key, text, hashlib.sha256).digest()) for key in keys]
    return any(hmac.compare_digest(one, other) for one in made for other in given)


def take(item):
    global place
    if item["sequence"] <= place:  # it came before: an answer of ours was lost
        return
    print(item["type"].split(".")[-2], item["subject"], flush=True)
    place = item["sequence"]


class Receiver(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        size = int(self.headers.get("content-length", 0))
        body = self.rfile.read(min(size, MOST_BYTES))
        if size > MOST_BYTES or not is_signed(self.headers, body):
            return self.answer(401)
        received = json.loads(body)
        with one_at_a_time:
            for item in received if isinstance(received, list) else [received]:
                take(item)
        self.answer(204)  # taken: it is not sent again

    def answer(self, status):
        self.send_response(status)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


if __name__ == "__main__":
    http.server.ThreadingHTTPServer(("127.0.0.1", PORT), Receiver).serve_forever()
