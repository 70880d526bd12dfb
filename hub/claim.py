"""Taking due tasks under a lease with a fencing token, and noting that one is about to be sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from hub import journal
from hub.lifecycle import TASK, move
from hub.store import schema
from interfaces.clock import real_now

Row = dict[str, Any]
WAIT_CLAIM = 30  # waiting tasks past their deadline, per round


@dataclass(frozen=True, slots=True)
class Wish:
    """Who asks (``owner``), for how long (``lease``, microseconds), and how many more calls each peer may get.

    slots  peer -> free places; a peer not named has ``each``
    """

    owner: str
    lease: int
    now: int
    each: int
    limit: int = 64
    slots: Mapping[str, int] = field(default_factory=dict)


def claim(connection: sa.Connection, wishes: Sequence[Wish]) -> list[list[Row]]:
    """Write: lease due tasks (ready, or sending under a lease that ran out); rows with their new fence."""
    return [_claim_one(connection, wish) for wish in wishes]


# hot statement: served by the index task_due (state, due_at)
def _claim_one(connection: sa.Connection, wish: Wish) -> list[Row]:
    t, real = schema.task, real_now()
    blocked = _blocked(connection, real)
    full = [p for p, free in wish.slots.items() if free <= 0]
    due = sa.or_(
        sa.and_(t.c.state == "ready", t.c.due_at <= wish.now),
        sa.and_(t.c.state == "sending", t.c.lease_until <= real),
    )
    query = (
        sa.select(t)
        .where(due, t.c.peer.not_in([*full, *blocked["shut"]]))
        .order_by(t.c.priority, t.c.due_at, t.c.id)
        .limit(wish.limit)
        .with_for_update(skip_locked=True)
    )
    taken: list[Row] = []
    counts: dict[str, int] = {}
    for found in connection.execute(query).mappings():
        row = dict(found)
        peer = row["peer"]
        free = min(wish.slots.get(peer, wish.each), 1 if peer in blocked["trying"] else wish.each)
        if counts.get(peer, 0) < free:
            counts[peer] = counts.get(peer, 0) + 1
            taken.append(_leased(row, wish, real))
    if taken:
        _save_leases(connection, taken)
    return taken


def _leased(row: Row, wish: Wish, real: int) -> Row:
    crashed = row["state"] == "sending" and bool(row["sent"])
    return row | {
        "state": move(TASK, row["state"], "claim"),
        "fence": row["fence"] + 1,
        "attempt": row["attempt"] + 1,
        "lease_owner": wish.owner,
        "lease_until": real + wish.lease,
        "crashed": crashed,  # somebody sent it and was never heard of again: outcome unknown
    }


def _save_leases(connection: sa.Connection, rows: list[Row]) -> None:
    t = schema.task
    columns = ("state", "fence", "attempt", "lease_owner", "lease_until")
    connection.execute(
        sa.update(t).where(t.c.id == sa.bindparam("row_id")).values({c: sa.bindparam(f"new_{c}") for c in columns}),
        [{"row_id": r["id"]} | {f"new_{c}": r[c] for c in columns} for r in rows],
    )


def _blocked(connection: sa.Connection, real: int) -> dict[str, set[str]]:
    """Peers whose breaker is open: shut until probe_at, then one task may try. Held peers are shut."""
    t = schema.peer_state
    rows = connection.execute(
        sa.select(t.c.peer, t.c.held, t.c.probe_at).where((t.c.breaker == "open") | (t.c.held == 1))
    )
    blocked: dict[str, set[str]] = {"shut": set(), "trying": set()}
    for peer, held, probe_at in rows:
        blocked["shut" if held or probe_at > real else "trying"].add(peer)
    if blocked["trying"]:
        # one try per round: the next one only after this one told
        connection.execute(sa.update(t).where(t.c.peer.in_(blocked["trying"])).values(probe_at=real + 2_000_000))
    return blocked


@dataclass(slots=True)
class Sending:
    """A task about to be sent: its journal row goes in first, with the mark that it may have reached the peer."""

    task_id: str
    fence: int
    row: Row


def note_sending(connection: sa.Connection, batch: Sequence[Sending]) -> list[bool]:
    """Write: True = go on; False = the lease was lost, somebody else has the task (fencing)."""
    t = schema.task
    ids = [s.task_id for s in batch]
    rows = connection.execute(sa.select(t.c.id, t.c.fence, t.c.state).where(t.c.id.in_(ids))).mappings()
    now = {r["id"]: r for r in rows}
    held = [now[s.task_id]["fence"] == s.fence and now[s.task_id]["state"] == "sending" for s in batch]
    kept = [s for s, holds in zip(batch, held, strict=True) if holds]
    if kept:
        connection.execute(sa.update(t).where(t.c.id.in_([s.task_id for s in kept])).values(sent=1))
        journal.append(connection, [s.row for s in kept])
    return held


def overdue(connection: sa.Connection, moments: Sequence[int]) -> list[list[Row]]:
    """Write-side look: waiting tasks whose deadline has passed (business time given, real time asked)."""
    t, real = schema.task, real_now()
    query = (
        sa.select(t)
        .where(
            t.c.state == "waiting",
            t.c.deadline_at > 0,
            sa.or_(
                sa.and_(t.c.deadline_real == 0, t.c.deadline_at <= max(moments)),
                sa.and_(t.c.deadline_real == 1, t.c.deadline_at <= real),
            ),
        )
        .limit(WAIT_CLAIM)
    )
    found = [dict(r) for r in connection.execute(query).mappings()]
    return [found] * len(moments)
