"""Rows of a peer's interface tables, by SQLAlchemy Core: what the table channel and the poller share.

A row is a dict column -> ``bytes`` (text in the peer's charset), ``int`` or None. Columns carry no SQL type on
purpose, so that bytes go in and come out as they are. This is the one door where SQLAlchemy's errors become a
Failure: before COMMIT nothing was kept (``unavailable``), a COMMIT that failed is an unknown outcome (``timeout``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError

from interfaces.clock import Deadline
from interfaces.failure import Failure

Row = dict[str, Any]

POLL_SECONDS = 5.0
"""Total real seconds of one look of the poller."""

_CLAMP = {
    "sqlite": "PRAGMA busy_timeout = {ms}",
    "postgresql": "SET LOCAL statement_timeout = {ms}",
    "mysql": "SET SESSION innodb_lock_wait_timeout = {s}",
}
"""How a database is told the time that is left."""


class TableDb:
    """One peer's database. Thread-safe; connects when it is first used and again after a failure."""

    def __init__(self, url: str) -> None:
        """Raises Failure(invalid) for an address that is no database URL, or one whose driver is not installed."""
        try:
            self._engine = sa.create_engine(url, pool_pre_ping=True)
        except (SQLAlchemyError, ImportError, ValueError) as error:
            raise Failure(
                "invalid",
                f"no interface table can be opened there: {type(error).__name__}",
                where="the address of a table peer",
                advice="write an SQLAlchemy URL, sqlite:////path/97.db, and install its driver",
            ) from error

    def insert_once(self, table: str, key: str, row: Row, deadline: Deadline) -> bool:
        """False when a row with this key is already there; it is left as it is."""
        made = _table(table, row)
        with self._transaction(deadline) as db:
            if db.execute(sa.select(made.c[key]).where(made.c[key] == row[key]).limit(1)).first():
                return False
            try:
                db.execute(sa.insert(made).values(row))
            except IntegrityError:  # another one was faster between the look and the insert
                return False
        return True

    def latest(self, table: str, columns: Sequence[str], where: Row, order: str, deadline: Deadline) -> Row | None:
        """The row with these values that comes last in ``order``."""
        made = _table(table, columns)
        chosen = sa.select(made).where(*(made.c[name] == value for name, value in where.items()))
        with self._transaction(deadline) as db:
            found = db.execute(chosen.order_by(made.c[order].desc()).limit(1)).mappings().first()
            return dict(found) if found else None

    def unread(self, table: str, columns: Sequence[str], mark: str, order: str, limit: int) -> list[Row]:
        """Rows whose read mark is 0, oldest first."""
        made = _table(table, columns)
        chosen = sa.select(made).where(made.c[mark] == 0).order_by(made.c[order]).limit(limit)
        with self._transaction(Deadline.after(POLL_SECONDS)) as db:
            return [dict(row) for row in db.execute(chosen).mappings()]

    def mark_read(self, table: str, mark: str, order: str, keys: Sequence[Any]) -> None:
        made = _table(table, (mark, order))
        with self._transaction(Deadline.after(POLL_SECONDS)) as db:
            db.execute(sa.update(made).where(made.c[order].in_(keys)).values({mark: 1}))

    def close(self) -> None:
        self._engine.dispose()

    @contextmanager
    def _transaction(self, deadline: Deadline) -> Iterator[sa.Connection]:
        if deadline.passed:
            raise self._failure("unavailable", "no time was left")
        try:
            with self._engine.connect() as db:
                self._clamp(db, deadline.left())
                yield db
                self._commit(db)
        except SQLAlchemyError as error:
            raise self._failure("unavailable", _kind(error)) from error

    def _commit(self, db: sa.Connection) -> None:
        try:
            db.commit()
        except SQLAlchemyError as error:
            raise self._failure("timeout", f"the commit failed: {_kind(error)}") from error

    def _clamp(self, db: sa.Connection, left: float) -> None:
        if statement := _CLAMP.get(self._engine.dialect.name):
            db.execute(sa.text(statement.format(ms=max(1, int(left * 1000)), s=max(1, int(left)))))

    def _failure(self, code: Any, what: str) -> Failure:
        return Failure(
            code,
            f"the interface table cannot be used: {what}",
            where=self._engine.url.render_as_string(hide_password=True),
            advice="check that the peer's database is there and has the tables of the agreed layout",
        )


def _table(name: str, columns: Mapping[str, Any] | Sequence[str]) -> sa.TableClause:
    return sa.table(name, *(sa.column(column) for column in columns))


def _kind(error: SQLAlchemyError) -> str:
    """The error's name alone: its text holds the statement's values."""
    return type(error.orig).__name__ if isinstance(error, DBAPIError) else type(error).__name__
