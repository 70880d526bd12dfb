"""AMQP as the rooms talk about it: the message records and the broker port of the embedded driver.

Rules and tables: interfaces/amqp_embedded.sql. Two independent drivers keep them (adapters, mocks) and pass
one conformance suite, tests/conformance/amqp_suite.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class AmqpMessage:
    """One message to publish.

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

    death  JSON text of the dead letter's history, ``""`` elsewhere
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


class Broker(Protocol):
    """A queue broker. Thread-safe; ``close`` may be called twice.

    declare  idempotent; other arguments than the existing ones raise Failure(conflict)
    publish  returns the ``message_id`` of every message that reached no queue (only with ``mandatory``); the
             others are kept. Returned = confirmed = on disk
    get      leases up to ``n`` messages, oldest first; one at its delivery limit is dead-lettered instead
    ack, nack  no-ops when the lease went to somebody else
    """

    def declare(self, queue: str, delivery_limit: int = 5, dead_letter: str = "") -> None: ...

    def bind(self, exchange: str, routing_key: str, queue: str) -> None: ...

    def publish(self, messages: Sequence[AmqpMessage], mandatory: bool = True) -> list[str]: ...

    def get(self, queue: str, n: int = 1, lease_seconds: float = 30.0) -> list[Delivery]: ...

    def ack(self, deliveries: Iterable[Delivery]) -> None: ...

    def nack(self, deliveries: Iterable[Delivery], requeue: bool = True, reason: str = "") -> None: ...

    def close(self) -> None: ...
