"""A generic peer's queues: one per routing key of the spec; answers and refusals go to the sender's reply_to."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from interfaces.amqp import Broker, Delivery
from interfaces.envelope.base import describe
from interfaces.failure import Failure
from interfaces.spec.model import InterfaceSpec, Operation
from interfaces.wire import WireMessage
from mocks.consumer import Consumer
from mocks.generic.client import published
from mocks.queue_peer import DELIVERIES

if TYPE_CHECKING:
    from mocks.generic.peer import GenericPeer

Place = tuple[str, str, str]
"""(queue, exchange, routing key)."""


class Queues:
    """Listens to every queue that the spec names; they are declared with their dead letters."""

    def __init__(self, peer: GenericPeer) -> None:
        self._peer = peer
        self._broker: Broker = peer.broker()
        self._places = sorted({place(peer.spec, op) for op in peer.spec.operations.values()})
        self._consumers = []
        for one in self._places:
            self._declare(one)
            self._consumers.append(Consumer(self._broker, one[0], self._take, partial(self._declare, one)))

    def start(self) -> None:
        for consumer in self._consumers:
            consumer.start()

    def stop(self) -> None:
        for consumer in self._consumers:
            consumer.stop()

    def _declare(self, where: Place) -> None:
        queue, exchange, key = where
        self._broker.declare(f"{queue}.dead")
        self._broker.declare(queue, DELIVERIES, f"{queue}.dead")
        if exchange:
            self._broker.bind(exchange, key, queue)

    def _take(self, delivery: Delivery) -> None:
        """Committed when it returns. What is refused is told to the sender, and is a dead letter."""
        served = self._peer.serve(message_of(delivery), delivery.reply_to)
        if served.refused is None:
            return
        if delivery.reply_to and served.wire is not None:
            self._broker.publish([published(served.wire, delivery.reply_to)], mandatory=False)
        raise Failure("invalid", describe(served.refused))


def place(spec: InterfaceSpec, op: Operation) -> Place:
    """Where the hub sends an operation; Failure(invalid) when the spec does not say."""
    settings = {**spec.transport.settings, **op.wire}
    key, exchange = str(settings.get("routingKey") or settings.get("queue", "")), str(settings.get("exchange", ""))
    queue = str(settings.get("queue") or key)
    if not queue:
        where = f"{spec.ref}/{op.name}"
        raise Failure("invalid", "the spec names no queue", where=where, advice="say wire: {routingKey: ...}")
    return (queue if exchange else key), exchange, key


def message_of(delivery: Delivery) -> WireMessage:
    """A delivery as an envelope reads it; what a sender calls like a property is not one."""
    properties = {name: getattr(delivery, name) for name in ("message_id", "correlation_id", "reply_to")}
    properties |= {"content_encoding": delivery.content_encoding}
    headers = {**delivery.headers, **{name: value for name, value in properties.items() if value}}
    return WireMessage(delivery.body, delivery.content_type, headers)
