"""Nonces of WS-Security tokens, kept in the store: what one process took, none takes again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa

from hub.store.hot import marks, run
from hub.store.schema import nonce
from interfaces.clock import MINUTE

KEPT: Final = 15 * MINUTE
"""Longer than any token is taken (token.py): what is forgotten is refused by its age."""


@dataclass(frozen=True, slots=True)
class Nonce:
    """scope: who said it; value: its hash; at: real time."""

    scope: str
    value: str
    at: int


def take(connection: sa.Connection, batch: Sequence[Nonce]) -> list[bool]:
    """Write: True for each that was never taken before."""
    connection.execute(sa.delete(nonce).where(nonce.c.at < min(n.at for n in batch) - KEPT))
    return [_fresh(connection, one) for one in batch]


def _fresh(connection: sa.Connection, one: Nonce) -> bool:
    values = marks(1, 3, connection.dialect.paramstyle)
    statement = f"INSERT INTO nonce (scope, nonce, at) VALUES {values} ON CONFLICT DO NOTHING RETURNING nonce"
    return bool(run(connection, statement, (one.scope, one.value, one.at)))
