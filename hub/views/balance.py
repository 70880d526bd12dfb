"""The balance: nothing that was received is unaccounted for (received = accepted + rejected)."""

from __future__ import annotations

import sqlalchemy as sa

from hub.lifecycle import REACHED
from hub.store.schema import LOOSE, message, orders
from interfaces.failure import CODES

REFUSED = [code for code in CODES if code != "duplicate"]
"""Outcomes of a first request that was refused; a repeated one is neither received nor rejected again."""


def balance(connection: sa.Connection) -> dict[str, int]:
    """Counts over all orders and queries the hub ever took, by where they are now.

    ``received = accepted + rejected`` and ``accepted = completed + answered + failed + cancelled + held + in_flight +
    fallout``.
    """
    counts = dict.fromkeys((*REACHED.values(), "in_flight"), 0)
    for state, count in connection.execute(sa.select(orders.c.state, sa.func.count()).group_by(orders.c.state)):
        counts[REACHED.get(state, "in_flight")] += count
    loose = _loose(connection)
    counts["answered"] = loose.get("ok", 0)
    rejected = sum(loose.get(outcome, 0) for outcome in REFUSED)
    accepted = sum(counts.values())
    return {"received": accepted + rejected, "accepted": accepted, "rejected": rejected, **counts}


def _loose(connection: sa.Connection) -> dict[str, int]:
    """Requests from outside that belong to no order and no task, by outcome."""
    c = message.c.outcome
    # the condition word for word as in its index
    query = sa.select(c, sa.func.count().label("n")).where(sa.text(LOOSE)).group_by(c)
    return {row.outcome: row.n for row in connection.execute(query)}
