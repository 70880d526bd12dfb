"""The journal: messages in and out, canonical and as they went over the wire."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import sqlalchemy as sa

from hub.secrets import MARK
from hub.store.schema import message
from hub.views.base import ALL, Record, Row, Sight, one, when, where_equal
from hub.views.paging import Page, page
from hub.views.text import SHOWN, charset_of, decode
from interfaces.mask import Masker

FILTERS = {
    "order_id": message.c.order_id,
    "task_id": message.c.task_id,
    "peer": message.c.peer,
    "direction": message.c.direction,
    "key": message.c.key,
    "exchange_id": message.c.exchange_id,
    "in_reply_to": message.c.in_reply_to,
    "type": message.c.type,
    "outcome": message.c.outcome,
    "area": message.c.area,
}
HEAVY = frozenset({"raw", "canonical", "headers"})
LISTED = [*(c for c in message.c if c.name not in HEAVY), sa.func.length(message.c.raw).label("bytes")]
BEGINNING = sa.func.substr(message.c.raw, 1, SHOWN * 4, type_=sa.LargeBinary).label("raw")  # a character has 4 bytes
OPENED = sa.select(*LISTED, message.c.canonical, message.c.headers, BEGINNING)
# fmt: off
SAME = (
    "id", "direction", "peer", "interface", "operation", "type", "key", "exchange_id", "correlation_id",
    "in_reply_to", "order_id", "task_id", "area", "endpoint", "outcome", "bytes",
)
# fmt: on

MaskerOf = Callable[[str], Masker]
"""Interface reference of a message -> what to hide."""


def list_messages(
    connection: sa.Connection,
    filters: Mapping[str, str | None],
    limit: int = 50,
    cursor: str | None = None,
    sight: Sight = ALL,
) -> Page:
    """The newest first, without bodies. ``filters`` by the names of FILTERS."""
    query = seen(where_equal(sa.select(*LISTED), FILTERS, filters), sight)
    return page(connection, query, (message.c.seq,), message_record, limit, cursor)


def seen(query: sa.Select[Any], sight: Sight) -> sa.Select[Any]:
    """Of a query on messages what is there for ``sight``: a system sees what it said and was told."""
    return sight.narrow(query, message.c.peer, message.c.area)


def message_record(row: Row) -> Record:
    """One journal line; ``reply`` tells an answer from a request; ``reason`` is its failure in words."""
    failure = row["failure"] or {}
    return {name: row[name] for name in SAME} | {
        "at": when(row["at"]),
        "reply": row["direction"] == "in" and bool(row["in_reply_to"]),
        "reason": failure.get("message", ""),
    }


def get_message(connection: sa.Connection, message_id: str, masker_of: MaskerOf, sight: Sight = ALL) -> Record:
    """One message with ``canonical`` and ``text`` (its bytes decoded with ``charset``), both masked.

    ``truncated`` tells that ``text`` is not all of it; ``hidden`` names fields whose value is not even in the bytes,
    because it proves who somebody is. Failure ``not_found``.
    """
    row = one(connection, seen(OPENED.where(message.c.id == message_id), sight), message_id, "message")
    masker = masker_of(row["interface"])
    raw = row["raw"] or b""  # SQLite has no part of nothing
    charset = charset_of(raw, row["content_type"])
    return message_record(row) | {
        "canonical": masker.canonical(row["canonical"]),
        "text": masker.text(decode(raw, charset), row["canonical"]),
        "charset": charset,
        "truncated": row["bytes"] > SHOWN,
        "hidden": _hidden(row),
        "content_type": row["content_type"],
        "failure": row["failure"],
    }


def get_raw(connection: sa.Connection, message_id: str, sight: Sight = ALL) -> tuple[bytes, str, list[str]]:
    """The original bytes, their charset, and the fields of which they hold ``***``. Failure ``not_found``."""
    query = sa.select(message).where(message.c.id == message_id)
    row = one(connection, seen(query, sight), message_id, "message")
    return row["raw"], charset_of(row["raw"], row["content_type"]), _hidden(row)


def _hidden(row: Row) -> list[str]:
    return str((row["headers"] or {}).get(MARK, "")).split()
