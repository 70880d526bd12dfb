"""Peers: is it in reach, what waits for it, what went wrong last."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import sqlalchemy as sa

from hub.store.schema import audit, peer_state, task
from hub.views.base import Record, Row, missing, when

OPEN = ("ready", "sending", "waiting", "fallout")


def list_peers(connection: sa.Connection, known: Iterable[str]) -> list[Record]:
    """Every peer that is configured or bound (``known``), or that a task or a breaker speaks of, by code."""
    counts = _counts(connection)
    states = {r["peer"]: r for r in connection.execute(sa.select(peer_state)).mappings()}
    errors = _last_errors(connection)
    holds = _holds(connection, [peer for peer, state in states.items() if state["held"]])
    codes = sorted({*known, *counts, *states} - {""})
    return [_record(code, counts.get(code, {}), states.get(code), errors.get(code), holds.get(code)) for code in codes]


def get_peer(connection: sa.Connection, code: str, known: Iterable[str]) -> Record:
    """One peer; Failure ``not_found`` when nobody speaks of it."""
    for record in list_peers(connection, known):
        if record["code"] == code:
            return record
    raise missing("peer", code)


def _counts(connection: sa.Connection) -> dict[str, dict[str, int]]:
    query = (
        sa.select(task.c.peer, task.c.state, sa.func.count())
        .where(task.c.state.in_(OPEN))
        .group_by(task.c.peer, task.c.state)
    )
    found: dict[str, dict[str, int]] = {}
    for peer, state, count in connection.execute(query):
        found.setdefault(peer, {})[state] = count
    return found


def _last_errors(connection: sa.Connection) -> dict[str, str]:
    """The newest reason among the open tasks of each peer."""
    query = (
        sa.select(task.c.peer, task.c.reason)
        .where(task.c.state.in_(OPEN), task.c.reason != "")
        .order_by(task.c.updated_at)
    )
    return {row.peer: row.reason for row in connection.execute(query)}


def _holds(connection: sa.Connection, held: list[str]) -> dict[str, Record]:
    """Who holds these peers since when, and why."""
    chosen = audit.c.object.in_(held), audit.c.action == "peer.hold"
    rows = connection.execute(sa.select(audit).where(*chosen).order_by(audit.c.seq)).mappings() if held else ()
    return {row["object"]: {"by": row["who"], "since": when(row["at"]), "reason": row["reason"]} for row in rows}


def _record(code: str, counts: Mapping[str, int], state: Row | None, error: str | None, hold: Record | None) -> Record:
    down, held = bool(state and state["breaker"] == "open"), bool(state and state["held"])
    return {
        "code": code,
        "state": "held" if held else "down" if down else "up",
        "breaker": state["breaker"] if state else "closed",
        "since": when(state["since"]) if state else None,
        "next_try": when(state["probe_at"]) if state and down else None,
        "failures": state["failures"] if state else 0,
        "hold": hold,
        "waiting": {name: counts.get(name, 0) for name in OPEN},
        "last_error": (state["reason"] if state else "") or error or "",
    }
