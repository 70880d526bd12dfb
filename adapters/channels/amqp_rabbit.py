"""The hub's driver of RabbitMQ: ``interfaces.amqp.Broker`` on quorum queues, publishing with pipelined confirms.

Before a message was handed to the connection a failure is ``unavailable``; after that, and until the broker has
confirmed it, ``timeout``: only the broker knows.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Coroutine, Iterable, Sequence
from typing import Any, TypeVar

from pika.exceptions import AMQPError, ChannelClosedByBroker

from adapters.channels.amqp_confirms import LOST, REFUSED, RETURNED, Batch, Confirms
from adapters.channels.amqp_link import Link
from adapters.channels.amqp_reader import Reader
from interfaces.amqp import AmqpMessage, Delivery, quorum
from interfaces.amqp_address import RabbitAddress
from interfaces.clock import Deadline
from interfaces.failure import Failure

T = TypeVar("T")

LIMIT = 15.0
"""Seconds of an exchange with the broker unless the caller has a deadline."""
CONSUME = 5.0
"""Seconds to begin reading a queue: just after a broker's crash one without a leader may never answer."""
NOT_FOUND = 404


class Broker:
    """Opens its connection when it is first used; after ``close`` it would be opened again."""

    lease = 300.0  # a dead reader's messages come back with its connection

    def __init__(self, address: RabbitAddress) -> None:
        self._address = address
        self._link = Link(address)
        self._confirms: Confirms | None = None
        self._starting = asyncio.Lock()
        self._readers: dict[str, Reader] = {}
        self._exchanges: set[str] = set()

    def declare(self, queue: str, delivery_limit: int = 5, dead_letter: str = "") -> None:
        arguments = quorum(delivery_limit, self._address.outer(dead_letter))
        self._ask("queue_declare", self._address.outer(queue), durable=True, arguments=arguments, what=queue)

    def exists(self, queue: str) -> bool:
        return self.look(queue) is not None

    def bind(self, exchange: str, routing_key: str, queue: str) -> None:
        """An exchange that is not there is made a direct one; Failure(not_found) when the queue was never declared."""
        outer, deadline = self._address.outer(exchange), Deadline.after(LIMIT)
        if not self._run(self._exchange(exchange, deadline), deadline, exchange):
            self._ask("exchange_declare", outer, "direct", durable=True, what=exchange)
        self._ask("queue_bind", self._address.outer(queue), outer, routing_key, what=queue)

    def look(self, queue: str) -> tuple[int, int] | None:
        """Messages that wait in it, and consumers; None when there is no such queue."""
        try:
            found = self._ask("queue_declare", self._address.outer(queue), passive=True, what=queue).method
        except Failure as failure:
            if failure.code == "not_found":
                return None
            raise
        return found.message_count, found.consumer_count

    def remove(self, queue: str, even_full: bool = False) -> None:
        """Delete the queue unless something is in it or somebody reads it."""
        if even_full or self.look(queue) == (0, 0):
            self._ask("queue_delete", self._address.outer(queue), what=queue)

    def publish(
        self, messages: Sequence[AmqpMessage], mandatory: bool = True, deadline: Deadline | None = None
    ) -> list[str]:
        deadline = deadline or Deadline.after(LIMIT)
        if deadline.passed:
            raise self._link.unavailable("no time was left")
        return self._run(self._publish(messages, mandatory, deadline), deadline, "publish")

    def get(self, queue: str, n: int = 1, lease_seconds: float = 30.0) -> list[Delivery]:
        deadline = Deadline.after(LIMIT)
        return self._run(self._get(queue, n, lease_seconds, deadline), deadline, f"queue {queue}")

    def ack(self, deliveries: Iterable[Delivery]) -> None:
        self._settle(deliveries, None)

    def nack(self, deliveries: Iterable[Delivery], requeue: bool = True, reason: str = "") -> None:
        self._settle(deliveries, requeue)

    def close(self) -> None:
        self._link.close()
        self._confirms, self._readers, self._starting = None, {}, asyncio.Lock()

    # -- one exchange with the broker ------------------------------------------------------------------

    def _run(self, work: Coroutine[Any, Any, T], deadline: Deadline, what: str) -> T:
        return self._link.run(work, deadline, what)

    def _ask(self, method: str, *args: Any, what: str, **kwargs: Any) -> Any:
        """A synchronous method on a channel of its own: one that clashes closes no other's."""
        deadline = Deadline.after(LIMIT)

        async def ask() -> Any:
            wire = await self._link.wire(deadline)
            try:
                async with asyncio.timeout(deadline.left()):
                    return await wire.ask(getattr(wire.channel, method), *args, **kwargs)
            finally:
                wire.close()

        return self._run(ask(), deadline, f"{method.partition('_')[0]} {what}")

    # -- publishing ------------------------------------------------------------------------------------

    async def _publish(self, messages: Sequence[AmqpMessage], mandatory: bool, deadline: Deadline) -> list[str]:
        batch = Batch(messages)
        try:
            async with asyncio.timeout(deadline.left()):
                confirms = await self._confirming_channel(deadline)
                await self._send(confirms, batch, mandatory, deadline)
                await batch.answered.wait()
        except (TimeoutError, AMQPError) as error:
            if batch.sent:
                raise self._unknown("no confirm came in time" if isinstance(error, TimeoutError) else "it was lost")
            raise
        self._judge(batch)
        return batch.returned() if mandatory else []

    async def _send(self, confirms: Confirms, batch: Batch, mandatory: bool, deadline: Deadline) -> None:
        for index, message in enumerate(batch.messages):
            if message.exchange and not await self._exchange(message.exchange, deadline):
                batch.settle(index, RETURNED)
                continue
            await confirms.room()
            await self._link.flowing.wait()
            confirms.send(batch, index, mandatory)

    async def _confirming_channel(self, deadline: Deadline) -> Confirms:
        async with self._starting:
            if self._confirms is None or not self._confirms.is_open:
                confirms = Confirms(await self._link.wire(deadline), self._address)
                await confirms.start()
                self._confirms, self._exchanges = confirms, set()
            return self._confirms

    async def _exchange(self, name: str, deadline: Deadline) -> bool:
        """Whether it is there, asked once: publishing to a missing one would close the channel under everybody."""
        if name in self._exchanges:
            return True
        wire = await self._link.wire(deadline)
        try:
            await wire.ask(wire.channel.exchange_declare, self._address.outer(name), passive=True)
        except ChannelClosedByBroker as error:
            if error.reply_code == NOT_FOUND:
                return False
            raise
        wire.close()
        self._exchanges.add(name)
        return True

    def _judge(self, batch: Batch) -> None:
        """Failure unless every message was kept or returned."""
        fates = set(batch.fates.values()) - {RETURNED}
        if LOST in fates:
            raise self._unknown("the connection was lost before the confirm")
        if REFUSED not in fates:
            return
        refused = [message for i, message in enumerate(batch.messages) if batch.fates.get(i) == REFUSED]
        if len(refused) == len(batch.messages) and not any(message.exchange for message in refused):
            raise self._link.unavailable("it refused the message (negative confirm: a full queue or a failed one)")
        raise self._unknown("it refused a part")  # one of several queues may have it

    def _unknown(self, why: str) -> Failure:
        return Failure("timeout", f"whether RabbitMQ kept the message is unknown: {why}", where=str(self._address))

    # -- reading ---------------------------------------------------------------------------------------

    async def _get(self, queue: str, n: int, lease: float, deadline: Deadline) -> list[Delivery]:
        async with self._starting:
            reader = self._readers.get(queue)
            if reader is None or not reader.is_open:
                reader = self._readers[queue] = await self._reading(queue, deadline)
        return await reader.take(n, lease)

    async def _reading(self, queue: str, deadline: Deadline) -> Reader:
        wire = await self._link.wire(deadline)
        try:
            async with asyncio.timeout(CONSUME):
                reader = Reader(wire, queue, self._address)
                await reader.start()
                return reader
        except BaseException:
            wire.close()
            raise

    def _settle(self, deliveries: Iterable[Delivery], give_back: bool | None) -> None:
        tags: dict[tuple[str, str], set[int]] = defaultdict(set)
        for one in deliveries:
            tags[one.queue, one.owner].add(one.id)

        def settle() -> None:
            for (queue, owner), numbers in tags.items():
                reader = self._readers.get(queue)
                if reader is not None and reader.owner == owner:
                    reader.settle(numbers, give_back)

        self._link.call_soon(settle)
