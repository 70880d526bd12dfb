"""Embedded AMQP from the peers' side: an own small driver of interfaces/amqp_embedded.sql (rules stand there)."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from interfaces.amqp import AmqpMessage, Delivery
from interfaces.clock import SECOND, real_now
from interfaces.failure import Failure
from interfaces.ids import new_id
from mocks import sqlite

READY = "queue = ? AND lease_until <= ? ORDER BY id LIMIT ?"
COPIED = "message_id, correlation_id, reply_to, content_type, headers, body"
INSERT = f"INSERT INTO message (queue, enqueued_at, {COPIED}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"


class Broker:
    """One queue file. Thread-safe; keeps the port ``interfaces.amqp.Broker``."""

    lease = 30.0

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)
        self._lock = threading.RLock()
        self._closed = False
        self._db = sqlite.connect(self.path, "interfaces", "amqp_embedded.sql", synchronous="FULL")

    def declare(self, queue: str, delivery_limit: int = 5, dead_letter: str = "") -> None:
        """Make the queue; other arguments than the existing ones raise Failure(conflict)."""
        with self._change():
            self._db.execute("INSERT OR IGNORE INTO queue VALUES (?, ?, ?)", (queue, delivery_limit, dead_letter))
            row = self._queue(queue)
            if (row["delivery_limit"], row["dead_letter"]) != (delivery_limit, dead_letter):
                there = f"limit {row['delivery_limit']}, dead letter {row['dead_letter'] or '-'}"
                raise Failure("conflict", f"queue is there with {there}", where=queue, advice="declare it as it is")

    def exists(self, queue: str) -> bool:
        with self._lock, sqlite.translated(self.path):
            return self._db.execute("SELECT 1 FROM queue WHERE name = ?", (queue,)).fetchone() is not None

    def bind(self, exchange: str, routing_key: str, queue: str) -> None:
        with self._change():
            self._queue(queue)
            self._db.execute("INSERT OR IGNORE INTO binding VALUES (?, ?, ?)", (exchange, routing_key, queue))

    def publish(self, messages: Sequence[AmqpMessage], mandatory: bool = True) -> list[str]:
        """Keep the batch in one transaction; returns the ids of those no queue wanted (when ``mandatory``)."""
        lost: list[str] = []
        with self._change():
            for message in messages:
                queues = self._routed(message)
                for queue in queues:
                    self._db.execute(INSERT, (queue, real_now(), *_row(message)))
                if mandatory and not queues:
                    lost.append(message.message_id)
        return lost

    def get(self, queue: str, n: int = 1, lease_seconds: float = 30.0) -> list[Delivery]:
        """Lease up to ``n`` messages, oldest first; those at the delivery limit go to the dead letter instead."""
        with self._lock, sqlite.translated(self.path):
            if self._db.execute(f"SELECT 1 FROM message WHERE {READY}", (queue, real_now(), 1)).fetchone() is None:
                return []  # a look that takes no write lock
        with self._change():
            limit = self._queue(queue)["delivery_limit"]
            taken: list[Delivery] = []
            while len(taken) < n and (rows := self._ready(queue, n - len(taken))):
                for row in rows:
                    if row["deliveries"] >= limit:
                        self._bury(row, "delivery limit")
                    else:
                        taken.append(self._lease(row, lease_seconds))
            return taken

    def ack(self, deliveries: Iterable[Delivery]) -> None:
        """Done with them; a no-op for those somebody else holds by now."""
        with self._change():
            for it in deliveries:
                self._db.execute("DELETE FROM message WHERE id = ? AND lease_owner = ?", (it.id, it.owner))

    def nack(self, deliveries: Iterable[Delivery], requeue: bool = True, reason: str = "") -> None:
        """Give them back, or bury them (not to be requeued, or the limit is reached)."""
        with self._change():
            for it in deliveries:
                found = self._db.execute(
                    "SELECT * FROM message WHERE id = ? AND lease_owner = ?", (it.id, it.owner)
                ).fetchone()
                if found is not None:
                    self._give_back(found, requeue, reason)

    def close(self) -> None:
        with self._lock:
            if not self._closed:
                self._closed = True
                self._db.close()

    # -- inside one transaction --------------------------------------------------------------------------------

    @contextmanager
    def _change(self) -> Iterator[None]:
        with self._lock, sqlite.transaction(self._db, self.path):
            yield

    def _queue(self, name: str) -> sqlite.Row:
        row: sqlite.Row | None = self._db.execute("SELECT * FROM queue WHERE name = ?", (name,)).fetchone()
        if row is None:
            raise Failure("not_found", "no such queue", where=name, advice="declare it first")
        return row

    def _routed(self, message: AmqpMessage) -> list[str]:
        if message.exchange:
            sql = "SELECT queue FROM binding WHERE exchange = ? AND routing_key = ? ORDER BY queue"
            rows = self._db.execute(sql, (message.exchange, message.routing_key))
        else:
            rows = self._db.execute("SELECT name FROM queue WHERE name = ?", (message.routing_key,))
        return [row[0] for row in rows]

    def _ready(self, queue: str, n: int) -> list[sqlite.Row]:
        return self._db.execute(f"SELECT * FROM message WHERE {READY}", (queue, real_now(), n)).fetchall()

    def _lease(self, row: sqlite.Row, seconds: float) -> Delivery:
        owner, until = new_id("lease"), real_now() + int(seconds * SECOND)
        self._db.execute(
            "UPDATE message SET lease_owner = ?, lease_until = ?, deliveries = deliveries + 1 WHERE id = ?",
            (owner, until, row["id"]),
        )
        return _delivery(row, owner)

    def _give_back(self, row: sqlite.Row, requeue: bool, reason: str) -> None:
        spent = row["deliveries"] >= self._queue(row["queue"])["delivery_limit"]
        if requeue and not spent:
            self._db.execute("UPDATE message SET lease_owner = '', lease_until = 0 WHERE id = ?", (row["id"],))
        else:
            self._bury(row, reason or ("delivery limit" if spent else "rejected"))

    def _bury(self, row: sqlite.Row, reason: str) -> None:
        grave = self._queue(row["queue"])["dead_letter"]
        self._db.execute("DELETE FROM message WHERE id = ?", (row["id"],))
        if grave and self._db.execute("SELECT 1 FROM queue WHERE name = ?", (grave,)).fetchone():
            death = {"queue": row["queue"], "reason": reason, "deliveries": row["deliveries"], "at": real_now()}
            self._db.execute(
                f"INSERT INTO message (queue, enqueued_at, death, {COPIED}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (grave, row["enqueued_at"], json.dumps(death), *(row[c] for c in COPIED.split(", "))),
            )


def _row(message: AmqpMessage) -> tuple[object, ...]:
    headers = json.dumps(dict(message.headers))
    return (
        *(message.message_id, message.correlation_id, message.reply_to, message.content_type),
        *(headers, message.body),
    )


def _delivery(row: sqlite.Row, owner: str) -> Delivery:
    return Delivery(
        id=row["id"],
        owner=owner,
        queue=row["queue"],
        body=row["body"],
        message_id=row["message_id"],
        correlation_id=row["correlation_id"],
        reply_to=row["reply_to"],
        content_type=row["content_type"],
        headers=json.loads(row["headers"]),
        deliveries=row["deliveries"] + 1,
        death=row["death"],
    )
