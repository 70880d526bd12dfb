"""Orders: the list, one order with its tasks and why it stands still."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from hub.lifecycle import ORDER_END, REACHED
from hub.store.schema import orders, task
from hub.views.base import ALL, DEPTH, Record, Row, Sight, one, when, where_equal
from hub.views.paging import Page, page
from hub.views.waiting import waits

FILTERS = {
    "external_id": orders.c.external_id,
    "source": orders.c.source,
    "state": orders.c.state,
    "area": orders.c.area,
    "type": orders.c.type,
    "product_instance": orders.c.product_instance,
    "parent_order": orders.c.parent_order,
}
SEARCHED = (orders.c.id, orders.c.external_id, orders.c.product_instance, orders.c.reason)
# fmt: off
ORDER = (
    "id", "external_id", "type", "state", "area", "source", "channel", "parent_order", "priority", "reason",
    "product_instance", "action",
)
TASK = (
    "id", "order_id", "name", "kind", "state", "peer", "interface", "function", "operation", "attempt", "reason",
    "undo_of", "after",
)
# fmt: on
LISTED = [c for c in orders.c if c.name != "body"]


def list_orders(
    connection: sa.Connection,
    filters: Mapping[str, str | None],
    text: str | None = None,
    limit: int = 50,
    cursor: str | None = None,
    top: bool = False,
    sight: Sight = ALL,
) -> Page:
    """The newest first (ids sort by creation).

    ``filters`` by the names of FILTERS; ``text`` is part of an id, number or reason; ``top`` leaves out what a
    peer ordered for an order that is already listed.
    """
    query = seen(where_equal(sa.select(*LISTED), FILTERS, filters), sight)
    if top:
        query = query.where(orders.c.parent_order == "")
    if text:
        query = query.where(sa.or_(*(c.icontains(text, autoescape=True) for c in SEARCHED)))
    return page(connection, query, (orders.c.id,), order_record, limit, cursor)


def seen(query: sa.Select[Any], sight: Sight) -> sa.Select[Any]:
    """Of a query on orders what is there for ``sight``."""
    return sight.narrow(query, orders.c.source, orders.c.area)


def find_order(connection: sa.Connection, order_id: str, sight: Sight = ALL, what: str = "order") -> sa.RowMapping:
    """The whole row; Failure ``not_found``."""
    return one(connection, seen(sa.select(orders).where(orders.c.id == order_id), sight), order_id, what)


def order_record(row: Row) -> Record:
    """One order without its tasks."""
    return {name: row[name] for name in ORDER} | {
        "reached": REACHED.get(row["state"], ""),
        "created_at": when(row["created_at"]),
        "completed_at": when(row["completed_at"]),
        "compensated": bool(row["compensated"]),
    }


def get_order(connection: sa.Connection, order_id: str, now: int, sight: Sight = ALL) -> Record:
    """One order with ``tasks``, ``children`` and ``waiting``: why it, or the child ``order`` named, stands still.

    Failure ``not_found``.
    """
    row = find_order(connection, order_id, sight)
    rows = tasks_of(connection, order_id)
    children = _children(connection, order_id)
    return order_record(row) | {
        "tasks": [task_record(t) for t in rows],
        "waiting": _waiting(connection, row, rows, children, now),
        "children": [child["id"] for child in children],
    }


def _waiting(
    connection: sa.Connection, row: Row, rows: Sequence[Row], children: Sequence[Row], now: int, deep: int = DEPTH
) -> list[Record]:
    """Own causes and, before them, those of the child orders that a peer works it off with: the deepest is first."""
    found: list[Record] = []
    for child in children if deep and row["state"] not in ORDER_END else ():
        below = _children(connection, child["id"])
        found += _waiting(connection, child, tasks_of(connection, child["id"]), below, now, deep - 1)
    return found + [{"order": row["id"], **wait} for wait in waits(connection, row, rows, now)]


def _children(connection: sa.Connection, order_id: str) -> Sequence[sa.RowMapping]:
    query = sa.select(*LISTED).where(orders.c.parent_order == order_id).order_by(orders.c.id)
    return connection.execute(query).mappings().all()


def get_body(connection: sa.Connection, order_id: str) -> tuple[Record, Record]:
    """An order's record and its canonical body, for doors that give the order back. Failure ``not_found``."""
    row = find_order(connection, order_id)
    return order_record(row), row["body"]


def tasks_of(connection: sa.Connection, order_id: str) -> list[sa.RowMapping]:
    query = sa.select(task).where(task.c.order_id == order_id).order_by(task.c.pos, task.c.id)
    return list(connection.execute(query).mappings())


def task_record(row: Row) -> Record:
    """One task as people see it: no bodies, no lease."""
    return {name: row[name] for name in TASK} | {
        "due_at": when(row["due_at"]),
        "deadline_at": when(row["deadline_at"]),
        "title": row["title"] or {},
    }


def list_tasks(
    connection: sa.Connection,
    filters: Mapping[str, str | None],
    limit: int = 50,
    cursor: str | None = None,
    sight: Sight = ALL,
) -> Page:
    """Tasks, the newest order's first. ``filters``: order_id, state, peer."""
    query = where_equal(sa.select(task), {name: task.c[name] for name in ("order_id", "state", "peer")}, filters)
    query = _of_seen(query, sight)
    return page(connection, query, (task.c.order_id, task.c.id), task_record, limit, cursor)


def get_task(connection: sa.Connection, task_id: str, sight: Sight = ALL) -> Record:
    """One task; Failure ``not_found``."""
    return task_record(one(connection, _of_seen(sa.select(task).where(task.c.id == task_id), sight), task_id, "task"))


def _of_seen(query: sa.Select[Any], sight: Sight) -> sa.Select[Any]:
    """Tasks of orders that are seen."""
    return query if sight == ALL else query.where(task.c.order_id.in_(seen(sa.select(orders.c.id), sight)))
