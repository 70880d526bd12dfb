"""AMQP on the embedded broker: publish one message, confirmed when it is on disk."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

from adapters.channels.amqp_broker import Broker
from interfaces.amqp import AmqpMessage
from interfaces.channel import Peer
from interfaces.clock import Deadline
from interfaces.failure import Failure
from interfaces.spec.model import InterfaceSpec, Operation
from interfaces.wire import WireMessage

PROPERTIES = ("message_id", "correlation_id", "reply_to")
"""Headers of a WireMessage that are AMQP properties; all others are application headers."""


class AmqpChannel:
    """``interfaces.channel.Channel`` for a peer behind ``amqp+file:///path/to/queue.db``.

    ``exchange``, ``routingKey`` (or ``queue``) and ``replyTo`` stand in the operation's wire settings or in the
    transport's; a ``reply_to`` header of the request wins. Answers come later on a queue: every reply here is empty.
    """

    def __init__(self, spec: InterfaceSpec, peer: Peer) -> None:
        self._spec = spec
        self._broker = Broker(file_of(peer.address))

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
            exchange=str(settings.get("exchange", "")),
            routing_key=str(settings.get("routingKey") or settings.get("queue", "")),
            message_id=request.headers.get("message_id", ""),
            correlation_id=request.headers.get("correlation_id", ""),
            reply_to=request.headers.get("reply_to") or str(settings.get("replyTo", "")),
            content_type=request.content_type or "application/json",
            headers=headers,
        )


def file_of(address: str) -> str:
    """``amqp+file:///data/amqp.db`` -> ``/data/amqp.db``; Failure(invalid) for another kind of address."""
    parts = urlsplit(address)
    if parts.scheme != "amqp+file" or not parts.path:
        raise Failure(
            "invalid",
            "not an embedded AMQP address",
            where=parts.scheme,
            advice="write amqp+file:///path/to.db",
        )
    return unquote(parts.path)
