"""RabbitMQ from the peers' side: an own small driver on blocking connections, each used by one thread at a time.

Peers publish a message at a time, on as many connections as threads publish at once; so the broker still answers
them together. A connection that died while nobody used it is replaced before anything is sent on it.
"""

from __future__ import annotations

import json
import ssl
import threading
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from queue import Empty, LifoQueue
from typing import Any

import pika
from pika.exceptions import AMQPError, ChannelClosedByBroker, NackError, UnroutableError

from interfaces.amqp import AmqpMessage, Delivery, quorum
from interfaces.amqp_address import RabbitAddress
from interfaces.clock import Deadline
from interfaces.failure import Code, Failure
from interfaces.ids import new_id

PREFETCH = 100
LOOK = 0.05
"""Seconds a look into an empty queue waits."""
BLOCKED = 30
GONE = (AMQPError, ValueError)
"""How a connection that is no more shows: pika 1.4 raises ValueError where it would wait on one already closed."""
CODES: dict[int, Code] = {403: "forbidden", 404: "not_found", 405: "conflict", 406: "conflict"}


class Line:
    """One connection with one channel."""

    def __init__(self, address: RabbitAddress, confirms: bool = False) -> None:
        tls = ssl.create_default_context(cafile=address.cafile or None) if address.tls else None
        parameters = pika.ConnectionParameters(
            *(address.host, address.port, address.vhost, pika.PlainCredentials(address.user, address.password)),
            heartbeat=address.heartbeat,
            blocked_connection_timeout=BLOCKED,
            ssl_options=pika.SSLOptions(tls, address.host) if tls else None,
            client_properties={"connection_name": "mboss mocks"},
        )
        self.connection = pika.BlockingConnection(parameters)
        self.channel: Any = self.connection.channel()
        if confirms:
            self.channel.confirm_delivery()

    def alive(self) -> bool:
        """Answers heartbeats that are due; False when the connection or the channel has died."""
        try:
            self.connection.process_data_events(0)
        except GONE:
            return False
        return bool(self.connection.is_open and self.channel.is_open)

    def close(self) -> None:
        if self.connection.is_open:
            self.connection.close()


class Broker:
    """One virtual host. Thread-safe; keeps the port ``interfaces.amqp.Broker``."""

    lease = 300.0

    def __init__(self, address: RabbitAddress) -> None:
        self._at = address
        self._idle: LifoQueue[Line] = LifoQueue()
        self._lock = threading.Lock()
        self._reading: dict[str, Reading] = {}

    def declare(self, queue: str, delivery_limit: int = 5, dead_letter: str = "") -> None:
        """Make the queue; other arguments than the existing ones raise Failure(conflict)."""
        arguments = quorum(delivery_limit, self._at.outer(dead_letter))
        with self._line(queue) as line:
            line.channel.queue_declare(self._at.outer(queue), durable=True, arguments=arguments)

    def exists(self, queue: str) -> bool:
        try:
            with self._line(queue) as line:
                line.channel.queue_declare(self._at.outer(queue), passive=True)
        except Failure as failure:
            if failure.code == "not_found":
                return False
            raise
        return True

    def bind(self, exchange: str, routing_key: str, queue: str) -> None:
        name = self._at.outer(exchange)
        with self._line(queue) as line:
            line.channel.exchange_declare(name, "direct", durable=True)
            line.channel.queue_bind(self._at.outer(queue), name, routing_key)

    def publish(self, messages: Sequence[AmqpMessage], mandatory: bool = True) -> list[str]:
        """Returns the ids of those no queue wanted (when ``mandatory``)."""
        return [one.message_id for one in messages if not self._kept(one, mandatory) and mandatory]

    def get(self, queue: str, n: int = 1, lease_seconds: float = 30.0) -> list[Delivery]:
        """Lease up to ``n`` messages, oldest first; the broker dead-letters those at the delivery limit."""
        with self._lock, _translated(queue):
            reading = self._reading.get(queue)
            if reading is None or not reading.line.alive():
                reading = self._reading[queue] = Reading(Line(self._at), queue, self._at)
            return reading.take(n, lease_seconds)

    def ack(self, deliveries: Iterable[Delivery]) -> None:
        """Done with them; a no-op for those somebody else holds by now."""
        for it in deliveries:
            with self._lock, _translated(it.queue):
                if reading := self._holder(it):
                    reading.settle(it.id, reading.line.channel.basic_ack)

    def nack(self, deliveries: Iterable[Delivery], requeue: bool = True, reason: str = "") -> None:
        """Give them back, or bury them (not to be requeued, or the limit is reached)."""
        for it in deliveries:
            with self._lock, _translated(it.queue):
                if reading := self._holder(it):
                    reading.settle(it.id, reading.line.channel.basic_nack, requeue=requeue)

    def close(self) -> None:
        with self._lock:
            lines = [reading.line for reading in self._reading.values()]
            self._reading = {}
        while not self._idle.empty():
            lines.append(self._idle.get())
        for line in lines:
            line.close()

    # -- connections -------------------------------------------------------------------------------------------

    def _holder(self, delivery: Delivery) -> Reading | None:
        reading = self._reading.get(delivery.queue)
        return reading if reading is not None and reading.owner == delivery.owner else None

    @contextmanager
    def _line(self, what: str) -> Iterator[Line]:
        """A living connection that is ours meanwhile; it is kept for the next one unless it was broken."""
        with _translated(what):
            line = self._living()
            try:
                yield line
            finally:
                if line.channel.is_open:
                    self._idle.put(line)
                else:
                    line.close()

    def _living(self) -> Line:
        while True:
            try:
                line = self._idle.get_nowait()
            except Empty:
                return Line(self._at, confirms=True)
            if line.alive():
                return line

    def _kept(self, message: AmqpMessage, mandatory: bool) -> bool:
        key = message.routing_key if message.exchange else self._at.outer(message.routing_key)
        exchange = self._at.outer(message.exchange)
        try:
            with self._line(message.routing_key) as line:
                _publish(line, exchange, key, message.body, self._properties(message), mandatory)
        except UnroutableError:
            return False
        except Failure as failure:
            if failure.code == "not_found":  # no such exchange
                return False
            raise
        return True

    def _properties(self, message: AmqpMessage) -> pika.BasicProperties:
        return pika.BasicProperties(
            content_type=message.content_type,
            headers=dict(message.headers),
            delivery_mode=2,
            correlation_id=message.correlation_id,
            reply_to=self._at.outer(message.reply_to),
            message_id=message.message_id,
        )


class Reading:
    """A consumer of one queue, its messages fetched ahead and leased. Whoever uses it holds the broker's lock."""

    def __init__(self, line: Line, name: str, address: RabbitAddress) -> None:
        self.line = line
        self.owner = new_id("lease")
        self._name = name
        self._at = address
        self._ready: deque[Delivery] = deque()
        self._leases: dict[int, Deadline] = {}
        line.channel.basic_qos(prefetch_count=PREFETCH)
        line.channel.add_on_cancel_callback(lambda _: line.channel.close())  # the queue was deleted
        line.channel.basic_consume(address.outer(name), self._arrived)

    def take(self, n: int, lease: float) -> list[Delivery]:
        for tag in [tag for tag, until in self._leases.items() if until.passed]:
            self.settle(tag, self.line.channel.basic_nack, requeue=True)
        self.line.connection.process_data_events(0 if self._ready else LOOK)
        taken = [self._ready.popleft() for _ in range(min(n, len(self._ready)))]
        self._leases |= {one.id: Deadline.after(lease) for one in taken}
        return taken

    def settle(self, tag: int, tell: Any, **more: Any) -> None:
        if self._leases.pop(tag, None) is not None:
            tell(tag, **more)

    def _arrived(self, _channel: Any, method: Any, properties: Any, body: bytes) -> None:
        headers = properties.headers or {}
        self._ready.append(
            Delivery(
                id=method.delivery_tag,
                owner=self.owner,
                queue=self._name,
                body=body,
                message_id=_text(properties.message_id),
                correlation_id=_text(properties.correlation_id),
                reply_to=self._at.inner(_text(properties.reply_to)),
                content_type=_text(properties.content_type),
                headers={k: v for k, v in headers.items() if isinstance(v, str) and not _text(k).startswith("x-")},
                deliveries=int(headers.get("x-delivery-count", 0)) + 1 if method.redelivered else 1,
                death=self._death(headers),
                content_encoding=_text(properties.content_encoding),
            )
        )

    def _death(self, headers: dict[str, Any]) -> str:
        """The broker's own entry stands first; what a sender writes there may have any shape."""
        entries = headers.get("x-death")
        entry = entries[0] if isinstance(entries, list) and entries else None
        if not isinstance(entry, dict) or (died := self._at.inner(str(entry.get("queue", "")))) == self._name:
            return ""
        return json.dumps({"queue": died, "reason": str(entry.get("reason", ""))})


def _text(value: str | bytes | None) -> str:
    """pika gives the bytes of what is not UTF-8."""
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value or ""


def _publish(line: Line, *message: Any) -> None:
    """Confirmed, or UnroutableError, NackError; a connection that is lost meanwhile leaves the outcome unknown."""
    try:
        line.channel.basic_publish(*message)
    except (UnroutableError, NackError, ChannelClosedByBroker):
        raise
    except AMQPError as error:
        raise Failure("timeout", f"lost while publishing: {type(error).__name__}", where="RabbitMQ") from error


@contextmanager
def _translated(what: str) -> Iterator[None]:
    """pika's errors as Failures; an unroutable message is no error."""
    try:
        yield
    except UnroutableError:
        raise
    except ChannelClosedByBroker as error:
        code = CODES.get(error.reply_code, "unavailable")
        raise Failure(code, f"RabbitMQ says: {error.reply_text}", where=what, advice="look at the queue") from error
    except NackError as error:
        raise Failure("unavailable", "RabbitMQ refused the message", where=what, advice="is the queue full?") from error
    except GONE as error:
        advice = "check that RabbitMQ runs and the address is right"
        raise Failure("unavailable", f"no RabbitMQ: {type(error).__name__}", where=what, advice=advice) from error
