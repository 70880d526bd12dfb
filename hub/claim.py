"""Taking due tasks under a lease with a fencing token, and noting that one is about to be sent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from hub import journal
from hub.breaker import PROBE
from hub.clock import store_now
from hub.lifecycle import TASK, move
from hub.store import schema

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


def _claim_one(connection: sa.Connection, wish: Wish) -> list[Row]:
    real = store_now(connection)
    blocked = _blocked(connection, real)
    full = [peer for peer, free in wish.slots.items() if free <= 0]
    taken: list[Row] = []
    counts: Counter[str] = Counter()
    for row in _due(connection, wish, [*full, *blocked["shut"]], real):
        peer = row["peer"]
        free = min(wish.slots.get(peer, wish.each), 1 if peer in blocked["trying"] else wish.each)
        if counts[peer] < free:
            counts[peer] += 1
            taken.append(_leased(row, wish, real))
    if taken:
        _save_leases(connection, taken)
        _next_try(connection, blocked["trying"] & counts.keys(), real)
    return taken


# hot statements: served in order by the index task_due (state, priority, due_at, id, peer), so that a few of ten
# thousand cost a few; one statement for each state, because an OR of both would be sorted
def _due(connection: sa.Connection, wish: Wish, shut: Sequence[str], real: int) -> list[Row]:
    """Tasks whose lease ran out, then those that are due, in the order they are to be taken."""
    t = schema.task
    lost = sa.and_(t.c.state == "sending", t.c.lease_until <= real)
    due = sa.and_(t.c.state == "ready", t.c.due_at <= wish.now)
    return [
        dict(row)
        for which in (lost, due)
        for row in connection.execute(
            sa.select(t)
            .where(which, t.c.peer.not_in(shut))
            .order_by(t.c.priority, t.c.due_at, t.c.id)
            .limit(wish.limit)
            .with_for_update(skip_locked=True)
        ).mappings()
    ]


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
    # locked, so that two processes do not both take the one try
    rows = connection.execute(
        sa.select(t.c.peer, t.c.held, t.c.probe_at)
        .where((t.c.breaker == "open") | (t.c.held == 1))
        .order_by(t.c.peer)
        .with_for_update()
    )
    blocked: dict[str, set[str]] = {"shut": set(), "trying": set()}
    for peer, held, probe_at in rows:
        blocked["shut" if held or probe_at > real else "trying"].add(peer)
    return blocked


def _next_try(connection: sa.Connection, peers: Collection[str], real: int) -> None:
    """One try at a time: the next one only after this one told. A peer for which nothing was due keeps its turn."""
    if peers:
        t = schema.peer_state
        connection.execute(sa.update(t).where(t.c.peer.in_(peers)).values(probe_at=real + PROBE))


def give_back(connection: sa.Connection, batch: Sequence[Row]) -> list[None]:
    """Write: tasks that were claimed and not begun may be taken by anybody at once."""
    t = schema.task
    for row in sorted(batch, key=lambda row: row["id"]):
        mine = (t.c.id == row["id"]) & (t.c.fence == row["fence"]) & (t.c.state == "sending")
        connection.execute(sa.update(t).where(mine).values(lease_until=0))
    return [None] * len(batch)


@dataclass(slots=True)
class Sending:
    """A task about to be sent: its journal row goes in first, with the mark that it may have reached the peer.

    lease  microseconds from now on: it may have stood in line since it was claimed, and the call takes its time
    """

    task_id: str
    fence: int
    row: Row
    lease: int


def note_sending(connection: sa.Connection, batch: Sequence[Sending]) -> list[bool]:
    """Write: True = go on; False = the lease was lost, somebody else has the task (fencing)."""
    t = schema.task
    ids = [s.task_id for s in batch]
    held_rows = sa.select(t.c.id, t.c.fence, t.c.state).where(t.c.id.in_(ids)).order_by(t.c.id).with_for_update()
    rows = connection.execute(held_rows).mappings()
    now = {r["id"]: r for r in rows}
    held = [now[s.task_id]["fence"] == s.fence and now[s.task_id]["state"] == "sending" for s in batch]
    kept = [s for s, holds in zip(batch, held, strict=True) if holds]
    if kept:
        until = store_now(connection) + max(s.lease for s in kept)  # one process's leases are all alike
        connection.execute(sa.update(t).where(t.c.id.in_([s.task_id for s in kept])).values(sent=1, lease_until=until))
        journal.append(connection, [s.row for s in kept])
    return held


# hot statement: served by the index task_wait, which holds waiting tasks only; its words must stand here literally
def overdue(connection: sa.Connection, moments: Sequence[int]) -> list[list[Row]]:
    """Write-side look: waiting tasks whose deadline has passed (business time given, real time asked)."""
    t = schema.task
    clocks = ((0, max(moments)), (1, store_now(connection)))
    found = [
        dict(row)
        for real, moment in clocks
        for row in connection.execute(
            sa.select(t)
            .where(sa.text(schema.WAITING), t.c.deadline_real == real, t.c.deadline_at <= moment)
            .order_by(t.c.deadline_at)
            .limit(WAIT_CLAIM)
        ).mappings()
    ]
    return [found] * len(moments)
