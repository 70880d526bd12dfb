"""AMQP: publish one message, confirmed when it is on the broker's disk. The address picks the broker's driver."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from adapters.channels import amqp_embedded, amqp_rabbit
from interfaces.amqp import AmqpMessage
from interfaces.amqp import Broker as Port
from interfaces.amqp_address import FileAddress, parse
from interfaces.channel import Peer
from interfaces.clock import Deadline
from interfaces.failure import Failure
from interfaces.spec.model import InterfaceSpec, Operation
from interfaces.wire import WireMessage

PROPERTIES = ("message_id", "correlation_id", "reply_to")
"""Headers of a WireMessage that are AMQP properties; all others are application headers."""


class Broker(Port, Protocol):
    """What both drivers of the hub can beyond the port: keep a total deadline."""

    def publish(
        self, messages: Sequence[AmqpMessage], mandatory: bool = True, deadline: Deadline | None = None
    ) -> list[str]: ...


def open_broker(address: str) -> Broker:
    """The driver for an address (interfaces/amqp_address.py); it connects when it is first used."""
    where = parse(address)
    return amqp_embedded.Broker(where.path) if isinstance(where, FileAddress) else amqp_rabbit.Broker(where)


class AmqpChannel:
    """``interfaces.channel.Channel`` for a peer behind a broker (interfaces/amqp_address.py).

    ``exchange``, ``routingKey`` (or ``queue``) and ``replyTo`` stand in the operation's wire settings or in the
    transport's; a ``reply_to`` header of the request wins. Answers come later on a queue: every reply here is empty.
    Option ``queues`` of the peer stands before each of these names.
    """

    def __init__(self, spec: InterfaceSpec, peer: Peer) -> None:
        self._spec = spec
        self._prefix = peer.options.get("queues", "")
        self._broker = open_broker(peer.address)

    def call(self, operation: Operation, request: WireMessage, deadline: Deadline) -> WireMessage:
        message = self._message(operation, request)
        if self._broker.publish([message], mandatory=True, deadline=deadline):
            raise Failure(
                "unavailable",
                f"no queue takes exchange {message.exchange!r}, routing key {message.routing_key!r}",
                where=f"{self._spec.ref}/{operation.name}",
                advice="start the peer, which declares its queues, or correct the routing key in the spec",
            )
        return WireMessage(b"")

    def close(self) -> None:
        self._broker.close()

    def _message(self, operation: Operation, request: WireMessage) -> AmqpMessage:
        settings = {**self._spec.transport.settings, **operation.wire}
        headers = {k: v for k, v in request.headers.items() if k not in PROPERTIES and not k.startswith(":")}
        return AmqpMessage(
            body=request.body,
            exchange=self._named(str(settings.get("exchange", ""))),
            routing_key=self._named(str(settings.get("routingKey") or settings.get("queue", ""))),
            message_id=request.headers.get("message_id", ""),
            correlation_id=request.headers.get("correlation_id", ""),
            reply_to=self._named(request.headers.get("reply_to") or str(settings.get("replyTo", ""))),
            content_type=request.content_type or "application/json",
            headers=headers,
        )

    def _named(self, name: str) -> str:
        """The name as this instance has it; "" stays "" (default exchange, no reply queue)."""
        return self._prefix + name if name else ""
