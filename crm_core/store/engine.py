"""One database, used by many threads and, on PostgreSQL, by many processes: writers take turns, readers do not wait.

SQLAlchemy's errors are turned into Failure here and nowhere else.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, func, make_url, text
from sqlalchemy.exc import IntegrityError, OperationalError, SQLAlchemyError
from sqlalchemy.pool import StaticPool
from sqlalchemy.schema import CreateSchema

from crm_core.store.schema import metadata
from interfaces.clock import Deadline
from interfaces.failure import Failure

PATIENCE = 10.0
"""Seconds to wait for another writer when the caller sets no deadline."""


TURN = 0x63726D
"""Number of PostgreSQL's advisory lock that writers of all processes take."""
SNAPSHOT = {"isolation_level": "REPEATABLE READ"}
IDLE = "25P03"
"""SQLSTATE of a transaction that the server ended because this process stood still in it."""


class Database:
    """SQLite file (``sqlite:////path``), memory (``sqlite://``), or a PostgreSQL database whose ``search_path`` names a
    schema (``...?options=-csearch_path%3Dcrm``); schema and tables are made when they are not there.
    """

    def __init__(self, url: str) -> None:
        with _translated(make_url(url).render_as_string(hide_password=True)):
            self._memory = url in ("sqlite://", "sqlite:///:memory:")
            self._engine = _engine(url, self._memory)
            self._turn = threading.Lock()
            server = self._engine.dialect.name == "postgresql"
            self._readers = self._engine.execution_options(**SNAPSHOT) if server else self._engine
            with self.write() as connection:
                if server and connection.scalar(func.current_schema()) is None:
                    connection.execute(CreateSchema(str(connection.scalar(text("SHOW search_path")))))
                metadata.create_all(connection)

    @contextmanager
    def write(self, deadline: Deadline | None = None) -> Iterator[Connection]:
        """One transaction, committed at the end and rolled back on any error.

        Failure ``unavailable`` when it is not our turn before ``deadline``: nothing was done.
        """
        left = deadline.left() if deadline else PATIENCE
        if left <= 0 or not self._turn.acquire(timeout=left):
            raise Failure("unavailable", "the CRM database is busy", advice="again later")
        try:
            with _translated(), self._engine.connect() as plain:
                connection = plain.execution_options(crm_write=int(left * 1000))
                with connection.begin():
                    yield connection
        finally:
            self._turn.release()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A consistent view. In memory there is one connection, so a reader takes its turn like a writer."""
        with self._turn if self._memory else nullcontext(), _translated(), self._readers.connect() as connection:
            yield connection

    def close(self) -> None:
        """Give the connections back. May be called twice."""
        self._engine.dispose()


def _engine(url: str, memory: bool) -> Engine:
    engine = (
        create_engine(url, poolclass=StaticPool, connect_args={"check_same_thread": False})
        if memory
        else create_engine(url, pool_pre_ping=not url.startswith("sqlite"))
    )
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _connected)
        event.listen(engine, "begin", _begun)
    else:
        event.listen(engine, "begin", _begun_on_a_server)
    return engine


def _connected(raw: Any, _record: object) -> None:
    raw.isolation_level = None  # the driver must not begin by itself: _begun says which kind
    raw.execute("PRAGMA journal_mode=WAL")
    raw.execute("PRAGMA synchronous=FULL")


def _begun(connection: Connection) -> None:
    """A writer takes the lock at once, so that its commit cannot fail for another process's sake."""
    wait = connection.get_execution_options().get("crm_write")
    if wait is None:
        connection.exec_driver_sql("BEGIN")
    else:
        connection.exec_driver_sql(f"PRAGMA busy_timeout={wait}")
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def _begun_on_a_server(connection: Connection) -> None:
    """Writers of all processes take turns, as on a file: the same change, come twice, is seen the second time."""
    wait = connection.get_execution_options().get("crm_write")
    if wait is not None:
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = {max(wait, 1)}")
        connection.exec_driver_sql(f"SET LOCAL idle_in_transaction_session_timeout = {max(wait, 1) + 1000}")
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({TURN})")


@contextmanager
def _translated(where: str = "") -> Iterator[None]:
    try:
        yield
    except IntegrityError as error:
        raise Failure("conflict", "contradicts what the CRM holds", where=where) from error
    except SQLAlchemyError as error:
        if not _away(error):
            raise Failure("internal", f"the CRM database failed: {type(error).__name__}", where=where) from error
        raise Failure(
            "unavailable",
            f"the CRM database cannot be used: {_said(error)}",
            where=where,
            advice="look whether it is there, writable and not locked",
        ) from error


def _away(error: SQLAlchemyError) -> bool:
    """The database cannot be used now, and the statement is not to blame."""
    cause = getattr(error, "orig", None)
    if isinstance(error, OperationalError) or getattr(cause, "sqlstate", None) == IDLE:
        return True
    # a connection that broke between two statements: psycopg complains of its state, not of the network
    return getattr(error, "connection_invalidated", False) or "transaction status UNKNOWN" in str(cause)


def _said(error: SQLAlchemyError) -> str:
    """The first line: a server's next ones show statements."""
    return (str(getattr(error, "orig", error)).splitlines() or [""])[0]
