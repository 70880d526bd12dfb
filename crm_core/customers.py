"""Customers: find one for a query, find or make one for an order, drop one that only a failed order brought."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, insert, select

from crm_core.store.schema import account, customer, party, product
from crm_core.views import product_view
from interfaces.failure import Failure

LIVING = ("pendingActive", "active", "suspended")
"""States of an instance that its customer has; an aborted or terminated one is history."""

Body = Mapping[str, Any]

FINDERS: Mapping[str, Callable[[str], ColumnElement[bool]]] = {
    "customerId": lambda code: customer.c.id == code,
    "externalCustomerId": lambda code: (customer.c.external_id == code) | (customer.c.id == code),
    "identification": lambda code: party.c.identification_number == code,
    "serviceNumber": lambda code: _owns(product.c.service_number == code),
    "productId": lambda code: _owns(product.c.id == code),
}
"""Code type of a CustomerQuery -> which customers it means."""


def _owns(which: ColumnElement[bool]) -> ColumnElement[bool]:
    return customer.c.id.in_(select(product.c.customer_id).where(which, product.c.status.in_(LIVING)))


def find_customer(connection: Connection, query: Body) -> dict[str, Any]:
    """A CustomerQuery -> Customer, without identity documents: nobody who asks needs them back.

    Failure ``not_found``; ``rejected`` when several match (the query must be narrower). The area narrows only a
    service number, which is unique per local network.
    """
    where = [FINDERS[query["codeType"]](query["code"])]
    if query["codeType"] == "serviceNumber" and query.get("area"):
        where = [_owns((product.c.service_number == query["code"]) & (product.c.area == query["area"]))]
    joined = select(customer, party.c.name, party.c.type).join(party, party.c.id == customer.c.id)
    rows = connection.execute(joined.where(*where).limit(2)).all()
    if not rows:
        raise Failure("not_found", f"no customer has this {query['codeType']}", where="code")
    if len(rows) > 1:
        raise Failure("rejected", f"several customers have this {query['codeType']}", where="code")
    return _view(connection, rows[0], query.get("infoType"))


def _view(connection: Connection, row: Any, info_type: str | None) -> dict[str, Any]:
    owned = select(product).where(product.c.customer_id == row.id, product.c.status.in_(LIVING))
    parts = {
        "id": row.id,
        "externalId": row.external_id,
        "name": row.name,
        "partyType": row.type,
        "status": row.status,
        "area": row.area,
        "infoType": info_type,
        "account": [{"id": account_id} for account_id in _accounts(connection, row.id)],
        "product": [product_view(found) for found in connection.execute(owned.order_by(product.c.id))],
    }
    return {key: value for key, value in parts.items() if value}


def _accounts(connection: Connection, customer_id: str) -> list[str]:
    found = select(account.c.id).where(account.c.customer_id == customer_id).order_by(account.c.id)
    return list(connection.execute(found).scalars())


def find_or_create_customer(connection: Connection, body: Body) -> str:
    """The id of the customer an InventoryChange speaks of; an unknown one is made from its related party."""
    named = next((p for p in body.get("relatedParty", ()) if p["role"] == "customer"), None)
    if named is None or not named.get("id"):
        raise Failure("invalid", "the change names no customer", where="relatedParty[role=customer].id")
    if connection.execute(select(customer.c.id).where(customer.c.id == named["id"])).first() is None:
        _create(connection, named, body)
    return str(named["id"])


def _create(connection: Connection, named: Body, body: Body) -> None:
    if not named.get("name"):
        raise Failure("not_found", f"unknown customer {named['id']}, and no name to make one", where="relatedParty")
    add_customer(
        connection,
        {
            "id": named["id"],
            "type": named.get("partyType", "individual"),
            "name": named["name"],
            "identification_type": named.get("identification", {}).get("type"),
            "identification_number": named.get("identification", {}).get("number"),
            "phone": named.get("phone"),
        },
        area=body["area"],
        created_by=body["orderId"],
    )


def add_customer(connection: Connection, who: Body, area: str, created_by: str | None = None) -> None:
    """Insert party and customer; ``who`` holds the columns of crm_party."""
    connection.execute(insert(party).values(**who))
    row = {"id": who["id"], "status": "active", "area": area, "created_by": created_by}
    connection.execute(insert(customer).values(**row))


def find_account(connection: Connection, owner: str, wanted: str) -> str:
    """The account to charge: the one wanted (made if new), else the customer's first, else ``A`` + customer id."""
    accounts = _accounts(connection, owner)
    if not wanted and accounts:
        return accounts[0]
    account_id = wanted or f"A{owner}"
    if account_id in accounts:
        return account_id
    holder = connection.execute(select(account.c.customer_id).where(account.c.id == account_id)).first()
    if holder is not None:
        raise Failure("rejected", f"account {account_id} belongs to another customer", where="billingAccount.id")
    connection.execute(insert(account).values(id=account_id, customer_id=owner))
    return account_id


def drop_customer(connection: Connection, customer_id: str, order_id: str) -> None:
    """Forget a customer whom only this order brought and who never had another product: no data without need."""
    only_here = (customer.c.id == customer_id) & (customer.c.created_by == order_id)
    kept = select(product.c.id).where(product.c.customer_id == customer_id, product.c.status != "aborted")
    if connection.execute(select(customer.c.id).where(only_here)).first() is None:
        return
    if connection.execute(kept).first() is not None:
        return
    connection.execute(delete(account).where(account.c.customer_id == customer_id))
    connection.execute(delete(customer).where(customer.c.id == customer_id))
    connection.execute(delete(party).where(party.c.id == customer_id))
