"""/api/v1/messages: the journal."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from hub.api.entry import Who
from hub.api.parts import Cursor, HubOf, Limit, Text, masker_of
from hub.views.messages import get_message, get_raw, list_messages

router = APIRouter(prefix="/api/v1/messages", tags=["messages"])

INERT = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cache-Control": "no-store",
}
"""Headers under which a browser shows a peer's bytes and runs nothing of them."""


@router.get("")
def messages(
    hub: HubOf,
    who: Who,
    order_id: Text = None,
    task_id: Text = None,
    peer: Text = None,
    direction: Text = None,
    key: Text = None,
    exchange_id: Text = None,
    in_reply_to: Text = None,
    type: Text = None,
    outcome: Text = None,
    area: Text = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> dict[str, Any]:
    """Messages in and out, the newest first, without their bodies."""
    filters = {
        "order_id": order_id,
        "task_id": task_id,
        "peer": peer,
        "direction": direction,
        "key": key,
        "exchange_id": exchange_id,
        "in_reply_to": in_reply_to,
        "type": type,
        "outcome": outcome,
        "area": area,
    }
    with hub.store.read() as connection:
        return list_messages(connection, filters, limit, cursor, who.sight)


@router.get("/{message_id}")
def message(hub: HubOf, who: Who, message_id: str) -> dict[str, Any]:
    """One message: canonical body and wire text side by side, what the spec marks as personal masked."""
    with hub.store.read() as connection:
        return get_message(connection, message_id, masker_of(hub), who.sight)


@router.get("/{message_id}/raw")
def raw(hub: HubOf, who: Who, message_id: str) -> Response:
    """The original bytes exactly as they were on the wire, but for fields that prove who somebody is, of which
    ``X-Mboss-Hidden`` gives the names: with authentication on they stand there as ``***``."""
    with hub.store.read() as connection:
        body, charset, hidden = get_raw(connection, message_id, who.sight)
    marked = {"X-Mboss-Hidden": " ".join(hidden)} if hidden else {}
    return Response(body, headers={**INERT, **marked}, media_type=f"text/plain; charset={charset}")
