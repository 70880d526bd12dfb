"""The hub's driver of the embedded AMQP broker: one SQLite file, rules in interfaces/amqp_embedded.sql.

The one door where sqlite3's errors become a Failure: before COMMIT surely nothing was kept (``unavailable``),
a COMMIT that failed leaves the outcome unknown (``timeout``).
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path

from interfaces.amqp import AmqpMessage, Delivery
from interfaces.clock import SECOND, Deadline, real_now
from interfaces.failure import Failure
from interfaces.ids import new_id

_WAIT = 10.0
"""Seconds to wait for another writer of the file unless the caller has a deadline."""

_SELECT = """SELECT m.id, m.queue, m.body, m.message_id, m.correlation_id, m.reply_to, m.content_type,
 m.headers, m.deliveries, m.death, q.delivery_limit FROM message m JOIN queue q ON q.name = m.queue
 WHERE m.queue = ? AND m.lease_until <= ? ORDER BY m.id LIMIT ?"""

_LEASE = "UPDATE message SET lease_owner = ?, lease_until = ?, deliveries = deliveries + 1 WHERE id = ?"

_TARGETS = "SELECT queue FROM binding WHERE exchange = ? AND routing_key = ?"
_TARGET = "SELECT name FROM queue WHERE name = ?"

_INSERT = """INSERT INTO message (queue, message_id, correlation_id, reply_to, content_type, headers, body,
 enqueued_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"""

_HELD = """SELECT m.id, m.queue, m.deliveries, q.delivery_limit
 FROM message m JOIN queue q ON q.name = m.queue WHERE m.id = ? AND m.lease_owner = ?"""

_Row = tuple[int, str, bytes, str, str, str, str, str, int, str, int]
"""Columns of _SELECT."""

_MOVE = """UPDATE message SET queue = ?, death = ?, deliveries = 0, lease_owner = '', lease_until = 0
 WHERE id = ?"""


class Broker:
    """``interfaces.amqp.Broker`` on the SQLite file ``path``, which is made when it is first used."""

    lease = 10.0  # far above the time of a commit, and not too long for what a killed process held

    def __init__(self, path: str | Path, now: Callable[[], int] = real_now) -> None:
        self._path = str(path)
        self._now = now
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None

    def declare(self, queue: str, delivery_limit: int = 5, dead_letter: str = "") -> None:
        wanted = (delivery_limit, dead_letter)
        with self._transaction() as db:
            db.execute("INSERT OR IGNORE INTO queue VALUES (?, ?, ?)", (queue, *wanted))
            found = db.execute("SELECT delivery_limit, dead_letter FROM queue WHERE name = ?", (queue,)).fetchone()
        if found != wanted:
            raise Failure(
                "conflict",
                f"queue {queue} exists with delivery limit {found[0]} and dead letter {found[1]!r}, "
                f"not {delivery_limit} and {dead_letter!r}",
                where=self._path,
                advice="use the arguments it has, or empty and remove the queue first",
            )

    def exists(self, queue: str) -> bool:
        with self._connected() as db:
            return db.execute(_TARGET, (queue,)).fetchone() is not None

    def bind(self, exchange: str, routing_key: str, queue: str) -> None:
        """Raises Failure(not_found) when the queue was never declared."""
        with self._transaction() as db:
            known = db.execute(_TARGET, (queue,)).fetchone()
            if known:
                db.execute("INSERT OR IGNORE INTO binding VALUES (?, ?, ?)", (exchange, routing_key, queue))
        if not known:
            raise Failure("not_found", f"queue {queue} is not declared", where=self._path)

    def publish(
        self, messages: Sequence[AmqpMessage], mandatory: bool = True, deadline: Deadline | None = None
    ) -> list[str]:
        unroutable = []
        with self._transaction(deadline) as db:
            for message in messages:
                targets = _targets(db, message)
                db.executemany(_INSERT, [(t, *_columns(message), self._now()) for t in targets])
                if mandatory and not targets:
                    unroutable.append(message.message_id)
        return unroutable

    def get(self, queue: str, n: int = 1, lease_seconds: float = 30.0) -> list[Delivery]:
        if not self._anything(queue):
            return []
        owner, until = new_id("lease"), self._now() + int(lease_seconds * SECOND)
        taken: list[Delivery] = []
        with self._transaction() as db:
            looking = True
            while looking:  # again as long as some were dead-lettered in the place of living ones
                rows = db.execute(_SELECT, (queue, self._now(), n - len(taken))).fetchall()
                worn = [row for row in rows if _is_worn(row)]
                for row in worn:
                    self._bury(db, row[0], queue, row[8], "delivery limit")
                living = [row for row in rows if not _is_worn(row)]
                db.executemany(_LEASE, [(owner, until, row[0]) for row in living])
                taken += [_delivery(row, owner) for row in living]
                looking = bool(worn)
        return taken

    def ack(self, deliveries: Iterable[Delivery]) -> None:
        with self._transaction() as db:
            held = [(one.id, one.owner) for one in deliveries]
            db.executemany("DELETE FROM message WHERE id = ? AND lease_owner = ?", held)

    def nack(self, deliveries: Iterable[Delivery], requeue: bool = True, reason: str = "") -> None:
        with self._transaction() as db:
            for one in deliveries:
                if row := db.execute(_HELD, (one.id, one.owner)).fetchone():
                    self._give_back(db, row, requeue, reason)

    def close(self) -> None:
        with self._lock:
            if self._connection:
                self._connection.close()
            self._connection = None

    def _anything(self, queue: str) -> bool:
        """A look without the write lock: pollers of an empty queue must not hinder publishers."""
        with self._connected() as db:
            look = "SELECT 1 FROM message WHERE queue = ? AND lease_until <= ? LIMIT 1"
            return db.execute(look, (queue, self._now())).fetchone() is not None

    def _give_back(self, db: sqlite3.Connection, row: tuple[int, str, int, int], requeue: bool, reason: str) -> None:
        number, queue, deliveries, limit = row
        if requeue and deliveries < limit:
            db.execute("UPDATE message SET lease_owner = '', lease_until = 0 WHERE id = ?", (number,))
        else:
            self._bury(db, number, queue, deliveries, reason or ("delivery limit" if requeue else "rejected"))

    def _bury(self, db: sqlite3.Connection, number: int, queue: str, deliveries: int, reason: str) -> None:
        look = "SELECT d.name FROM queue q JOIN queue d ON d.name = q.dead_letter WHERE q.name = ?"
        if target := db.execute(look, (queue,)).fetchone():
            death = {"queue": queue, "reason": reason, "deliveries": deliveries, "at": self._now()}
            db.execute(_MOVE, (target[0], json.dumps(death), number))
        else:
            db.execute("DELETE FROM message WHERE id = ?", (number,))

    @contextmanager
    def _connected(self, deadline: Deadline | None = None) -> Iterator[sqlite3.Connection]:
        wait = deadline.left() if deadline else _WAIT
        if wait <= 0 or not self._lock.acquire(timeout=wait):
            raise self._unavailable("no time was left")
        try:
            self._connection = self._connection or _open(self._path)
            left = deadline.left() if deadline else _WAIT
            self._connection.execute(f"PRAGMA busy_timeout = {int(left * 1000)}")
            yield self._connection
        except sqlite3.Error as error:
            raise self._unavailable(type(error).__name__) from error
        finally:
            self._lock.release()

    @contextmanager
    def _transaction(self, deadline: Deadline | None = None) -> Iterator[sqlite3.Connection]:
        with self._connected(deadline) as db:
            db.execute("BEGIN IMMEDIATE")
            try:
                yield db
            except BaseException:
                db.execute("ROLLBACK")
                raise
            try:
                db.execute("COMMIT")
            except sqlite3.Error as error:
                raise Failure("timeout", "the commit failed, the outcome is unknown", where=self._path) from error

    def _unavailable(self, what: str) -> Failure:
        return Failure(
            "unavailable",
            f"the queue file cannot be written: {what}",
            where=self._path,
            advice="check that the folder exists, is writable and has space; nothing was published",
        )


def _open(path: str) -> sqlite3.Connection:
    db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    for pragma in (f"busy_timeout = {int(_WAIT * 1000)}", "journal_mode = WAL", "synchronous = FULL"):
        db.execute(f"PRAGMA {pragma}")
    db.executescript(files("interfaces").joinpath("amqp_embedded.sql").read_text(encoding="utf-8"))
    return db


def _targets(db: sqlite3.Connection, message: AmqpMessage) -> list[str]:
    if message.exchange:
        rows = db.execute(_TARGETS, (message.exchange, message.routing_key))
    else:
        rows = db.execute(_TARGET, (message.routing_key,))
    return [row[0] for row in rows]


def _columns(message: AmqpMessage) -> tuple[str | bytes, ...]:
    headers = json.dumps(dict(message.headers), ensure_ascii=False)
    properties = (message.message_id, message.correlation_id, message.reply_to, message.content_type)
    return (*properties, headers, message.body)


def _is_worn(row: _Row) -> bool:
    """Delivered as often as its queue allows."""
    return row[8] >= row[10]


def _delivery(row: _Row, owner: str) -> Delivery:
    number, queue, body, message_id, correlation_id, reply_to, content_type, headers, deliveries, death, _ = row
    return Delivery(
        id=number,
        owner=owner,
        queue=queue,
        body=body,
        message_id=message_id,
        correlation_id=correlation_id,
        reply_to=reply_to,
        content_type=content_type,
        headers=json.loads(headers),
        deliveries=deliveries + 1,
        death=death,
    )
