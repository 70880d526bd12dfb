"""What a person can do about an order: work a fallout (retry, skip, complete, cancel), cancel an order.

Each is one write: task, order, fallout row and audit move together. Skip, complete and cancel need a reason.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from hub import case, journal
from hub.case import Case
from hub.lifecycle import ORDER, ORDER_END
from hub.outcome import Outcomes
from hub.store import schema
from interfaces.canonical import validator
from interfaces.clock import Clock
from interfaces.failure import Failure
from interfaces.message import Body

Row = dict[str, Any]
ACTIONS = ("retry", "skip", "complete", "cancel")
NEED_REASON = frozenset({"skip", "complete", "cancel"})


@dataclass(frozen=True, slots=True)
class Action:
    """subject: a fallout id, or an order id for ``cancel``. output: the answer that should have come (``complete``)."""

    subject: str
    action: str
    who: str = ""
    reason: str = ""
    output: Body | None = None


class Actions:
    """The writes. Results: the order id; refusals come back as Failure values, so neighbours commit."""

    def __init__(self, clock: Clock, outcomes: Outcomes) -> None:
        self._clock = clock
        self._outcomes = outcomes

    def apply(self, connection: sa.Connection, batch: Sequence[Action]) -> list[str | Failure]:
        return [self._one(connection, action) for action in batch]

    def _one(self, connection: sa.Connection, action: Action) -> str | Failure:
        try:
            _check(action)
            order_id, task_id = _subject(connection, action)
            one = case.load(connection, [order_id], self._clock.now()).get(order_id)
            if one is None:
                raise _unknown(action.subject)
            self._do(one, task_id, action)
            self._outcomes.settle(connection, [one])
        except Failure as failure:
            return failure
        journal.audit(connection, [self._audit(action, order_id, task_id)])
        return order_id

    def _do(self, one: Case, task_id: str, action: Action) -> None:
        if action.action == "cancel":
            _cancel(one, action)
            return
        task = one.task(task_id)
        changes: Row = {"reason": "", "failure": None}
        if action.action == "retry":
            changes |= {"due_at": one.now, "attempt": 0}
        elif action.action == "complete":
            changes |= {"output": _answer(task, action.output)}
        one.move_task(task, action.action, **changes)
        one.resolved.append((task_id, action.action, action.who))

    def _audit(self, action: Action, order_id: str, task_id: str) -> Row:
        return {
            "at": self._clock.now(),
            "who": action.who,
            "action": f"fallout.{action.action}" if task_id else f"order.{action.action}",
            "object": order_id,
            "reason": action.reason,
            "detail": {"task": task_id},
        }


def _check(action: Action) -> None:
    if action.action not in ACTIONS:
        raise Failure("invalid", f"no action {action.action!r}", advice=f"there are {', '.join(ACTIONS)}")
    if action.action in NEED_REASON and not action.reason.strip():
        raise Failure("invalid", f"{action.action} needs a reason", advice="say why; it is kept in the audit")


def _subject(connection: sa.Connection, action: Action) -> tuple[str, str]:
    """(order id, task id); the task id is "" when the order itself was named."""
    if action.subject.startswith("ord_"):
        if action.action != "cancel":
            raise Failure("invalid", f"{action.action} needs a fallout id, not an order id")
        return action.subject, ""
    t = schema.fallout
    row = connection.execute(sa.select(t).where(t.c.id == action.subject)).mappings().first()
    if row is None:
        raise _unknown(action.subject)
    if row["state"] != "open":
        raise Failure(
            "conflict", f"fallout {action.subject} was resolved before ({row['resolution']})", where=row["order_id"]
        )
    return row["order_id"], row["task_id"]


def _cancel(one: Case, action: Action) -> None:
    order = one.order
    if order["state"] in ORDER_END or order["outcome"]:
        raise Failure("conflict", f"order {order['id']} is {order['state']}: it cannot be cancelled", where=order["id"])
    if passed := one.past_return():
        raise Failure("conflict", f"the point of no return is passed: {passed}", where=order["id"])
    if (order["state"], "cancel") not in ORDER:
        raise Failure("conflict", f"an order in state {order['state']} cannot be cancelled", where=order["id"])
    one.withdraw(action.reason)


def _answer(task: Row, output: Body | None) -> Body:
    """The answer given by hand must be one the peer could have given."""
    body = {"externalId": task["id"], "state": "completed"} | (output or {})
    found = validator(f"{task['type'].partition('@')[0]}Result").check(body)
    if found:
        raise Failure("invalid", "the given answer does not fit", errors=found, where=task["name"])
    return body


def _unknown(subject: str) -> Failure:
    return Failure("not_found", f"no order or fallout {subject}", advice="see `mboss fallout list`")
