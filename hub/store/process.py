"""This hub process among several on one PostgreSQL: which of its batches are committed, and a hint to the others.

Of a batch whose connection broke during COMMIT only the database knows the outcome. So every batch that changes
something also writes its number into this process's row of the table ``process``, and the row is asked afterwards.
The same statement tells the other processes that there may be work (NOTIFY): a hint only, they look anyway.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from hub.store import schema
from interfaces.clock import monotonic, real_now
from interfaces.ids import new_id

CHANNEL: Final = "mboss_work"
SELDOM: Final = 0.05
"""Seconds between two hints: transactions that notify commit one after the other."""
PAUSE: Final = 1.0
"""Seconds until a listener that lost its connection tries again."""

# no row is written by a transaction that changed nothing: such a commit costs no disk
MARK = sa.text(
    "WITH mark AS (UPDATE process SET batch = :batch WHERE id = :id AND pg_current_xact_id_if_assigned() IS NOT NULL "
    f"RETURNING 1) SELECT pg_notify('{CHANNEL}', :id) FROM mark WHERE :loud"
)


class Process:
    """``engine`` of the writer. Used by the writer thread alone, but for ``Listener``."""

    def __init__(self, engine: Engine) -> None:
        self.id = new_id("hub")
        self._engine = engine
        self._told_at = 0.0
        with engine.begin() as connection:
            row = {"id": self.id, "batch": 0, "started_at": real_now()}
            connection.execute(sa.insert(schema.process).values(row))

    def mark(self, connection: sa.Connection, batch: int, loud: bool) -> None:
        """Inside the batch's transaction, last: its number; with ``loud`` a hint to the others, but seldom."""
        loud = loud and monotonic() - self._told_at > SELDOM
        if loud:
            self._told_at = monotonic()
        connection.execute(MARK, {"id": self.id, "batch": batch, "loud": loud})

    def committed(self, batch: int) -> bool:
        """Whether the batch is there. Waits for the COMMIT that may still be under way: it holds the row."""
        t = schema.process
        with self._engine.begin() as connection:
            return connection.scalar(sa.select(t.c.batch).where(t.c.id == self.id).with_for_update()) == batch

    def leave(self) -> None:
        """This process ends in good order; its own listener is woken as well."""
        with suppress(sa.exc.SQLAlchemyError), self._engine.begin() as connection:
            connection.execute(sa.delete(schema.process).where(schema.process.c.id == self.id))
            connection.execute(sa.select(sa.func.pg_notify(CHANNEL, self.id)))


class Listener:
    """Calls ``hint()`` when another process may have made work. Its connection may break: it comes back."""

    def __init__(self, engine: Engine, process: str, hint: Callable[[], None]) -> None:
        self._engine = engine
        self._process = process
        self._hint = hint
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="store-listener", daemon=True)
        self._thread.start()

    def close(self, wake: Callable[[], None]) -> None:
        """Returns when it has stopped; ``wake`` sends a hint that ends its waiting."""
        self._over.set()
        wake()
        self._thread.join()

    def _run(self) -> None:
        while not self._over.is_set():
            with suppress(sa.exc.SQLAlchemyError, self._engine.dialect.loaded_dbapi.Error):
                self._listen()
            self._over.wait(PAUSE)

    def _listen(self) -> None:
        with self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql(f"LISTEN {CHANNEL}")
            raw = connection.connection.driver_connection
            assert raw is not None
            try:
                while not self._over.is_set():
                    for notice in raw.notifies(timeout=PAUSE / 2, stop_after=1):
                        if notice.payload != self._process:
                            self._hint()
            finally:
                connection.invalidate()  # it listens: nobody else is to have it
