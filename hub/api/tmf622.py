"""TMF622 product ordering v4: POST is a door like any other (agreement ``tmf622-order``), GET a view of the order."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse, Response

from hub.api.entry import Who
from hub.api.parts import Body, HubOf, Text, json_only, wire_message
from hub.identity.who import Subscription
from hub.intake import Inbound
from hub.runtime import Hub
from hub.views.tmf622 import get_product_order, list_product_orders
from interfaces.failure import Failure
from interfaces.wire import WireMessage

PATH = "/tmf-api/productOrderingManagement/v4/productOrder"
INTERFACE = "tmf622-order"
ENDPOINT = f"http:{PATH}"

router = APIRouter(prefix=PATH, tags=["TMF622 product order"])

Fields = Annotated[str | None, Query(max_length=400, description="comma-separated names of the attributes wanted")]


@router.post("", status_code=201)
def create(request: Request, hub: HubOf, who: Who, body: Body) -> Response:
    """Order products: 201 with the order as accepted. The same order again answers the same.

    What tells one order from another is its externalId, else the Idempotency-Key header; an order with neither is a
    new one each time it is sent.
    """
    json_only(request)
    reply = submit(hub, who.subscription, wire_message(request, body))
    with hub.store.read() as connection:
        order = get_product_order(connection, str(reply["id"]), PATH)
    return JSONResponse(order, 201, headers={"Location": order["href"]})


def submit(hub: Hub, by: Subscription | None, wire: WireMessage) -> dict[str, Any]:
    """The canonical ProductOrderResult; a refusal names the row it has in the journal."""
    agreement, caller = hub.registry.get(INTERFACE), by.system if by else ""
    try:
        if by is not None and by.interface != INTERFACE:
            raise Failure("forbidden", f"this API key is for {by.interface}", where=INTERFACE)
        received = agreement.read_request(wire)
    except Failure as failure:
        failure.detail["incident"] = hub.intake.refuse(wire, failure, ENDPOINT, caller).result()
        raise
    try:
        return dict(hub.intake.submit(Inbound(received, agreement, wire, ENDPOINT, caller, by)).result().body)
    except Failure as failure:
        failure.detail.setdefault("incident", received.message.id)
        raise


@router.get("")
def product_orders(
    hub: HubOf,
    who: Who,
    external_id: Annotated[Text, Query(alias="externalId")] = None,
    state: Text = None,
    fields: Fields = None,
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Response:
    """Product orders, the newest first; X-Total-Count says how many match."""
    filters = {"external_id": external_id, "state": state}
    with hub.store.read() as connection:
        items, total = list_product_orders(connection, filters, offset, limit, PATH, who.sight)
    shown = [select(item, fields) for item in items]
    return JSONResponse(shown, headers={"X-Total-Count": str(total), "X-Result-Count": str(len(items))})


@router.get("/{order_id}")
def product_order(hub: HubOf, who: Who, order_id: str, fields: Fields = None) -> Response:
    """One product order."""
    with hub.store.read() as connection:
        return JSONResponse(select(get_product_order(connection, order_id, PATH, who.sight), fields))


def select(item: dict[str, Any], fields: str | None) -> dict[str, Any]:
    """Only the attributes asked for; id and href always (TMF630)."""
    wanted = {name.strip() for name in (fields or "").split(",")} - {""}
    return {k: v for k, v in item.items() if k in wanted | {"id", "href"}} if wanted else item
