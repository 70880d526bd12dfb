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
    counts["answered"] = _requests(connection, ["ok"])
    rejected = _requests(connection, REFUSED)
    accepted = sum(counts.values())
    return {"received": accepted + rejected, "accepted": accepted, "rejected": rejected, **counts}


def _requests(connection: sa.Connection, outcomes: list[str]) -> int:
    """Requests from outside that belong to no order and no task, with one of these outcomes."""
    loose = sa.text(LOOSE)  # word for word the condition of its index
    query = sa.select(sa.func.count()).select_from(message).where(loose, message.c.outcome.in_(outcomes))
    return connection.scalar(query) or 0
