"""Small things that all views share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from interfaces.clock import to_rfc3339
from interfaces.failure import Failure

Record = dict[str, Any]
DEPTH = 5
"""Generations of child orders that are followed."""

Row = Mapping[Any, Any]
"""A row of a table by column name (SQLAlchemy's RowMapping, or a dict in tests)."""


def when(at: int) -> str | None:
    """Microseconds UTC as RFC 3339; 0 means "not yet"."""
    return to_rfc3339(at) if at else None


def where_equal(
    query: sa.Select[Any], columns: Mapping[str, sa.Column[Any]], given: Mapping[str, Any]
) -> sa.Select[Any]:
    """Narrow by every filter that was given (None or "" = not given)."""
    return query.where(*(columns[name] == value for name, value in given.items() if value not in (None, "")))


def one(connection: sa.Connection, table: sa.Table, id_: str, what: str) -> sa.RowMapping:
    """The row with this id; Failure ``not_found`` when there is none."""
    row = connection.execute(sa.select(table).where(table.c.id == id_)).mappings().first()
    if row is None:
        raise missing(what, id_)
    return row


def missing(what: str, id_: str) -> Failure:
    """``not_found`` for one ``what``."""
    return Failure("not_found", f"there is no {what} {id_[:80]!r}", advice=f"look at the list of {what}s")
