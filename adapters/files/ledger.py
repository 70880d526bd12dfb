"""The ledger of exchange files: which number was given to what was sent, and how far each file is taken.

Own tables with an own engine, shared by every hub process: beside the hub's data on SQLite, a schema of the hub's
database on PostgreSQL. This is the one door where SQLAlchemy's errors here become a Failure(unavailable).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.schema import CreateSchema

from interfaces.clock import SECOND, Deadline, real_now
from interfaces.failure import Failure

_META = sa.MetaData()
_WHOSE = ("interface", "peer")


def _table(name: str, *columns: sa.Column[Any] | sa.UniqueConstraint) -> sa.Table:
    whose = (sa.Column(column, sa.Text, primary_key=True) for column in _WHOSE)
    return sa.Table(name, _META, *whose, *columns)


SENT = _table(
    "file_sent",
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("day", sa.Text, nullable=False),
    sa.Column("sequence", sa.BigInteger, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("sha256", sa.Text, nullable=False),
    sa.Column("written", sa.Boolean, nullable=False),
    sa.UniqueConstraint(*_WHOSE, "day", "sequence"),
)
TAKEN = _table(
    "file_taken",
    sa.Column("identity", sa.Text, primary_key=True),
    sa.Column("day", sa.Text, nullable=False),
    sa.Column("sequence", sa.BigInteger, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("sha256", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("position", sa.BigInteger, nullable=False),
    sa.Column("refused", sa.BigInteger, nullable=False),
)
READER = _table(
    "file_reader",
    sa.Column("owner", sa.Text, nullable=False),
    sa.Column("until", sa.BigInteger, nullable=False),
)

TAKING, DONE = "taking", "taken"
"""States of a file; one that was refused is as if it had never come."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A number that was given out. sha256 "" and written False: nothing lies there yet for sure."""

    key: str
    day: str
    sequence: int
    name: str
    sha256: str
    written: bool


@dataclass(frozen=True, slots=True)
class Taken:
    """A file as the source knows it. identity: date and number, or what else tells it from others. position: records
    settled so far; refused: those of them that could not be taken."""

    identity: str
    day: str
    sequence: int
    name: str
    sha256: str
    state: str = TAKING
    position: int = 0
    refused: int = 0


class Ledger:
    """One interface with one peer. Thread-safe; several processes may share it."""

    def __init__(self, url: str, interface: str, peer: str) -> None:
        self._engine = _engine(url)
        self._whose = {"interface": interface, "peer": peer}
        self._made = False

    # -- what was sent -----------------------------------------------------------------------------------------

    def sent(self, key: str, deadline: Deadline) -> Sent | None:
        """What was given to an operation's key before."""
        with self._transaction(deadline) as db:
            return _sent(db.execute(self._mine(SENT).where(SENT.c.key == key)).mappings().first())

    def number(self, key: str, day: str, first: int, name: Any, deadline: Deadline) -> Sent:
        """The number of ``key``: the one it has, else the next of its day. ``name(sequence)`` gives the file's name.

        Two who ask at once get two numbers: the loser of a number takes the next one.
        """
        while True:
            try:
                return self._next(key, day, first, name, deadline)
            except IntegrityError:
                if deadline.passed:
                    raise _unavailable("the time ran out") from None

    def _next(self, key: str, day: str, first: int, name: Any, deadline: Deadline) -> Sent:
        known = self.sent(key, deadline)
        if known is not None:
            return known
        with self._transaction(deadline) as db:
            last = db.scalar(self._of(sa.select(sa.func.max(SENT.c.sequence)), SENT).where(SENT.c.day == day))
            sequence = first if last is None else int(last) + 1
            made = Sent(key, day, sequence, name(sequence), "", False)
            db.execute(sa.insert(SENT).values(**self._whose, **_values(made)))
        return made

    def note(self, key: str, sha256: str, written: bool, deadline: Deadline) -> None:
        with self._transaction(deadline) as db:
            changed = self._of(sa.update(SENT), SENT).where(SENT.c.key == key)
            db.execute(changed.values(sha256=sha256, written=written))

    # -- what was taken ----------------------------------------------------------------------------------------

    def holds(self, owner: str, seconds: float, deadline: Deadline) -> bool:
        """Whether ``owner`` is the one process that reads this folder for so long; asked again, it stays so."""
        now = real_now()
        values = {"owner": owner, "until": now + int(seconds * SECOND)}
        free = sa.or_(READER.c.owner == owner, READER.c.until < now)
        with self._transaction(deadline) as db:
            if db.execute(self._of(sa.update(READER), READER).where(free).values(**values)).rowcount:
                return True
            if db.execute(self._mine(READER)).first():
                return False
        try:
            with self._transaction(deadline) as db:
                db.execute(sa.insert(READER).values(**self._whose, **values))
        except IntegrityError:
            return False
        return True

    def release(self, owner: str, deadline: Deadline) -> None:
        with self._transaction(deadline) as db:
            db.execute(self._of(sa.update(READER), READER).where(READER.c.owner == owner).values(until=0))

    def taken(self, identity: str, deadline: Deadline) -> Taken | None:
        with self._transaction(deadline) as db:
            return _taken(db.execute(self._mine(TAKEN).where(TAKEN.c.identity == identity)).mappings().first())

    def keep(self, file: Taken, deadline: Deadline) -> None:
        """What is known of a file, in place of what was known before."""
        with self._transaction(deadline) as db:
            db.execute(self._of(sa.delete(TAKEN), TAKEN).where(TAKEN.c.identity == file.identity))
            db.execute(sa.insert(TAKEN).values(**self._whose, **_values(file)))

    def forget(self, file: Taken, deadline: Deadline) -> None:
        """It was refused after all; another file of the same date and number stays."""
        mine = self._of(sa.delete(TAKEN), TAKEN).where(TAKEN.c.identity == file.identity)
        with self._transaction(deadline) as db:
            db.execute(mine.where(TAKEN.c.sha256 == file.sha256, TAKEN.c.state == TAKING))

    def numbers(self, day: str, deadline: Deadline) -> set[int]:
        """Sequence numbers of a day that were taken."""
        rows = self._of(sa.select(TAKEN.c.sequence), TAKEN).where(TAKEN.c.day == day, TAKEN.c.state == DONE)
        with self._transaction(deadline) as db:
            return {int(row[0]) for row in db.execute(rows)}

    def close(self) -> None:
        self._engine.dispose()

    # -- inside ------------------------------------------------------------------------------------------------

    def _mine(self, table: sa.Table) -> Any:
        return self._of(sa.select(table), table)

    def _of(self, statement: Any, table: sa.Table) -> Any:
        return statement.where(*(table.c[name] == value for name, value in self._whose.items()))

    @contextmanager
    def _transaction(self, deadline: Deadline) -> Iterator[sa.Connection]:
        if deadline.passed:
            raise _unavailable("no time was left")
        try:
            with self._engine.connect() as db:
                self._clamp(db, deadline)
                self._make(db)
                with db.begin():
                    if db.dialect.name == "postgresql":
                        db.execute(sa.text(f"SET LOCAL statement_timeout = {_milliseconds(deadline)}"))
                    yield db
        except IntegrityError:
            raise
        except SQLAlchemyError as error:
            raise _unavailable(type(getattr(error, "orig", None) or error).__name__) from error

    def _make(self, db: sa.Connection) -> None:
        if not self._made:
            with db.begin():
                if db.dialect.name == "postgresql" and db.scalar(sa.func.current_schema()) is None:
                    schema = str(db.scalar(sa.text("SHOW search_path")))
                    db.execute(CreateSchema(schema, if_not_exists=True))
                _META.create_all(db)
            self._made = True

    def _clamp(self, db: sa.Connection, deadline: Deadline) -> None:
        """Before the transaction begins, which on SQLite is where one waits."""
        if db.dialect.name == "sqlite":
            driver: Any = db.connection.dbapi_connection
            driver.execute(f"PRAGMA busy_timeout = {_milliseconds(deadline)}")


def _milliseconds(deadline: Deadline) -> int:
    return max(1, int(deadline.left() * 1000))


def _engine(url: str) -> sa.Engine:
    """SQLite takes its lock when a transaction begins: two that read and then write would else refuse each other."""
    engine = sa.create_engine(url, pool_pre_ping=True)
    if engine.dialect.name == "sqlite":
        sa.event.listen(engine, "connect", lambda dbapi, _: setattr(dbapi, "isolation_level", None))
        sa.event.listen(engine, "begin", lambda db: db.exec_driver_sql("BEGIN IMMEDIATE"))
    return engine


def _values(record: Sent | Taken) -> dict[str, Any]:
    return {name: getattr(record, name) for name in record.__slots__}


def _sent(row: Any) -> Sent | None:
    return Sent(**{k: v for k, v in row.items() if k not in _WHOSE}) if row else None


def _taken(row: Any) -> Taken | None:
    return Taken(**{k: v for k, v in row.items() if k not in _WHOSE}) if row else None


def _unavailable(what: str) -> Failure:
    return Failure(
        "unavailable",
        f"the ledger of exchange files cannot be used: {what}",
        where="the hub's data folder, or its database",
        advice="nothing was sent or taken; it is tried again",
    )
