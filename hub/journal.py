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
WIDTH = 200
"""Characters of a name in the journal; intake refuses longer ones, and the row of that refusal is cut."""


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
        "exchange_id": message.exchange_id[:WIDTH] if message else "",
        "key": message.key[:WIDTH] if message else "",
        "correlation_id": message.correlation_id[:WIDTH] if message else "",
        "in_reply_to": message.in_reply_to if message else "",
        "order_id": "",
        "task_id": "",
        "area": message.area[:WIDTH] if message else "",
        "at": at,
        "outcome": "ok",
        "failure": None,
        "content_type": wire.content_type,
        "headers": dict(wire.headers),
        "raw": wire.body,
        "canonical": message.body if message else None,
    }
    made |= columns
    made["peer"] = made["peer"][:WIDTH]
    return made


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
