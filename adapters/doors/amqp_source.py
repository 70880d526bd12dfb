"""An AMQP queue as a source: leased batches, acknowledged after the commit, dead-lettered when hopeless."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from adapters.channels.amqp import open_broker
from adapters.doors.consumer import Taken
from interfaces.amqp import Delivery
from interfaces.failure import Failure
from interfaces.spec.model import InterfaceSpec
from interfaces.wire import WireMessage

BATCH = 50


class AmqpSource:
    """Transport settings: ``queue``, ``deliveryLimit`` (5), ``deadLetter`` (``<queue>.dead``), ``exchange`` and
    ``routingKey`` to bind it to. ``prefix`` stands before each of these names."""

    idle = 0.05

    def __init__(self, spec: InterfaceSpec, address: str, prefix: str = "") -> None:
        settings = spec.transport.settings
        queue = str(settings.get("queue", ""))
        if not queue:
            raise Failure("invalid", "transport.settings name no queue to read", where=spec.file or spec.ref)
        self._limit = int(settings.get("deliveryLimit", 5))
        self._queue = prefix + queue
        self._dead = prefix + str(settings.get("deadLetter", f"{queue}.dead"))
        exchange = str(settings.get("exchange", ""))
        self._binding = (exchange and prefix + exchange, prefix + str(settings.get("routingKey", queue)))
        self._broker = open_broker(address)
        self.interface = spec.id
        self.endpoint = f"amqp:{self._queue}"

    def open(self) -> None:
        """Raises Failure(conflict) when the queue exists with other arguments."""
        self._broker.declare(self._dead)
        self._broker.declare(self._queue, self._limit, self._dead)
        if self._binding[0]:
            self._broker.bind(*self._binding, self._queue)

    def check(self) -> None:
        """Raises what ``open`` would, without making anything: Failure(conflict), Failure(unavailable)."""
        if self._broker.exists(self._queue):
            self._broker.declare(self._queue, self._limit, self._dead)

    def take(self) -> Sequence[Taken]:
        return [Taken(one, _wire(one)) for one in self._broker.get(self._queue, BATCH, self._broker.lease)]

    def done(self, tokens: Sequence[Any]) -> None:
        self._broker.ack(tokens)

    def reject(self, tokens: Sequence[Any], failures: Sequence[Failure]) -> None:
        self._broker.nack(tokens, requeue=False, reason="refused")

    def later(self, tokens: Sequence[Any]) -> None:
        self._broker.nack(tokens, requeue=True)

    def close(self) -> None:
        self._broker.close()


def _wire(one: Delivery) -> WireMessage:
    properties = {
        "message_id": one.message_id,
        "correlation_id": one.correlation_id,
        "reply_to": one.reply_to,
        "content_encoding": one.content_encoding,
    }
    own = {name: value for name, value in one.headers.items() if name not in properties and name[:1] != ":"}
    return WireMessage(one.body, one.content_type, own | {name: value for name, value in properties.items() if value})
