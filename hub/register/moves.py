"""A version's life after it is registered: activate, deprecate, retire; each with its reason in the audit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from hub import journal
from hub.lifecycle import ORDER_END, TASK_END, VERSION, move
from hub.register.kept import CHANGES, in_force
from hub.store.schema import orders, spec, task
from hub.store.versions import count_change
from interfaces.clock import real_now
from interfaces.failure import Failure

EVENTS = ("activate", "deprecate", "retire")
SHOWN = 5
"""Orders named in a refusal."""


@dataclass(frozen=True, slots=True)
class Move:
    """at: business time. answers: the system whose callbacks come by this interface, "" = none do."""

    id: str
    version: str
    event: str
    reason: str
    who: str
    at: int
    answers: str = ""

    @property
    def ref(self) -> str:
        return f"{self.id}@{self.version}"


def make_moves(connection: sa.Connection, batch: Sequence[Move]) -> list[str | Failure]:
    """Write: the state each version has then, or why it cannot be so."""
    done: list[str | Failure] = []
    for wanted in batch:
        try:
            done.append(_made(connection, wanted))
        except Failure as failure:
            done.append(failure)
    count_change(connection, CHANGES)
    return done


def _made(connection: sa.Connection, wanted: Move) -> str:
    columns = (spec.c.version, spec.c.state, spec.c.since, spec.c.hash)
    query = sa.select(*columns).where(spec.c.id == wanted.id).order_by(spec.c.version).with_for_update()
    rows = {row["version"]: row for row in connection.execute(query).mappings()}
    if wanted.version not in rows:
        advice = f"there are: {', '.join(rows)}" if rows else "see `mboss interface list`"
        raise Failure("not_found", f"no version {wanted.ref}", where=wanted.id, advice=advice)
    before = rows[wanted.version]["state"]
    after = move(VERSION, before, wanted.event, wanted.ref)
    if wanted.event == "retire" and before != "draft":
        _refuse_in_use(connection, wanted, list(rows.values()))
    active = next((v for v, row in rows.items() if row["state"] == "active"), "")
    if after == "active" and active:
        _set(connection, wanted, active, move(VERSION, "active", "supersede"), "supersede", f"by {wanted.ref}")
    _set(connection, wanted, wanted.version, after, wanted.event, wanted.reason)
    return after


def _set(connection: sa.Connection, wanted: Move, version: str, state: str, event: str, reason: str) -> None:
    """State and audit of one version."""
    row = {"state": state, "since": real_now(), "who": wanted.who, "reason": reason}
    this = (spec.c.id == wanted.id) & (spec.c.version == version)
    connection.execute(sa.update(spec).where(this).values(row))
    said = {"at": wanted.at, "who": wanted.who, "action": f"interface.{event}", "object": f"{wanted.id}@{version}"}
    journal.audit(connection, [said | {"reason": reason, "detail": {"state": state}}])


def _refuse_in_use(connection: sa.Connection, wanted: Move, rows: Sequence[Any]) -> None:
    """Failure ``conflict`` while orders need the version, or another one would come into force by surprise."""
    last = wanted.version == in_force(rows)
    others = [row["version"] for row in rows if row["state"] == "deprecated" and row["version"] != wanted.version]
    if last and others:
        advice = f"activate one of them, or retire {', '.join(others)} first"
        raise Failure("conflict", f"{wanted.ref} is in force and older versions are not retired", advice=advice)
    needed = bound_orders(connection, wanted, last)
    if needed:
        raise Failure(
            "conflict",
            f"{len(needed)} open order(s) are bound to {wanted.ref}",
            where=", ".join(needed[:SHOWN]),
            advice="deprecate it, and retire it when they have ended",
        )


def bound_orders(connection: sa.Connection, wanted: Move, last: bool) -> list[str]:
    """Ids of open orders that need the version: by a task, by taking one back, and where it is the ``last`` of its
    interface by what came in by it or is to come in by it."""
    open_ = orders.c.state.not_in(ORDER_END)
    bound = task.c.interface == wanted.ref
    if last and wanted.answers:
        bound |= (task.c.peer == wanted.answers) & (task.c.state == "waiting")
    columns = (task.c.order_id, task.c.interface, task.c.state, task.c.peer, task.c.undo)
    query = sa.select(*columns).join(orders, orders.c.id == task.c.order_id).where(open_)
    rows = connection.execute(query.where(bound | task.c.undo.is_not(None))).mappings()
    found = {row["order_id"] for row in rows if _needs(row, wanted, last)}
    if last:
        found |= set(connection.scalars(sa.select(orders.c.id).where(open_, orders.c.channel == wanted.id)))
    return sorted(found)


def _needs(row: Any, wanted: Move, last: bool) -> bool:
    if row["interface"] == wanted.ref and (row["state"] not in TASK_END or row["undo"] is not None):
        return True
    if last and wanted.answers == row["peer"] and row["state"] == "waiting":
        return True
    return bool(row["undo"] and row["undo"].get("interface") == wanted.ref)
