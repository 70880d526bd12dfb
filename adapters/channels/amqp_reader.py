"""What one queue's consumer has fetched: some ahead, some leased. Used on the link's thread only."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Mapping
from itertools import takewhile
from typing import Any

from pika.exceptions import ConsumerCancelled

from adapters.channels.amqp_link import Wire
from interfaces.amqp import Delivery
from interfaces.amqp_address import RabbitAddress
from interfaces.clock import SECOND
from interfaces.ids import new_id

PREFETCH = 100
"""Messages fetched and not yet settled at most."""
LOOK = 0.1
"""Real seconds a look into an empty queue waits for a message to be pushed."""
UNASKED = 300.0
"""Real seconds after which a reader that nobody asks gives back what it fetched ahead: far below the half hour of
RabbitMQ's consumer_timeout, which would close the channel."""


class Reader:
    """``owner`` names this life of the consumer: tags of another one settle nothing here."""

    def __init__(self, wire: Wire, queue: str, address: RabbitAddress) -> None:
        self.owner = new_id("amqp")
        self._wire = wire
        self._queue = queue
        self._address = address
        self._loop = asyncio.get_running_loop()
        self._ready: deque[Delivery] = deque()
        self._unsettled: dict[int, bool] = {}  # delivery tag, ascending -> whether it is leased
        self._arrived = asyncio.Event()
        self._asked = self._loop.time()
        self._unasked = self._loop.call_later(UNASKED, self.close)

    async def start(self) -> None:
        """pika's error when there is no such queue or it may not be read."""
        channel = self._wire.channel
        channel.add_on_cancel_callback(lambda _: self._wire.close())  # the queue was deleted
        self._wire.closed.add_done_callback(lambda _: self._arrived.set())
        await self._wire.ask(channel.basic_qos, prefetch_count=PREFETCH)
        await self._wire.ask(channel.basic_consume, self._address.outer(self._queue), self._on_message)

    @property
    def is_open(self) -> bool:
        return bool(self._wire.channel.is_open)

    async def take(self, n: int, lease: float) -> list[Delivery]:
        """Up to ``n``, leased for so many seconds; waits a moment when there are none."""
        self._asked = self._loop.time()
        self._unasked.cancel()
        self._unasked = self._loop.call_later(UNASKED, self.close)
        if not self._ready:
            await self._pushed()
        taken = [self._ready.popleft() for _ in range(min(n, len(self._ready)))]
        self._unsettled |= {one.id: True for one in taken}
        if taken:
            self._loop.call_later(lease, self._expire, {one.id for one in taken}, lease)
        return taken

    def settle(self, tags: set[int], give_back: bool | None = None) -> None:
        """Acknowledge; or give back to the queue (True) or to the dead letters (False). Leased tags only."""
        tags = {tag for tag in tags if self._unsettled.get(tag)}
        if not tags or not self.is_open:
            return
        leading = list(takewhile(tags.__contains__, self._unsettled))
        if len(leading) > 1:  # everything unsettled up to there: one frame says it
            self._tell(leading[-1], True, give_back)
            tags -= set(leading)
            for tag in leading:
                del self._unsettled[tag]
        for tag in sorted(tags):
            self._tell(tag, False, give_back)
            del self._unsettled[tag]

    def close(self) -> None:
        """Everything unsettled goes back to the queue."""
        self._unasked.cancel()
        self._ready.clear()
        self._unsettled.clear()
        self._wire.close()

    def _tell(self, tag: int, multiple: bool, give_back: bool | None) -> None:
        if give_back is None:
            self._wire.channel.basic_ack(tag, multiple)
        else:
            self._wire.channel.basic_nack(tag, multiple, requeue=give_back)

    async def _pushed(self) -> None:
        self._arrived.clear()
        try:
            await asyncio.wait_for(self._arrived.wait(), LOOK)
        except TimeoutError:
            return
        if not self.is_open:
            raise ConsumerCancelled(None)

    def _expire(self, tags: set[int], lease: float) -> None:
        """A lease ran out. With nobody asking since, all goes back at once: it would only come here again."""
        if not any(self._unsettled.get(tag) for tag in tags):
            return
        if self._loop.time() - self._asked >= lease:
            self.close()
        else:
            self.settle(tags, give_back=True)

    def _on_message(self, _channel: Any, method: Any, properties: Any, body: bytes) -> None:
        self._unsettled[method.delivery_tag] = False
        self._ready.append(self._delivery(method, properties, body))
        self._arrived.set()

    def _delivery(self, method: Any, properties: Any, body: bytes) -> Delivery:
        headers = properties.headers or {}
        known = {"type": properties.type, "app_id": properties.app_id}
        return Delivery(
            id=method.delivery_tag,
            owner=self.owner,
            queue=self._queue,
            body=body,
            message_id=text(properties.message_id),
            correlation_id=text(properties.correlation_id),
            reply_to=self._address.inner(text(properties.reply_to)),
            content_type=text(properties.content_type),
            headers=plain({name: value for name, value in known.items() if value} | headers),
            deliveries=1 + _returns(headers) if method.redelivered else 1,
            death=self._death(headers),
            content_encoding=text(properties.content_encoding),
        )

    def _death(self, headers: Mapping[str, Any]) -> str:
        """The broker's newest entry stands first; a sender can forge one, so that nothing is decided by it."""
        entries = headers.get("x-death")
        last = entries[0] if isinstance(entries, list) and entries and isinstance(entries[0], dict) else {}
        queue = self._address.inner(text(last.get("queue")))
        if not queue or queue == self._queue:
            return ""
        at = last["time"].timestamp() * SECOND if hasattr(last.get("time"), "timestamp") else 0
        return json.dumps({"queue": queue, "reason": text(last.get("reason")), "at": int(at)})


def plain(headers: Mapping[str, Any]) -> dict[str, str]:
    """Application headers as text; nested ones and those that only brokers write are left out."""
    named = ((text(name), value) for name, value in headers.items())
    kept = {name: value for name, value in named if not name.lower().startswith("x-")}
    return {name: text(value) for name, value in kept.items() if isinstance(value, str | bytes | int | float)}


def text(value: object) -> str:
    """pika gives the bytes of what is not UTF-8."""
    if isinstance(value, bytes):
        return value.decode("utf-8", "backslashreplace")
    return "" if value is None else str(value)


def _returns(headers: Mapping[str, Any]) -> int:
    """How often a quorum queue got it back; the broker overwrites what a sender claims."""
    count = headers.get("x-delivery-count", 0)
    return count if isinstance(count, int) and count >= 0 else 0
