"""Id cross-reference in the store: peer id <-> canonical id, per kind, system and local network. Mappings read it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import sqlalchemy as sa

from hub.store import schema
from hub.store.writer import Store


class StoreXref:
    """interfaces.mapping IdLookup over the table ``xref``. Entries without an area serve those that have none."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def find(self, kind: str, system: str, area: str, value: str, to: Literal["wire", "canonical"]) -> str | None:
        """The id on the other side, None when it is not known."""
        t = schema.xref
        known, wanted = (t.c.peer_id, t.c.canonical_id) if to == "canonical" else (t.c.canonical_id, t.c.peer_id)
        query = (
            sa.select(wanted)
            .where(t.c.kind == kind, t.c.system == system, t.c.area.in_([area, ""]), known == value)
            .order_by(t.c.area.desc())
        )
        with self._store.read() as connection:
            found: str | None = connection.scalar(query)
            return found


def learn(connection: sa.Connection, rows: Sequence[dict[str, Any]]) -> list[None]:
    """Write: keep {kind, system, area, peer_id, canonical_id}; a known peer id gets its new canonical id."""
    t = schema.xref
    for row in rows:
        key = sa.and_(*(t.c[c] == row[c] for c in ("kind", "system", "area", "peer_id")))
        connection.execute(sa.delete(t).where(key))
    if rows:
        connection.execute(sa.insert(t), list(rows))
    return [None] * len(rows)
