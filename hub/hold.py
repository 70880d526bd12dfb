"""Holding a peer (挂起): what is due there is parked until a person releases it, then goes out in its order.

What is being sent is finished; questions to the peer are still asked; orders keep coming in. Each is one write with its
audit row, and needs a reason.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa

from hub import breaker, journal
from hub.store import schema
from hub.store.writer import Store
from interfaces.clock import Clock
from interfaces.failure import Failure

HELD: Final = {"hold": 1, "release": 0}
"""Action -> what it leads to."""


@dataclass(frozen=True, slots=True)
class Holding:
    """action: ``hold`` or ``release``; at: business time, microseconds UTC."""

    peer: str
    action: str
    reason: str
    who: str
    at: int


def hold_or_release(store: Store, clock: Clock, peer: str, action: str, reason: str, who: str) -> None:
    """Returns after the commit. Failure ``invalid`` without a reason or for another action, ``conflict`` when the peer
    is so already."""
    if action not in HELD:
        raise Failure("invalid", f"no action {action!r}", advice=f"there are {' and '.join(HELD)}")
    if not reason:
        raise Failure("invalid", f"{action} needs a reason", advice="say why; it is kept in the audit")
    refused = store.write(apply, Holding(peer, action, reason, who, clock.now()))
    if refused:
        raise refused


def apply(connection: sa.Connection, batch: Sequence[Holding]) -> list[Failure | None]:
    """Write: refusals come back as values, so that neighbours commit."""
    return [_one(connection, holding) for holding in batch]


def _one(connection: sa.Connection, holding: Holding) -> Failure | None:
    t = schema.peer_state
    wanted = HELD[holding.action]
    held = connection.scalar(sa.select(t.c.held).where(t.c.peer == holding.peer).with_for_update())
    if (held or 0) == wanted:
        return Failure("conflict", f"{holding.peer} is {'held already' if wanted else 'not held'}")
    if held is None:
        connection.execute(sa.insert(t).values(breaker.CLOSED | {"peer": holding.peer, "held": wanted}))
    else:
        connection.execute(sa.update(t).where(t.c.peer == holding.peer).values(held=wanted))
    journal.audit(connection, [_audit(holding)])
    return None


def _audit(holding: Holding) -> dict[str, Any]:
    return {
        "at": holding.at,
        "who": holding.who,
        "action": f"peer.{holding.action}",
        "object": holding.peer,
        "reason": holding.reason,
        "detail": {},
    }
