"""What happens, in the same transaction, when an order reaches an end state."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import sqlalchemy as sa

from hub import case
from hub.case import Case
from hub.lifecycle import ORDER_END
from hub.store import schema
from hub.store.locks import lock_rows
from interfaces.clock import to_rfc3339
from interfaces.message import Body

Row = dict[str, Any]
SHOWN = ("resource", "serviceNumber", "completionDate", "appointment", "reason", "characteristic")
Notice = Callable[[Row], "Row | None"]
Recycled = Callable[[str], bool]


class Ending:
    """Notify the sender, free the business number, let the next order of the lane start.

    notice    order row -> the notify task's row, None when nobody is to be told
    recycled  interface id -> its numbers may be used again after completion
    """

    def __init__(self, notice: Notice, recycled: Recycled) -> None:
        self._notice = notice
        self._recycled = recycled

    def finish(self, connection: sa.Connection, ended: Sequence[Case]) -> None:
        """Before saving: add the notify task (invariant: written with the end itself) and free the number."""
        freed = [c.order["id"] for c in ended if self._frees(c.order)]
        if freed:
            t = schema.business_key
            connection.execute(sa.update(t).where(t.c.order_id.in_(freed)).values(freed=1))
        for one in ended:
            task = self._notice(one.order)
            if task is not None:
                task["body"] |= event_body(one)
                task |= {"state": "ready", "due_at": one.now, "after": []}
                one.tasks.append(task)

    def _frees(self, order: Row) -> bool:
        return order["state"] in ("failed", "cancelled") or self._recycled(order["channel"])

    def start_next(self, connection: sa.Connection, ended: Sequence[Case]) -> None:
        """After saving: what was queued behind these orders starts, if nothing older is open on any of its lanes."""
        waiting = _next(connection, [c.order["id"] for c in ended])
        if waiting:
            cases = case.load(connection, waiting, ended[0].now).values()
            for one in cases:
                one.move_order("start")
                one.advance()
            case.save_all(connection, cases)


def _next(connection: sa.Connection, ended: Sequence[str]) -> list[str]:
    """Queued orders that share a lane with these and have no open order before them on any lane."""
    if not ended:
        return []
    o, mine, theirs = schema.orders, schema.order_lane.alias(), schema.order_lane.alias()
    # an order that is being accepted behind one of these is seen, or sees that these have ended
    lanes = sa.select(mine.c.lane).where(mine.c.order_id.in_(ended))
    lock_rows(connection, sa.select(schema.lane).where(schema.lane.c.key.in_(lanes)).order_by(schema.lane.c.key))
    behind = (
        sa.select(theirs.c.order_id)
        .distinct()
        .join_from(mine, theirs, theirs.c.lane == mine.c.lane)
        .join(o, o.c.id == theirs.c.order_id)
        .where(mine.c.order_id.in_(ended), o.c.state == "queued")
    )
    queued = list(connection.scalars(behind))
    return _free(connection, queued) if queued else []


def _free(connection: sa.Connection, queued: Sequence[str]) -> list[str]:
    o, before = schema.orders, schema.orders.alias()
    mine, theirs = schema.order_lane.alias(), schema.order_lane.alias()
    # what they wait for on another lane may be ending at this moment: whoever comes second sees both ends
    lock_rows(connection, sa.select(o.c.id).where(o.c.id.in_(queued)).order_by(o.c.id))
    held_up = (
        sa.select(mine.c.order_id)
        .join_from(mine, theirs, sa.and_(theirs.c.lane == mine.c.lane, theirs.c.no < mine.c.no))
        .join(before, before.c.id == theirs.c.order_id)
        .where(mine.c.order_id == o.c.id, before.c.state.not_in(ORDER_END))
    )
    free = sa.select(o.c.id).where(o.c.id.in_(queued), o.c.state == "queued", ~held_up.exists())
    return list(connection.scalars(free))


def event_body(one: Case) -> Body:
    """OrderEvent for the sender: state, reason, and what the tasks gave."""
    order = one.order
    body: Body = {"id": order["id"], "state": order["state"], "eventTime": to_rfc3339(one.now)}
    if order["parent_order"]:
        body["parentOrder"] = order["body"].get("parentOrder", "")
    for task in one.of_kind("do"):
        output = task["output"] or {}
        body |= {k: output[k] for k in SHOWN if k in output}
        if task["state"] == "failed" and output.get("state") in ("returned", "rejected"):
            body["state"] = output["state"]
        if task["state"] in ("failed", "undone") and task["failure"] and "reason" not in body:
            detail = task["failure"].get("detail", {})
            body["reason"] = {"code": str(detail.get("code") or task["failure"]["code"])[:64]}
            body["reason"]["text"] = task["failure"]["message"][:400]
    if not body.get("parentOrder"):
        body.pop("parentOrder", None)
    if order["state"] == "completed" and "completionDate" not in body:
        body["completionDate"] = to_rfc3339(one.now)
    return body
