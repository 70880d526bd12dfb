"""Opening the database: SQLite embedded (WAL, synchronous=FULL) or a URL."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import URL, Engine, make_url
from sqlalchemy.pool import QueuePool

from hub.store.schema import metadata

BUSY_MS = 10_000


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
    if url.get_backend_name() != "sqlite":
        return sa.create_engine(url, **args)
    engine = sa.create_engine(url, connect_args={"check_same_thread": False, "cached_statements": 512}, **args)

    @event.listens_for(engine, "connect")
    def _configure(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # SQLAlchemy's begin event opens transactions, not the driver
        for pragma in ("journal_mode=WAL", "synchronous=FULL", f"busy_timeout={BUSY_MS}", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")
        if not writes:
            connection.execute("PRAGMA query_only=ON")

    @event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def create_tables(engine: Engine) -> None:
    """Make what is missing; never changes a table that is there."""
    metadata.create_all(engine)
