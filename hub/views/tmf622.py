"""A product order of the hub as TM Forum's ProductOrder (TMF622 v4)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from hub.lifecycle import TMF622
from hub.store.schema import orders
from hub.views.base import ALL, Record, Row, Sight, when
from hub.views.orders import find_order, seen
from interfaces.failure import Failure

TYPE = "ProductOrder"

# attributes of the canonical body that TMF622 knows by the same name and shape
ORDER = ("category", "description", "priority", "requestedStartDate", "requestedCompletionDate", "note")
ITEM = ("id", "action", "productOffering", "billingAccount")
PRODUCT = ("id", "startDate", "terminationDate", "status", "productOffering", "productSpecification")


def get_product_order(connection: sa.Connection, order_id: str, path: str, sight: Sight = ALL) -> Record:
    """One product order; Failure ``not_found`` also for orders of other types. ``path``: of the collection."""
    row = find_order(connection, order_id, sight, "product order")
    if row["type"] != TYPE:
        raise Failure("not_found", f"{order_id} is no product order", where="product order")
    return product_order(row, path)


def list_product_orders(
    connection: sa.Connection,
    filters: Mapping[str, str | None],
    offset: int,
    limit: int,
    path: str,
    sight: Sight = ALL,
) -> tuple[list[Record], int]:
    """Newest first, and how many match. ``filters``: external_id, state (a TMF622 state)."""
    query = seen(sa.select(orders).where(orders.c.type == TYPE), sight)
    if filters.get("external_id"):
        query = query.where(orders.c.external_id == filters["external_id"])
    if filters.get("state"):
        query = query.where(orders.c.state.in_([ours for ours, tmf in TMF622.items() if tmf == filters["state"]]))
    total = connection.scalar(sa.select(sa.func.count()).select_from(query.subquery())) or 0
    newest = query.order_by(orders.c.id.desc()).offset(offset).limit(limit)
    return [product_order(row, path) for row in connection.execute(newest).mappings()], total


def product_order(row: Row, path: str) -> Record:
    """The row of an order as a ProductOrder."""
    body, state = row["body"], TMF622[row["state"]]
    said = {
        "id": row["id"],
        "href": f"{path}/{row['id']}",
        "externalId": row["external_id"],
        "state": state,
        "orderDate": when(row["created_at"]),
        "completionDate": when(row["completed_at"]) if state == "completed" else None,
        "cancellationDate": when(row["completed_at"]) if state == "cancelled" else None,
        "cancellationReason": row["reason"] if state == "cancelled" else None,
        **{name: body.get(name) for name in ORDER},
        "billingAccount": body.get("billingAccount"),
        "channel": body.get("channel"),
        "relatedParty": [_party(p) for p in body.get("relatedParty", ())],
        "productOrderItem": [_item(i, state) for i in body["productOrderItem"]],
        "@type": TYPE,
    }
    return _there(said)


def _item(item: Mapping[str, Any], state: str) -> Record:
    said = {name: item.get(name) for name in ITEM}
    return _there(said | {"product": _product(item.get("product", {})), "state": state, "@type": "ProductOrderItem"})


def _product(product: Mapping[str, Any]) -> Record:
    values = list(product.get("productCharacteristic", ()))
    if product.get("serviceNumber"):
        values.append({"name": "serviceNumber", "value": product["serviceNumber"]})
    said = {name: product.get(name) for name in PRODUCT} | {
        "productCharacteristic": values,
        "place": [{"role": "installation", **place} for place in product.get("place", ())],
        "realizingResource": [_resource(r) for r in product.get("realizingResource", ()) if r.get("id")],
    }
    return _there(said)


def _resource(resource: Mapping[str, Any]) -> Record:
    return _there({"id": resource["id"], "value": resource.get("value"), "@referredType": resource["type"]})


def _party(party: Mapping[str, Any]) -> Record:
    """Who, by reference: identity documents and phones stay in the hub."""
    return _there(
        {
            "id": party.get("id") or party["role"],
            "name": party.get("name"),
            "role": party["role"],
            "@referredType": "Party",
        }
    )


def _there(said: Mapping[str, Any]) -> Record:
    return {name: value for name, value in said.items() if value not in (None, "", [], {})}
