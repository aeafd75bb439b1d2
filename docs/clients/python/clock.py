"""Moves the clock of a sandbox (overdracht dev --clock events) on, and fires what is due by then. For the operator: no organisation may.

    python3 clock.py 2030-01-22T00:00:00Z
"""
import datetime
import os
import sys

import grpc

from overdracht.region.v1 import operator_service_pb2, operator_service_pb2_grpc

EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
MICROSECOND = datetime.timedelta(microseconds=1)


def main(to):
    to_us = (datetime.datetime.fromisoformat(to) - EPOCH) // MICROSECOND
    with grpc.insecure_channel(os.environ.get("OVERDRACHT_SERVER", "127.0.0.1:7440")) as channel:
        operator = operator_service_pb2_grpc.OperatorServiceStub(channel)
        answer = operator.AdvanceClock(operator_service_pb2.AdvanceClockRequest(to_us=to_us))
    print("the clock is at", EPOCH + answer.clock_us * MICROSECOND)


if __name__ == "__main__":
    main(sys.argv[1])
