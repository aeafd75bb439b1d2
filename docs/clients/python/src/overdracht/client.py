"""One connection of one organisation: reports go out, what it is told comes in.

    with connect(oin, book=Book("ours.json")) as me:
        me.report(traject, HandoversAccepted(handover="h-1"), once="accept h-1")
        for item in me.outbox():
            ...
"""
import importlib
import os
import pathlib
import pkgutil
import random
import sys
import time
import typing
import uuid

import grpc

import overdracht.api.v1
from overdracht.api.v1 import error_details_pb2, outbox_service_pb2, outbox_service_pb2_grpc, report_pb2

DEADLINE_S = 10
LONGEST_PAUSE_S = 5
# Nothing was decided that we know of, and the same report may be sent again.
AGAIN = {grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.RESOURCE_EXHAUSTED, grpc.StatusCode.DEADLINE_EXCEEDED}
OPTIONS = [
    ("grpc.initial_reconnect_backoff_ms", 200),
    ("grpc.max_reconnect_backoff_ms", LONGEST_PAUSE_S * 1000),
    ("grpc.keepalive_time_ms", 6 * 60 * 1000),  # finds out that the other end of a quiet stream is gone; more often is not welcome
]


class Tls(typing.NamedTuple):
    """Files in PEM: who may be trusted, and who we are."""

    ca: str
    cert: str
    key: str


class Refused(Exception):
    """A report was read and not accepted. Look at `reason` (docs/errors.md has each, with what to do), never at the sentence."""

    def __init__(self, code, reason, parameters, message):
        super().__init__(f"{code} {reason}: {message}")
        self.code, self.reason, self.parameters, self.message = code, reason, parameters, message
        self.melding = parameters.get("melding", "")  # for a user's screen


def connect(oin, server=None, tls=None, book=None):
    """Server and certificates are those of the environment where they are not given: OVERDRACHT_SERVER, OVERDRACHT_TLS_CA, _CERT, _KEY."""
    server = server or os.environ.get("OVERDRACHT_SERVER", "127.0.0.1:7440")
    if not tls and "OVERDRACHT_TLS_CERT" in os.environ:
        tls = Tls(*(os.environ[f"OVERDRACHT_TLS_{name}"] for name in ("CA", "CERT", "KEY")))
    if not tls:  # a sandbox: the server believes a test OIN
        return Client(server, grpc.insecure_channel(server, OPTIONS), [("overdracht-oin", oin)], book)
    ca, cert, key = (pathlib.Path(path).read_bytes() for path in tls)
    return Client(server, grpc.secure_channel(server, grpc.ssl_channel_credentials(ca, key, cert), OPTIONS), [], book)


class Client:
    def __init__(self, server, channel, metadata, book):
        self.server, self.channel, self.metadata, self.book = server, channel, metadata, book
        self._rpcs = dict(_rpcs())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.channel.close()

    def report(self, traject, event, once=None, patience_s=60, **context):
        """Reports one event (a message of overdracht.event.v1); what it returns is accepted and durable.

        `once` names what is reported, in words of your own: its request id is kept in the book before it is sent, so after a cut, a crash or
        a restart the same call is the same report. `context` has further fields of ReportContext, such as validate_only=True.
        Raises Refused, or grpc.RpcError when nothing was heard for patience_s: report it again later with the same `once`.
        """
        path, request_type, response_type = self._rpcs[event.DESCRIPTOR.full_name]
        if once and not self.book:
            raise ValueError("expected a book where `once` is given: connect(oin, book=Book('ours.json'))")
        request_id = self.book.request_id(once) if once else str(uuid.uuid4())
        request = request_type(report=report_pb2.ReportContext(traject=traject, request_id=request_id, **context), event=event)
        call = self.channel.unary_unary(path, request_type.SerializeToString, response_type.FromString)
        pauses, give_up, trouble = _pauses(), time.monotonic() + patience_s, _Trouble(self.server)
        while True:
            try:
                return call(request, timeout=DEADLINE_S, metadata=self.metadata).answer
            except grpc.RpcError as error:
                refused = _refusal(error)
                if refused:
                    raise refused from None
                if error.code() not in AGAIN or time.monotonic() > give_up:
                    raise
                trouble.say(error)
            time.sleep(next(pauses))

    def outbox(self, kinds=(), answers=False):
        """What this organisation is told, in order, for ever; after a cut it goes on behind the cursor in the book.

        An item counts as taken care of once the next one is asked for. After a crash in between it comes again: its cursor tells.
        Without a book each call begins with the first item there is.
        """
        stub = outbox_service_pb2_grpc.OutboxServiceStub(self.channel)
        pauses, trouble = _pauses(), _Trouble(self.server)
        cursor = self.book.cursor if self.book else ""
        while True:
            request = outbox_service_pb2.SubscribeRequest(after=cursor, kinds=kinds, answers=answers)
            stream = stub.Subscribe(request, metadata=self.metadata)
            try:
                for response in stream:
                    yield response.item
                    cursor = response.item.cursor
                    if self.book:
                        self.book.keep(cursor)
                    pauses, trouble = _pauses(), _Trouble(self.server)
            except grpc.RpcError as error:
                if error.code() not in AGAIN:
                    raise
                trouble.say(error)
            finally:
                stream.cancel()
            time.sleep(next(pauses))


class _Trouble:
    """Says once that it tries again: silence would look like no news."""

    def __init__(self, server):
        self.server, self.said = server, False

    def say(self, error):
        if not self.said:
            print(f"overdracht: {error.code().name} from {self.server} ({error.details()}); is that its gRPC port? Trying again", file=sys.stderr, flush=True)
        self.said = True


def _rpcs():
    """By the kind of event: the path of its rpc, and the types of request and response. A new kind of event needs no code here."""
    for module in pkgutil.iter_modules(overdracht.api.v1.__path__, "overdracht.api.v1."):
        if not module.name.endswith("_service_pb2"):
            continue
        messages = importlib.import_module(module.name)
        for service in messages.DESCRIPTOR.services_by_name.values():
            for method in service.methods:
                event = method.input_type.fields_by_name.get("event")
                if event:
                    path = f"/{service.full_name}/{method.name}"
                    yield event.message_type.full_name, (path, getattr(messages, method.input_type.name), getattr(messages, method.output_type.name))


def _refusal(error):
    """The Refused in a gRPC error, if there is one: google.rpc.Status with ErrorInfo, as every service of this kind sends it."""
    for name, value in error.trailing_metadata() or ():
        if name == "grpc-status-details-bin":
            for detail in error_details_pb2.RefusalStatus.FromString(value).details:
                if detail.type_url == "type.googleapis.com/google.rpc.ErrorInfo":
                    info = error_details_pb2.RefusalInfo.FromString(detail.value)
                    parameters = dict(info.metadata)
                    return Refused(parameters.get("code", ""), info.reason, parameters, error.details())
    return None


def _pauses():
    """Ever longer, and never the same for two clients that were cut off together."""
    longest = 0.1
    while True:
        longest = min(LONGEST_PAUSE_S, longest * 2)
        yield random.uniform(longest / 2, longest)
