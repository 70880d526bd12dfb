"""Circuit breaker per peer, its state in the store: parks a dead peer's tasks instead of burning their attempts.

closed -> open after FAILURES attempts in a row that could not reach the peer; while open one task at a time may
try, every PROBE; the first success closes it and makes everything that waited due.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from hub.store import schema
from interfaces.clock import SECOND

FAILURES = 3
PROBE = 2 * SECOND  # real time

Row = dict[str, Any]
CLOSED: Row = {"breaker": "closed", "failures": 0, "since": 0, "probe_at": 0, "reason": "", "held": 0}


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt at a peer: reached (any answer counts) or not, and why."""

    peer: str
    reached: bool
    reason: str = ""


def after(state: Mapping[str, Any], attempt: Attempt, now: int, real: int) -> Row:
    """The peer's next state. Pure; ``now`` business and ``real`` real time, microseconds."""
    if attempt.reached:
        return {**state, "breaker": "closed", "failures": 0, "since": now, "probe_at": 0, "reason": ""}
    failures = state["failures"] + 1
    opens = failures >= FAILURES and state["breaker"] == "closed"
    return {
        **state,
        "breaker": "open" if opens else state["breaker"],
        "failures": failures,
        "since": now if state["failures"] == 0 else state["since"],
        "probe_at": real + PROBE,
        "reason": attempt.reason,
    }


def note(connection: sa.Connection, attempts: Sequence[Attempt], now: int, real: int) -> None:
    """Inside a write: keep what these attempts say of their peers. Touches no row while all is well."""
    t = schema.peer_state
    peers = sorted({a.peer for a in attempts})
    found = connection.execute(sa.select(t).where(t.c.peer.in_(peers)).with_for_update()).mappings()
    before: dict[str, Row] = {r["peer"]: dict(r) for r in found}
    states = {peer: before.get(peer, {"peer": peer, **CLOSED}) for peer in peers}
    for attempt in attempts:
        state = states[attempt.peer]
        if not attempt.reached or state["failures"]:
            states[attempt.peer] = after(state, attempt, now, real)
    for peer, state in states.items():
        if peer not in before:
            if state["failures"]:
                connection.execute(sa.insert(t).values(state))
        elif state != before[peer]:
            connection.execute(sa.update(t).where(t.c.peer == peer).values(state))
            if not state["failures"]:
                _let_go(connection, peer, now)


def _let_go(connection: sa.Connection, peer: str, now: int) -> None:
    """The peer is back: what waited for it goes on at once."""
    t = schema.task
    connection.execute(
        sa.update(t).where(t.c.peer == peer, t.c.state == "ready", t.c.due_at > now, t.c.sent == 0).values(due_at=now)
    )
