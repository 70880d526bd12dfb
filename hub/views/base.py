"""Small things that all views share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa

from interfaces.clock import to_rfc3339
from interfaces.failure import Failure

Record = dict[str, Any]
DEPTH = 5
"""Generations of child orders that are followed."""

Row = Mapping[Any, Any]
"""A row of a table by column name (SQLAlchemy's RowMapping, or a dict in tests)."""


@dataclass(frozen=True, slots=True)
class Sight:
    """What of the store somebody sees; all the rest is not there for him, neither in lists nor by its id.

    system  only what this system ordered, said or was told; "" = everybody's
    areas   only these local networks; empty = all. What belongs to no network is seen by those with all only
    """

    system: str = ""
    areas: frozenset[str] = frozenset()

    def narrow(
        self, query: sa.Select[Any], system: sa.ColumnElement[Any], area: sa.ColumnElement[Any]
    ) -> sa.Select[Any]:
        """The query's rows that are seen."""
        if self.system:
            query = query.where(system == self.system)
        return query.where(area.in_(sorted(self.areas))) if self.areas else query


ALL: Final = Sight()


def when(at: int) -> str | None:
    """Microseconds UTC as RFC 3339; 0 means "not yet"."""
    return to_rfc3339(at) if at else None


def where_equal(
    query: sa.Select[Any], columns: Mapping[str, sa.Column[Any]], given: Mapping[str, Any]
) -> sa.Select[Any]:
    """Narrow by every filter that was given (None or "" = not given)."""
    return query.where(*(columns[name] == value for name, value in given.items() if value not in (None, "")))


def one(connection: sa.Connection, query: sa.Select[Any], id_: str, what: str) -> sa.RowMapping:
    """The row that the query finds for this id; Failure ``not_found`` when there is none."""
    row = connection.execute(query).mappings().first()
    if row is None:
        raise missing(what, id_)
    return row


def missing(what: str, id_: str) -> Failure:
    """``not_found`` for one ``what``."""
    return Failure("not_found", f"there is no {what} {id_[:80]!r}", advice=f"look at the list of {what}s")
