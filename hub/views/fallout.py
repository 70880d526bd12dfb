"""Fallout: tasks that need a person."""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa

from hub.store.schema import fallout, orders, task
from hub.views.base import Record, Row, missing, when, where_equal
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
    connection: sa.Connection, filters: Mapping[str, str | None], limit: int = 50, cursor: str | None = None
) -> Page:
    """The oldest first. ``filters`` by the names of FILTERS; ``state`` is ``open`` or ``resolved``."""
    query = where_equal(QUERY, FILTERS, filters)
    keys = (fallout.c.created_at, fallout.c.id)
    return page(connection, query, keys, fallout_record, limit, cursor, newest_first=False)


def get_fallout(connection: sa.Connection, fallout_id: str) -> Record:
    """One case; Failure ``not_found``."""
    row = connection.execute(QUERY.where(fallout.c.id == fallout_id)).mappings().first()
    if row is None:
        raise missing("fallout case", fallout_id)
    return fallout_record(row)


def fallout_record(row: Row) -> Record:
    """One case as people see it; ``failure`` is what the peer or the hub said, as stored (already masked)."""
    return {name: row[name] for name in SAME} | {
        "since": when(row["created_at"]),
        "resolved_at": when(row["resolved_at"]),
        "failure": row["failure"] or {},
    }
