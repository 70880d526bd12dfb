"""Publishing through the AMQP channel on RabbitMQ: as many threads as the worker has, beside one after the other.

Every message is persistent, mandatory and confirmed by a quorum queue; the confirms of all threads are pipelined on
one connection. The broker is $MBOSS_BENCH_AMQP, or guest's on this machine.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

from adapters.bench.figure import Figure
from adapters.channels.amqp_rabbit import Broker
from interfaces.amqp import AmqpMessage
from interfaces.amqp_address import RabbitAddress, parse
from interfaces.clock import monotonic
from interfaces.failure import Failure
from interfaces.ids import new_id

VARIABLE = "MBOSS_BENCH_AMQP"
DEFAULT = "amqp://127.0.0.1:5672/"
THREADS = 64
BATCH = 1000
BODY = b'{"request_id": "B1", "note": "' + b"x" * 700 + b'"}'


def run(times: int = 8000) -> Iterator[Figure]:
    """Two figures; none, and a line on standard error, where no RabbitMQ answers."""
    address = parse(f"{os.environ.get(VARIABLE) or DEFAULT}?prefix={new_id('bench')}.")
    if not isinstance(address, RabbitAddress):
        raise Failure("invalid", f"{VARIABLE} is no RabbitMQ", advice="write amqp://host/vhost")
    broker = Broker(address)
    try:
        broker.declare("bench")
    except Failure as failure:
        print(f"amqp: left out, {failure.message} [{failure.where}]", file=sys.stderr)
        return
    try:
        yield from _figures(broker, times)
    finally:
        broker.remove("bench", even_full=True)
        broker.close()


def _figures(broker: Broker, times: int) -> Iterator[Figure]:
    one_by_one = _rate(max(1, times // 20), lambda count: _publish(broker, count, 1))
    threads = _rate(times, lambda count: _threads(broker, count))
    batches = _rate(times, lambda count: _publish(broker, count, BATCH))
    against = f"one by one {one_by_one:.0f}/s"
    yield Figure("amqp.threads", threads, "messages/s, confirmed", against, threads / one_by_one)
    yield Figure("amqp.batches", batches, "messages/s, confirmed", against, batches / one_by_one)


def _rate(count: int, work: Callable[[int], None]) -> float:
    began = monotonic()
    work(count)
    return count / (monotonic() - began)


def _publish(broker: Broker, count: int, batch: int) -> None:
    for _ in range(0, count, batch):
        broker.publish([AmqpMessage(BODY, "bench")] * min(batch, count))


def _threads(broker: Broker, count: int) -> None:
    with ThreadPoolExecutor(THREADS) as pool:
        for done in [pool.submit(_publish, broker, count // THREADS, 1) for _ in range(THREADS)]:
            done.result()
