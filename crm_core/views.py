"""Rows -> what others may see of them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, select

from crm_core.store.schema import account, customer, product
from interfaces.clock import to_rfc3339


def product_view(row: Row[Any]) -> dict[str, Any]:
    """A product row as canonical Product; empty parts are left out."""
    return _full(
        id=row.id,
        productOffering={"id": row.offering} if row.offering else None,
        productSpecification={"id": row.specification} if row.specification else None,
        status=row.status,
        serviceNumber=row.service_number,
        startDate=_time(row.started_at),
        terminationDate=_time(row.ended_at),
        billingAccount={"id": row.account_id},
        productCharacteristic=row.characteristics,
        place=row.places,
        realizingResource=row.resources,
        suspensionReason=row.suspensions,
    )


def state_view(connection: Connection) -> dict[str, Any]:
    """All customers with what they have, sorted; no names, no allotted resources, no aborted instances.

    ``{"customers": [{"id", "area", "status", "accounts": [id], "instances": [{"id", "product", "offer", "state",
    "number", "started", "ended", "suspensions", "account", "characteristics": {name: value}}]}]}``
    """
    lasting = select(product).where(product.c.status != "aborted").order_by(product.c.id)
    instances = _by_customer(connection.execute(lasting).all(), _instance)
    accounts = _by_customer(connection.execute(select(account).order_by(account.c.id)).all(), lambda row: row.id)
    customers = connection.execute(select(customer).order_by(customer.c.id))
    return {
        "customers": [
            {
                "id": row.id,
                "area": row.area,
                "status": row.status,
                "accounts": accounts.get(row.id, []),
                "instances": instances.get(row.id, []),
            }
            for row in customers
        ]
    }


def _by_customer(rows: Any, view: Any) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for row in rows:
        found.setdefault(row.customer_id, []).append(view(row))
    return found


def _instance(row: Row[Any]) -> dict[str, Any]:
    return _full(
        id=row.id,
        product=row.specification,
        offer=row.offering,
        state=row.status,
        number=row.service_number,
        started=_time(row.started_at),
        ended=_time(row.ended_at),
        suspensions=row.suspensions,
        account=row.account_id,
        characteristics={entry["name"]: entry["value"] for entry in row.characteristics},
    )


def _full(**parts: Any) -> dict[str, Any]:
    return {key: value for key, value in parts.items() if value}


def _time(at: int | None) -> str | None:
    return None if at is None else to_rfc3339(at)
