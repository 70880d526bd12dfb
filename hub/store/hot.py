"""The hot statements: batch inserts of acceptance and journal, past SQLAlchemy's per-row work.

Same tables, same transaction, same result as ``connection.execute(sa.insert(table), rows)``; nothing more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from operator import itemgetter
from typing import Any

import sqlalchemy as sa

from hub.store.engine import dump_json

Row = Mapping[str, Any]


def insert_many(connection: sa.Connection, table: sa.Table, rows: Sequence[Row]) -> None:
    """Insert rows that all have the first row's columns; JSON columns are encoded, None stays NULL."""
    if not rows:
        return
    columns = tuple(rows[0])
    json_at = _json_columns(table, columns)
    pick = itemgetter(*columns)
    values = [pick(row) for row in rows]
    if json_at:
        values = [_encoded(value, json_at) for value in values]
    connection.exec_driver_sql(_statement(table, columns, connection.dialect.paramstyle), values)


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
def _statement(table: sa.Table, columns: tuple[str, ...], paramstyle: str) -> str:
    mark = {"qmark": "?", "format": "%s", "pyformat": "%s"}[paramstyle]
    marks = ", ".join([mark] * len(columns))
    names = ", ".join(f'"{name}"' for name in columns)  # "after" is a keyword in some engines
    return f"INSERT INTO {table.name} ({names}) VALUES ({marks})"
