"""How this side opens SQLite files, and the one door where SQLite's errors become Failures."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path

from interfaces.failure import Failure

Row = sqlite3.Row


def connect(path: Path, package: str, schema: str, synchronous: str) -> sqlite3.Connection:
    """One connection for all threads (the caller locks), transactions by hand, tables of ``schema`` made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    made = sqlite3.connect(path, timeout=10, isolation_level=None, check_same_thread=False)
    made.row_factory = sqlite3.Row
    for pragma in ("busy_timeout=10000", "journal_mode=WAL", f"synchronous={synchronous}"):
        made.execute(f"PRAGMA {pragma}")
    made.executescript(files(package).joinpath(schema).read_text("utf-8"))
    return made


@contextmanager
def transaction(connection: sqlite3.Connection, path: Path) -> Iterator[None]:
    """BEGIN IMMEDIATE ... COMMIT, or all of it taken back."""
    with translated(path):
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """A file that cannot be used: Failure(unavailable)."""
    try:
        yield
    except sqlite3.Error as error:
        advice = "check the disk and whether another process holds the file"
        raise Failure("unavailable", f"the file cannot be used: {error}", where=path.name, advice=advice) from error
