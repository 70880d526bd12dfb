"""Rows of the journal: every message in and out, original bytes and canonical form."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from hub.store import schema
from hub.store.hot import insert_many
from interfaces.failure import Failure
from interfaces.ids import new_id
from interfaces.message import Message
from interfaces.wire import WireMessage

Row = dict[str, Any]


def row(direction: str, wire: WireMessage, message: Message | None, *, at: int, **columns: Any) -> Row:
    """One journal row, all columns, so that batches share one statement. ``columns`` override the message's."""
    made: Row = {
        "id": message.id if message else new_id("msg"),
        "direction": direction,
        "endpoint": "",
        "interface": "",
        "operation": "",
        "peer": "",
        "type": message.type if message else "",
        "exchange_id": message.exchange_id if message else "",
        "key": message.key if message else "",
        "correlation_id": message.correlation_id if message else "",
        "in_reply_to": message.in_reply_to if message else "",
        "order_id": "",
        "task_id": "",
        "area": message.area if message else "",
        "at": at,
        "outcome": "ok",
        "failure": None,
        "content_type": wire.content_type,
        "headers": dict(wire.headers),
        "raw": wire.body,
        "canonical": message.body if message else None,
    }
    return made | columns


def failed(failure: Failure) -> Row:
    """Columns of a row whose message was refused or broken."""
    return {"outcome": failure.code, "failure": failure.to_json()}


def append(connection: sa.Connection, rows: Sequence[Row]) -> list[str]:
    """Write: journal these rows; their ids."""
    if rows:
        insert_many(connection, schema.message, list(rows))
    return [r["id"] for r in rows]


def audit(connection: sa.Connection, rows: Sequence[Row]) -> list[None]:
    """Write: audit rows {at, who, action, object, reason, detail}."""
    if rows:
        insert_many(connection, schema.audit, list(rows))
    return [None] * len(rows)
