"""/api/v1/fallout: what needs a person, and what a person does about it."""

from __future__ import annotations

from typing import Any, Literal

from fastapi import APIRouter

from hub.api.actions import act
from hub.api.entry import Who
from hub.api.parts import Cursor, HubOf, JsonBody, Limit, Text
from hub.views.fallout import get_fallout, list_fallout

router = APIRouter(prefix="/api/v1/fallout", tags=["fallout"])


@router.get("")
def fallout(
    hub: HubOf,
    who: Who,
    state: Literal["open", "resolved", ""] = "open",
    category: Text = None,
    signature: Text = None,
    order_id: Text = None,
    area: Text = None,
    peer: Text = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> dict[str, Any]:
    """Cases, the oldest first; open ones unless ``state`` says otherwise (empty = all)."""
    filters = {
        "state": state,
        "category": category,
        "signature": signature,
        "order_id": order_id,
        "area": area,
        "peer": peer,
    }
    with hub.store.read() as connection:
        return list_fallout(connection, filters, limit, cursor, who.sight)


@router.get("/{fallout_id}")
def case(hub: HubOf, who: Who, fallout_id: str) -> dict[str, Any]:
    """One case."""
    with hub.store.read() as connection:
        return get_fallout(connection, fallout_id, who.sight)


@router.post("/{fallout_id}/{action}")
def work(hub: HubOf, who: Who, fallout_id: str, action: str, body: JsonBody) -> dict[str, Any]:
    """retry, skip, complete or cancel: ``{"reason": why}``; to complete also ``output``, what was answered."""
    return act(hub, who, fallout_id, action, body)
