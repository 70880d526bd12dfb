"""A peer's own memory: one SQLite file, one connection, one transaction at a time."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from interfaces.clock import SECOND, real_now
from mocks import sqlite

Body = dict[str, Any]
"""A wire tree or any other plain JSON data."""

TABLES = ("journal", "effect", "rule", "thing", "answer", "job", "setting")


def dumps(data: object) -> str:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"), default=str)


class Tx:
    """One open transaction: the words a peer's behaviour is written in.

    Times: ``now`` is business time (real time + the configured offset), microseconds UTC.
    """

    def __init__(self, connection: sqlite3.Connection, offset: int) -> None:
        self._connection = connection
        self._offset = offset

    @property
    def now(self) -> int:
        return real_now() + self._offset

    def run(self, sql: str, *values: object) -> sqlite3.Cursor:
        return self._connection.execute(sql, values)

    def many(self, sql: str, rows: Iterable[tuple[object, ...]]) -> None:
        self._connection.executemany(sql, rows)

    def rows(self, sql: str, *values: object) -> list[Body]:
        return [dict(row) for row in self.run(sql, *values)]

    def effect(self, key: str, step: str, subject: str = "") -> None:
        """Count one real change; the second one under a key and step is a duplicate."""
        self.run(
            "INSERT INTO effect VALUES (?, ?, ?, 1) ON CONFLICT (key, step) DO UPDATE SET count = count + 1",
            *(key, step, subject),
        )

    def remember(self, key: str, operation: str, reply: Body) -> None:
        self.run("INSERT OR REPLACE INTO answer VALUES (?, ?, ?)", key, operation, dumps(reply))

    def recall(self, key: str, operation: str = "%") -> Body | None:
        """The first answer given under this key, or None."""
        found = self.run("SELECT body FROM answer WHERE key = ? AND operation LIKE ?", key, operation).fetchone()
        return dict(json.loads(found["body"])) if found else None

    def journal(self, direction: str, operation: str, key: str, body: Body, outcome: str) -> None:
        self.run(
            "INSERT INTO journal (at, direction, operation, key, body, outcome) VALUES (?, ?, ?, ?, ?, ?)",
            *(real_now(), direction, operation, key, dumps(body), outcome),
        )

    def later(self, name: str, key: str, payload: Body, seconds: float = 0.0) -> None:
        """A durable job of this peer: ``jobs[name](payload)`` in ``seconds`` of real time."""
        due = real_now() + int(seconds * SECOND)
        self.run("INSERT INTO job (due, name, key, payload) VALUES (?, ?, ?, ?)", due, name, key, dumps(payload))

    def put(self, kind: str, id: str, *, area: str = "", state: str = "", owner: str = "", **data: Any) -> None:
        self.run(
            "INSERT OR REPLACE INTO thing VALUES (?, ?, ?, ?, ?, 0, ?)",
            *(kind, id, area, state, owner, dumps(data)),
        )

    def get(self, kind: str, id: str) -> Body | None:
        """``{"kind", "id", "area", "state", "owner", "until", **data}`` or None."""
        found = self.things("kind = ? AND id = ?", kind, id)
        return found[0] if found else None

    def move(self, kind: str, id: str, state: str, owner: str, until: int = 0) -> None:
        self.run(
            "UPDATE thing SET state = ?, owner = ?, until = ? WHERE kind = ? AND id = ?",
            *(state, owner, until, kind, id),
        )

    def things(self, where: str, *values: object) -> list[Body]:
        return [_thing(row) for row in self.run(f"SELECT * FROM thing WHERE {where}", *values)]

    def setting(self, name: str, default: str = "") -> str:
        found = self.run("SELECT value FROM setting WHERE name = ?", name).fetchone()
        return str(found["value"]) if found else default

    def set(self, name: str, value: str) -> None:
        self.run("INSERT OR REPLACE INTO setting VALUES (?, ?)", name, value)


FIXED = ("kind", "id", "area", "state", "owner", "until")


def _thing(row: sqlite3.Row) -> Body:
    fixed = {name: row[name] for name in FIXED}
    return fixed | dict(json.loads(row["data"]))


def data_of(thing: Body) -> Body:
    """What a peer keeps with a thing, as ``Tx.put`` takes it."""
    return {name: value for name, value in thing.items() if name not in FIXED}


class Store:
    """Thread-safe; ``tx()`` commits at the end and takes everything back on an exception."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.RLock()
        self._offset = 0
        self._connection = sqlite.connect(path, "mocks", "store.sql", synchronous="NORMAL")
        with self.tx() as tx:
            self._offset = int(tx.setting("clock_offset", "0"))

    @contextmanager
    def tx(self) -> Iterator[Tx]:
        with self._lock, sqlite.transaction(self._connection, self.path):
            yield Tx(self._connection, self._offset)

    @contextmanager
    def look(self) -> Iterator[Tx]:
        """For reading only; takes no write lock, so that looking often disturbs nobody."""
        with self._lock, sqlite.translated(self.path):
            yield Tx(self._connection, self._offset)

    def shift(self, offset: int) -> None:
        """Business time = real time + ``offset`` microseconds from now on."""
        with self.tx() as tx:
            tx.set("clock_offset", str(offset))
        self._offset = offset

    def wipe(self) -> None:
        """Forget everything but the settings."""
        with self.tx() as tx:
            for table in TABLES[:-1]:
                tx.run(f"DELETE FROM {table}")

    def close(self) -> None:
        with self._lock:
            self._connection.close()
