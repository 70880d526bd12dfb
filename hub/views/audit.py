"""The audit: who did what, when and why."""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa

from hub.store.schema import audit
from hub.views.base import Record, Row, when, where_equal
from hub.views.paging import Page, page

FILTERS = {name: audit.c[name] for name in ("who", "action", "object")}


def list_audit(
    connection: sa.Connection, filters: Mapping[str, str | None], limit: int = 50, cursor: str | None = None
) -> Page:
    """The newest first. ``filters``: who, action, object (the id of what was acted on)."""
    query = where_equal(sa.select(audit), FILTERS, filters)
    return page(connection, query, (audit.c.seq,), _record, limit, cursor)


def _record(row: Row) -> Record:
    said = {name: row[name] for name in ("seq", "who", "action", "object", "reason")}
    return said | {"at": when(row["at"]), "detail": row["detail"] or {}}
