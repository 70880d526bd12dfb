"""The facts of one order item: what body templates and conditions may speak of (crm_core.catalogue.template.FACTS)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from crm_core import suspension
from crm_core.catalogue.model import Offering, Product
from crm_core.order.items import Item, business_action, characteristics, party

WHO = ("id", "name", "role", "partyType", "phone")
"""What a network or work system may know of a party: who and how to reach them, no identity document."""


Ids = Callable[[str, str], str]
"""(kind ``PI`` or ``CU``, item id) -> an id, always the same one for the same order and item."""


def customer_facts(order: Mapping[str, Any], ids: Ids, source: str = "") -> dict[str, Any]:
    """The facts all items share: the customer (a new one gets an id), the contact, and who asks (``source``)."""
    found = party(order, "customer")
    customer = {**found, "id": found.get("id") or ids("CU", "")} if found else None
    return {
        "customer": customer,
        "subscriber": {key: customer[key] for key in WHO if key in customer} if customer else None,
        "contact": party(order, "contact"),
        "source": source,
    }


def make_facts(
    order: Mapping[str, Any],
    item: Item,
    product: Product,
    offering: Offering | None,
    instance: str,
    shared: Mapping[str, Any],
) -> dict[str, Any]:
    """Every fact of ``item``; absent ones are None. ``shared`` comes from ``customer_facts``."""
    action = business_action(item)
    recipe = product.actions.get(action)
    named = {entry["name"]: entry["value"] for entry in characteristics(item)}
    parameters = {name: named.pop(name) for name in (recipe.parameters if recipe else ()) if name in named}
    values = {**(offering.fixed if offering else {}), **named}
    wanted = item.get("product", {})
    places = _places(wanted) or _address(values, product)
    if places and recipe and recipe.instance == "existing" and product.address:
        values = {product.address: places[0].get("id", ""), **values}  # what it is told to be does not stay as it was
    reason = _reason(action, parameters, shared["source"])
    return {
        **shared,
        "order": order["externalId"],
        "action": action,
        "instance": instance,
        "offering": {"id": offering.code} if offering else None,
        "specification": {"id": product.code},
        "product": product.code,
        "number": wanted.get("serviceNumber"),
        "characteristics": [{"name": name, "value": value} for name, value in values.items()] or None,
        "places": places,
        "place": places[0] if places else None,
        "account": item.get("billingAccount") or order.get("billingAccount"),
        "appointment": item.get("appointment") or order.get("appointment"),
        "due": order.get("requestedCompletionDate"),
        "priority": order.get("priority"),
        "suspension": [reason] if reason else None,
        "reason": {"code": reason} if reason else None,
    }


def _reason(action: str, parameters: Mapping[str, Any], source: str) -> str:
    """Why service stops or is given back: as named, else what is usual for who asks."""
    if action not in ("suspend", "resume"):
        return ""
    return str(parameters.get(suspension.PARAMETER) or suspension.usual(source, action))


def _places(product: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The places as ordered; one without a role is where the product is installed."""
    return [{"role": "installation", **place} for place in product.get("place", ())]


def _address(values: Mapping[str, Any], product: Product) -> list[dict[str, Any]] | None:
    address = values.get(product.address)
    return [{"id": str(address), "role": "installation"}] if address else None
