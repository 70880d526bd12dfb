"""The hot statements: batch inserts of acceptance and journal, past SQLAlchemy's per-row work.

Same tables, same transaction, same result as ``connection.execute(sa.insert(table), rows)``; nothing more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from itertools import chain
from operator import itemgetter
from typing import Any

import sqlalchemy as sa

from hub.store.engine import dump_json

Row = Mapping[str, Any]


CHUNKS = (64, 16, 4, 1)
"""Rows per statement: few different statements, all of them cached by the driver."""


def insert_many(connection: sa.Connection, table: sa.Table, rows: Sequence[Row]) -> None:
    """Insert rows that all have the first row's columns; JSON columns are encoded, None stays NULL.

    Several rows per statement, because SQLite's driver lets the interpreter lock go once per step: row by row
    the writer would queue behind the event loop for every single row.
    """
    if not rows:
        return
    columns = tuple(rows[0])
    json_at = _json_columns(table, columns)
    pick = itemgetter(*columns)
    values = [_encoded(pick(row), json_at) for row in rows]
    style, done = connection.dialect.paramstyle, 0
    for size in CHUNKS:
        while len(values) - done >= size:
            flat = tuple(chain.from_iterable(values[done : done + size]))
            connection.exec_driver_sql(_statement(table, columns, size, style), flat)
            done += size


def _encoded(value: tuple[Any, ...], json_at: tuple[int, ...]) -> tuple[Any, ...]:
    changed = list(value)
    for i in json_at:
        if changed[i] is not None:
            changed[i] = dump_json(changed[i])
    return tuple(changed)


@cache
def _json_columns(table: sa.Table, columns: tuple[str, ...]) -> tuple[int, ...]:
    return tuple(i for i, name in enumerate(columns) if isinstance(table.c[name].type, sa.JSON))


@cache
def _statement(table: sa.Table, columns: tuple[str, ...], rows: int, paramstyle: str) -> str:
    mark = {"qmark": "?", "format": "%s", "pyformat": "%s"}[paramstyle]
    row = f"({', '.join([mark] * len(columns))})"
    names = ", ".join(f'"{name}"' for name in columns)  # "after" is a keyword in some engines
    return f"INSERT INTO {table.name} ({names}) VALUES {', '.join([row] * rows)}"
