"""Keyset paging: a page is found by the last key of the page before, so it costs the same however deep."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Sequence
from typing import Any

import sqlalchemy as sa

from hub.views.base import Record, Row
from interfaces.failure import Failure

MAX_LIMIT = 200

Page = dict[str, Any]
"""``{"items": [...], "next": cursor or None, "total": how many match in all}``."""


def page(
    connection: sa.Connection,
    query: sa.Select[Any],
    keys: Sequence[sa.ColumnElement[Any]],
    show: Callable[[Row], Record],
    limit: int,
    cursor: str | None,
    newest_first: bool = True,
) -> Page:
    """One page of ``query`` ordered by ``keys``, which together must be unique and be selected by name.

    Failure ``invalid`` when the cursor was not made here or the limit is not 1..200.
    """
    if not 1 <= limit <= MAX_LIMIT:
        raise Failure("invalid", f"limit must be 1..{MAX_LIMIT}, not {limit}", where="limit")
    total = connection.scalar(sa.select(sa.func.count()).select_from(query.subquery()))
    if cursor:
        at = sa.tuple_(*(sa.literal(v, k.type) for v, k in zip(_read(cursor, len(keys)), keys, strict=True)))
        query = query.where(sa.tuple_(*keys) < at if newest_first else sa.tuple_(*keys) > at)
    order = [k.desc() if newest_first else k.asc() for k in keys]
    rows = connection.execute(query.order_by(*order).limit(limit + 1)).mappings().all()
    more = _write([rows[limit - 1][k] for k in keys]) if len(rows) > limit else None
    return {"items": [show(r) for r in rows[:limit]], "next": more, "total": total}


def _write(values: list[Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


def _read(cursor: str, count: int) -> list[Any]:
    try:
        values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, RecursionError):
        values = None
    # SQLite's integers end at 64 bits: a forged bigger one would be our crash
    if isinstance(values, list) and len(values) == count and all(_is_key(v) for v in values):
        return values
    raise Failure("invalid", "this cursor was not made by this hub", where="cursor", advice="start at the first page")


def _is_key(value: Any) -> bool:
    return isinstance(value, str) or (type(value) is int and abs(value) < 2**63)
