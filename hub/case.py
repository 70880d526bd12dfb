"""One order with its tasks inside a write: loaded, moved by the tables, saved. No other code moves a state."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa

from hub import lifecycle
from hub.store import schema
from hub.store.paths import dig, plant
from interfaces.ids import derived, new_id
from interfaces.message import Body

Record = dict[str, Any]
MILESTONE = ":"
"""``sps.provision:serviceStopped`` in a task's ``after``: a step its peer reports on the way, not its end."""
REACHED = "reached"
"""Where the output of a task under way keeps the steps its peer has reported."""


class Case:
    """order: row of ``orders``; tasks: rows of ``task`` in plan order. Changes are kept until ``save``."""

    def __init__(self, order: Record, tasks: list[Record], now: int) -> None:
        self.order = order
        self.tasks = tasks
        self.now = now
        self._order_before = dict(order)
        self._tasks_before = {t["id"]: dict(t) for t in tasks}
        self.fallouts: list[Record] = []
        self.resolved: list[tuple[str, str, str]] = []  # task id, resolution, who
        self.ended = False

    def task(self, task_id: str) -> Record:
        return next(t for t in self.tasks if t["id"] == task_id)

    def of_kind(self, kind: str) -> list[Record]:
        return [t for t in self.tasks if t["kind"] == kind]

    # -- moves --------------------------------------------------------------------------------------

    def move_order(self, event: str, reason: str = "") -> None:
        state = lifecycle.move(lifecycle.ORDER, self.order["state"], event, where=self.order["id"])
        self.order |= {"state": state, "updated_at": self.now}
        if reason:
            self.order["reason"] = reason
        if state in lifecycle.ORDER_END:
            self.order["completed_at"] = self.now
            self.ended = True

    def move_task(self, task: Record, event: str, **changes: Any) -> None:
        state = lifecycle.move(lifecycle.TASK, task["state"], event, where=f"{task['order_id']} {task['name']}")
        task |= {"state": state, "updated_at": self.now, **changes}

    def open_fallout(self, task: Record, category: str, failure: Record) -> None:
        """The task needs a person; one row in the fallout list."""
        partner = failure.get("detail", {}).get("code", "")
        self.fallouts.append(
            {
                "id": new_id("fo"),
                "order_id": self.order["id"],
                "task_id": task["id"],
                "state": "open",
                "category": category,
                "signature": f"{task['peer']}/{task['operation']}/{failure['code']}/{partner}"[:200],
                "reason": task["reason"],
                "failure": failure,
                "created_at": self.now,
            }
        )

    # -- the plan goes on ---------------------------------------------------------------------------

    def advance(self) -> None:
        """Whatever follows from the present states of the tasks, by the tables. Idempotent."""
        if self.order["state"] in lifecycle.ORDER_END or self.order["state"] in ("queued", "held"):
            return
        if self._sync_fallout():
            return
        if not self.order["outcome"]:
            self._advance_plan()
        if self.order["outcome"]:
            self._advance_undo()

    def _sync_fallout(self) -> bool:
        # once the order is being taken back, a stuck task of the plan is simply undone
        kind = "undo" if self.order["outcome"] else "do"
        stuck = [t for t in self.of_kind(kind) if t["state"] == "fallout"]
        if stuck:
            if self.order["state"] != "fallout":
                self.move_order("stuck", stuck[0]["reason"])
            return True
        if self.order["state"] == "fallout" and self.order["outcome"]:
            self.move_order("resume_undo")
        elif self.order["state"] == "fallout":
            self.move_order("resume")
            self.order["reason"] = ""
        return False

    def _advance_plan(self) -> None:
        plan = self.of_kind("do")
        refused = next((t for t in plan if t["state"] == "failed"), None)
        if refused is not None:
            self.order["outcome"] = "failed"
            self.move_order("fail", refused["reason"])
            return
        done = {t["name"] for t in plan if t["state"] in lifecycle.TASK_DONE}
        reached = {f"{t['name']}{MILESTONE}{step}" for t in plan for step in milestones(t)}
        for task in plan:
            if task["state"] == "pending" and all(
                n in reached or n.partition(MILESTONE)[0] in done for n in task["after"]
            ):
                self.release(task)
        if len(done) == len(plan):
            self.order["reason"] = ""
            self.move_order("complete")

    def release(self, task: Record) -> None:
        """All before it is done: fill the inputs in, make it due."""
        body = dict(task["body"])
        fill(body, task["inputs"], self._outputs())
        self.move_task(task, "release", body=body, due_at=self.now)

    def _outputs(self) -> dict[str, Body]:
        return {t["name"]: t["output"] or {} for t in self.of_kind("do")} | {"order": self.order["body"]}

    def past_return(self) -> str:
        """Name of a completed task that cannot be undone (a hard point of no return), "" while there is none."""
        gone = (
            t["name"] for t in self.of_kind("do") if t["point_of_no_return"] == "hard" and t["state"] == "completed"
        )
        return next(gone, "")

    # -- taking back --------------------------------------------------------------------------------

    def give_up(self, outcome: str, reason: str) -> None:
        """Start undoing; leads to ``failed`` or ``cancelled``."""
        self.order["outcome"] = outcome
        self.move_order("cancel" if outcome == "cancelled" else "fail", reason)

    def withdraw(self, reason: str) -> None:
        """Cancelled: one that still waits its turn at once, another with what it has done taken back."""
        if self.order["state"] != "queued":
            self.give_up("cancelled", reason)
            return
        for task in self.tasks:
            self.move_task(task, "cancel")
        self.move_order("cancel", reason)

    def _advance_undo(self) -> None:
        plan = self.of_kind("do")
        for task in plan:
            if task["state"] in ("pending", "ready") and not task["sent"]:
                self.move_task(task, "cancel")
        if any(t["state"] in ("sending", "ready") for t in plan):
            return  # let what is on its way come in first
        if not self.of_kind("undo"):
            self._plan_undo(plan)
        undo = self.of_kind("undo")
        if all(t["state"] in lifecycle.TASK_END for t in undo):
            self._undone(undo)
            return
        done = {t["name"] for t in undo if t["state"] in lifecycle.TASK_END}
        for task in undo:
            if task["state"] == "pending" and done.issuperset(task["after"]):
                self.release(task)

    def _plan_undo(self, plan: list[Record]) -> None:
        """Undo tasks in the reverse order of the plan, one after the other."""
        before: list[str] = []
        for task in reversed(plan):
            if task["state"] not in ("completed", "waiting", "fallout"):
                continue
            if task["state"] == "fallout":
                self.resolved.append((task["id"], "cancel", "hub"))
            task["deadline_at"] = 0  # from now on its undo is waited for: it must not be sent again
            if task["undo"] is None:
                continue
            row = undo_task(task, self.order["id"], len(self.tasks), before, self.now)
            self.tasks.append(row)
            before = [row["name"]]

    def _undone(self, undo: list[Record]) -> None:
        taken_back = {t["undo_of"] for t in undo if t["state"] in ("completed", "skipped", "failed")}
        for task in self.of_kind("do"):
            # what has no undo is let go: nothing of an order outlives it
            over = task["id"] in taken_back or task["state"] in ("waiting", "fallout")
            if over and (task["state"], "undone") in lifecycle.TASK:
                self.move_task(task, "undone")
        self.order["compensated"] = int(all(t["state"] != "skipped" for t in undo))  # a person may leave some as it is
        self.move_order(f"undone_{self.order['outcome']}")

    # -- keeping ------------------------------------------------------------------------------------

    def save(self, connection: sa.Connection) -> None:
        save_all(connection, [self])


def milestones(task: Record) -> list[str]:
    """Steps that the peer of a waiting task has reported. When it is done, all of them are behind it."""
    found: list[str] = (task["output"] or {}).get(REACHED, [])
    return found


def with_milestone(task: Record, event: Body) -> Body:
    """The output of a task that is under way: the peer's latest word, and every step it reported so far."""
    return event | {REACHED: list(dict.fromkeys([*milestones(task), event["step"]]))}


def fill(body: Body, inputs: Sequence[Sequence[str]], outputs: dict[str, Body]) -> None:
    """Copy what earlier tasks gave into the body; nothing where the output has no such path."""
    for source, path, into in inputs:
        value = dig(outputs.get(source, {}), path)
        if value is not None:
            plant(body, into, value)


def undo_task(task: Record, order_id: str, pos: int, after: list[str], now: int) -> Record:
    """The row that takes ``task`` back: a command of its own, with its own key."""
    undo = task["undo"]
    row = new_task(
        order_id,
        pos,
        kind="undo",
        name=f"undo {task['name']}",
        function=task["function"],
        operation=undo["operation"],
        type=undo["type"],
        inputs=undo["inputs"],
        after=list(after),
        undo_of=task["id"],
        peer=task["peer"],
        interface=undo["interface"],
        title=task["title"],
        priority=task["priority"],
        updated_at=now,
        body={},
    )
    row["body"] = undo["body"] | {"externalId": row["id"]}
    return row


_BLANK: Record = {
    "kind": "do",
    "state": "pending",
    "mode": "send",
    "sent": 0,
    "after": (),
    "inputs": (),
    "undo": None,
    "undo_of": "",
    "point_of_no_return": "",
    "title": None,
    "output": None,
    "failure": None,
    "reason": "",
    "attempt": 0,
    "priority": 5,
    "due_at": 0,
    "deadline_at": 0,
    "deadline_real": 0,
    "lease_owner": "",
    "lease_until": 0,
    "fence": 0,
    "updated_at": 0,
}


def new_task(order_id: str, pos: int, **fields: Any) -> Record:
    """A complete task row with the table's defaults (batches insert equal keys)."""
    return {**_BLANK, "id": derived("tk", order_id, f"{pos:02}"), "order_id": order_id, "pos": pos, **fields}


# -- loading and saving many at once ----------------------------------------------------------------


def load(connection: sa.Connection, order_ids: Iterable[str], now: int) -> dict[str, Case]:
    """Cases by order id; orders and tasks are locked in id order where the engine locks rows: none is claimed
    between this look at it and the commit."""
    ids = sorted(set(order_ids))
    orders = connection.execute(
        sa.select(schema.orders).where(schema.orders.c.id.in_(ids)).order_by(schema.orders.c.id).with_for_update()
    ).mappings()
    cases = {row["id"]: Case(dict(row), [], now) for row in orders}
    t = schema.task
    rows = connection.execute(
        sa.select(t).where(t.c.order_id.in_(ids)).order_by(t.c.order_id, t.c.pos).with_for_update()
    ).mappings()
    for row in rows:
        case = cases[row["order_id"]]
        case.tasks.append(dict(row))
        case._tasks_before[row["id"]] = dict(row)
    return cases


def save_all(connection: sa.Connection, cases: Iterable[Case]) -> None:
    """Write every change of these cases with one statement per set of changed columns."""
    updates: dict[tuple[str, tuple[str, ...]], list[Record]] = {}
    inserts: list[Record] = []
    for case in cases:
        _collect(updates, "orders", case._order_before, case.order)
        for task in case.tasks:
            before = case._tasks_before.get(task["id"])
            if before is None:
                inserts.append(task)
            else:
                _collect(updates, "task", before, task)
    for (table_name, columns), rows in sorted(updates.items()):
        table = schema.metadata.tables[table_name]
        statement = (
            sa.update(table)
            .where(table.c.id == sa.bindparam("row_id"))
            .values({c: sa.bindparam(f"new_{c}", type_=table.c[c].type) for c in columns})
        )
        connection.execute(statement, rows)
    if inserts:
        connection.execute(sa.insert(schema.task), inserts)
    _save_fallouts(connection, list(cases))


def _collect(
    updates: dict[tuple[str, tuple[str, ...]], list[Record]], table: str, before: Record, after: Record
) -> None:
    columns = tuple(sorted(c for c, v in after.items() if v != before.get(c)))
    if columns:
        row = {"row_id": after["id"]} | {f"new_{c}": after[c] for c in columns}
        updates.setdefault((table, columns), []).append(row)


def _save_fallouts(connection: sa.Connection, cases: list[Case]) -> None:
    opened = [row for case in cases for row in case.fallouts]
    if opened:
        connection.execute(sa.insert(schema.fallout), opened)
    for case in cases:
        for task_id, resolution, who in case.resolved:
            connection.execute(
                sa.update(schema.fallout)
                .where(schema.fallout.c.task_id == task_id, schema.fallout.c.state == "open")
                .values(state="resolved", resolved_at=case.now, resolution=resolution, resolved_by=who)
            )
