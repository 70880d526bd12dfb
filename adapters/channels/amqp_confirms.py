"""Publisher confirms, pipelined: what was published on one channel and the broker has not answered for yet."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import pika
from pika.spec import Basic

from adapters.channels.amqp_link import Wire
from interfaces.amqp import AmqpMessage
from interfaces.amqp_address import RabbitAddress

WINDOW = 1000
"""Messages on their way at most; one by one a broker confirms hundreds in a second, so many at once thousands."""

RETURNED, REFUSED, LOST = "returned", "refused", "lost"
"""No queue took it; a queue is full or the broker failed; the connection was lost before the answer."""


class Batch:
    """Messages published together. ``fates`` index -> what else than "kept" came of it; ``sent`` so far."""

    def __init__(self, messages: Sequence[AmqpMessage]) -> None:
        self.messages = messages
        self.sent = 0
        self.fates: dict[int, str] = {}
        self.answered = asyncio.Event()
        self._left = len(messages)

    def settle(self, index: int, fate: str = "") -> None:
        if fate:
            self.fates[index] = fate
        self._left -= 1
        if not self._left:
            self.answered.set()

    def returned(self) -> list[str]:
        """message_ids of those that reached no queue."""
        return [self.messages[i].message_id for i, fate in sorted(self.fates.items()) if fate == RETURNED]


class Confirms:
    """One channel in confirm mode; used on the link's thread only."""

    def __init__(self, wire: Wire, address: RabbitAddress) -> None:
        self.wire = wire
        self._address = address
        self._next = 1
        self._pending: dict[int, tuple[Batch, int]] = {}  # delivery tag -> message; tags ascend
        self._returned: set[int] = set()
        self._room = asyncio.Event()

    async def start(self) -> None:
        channel = self.wire.channel
        channel.add_on_return_callback(self._on_return)
        await self.wire.ask(channel.confirm_delivery, self._on_answer)
        self.wire.closed.add_done_callback(lambda _: self._lose())

    @property
    def is_open(self) -> bool:
        return bool(self.wire.channel.is_open)

    async def room(self) -> None:
        """Waits until one more may be sent."""
        while len(self._pending) >= WINDOW:
            self._room.clear()
            await self._room.wait()

    def send(self, batch: Batch, index: int, mandatory: bool) -> None:
        """pika's error when the message cannot be written as AMQP: then nothing was sent."""
        message = batch.messages[index]
        exchange, key = self._route(message)
        properties = _properties(message, self._address)
        self.wire.channel.basic_publish(exchange, key, message.body, properties, mandatory)
        self._pending[self._next] = (batch, index)
        self._next += 1
        batch.sent += 1

    def _on_answer(self, frame: Any) -> None:
        method = frame.method
        fate = REFUSED if isinstance(method, Basic.Nack) else ""
        for tag in self._answered(method.delivery_tag, method.multiple):
            batch, index = self._pending.pop(tag)
            batch.settle(index, RETURNED if tag in self._returned else fate)
            self._returned.discard(tag)
        self._room.set()

    def _answered(self, tag: int, multiple: bool) -> list[int]:
        if not multiple:
            return [tag] if tag in self._pending else []
        found = []
        for pending in self._pending:
            if pending > tag:
                break
            found.append(pending)
        return found

    def _on_return(self, _channel: Any, method: Any, properties: Any, body: bytes) -> None:
        """A returned message comes back before its confirm and without its tag: the first equal one it is."""
        for tag, (batch, index) in self._pending.items():
            message = batch.messages[index]
            same = (message.message_id, message.body) == (properties.message_id or "", body)
            if same and tag not in self._returned and self._route(message) == (method.exchange, method.routing_key):
                self._returned.add(tag)
                return

    def _route(self, message: AmqpMessage) -> tuple[str, str]:
        """Exchange and routing key at the broker; a queue's name is the key of the default exchange."""
        if message.exchange:
            return self._address.outer(message.exchange), message.routing_key
        return "", self._address.outer(message.routing_key)

    def _lose(self) -> None:
        for batch, index in self._pending.values():
            batch.settle(index, LOST)
        self._pending.clear()
        self._room.set()


def _properties(message: AmqpMessage, address: RabbitAddress) -> pika.BasicProperties:
    return pika.BasicProperties(
        content_type=message.content_type,
        headers=dict(message.headers),
        delivery_mode=pika.DeliveryMode.Persistent,
        correlation_id=message.correlation_id or None,
        reply_to=address.outer(message.reply_to) or None,
        message_id=message.message_id or None,
        type=message.headers.get("type"),
        app_id=message.headers.get("app_id"),
    )
