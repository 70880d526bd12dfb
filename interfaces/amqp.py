"""AMQP as the rooms talk about it: the message records and the broker port of all drivers.

Embedded: one SQLite file, rules and tables in interfaces/amqp_embedded.sql. RabbitMQ: quorum queues, declared as
``quorum`` says. Two independent drivers keep each (adapters, mocks), and all four pass one conformance suite,
tests/conformance/amqp_suite.py. An address (interfaces/amqp_address.py) picks the driver.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class AmqpMessage:
    """One message to publish; it is persistent.

    exchange     ``""`` is the default exchange: ``routing_key`` is then the queue's name
    headers      application headers, strings only
    message_id   names the message in the list of unroutable ones
    """

    body: bytes
    routing_key: str
    exchange: str = ""
    message_id: str = ""
    correlation_id: str = ""
    reply_to: str = ""
    content_type: str = "application/octet-stream"
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Delivery:
    """One leased message. ``id`` and ``owner`` go back with ack or nack; ``deliveries`` counts this one too.

    headers           plain application headers as text: what a sender nests, and what brokers count (``x-...``),
                      is his to forge and is left out
    content_encoding  as the sender says; nobody here decodes it
    death             JSON text of the dead letter's history (``queue``, ``reason``), ``""`` elsewhere
    """

    id: int
    owner: str
    queue: str
    body: bytes
    message_id: str = ""
    correlation_id: str = ""
    reply_to: str = ""
    content_type: str = "application/octet-stream"
    headers: Mapping[str, str] = field(default_factory=dict)
    deliveries: int = 1
    death: str = ""
    content_encoding: str = ""


class Broker(Protocol):
    """A queue broker. Thread-safe; ``close`` may be called twice.

    lease    real seconds a consumer should ask for: short where only the end of a lease tells of a dead reader
    declare  idempotent; other arguments than the existing ones raise Failure(conflict)
    exists   whether the queue is declared, however
    publish  returns the ``message_id`` of every message that reached no queue (only with ``mandatory``); the
             others are kept. Returned = confirmed = on disk. Failure(unavailable): surely nothing was kept;
             Failure(timeout): that is not known
    get      leases up to ``n`` messages, oldest first; one at its delivery limit is dead-lettered instead. A driver
             may fetch some ahead for the next call. What is given back, or whose lease ran out, comes again
    ack, nack  no-ops when the lease went to somebody else. nack: back to the queue, or to the dead letters with
             ``requeue=False`` (RabbitMQ keeps its own word for the reason)
    """

    lease: float

    def declare(self, queue: str, delivery_limit: int = 5, dead_letter: str = "") -> None: ...

    def exists(self, queue: str) -> bool: ...

    def bind(self, exchange: str, routing_key: str, queue: str) -> None: ...

    def publish(self, messages: Sequence[AmqpMessage], mandatory: bool = True) -> list[str]: ...

    def get(self, queue: str, n: int = 1, lease_seconds: float = 30.0) -> list[Delivery]: ...

    def ack(self, deliveries: Iterable[Delivery]) -> None: ...

    def nack(self, deliveries: Iterable[Delivery], requeue: bool = True, reason: str = "") -> None: ...

    def close(self) -> None: ...


def quorum(delivery_limit: int, dead_letter: str) -> dict[str, str | int]:
    """With what arguments a durable queue is declared at RabbitMQ (``dead_letter``: its name at the broker).

    RabbitMQ counts redeliveries and has no limit of its own before 4.0. At-least-once dead lettering needs
    reject-publish. Without dead letters there is no limit either: nobody may lose a message by looking at it.
    """
    kept: dict[str, str | int] = {"x-queue-type": "quorum", "x-overflow": "reject-publish"}
    if not dead_letter:
        return kept
    return kept | {
        "x-delivery-limit": delivery_limit - 1,
        "x-dead-letter-exchange": "",
        "x-dead-letter-routing-key": dead_letter,
        "x-dead-letter-strategy": "at-least-once",
    }
