"""Opening the database: SQLite embedded (WAL, synchronous=FULL) or PostgreSQL (psycopg)."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import orjson
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import URL, Engine, make_url
from sqlalchemy.pool import QueuePool

BUSY_MS = 10_000

CONNECT: Final = 5
"""Seconds for a connection, and for a place in the pool."""
SESSION: Final = {"lock_timeout": "3s", "idle_in_transaction_session_timeout": "10s"}
"""A process that was stopped in the middle of a transaction must not hold its rows for ever; who waits, looks again."""

_WRITER: Final = ("temp_store=MEMORY", "cache_size=-32768")
"""What one statement may have to undo stays out of the file system; 32 MiB hold the ends of all indexes."""


def plain(value: object) -> object:
    """Canonical numbers may be Decimal (JSON is read that way); whole ones stay whole."""
    if isinstance(value, Decimal):
        whole = value == value.to_integral_value()
        return orjson.Fragment(str(int(value))) if whole else float(value)  # int: of any size
    raise TypeError(f"{type(value).__name__} cannot be stored as JSON")


def dump_json(value: object) -> str:
    """Compact JSON text of canonical data."""
    return orjson.dumps(value, default=plain).decode()


def sqlite_url(path: Path) -> URL:
    return URL.create("sqlite", database=str(path))


def open_engine(url: str | URL, *, writes: bool) -> Engine:
    """An engine for the one writer (``writes``) or for the pool of readers."""
    url = make_url(url)
    args: dict[str, Any] = {"json_serializer": dump_json, "poolclass": QueuePool}
    args |= {"pool_size": 1, "max_overflow": 1} if writes else {"pool_size": 8, "max_overflow": 8}
    return _sqlite(url, args, writes) if url.get_backend_name() == "sqlite" else _postgres(url, args, writes)


def _postgres(url: URL, args: dict[str, Any], writes: bool) -> Engine:
    session = " ".join(f"-c{name}={value}" for name, value in SESSION.items())
    connect = {
        "connect_timeout": CONNECT,
        "application_name": "mboss",
        "tcp_user_timeout": CONNECT * 1000,
        "options": f"{session} {url.query.get('options', '')}",
    }
    if not writes:  # one consistent view; a connection that died meanwhile is found before it is used
        args |= {"isolation_level": "REPEATABLE READ", "pool_pre_ping": True}
        args |= {"execution_options": {"postgresql_readonly": True}}
    return sa.create_engine(url, connect_args=connect, pool_timeout=CONNECT, json_deserializer=orjson.loads, **args)


def _sqlite(url: URL, args: dict[str, Any], writes: bool) -> Engine:
    engine = sa.create_engine(url, connect_args={"check_same_thread": False, "cached_statements": 512}, **args)

    @event.listens_for(engine, "connect")
    def _configure(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # SQLAlchemy's begin event opens transactions, not the driver
        for pragma in ("journal_mode=WAL", "synchronous=FULL", f"busy_timeout={BUSY_MS}", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")
        for pragma in _WRITER if writes else ("query_only=ON",):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine
