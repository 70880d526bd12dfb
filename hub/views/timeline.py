"""The timeline of an order: every message and every step of it and of its child orders, in order of time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from hub.lifecycle import ORDER_END, TASK_END
from hub.store.schema import audit, fallout, message, orders, task
from hub.views.base import ALL, DEPTH, Record, Sight, when
from hub.views.messages import LISTED, message_record
from hub.views.orders import find_order


def timeline(connection: sa.Connection, order_id: str, sight: Sight = ALL) -> Record:
    """``{"order": id, "orders": [ids with children], "events": [...]}``; Failure ``not_found``.

    A message event has ``kind: message`` and the message's record; a state event ``kind: state``, ``of``
    (order, task, fallout, audit), ``name``, ``from``, ``to``, ``reason``. Both: ``at``, ``order_id``,
    ``external_id``. Of a task the journal holds each exchange; its state is told as it is now.
    """
    find_order(connection, order_id, sight)
    family = _family(connection, order_id)
    events = [e for make in (_orders, _tasks, _fallout, _messages, _audit) for e in make(connection, list(family))]
    names = {row["id"]: row["external_id"] for row in family.values()}
    events.sort(key=lambda e: (e["_at"], _rank(e)))
    shown = [{"at": when(e.pop("_at")), **e, "external_id": names[e["order_id"]]} for e in events]
    return {"order": order_id, "orders": list(family), "events": shown}


def _rank(event: Record) -> int:
    """At one instant an order is accepted first and ended last."""
    if event["kind"] == "state" and event["of"] == "order":
        return 2 if event["from"] else 0
    return 1


def _family(connection: sa.Connection, order_id: str) -> dict[str, sa.RowMapping]:
    found: dict[str, sa.RowMapping] = {}
    query = sa.select(*(c for c in orders.c if c.name != "body"))
    rows = connection.execute(query.where(orders.c.id == order_id)).mappings().all()
    for _ in range(DEPTH):
        found |= {r["id"]: r for r in rows}
        rows = connection.execute(query.where(orders.c.parent_order.in_([r["id"] for r in rows]))).mappings().all()
    return found


def _state(at: int, order_id: str, of: str, name: str, to: str, reason: str = "", before: str = "") -> Record:
    said = {"kind": "state", "of": of, "name": name, "from": before, "to": to, "reason": reason}
    return {"_at": at, "order_id": order_id} | said


def _rows(connection: sa.Connection, table: sa.Table, ids: Sequence[str]) -> Sequence[sa.RowMapping]:
    return connection.execute(sa.select(table).where(table.c.order_id.in_(ids))).mappings().all()


def _orders(connection: sa.Connection, ids: Sequence[str]) -> Iterator[Record]:
    for row in connection.execute(
        sa.select(orders).where(orders.c.id.in_(ids)).order_by(orders.c.created_at)
    ).mappings():
        yield _state(row["created_at"], row["id"], "order", row["type"], "accepted")
        if row["state"] in ORDER_END:
            at = row["completed_at"] or row["updated_at"]
            yield _state(at, row["id"], "order", row["type"], row["state"], row["reason"], "accepted")


def _tasks(connection: sa.Connection, ids: Sequence[str]) -> Iterator[Record]:
    for row in _rows(connection, task, ids):
        if row["state"] in TASK_END or row["attempt"]:
            yield _state(row["updated_at"], row["order_id"], "task", row["name"], row["state"], row["reason"])


def _fallout(connection: sa.Connection, ids: Sequence[str]) -> Iterator[Record]:
    for row in _rows(connection, fallout, ids):
        yield _state(row["created_at"], row["order_id"], "fallout", row["category"], "open", row["reason"])
        if row["resolved_at"]:
            yield _state(
                row["resolved_at"],
                row["order_id"],
                "fallout",
                row["resolution"],
                "resolved",
                row["note"],
                "open",
            )


def _messages(connection: sa.Connection, ids: Sequence[str]) -> Iterator[Record]:
    query = sa.select(*LISTED).where(message.c.order_id.in_(ids)).order_by(message.c.seq)
    for row in connection.execute(query).mappings():
        yield {"_at": row["at"], "kind": "message", **_without_at(message_record(row))}


def _audit(connection: sa.Connection, ids: Sequence[str]) -> Iterator[Record]:
    for row in connection.execute(sa.select(audit).where(audit.c.object.in_(ids)).order_by(audit.c.seq)).mappings():
        yield _state(row["at"], row["object"], "audit", row["who"], row["action"], row["reason"])


def _without_at(record: Mapping[str, Any]) -> Record:
    return {k: v for k, v in record.items() if k != "at"}
