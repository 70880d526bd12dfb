"""Questions the hub answers itself (route function HUB): where is my order?"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from hub.calls import Answer
from hub.lifecycle import TMF622
from hub.store.schema import orders
from hub.store.writer import Store
from interfaces.clock import to_rfc3339
from interfaces.failure import Failure
from interfaces.message import Body, Message


def answer_own(store: Store) -> Answer:
    """operation, message -> canonical body. queryOrder: by our id or the sender's own number."""

    def answer(operation: str, message: Message) -> Body:
        if operation != "queryOrder":
            raise Failure("invalid", f"the hub answers no {operation!r} itself", reason="structure")
        return order_result(store, message)

    return answer


def order_result(store: Store, message: Message) -> Body:
    """ProductOrderResult of one order of the asking system; Failure ``not_found``."""
    asked = message.body
    query = sa.select(orders).where(orders.c.source == message.source, orders.c.type == "ProductOrder")
    if asked.get("id"):
        query = query.where(orders.c.id == asked["id"])
    else:
        query = query.where(orders.c.external_id == asked.get("externalId", message.key))
    with store.read() as connection:
        row = connection.execute(query.order_by(orders.c.created_at.desc()).limit(1)).mappings().first()
    if row is None:
        raise Failure("not_found", "no such order of yours", advice="check the number; orders of others are not shown")
    return _body(dict(row))


def _body(row: dict[str, Any]) -> Body:
    body: Body = {
        "id": row["id"],
        "externalId": row["external_id"],
        "state": TMF622[row["state"]],
        "area": row["area"],
        "orderDate": to_rfc3339(row["created_at"]),
    }
    if row["reason"]:
        body["message"] = row["reason"][:400]
    if row["completed_at"]:
        body["completionDate"] = to_rfc3339(row["completed_at"])
    return body
