"""/api/v1/orders, /api/v1/tasks: what became of every order."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from hub.api.actions import cancel_order
from hub.api.entry import Who
from hub.api.parts import Cursor, HubOf, JsonBody, Limit, Text
from hub.views.orders import get_order, get_task, list_orders, list_tasks
from hub.views.timeline import timeline

router = APIRouter(prefix="/api/v1", tags=["orders"])


@router.get("/orders")
def orders(
    hub: HubOf,
    who: Who,
    external_id: Text = None,
    source: Text = None,
    state: Text = None,
    area: Text = None,
    type: Text = None,
    product_instance: Text = None,
    parent_order: Text = None,
    text: Text = None,
    top: bool = False,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> dict[str, Any]:
    """Orders, the newest first. ``text`` is part of an id, a number or a reason.

    ``top`` leaves out what a peer ordered for an order that is listed itself.
    """
    filters = {
        "external_id": external_id,
        "source": source,
        "state": state,
        "area": area,
        "type": type,
        "product_instance": product_instance,
        "parent_order": parent_order,
    }
    with hub.store.read() as connection:
        return list_orders(connection, filters, text, limit, cursor, top, who.sight)


@router.get("/orders/{order_id}")
def order(hub: HubOf, who: Who, order_id: str) -> dict[str, Any]:
    """One order with its tasks, and in ``waiting`` why it stands still."""
    with hub.store.read() as connection:
        return get_order(connection, order_id, hub.clock.now(), who.sight)


@router.get("/orders/{order_id}/timeline")
def order_timeline(hub: HubOf, who: Who, order_id: str) -> dict[str, Any]:
    """Every message and step of the order and its child orders, in order."""
    with hub.store.read() as connection:
        return timeline(connection, order_id, who.sight)


@router.post("/orders/{order_id}/cancel")
def cancel(hub: HubOf, who: Who, order_id: str, body: JsonBody) -> dict[str, Any]:
    """Give the order up: ``{"reason": why}``. What was done is undone; the order as it is then."""
    return cancel_order(hub, who, order_id, body)


@router.get("/tasks")
def tasks(
    hub: HubOf,
    who: Who,
    order_id: Text = None,
    state: Text = None,
    peer: Text = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> dict[str, Any]:
    """Tasks, by id."""
    with hub.store.read() as connection:
        return list_tasks(connection, {"order_id": order_id, "state": state, "peer": peer}, limit, cursor, who.sight)


@router.get("/tasks/{task_id}")
def task(hub: HubOf, who: Who, task_id: str) -> dict[str, Any]:
    """One task."""
    with hub.store.read() as connection:
        return get_task(connection, task_id, who.sight)
