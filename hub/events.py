"""Callbacks: a message in the other direction, matched by business keys. All are kept; none is applied twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from hub import journal
from hub.failpoint import failpoint
from hub.lifecycle import TASK, TASK_END
from hub.outcome import PENDING, UNKNOWN, Outcome, Outcomes, judged, takes_back
from hub.store import schema
from hub.store.locks import lock_rows
from interfaces.message import Body

Row = dict[str, Any]
Exchange = tuple[str, str]
"""Task id, exchange id."""


@dataclass(slots=True)
class Event:
    """One callback: ``key`` names the waiting task, ``row`` is its journal row, ``source`` the system it came from."""

    key: str
    source: str
    body: Body
    row: Row


class Events:
    """The write that takes callbacks. Results: how each was matched (also kept as the journal row's outcome)."""

    def __init__(self, outcomes: Outcomes) -> None:
        self._outcomes = outcomes

    def apply(self, connection: sa.Connection, batch: Sequence[Event]) -> list[str]:
        tasks = _find_tasks(connection, [e.key for e in batch if e.key])
        seen = _seen_exchanges(connection, batch)
        verdicts: list[str] = []
        outcomes: list[Outcome] = []
        for event in batch:
            task = tasks.get(event.key)
            verdict = _judge(task, event, seen)
            verdicts.append(verdict)
            event.row |= {"outcome": verdict}
            if task is not None and verdict != "foreign":
                event.row |= {"order_id": task["order_id"], "task_id": task["id"]}
            if verdict == "matched" and task is not None:
                body, undoing = dict(event.body), takes_back(task)
                outcomes.append(judged(task["order_id"], task["id"], body, undoing, attempted=False))
                seen.add((task["id"], event.row["exchange_id"]))
                task |= {"state": "completed", "output": event.body}  # a second one in this batch comes too late
            elif verdict == "progress" and task is not None and event.body.get("step"):
                body = dict(event.body)
                outcomes.append(Outcome(task["order_id"], task["id"], "progress", output=body, attempted=False))
        journal.append(connection, [e.row for e in batch])
        if outcomes:
            self._outcomes.apply(connection, outcomes)
        failpoint("event.before_commit")
        return verdicts


def _judge(task: Row | None, event: Event, seen: set[Exchange]) -> str:
    """matched | progress | duplicate | late | early | contradiction | foreign | unknown."""
    if task is None or task["kind"] == "notify":
        return "unknown"
    if task["peer"] != event.source:
        return "foreign"  # right number, wrong system: never applied
    state = event.body.get("state", "")
    if event.row["exchange_id"] and (task["id"], event.row["exchange_id"]) in seen:
        return "duplicate"
    if task["state"] in TASK_END:
        first = (task["output"] or {}).get("state")
        if state == first or state in PENDING:
            return "duplicate" if state == first else "late"
        return "contradiction" if task["state"] in ("completed", "failed") and first else "late"
    if (task["state"], "answered") not in TASK:
        return "early"  # about something that was never sent
    return "progress" if state in PENDING | UNKNOWN else "matched"


def _find_tasks(connection: sa.Connection, keys: list[str]) -> dict[str, Row]:
    o, t = schema.orders, schema.task
    mine = sa.select(t.c.order_id).where(t.c.id.in_(keys))
    lock_rows(connection, sa.select(o.c.id).where(o.c.id.in_(mine)).order_by(o.c.id))  # the same one may come twice
    columns = (t.c.id, t.c.order_id, t.c.kind, t.c.operation, t.c.peer, t.c.state, t.c.output)
    rows = connection.execute(sa.select(*columns).where(t.c.id.in_(keys))).mappings()
    return {r["id"]: dict(r) for r in rows}


def _seen_exchanges(connection: sa.Connection, batch: Sequence[Event]) -> set[Exchange]:
    """Callbacks that were applied before: (task, exchange id). Alone, an id says nothing: peers count from 1."""
    t = schema.message
    keys = [e.key for e in batch if e.key and e.row["exchange_id"]]
    if not keys:
        return set()
    rows = connection.execute(
        sa.select(t.c.task_id, t.c.exchange_id).where(
            t.c.task_id.in_(keys), t.c.direction == "in", t.c.outcome == "matched"
        )
    )
    return {(r[0], r[1]) for r in rows if r[1]}
