"""The hot statements: the look-ups and batch inserts of acceptance and journal, past SQLAlchemy's work per row.

Same tables, same connection, same transaction, same result as ``connection.execute``; nothing more. Statements take
as many rows as they can: SQLite's driver lets the interpreter lock go at every step, and row by row the writer would
queue behind the event loop for every single row.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import chain
from operator import itemgetter
from typing import Any

import orjson
import sqlalchemy as sa

from hub.store.engine import dump_json

Row = Mapping[str, Any]
Key = tuple[Any, ...]

ROWS = 32
"""Most rows of one insert: few different statements, all of them kept prepared by the driver."""


def insert_many(connection: sa.Connection, table: sa.Table, rows: Sequence[Row], columns: tuple[str, ...] = ()) -> None:
    """Insert rows: ``columns`` of each, all that the first row has unless said otherwise; the rest gets the table's
    defaults. JSON columns are encoded, None stays NULL."""
    if not rows:
        return
    columns = columns or tuple(rows[0])
    json_at = _json_at(table, columns)
    pick = itemgetter(*columns)
    values = [_encoded(pick(row), json_at) for row in rows]
    for at in range(0, len(values), ROWS):
        some = values[at : at + ROWS]
        statement = _insert(table, columns, len(some), connection.dialect.paramstyle)
        run(connection, statement, tuple(chain.from_iterable(some)))


def find(
    connection: sa.Connection, table: sa.Table, names: tuple[str, ...], keys: Sequence[Key], rest: str = ""
) -> Iterator[dict[str, Any]]:
    """The rows whose columns ``names`` have the values of one of ``keys`` (each given once).

    ``rest`` goes on after the join. A join, because SQLite uses no index for ``(a, b) IN (VALUES ...)``.
    """
    if not keys:
        return
    size = 1 << (len(keys) - 1).bit_length()  # few sizes are in use; a key of NULLs finds nothing
    flat = tuple(chain.from_iterable(keys)) + (None,) * (len(names) * (size - len(keys)))
    columns = tuple(table.c.keys())
    json_at = _json_at(table, columns)
    for row in run(connection, _select(table, names, size, rest, connection.dialect.paramstyle), flat):
        yield dict(zip(columns, _decoded(row, json_at), strict=True))


def run(connection: sa.Connection, statement: str, parameters: Key) -> list[Key]:
    """One statement of the driver's own, in the connection's transaction; the rows it gives. SQLAlchemy's errors."""
    errors: Any = connection.dialect.loaded_dbapi.Error
    cursor = connection.connection.cursor()
    try:
        cursor.execute(statement, parameters)
        return list(cursor.fetchall()) if cursor.description else []
    except errors as error:
        raise sa.exc.DBAPIError.instance(statement, None, error, errors, dialect=connection.dialect) from error
    finally:
        cursor.close()


def marks(rows: int, columns: int, paramstyle: str) -> str:
    """``(?, ?), (?, ?)``."""
    mark = {"qmark": "?", "format": "%s", "pyformat": "%s"}[paramstyle]
    return ", ".join([f"({', '.join([mark] * columns)})"] * rows)


def _encoded(value: Key, json_at: tuple[int, ...]) -> Key:
    changed = list(value)
    for i in json_at:
        if changed[i] is not None:
            changed[i] = dump_json(changed[i])
    return tuple(changed)


def _decoded(value: Key, json_at: tuple[int, ...]) -> Key:
    changed = list(value)
    for i in json_at:
        if isinstance(changed[i], str):  # PostgreSQL's driver decodes by itself
            changed[i] = orjson.loads(changed[i])
    return tuple(changed)


@cache
def _json_at(table: sa.Table, columns: tuple[str, ...]) -> tuple[int, ...]:
    return tuple(i for i, name in enumerate(columns) if isinstance(table.c[name].type, sa.JSON))


@cache
def _insert(table: sa.Table, columns: tuple[str, ...], rows: int, paramstyle: str) -> str:
    names = ", ".join(f'"{name}"' for name in columns)  # "after" is a keyword in some engines
    return f"INSERT INTO {table.name} ({names}) VALUES {marks(rows, len(columns), paramstyle)}"


@cache
def _select(table: sa.Table, names: tuple[str, ...], keys: int, rest: str, paramstyle: str) -> str:
    columns = ", ".join(f'{table.name}."{column.name}"' for column in table.c)
    wanted, values = ", ".join(names), marks(keys, len(names), paramstyle)
    return (
        f"WITH wanted ({wanted}) AS (VALUES {values}) "
        f"SELECT {columns} FROM wanted JOIN {table.name} USING ({wanted}) {rest}"
    )
