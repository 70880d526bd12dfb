"""Questions that the hub answers itself (route function ``HUB``): what became of an order."""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa

from hub.lifecycle import TMF622
from hub.store.schema import orders
from hub.store.writer import Store
from hub.views.base import Row, when
from hub.views.orders import tasks_of
from hub.views.waiting import waits
from interfaces.failure import Failure
from interfaces.message import Body, Message

TEXT = 400  # characters that ProductOrderResult has for a text


def answer_own(store: Store, only_own: bool = False) -> Callable[[str, Message], Body]:
    """(operation, OrderQuery) -> ProductOrderResult; Failure ``not_found``, or ``invalid`` for other questions.

    only_own  the asker is known, and another's order is not there for him
    """

    def answer(operation: str, message: Message) -> Body:
        if message.type != "OrderQuery":
            raise Failure("invalid", f"the hub answers no {message.type}", where=operation)
        with store.read() as connection:
            row = find_order(connection, message, only_own)
            return order_result(connection, row, message.at)

    return answer


def find_order(connection: sa.Connection, query: Message, only_own: bool = False) -> Row:
    """By the hub's id, else the newest order of that number: the asker's own before any other's."""
    c, body = orders.c, query.body
    if body.get("id"):
        found = sa.select(orders).where(c.id == body["id"])
    else:
        number = sa.select(orders).where(c.external_id == body.get("externalId", ""))
        found = number.where(c.area == body["area"]) if body.get("area") else number
    if only_own:
        found = found.where(c.source == query.source)
    own_first = (c.source == query.source).desc()
    row = connection.execute(found.order_by(own_first, c.created_at.desc()).limit(1)).mappings().first()
    if row is None:
        raise Failure("not_found", "there is no such order", where="OrderQuery", advice="check the number")
    return row


def order_result(connection: sa.Connection, row: Row, now: int) -> Body:
    """ProductOrderResult of an order; ``message`` says why it stands still, ``reason`` why it failed."""
    state = TMF622[row["state"]]
    waiting = waits(connection, row, tasks_of(connection, row["id"]), now)
    said = {
        "id": row["id"],
        "externalId": row["external_id"],
        "state": state,
        "area": row["area"],
        "message": waiting[0]["text"][:TEXT] if waiting else "",
        "orderDate": when(row["created_at"]),
        "completionDate": when(row["completed_at"]) if state == "completed" else None,
    }
    if state in ("failed", "cancelled"):
        said["reason"] = {"code": state, "text": (row["reason"] or state)[:TEXT]}
    return {name: value for name, value in said.items() if value not in (None, "")}
