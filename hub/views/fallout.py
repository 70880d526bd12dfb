"""Fallout: tasks that need a person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from hub.store.schema import fallout, orders, task
from hub.views.base import ALL, Record, Row, Sight, one, when, where_equal
from hub.views.paging import Page, page

FILTERS = {
    "state": fallout.c.state,
    "category": fallout.c.category,
    "signature": fallout.c.signature,
    "order_id": fallout.c.order_id,
    "area": orders.c.area,
    "peer": task.c.peer,
}
QUERY = (
    sa.select(
        fallout,
        orders.c.external_id,
        orders.c.area,
        orders.c.source,
        orders.c.type.label("order_type"),
        task.c.name.label("task"),
        task.c.peer,
        task.c.operation,
        task.c.attempt,
    )
    .join(orders, orders.c.id == fallout.c.order_id)
    .join(task, task.c.id == fallout.c.task_id)
)
# fmt: off
SAME = (
    "id", "order_id", "task_id", "external_id", "order_type", "source", "area", "task", "peer", "operation",
    "attempt", "state", "category", "signature", "reason", "owner", "resolution", "resolved_by", "note",
)
# fmt: on


def list_fallout(
    connection: sa.Connection,
    filters: Mapping[str, str | None],
    limit: int = 50,
    cursor: str | None = None,
    sight: Sight = ALL,
) -> Page:
    """The oldest first. ``filters`` by the names of FILTERS; ``state`` is ``open`` or ``resolved``."""
    query = _seen(where_equal(QUERY, FILTERS, filters), sight)
    keys = (fallout.c.created_at, fallout.c.id)
    return page(connection, query, keys, fallout_record, limit, cursor, newest_first=False)


def get_fallout(connection: sa.Connection, fallout_id: str, sight: Sight = ALL) -> Record:
    """One case; Failure ``not_found``."""
    query = _seen(QUERY.where(fallout.c.id == fallout_id), sight)
    return fallout_record(one(connection, query, fallout_id, "fallout case"))


def _seen(query: sa.Select[Any], sight: Sight) -> sa.Select[Any]:
    return sight.narrow(query, orders.c.source, orders.c.area)


def fallout_record(row: Row) -> Record:
    """One case as people see it; ``failure`` is what the peer or the hub said, as stored (already masked)."""
    return {name: row[name] for name in SAME} | {
        "since": when(row["created_at"]),
        "resolved_at": when(row["resolved_at"]),
        "failure": row["failure"] or {},
    }
