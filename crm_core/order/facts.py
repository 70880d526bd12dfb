"""The facts of one order item: what body templates and conditions may speak of (crm_core.catalogue.template.FACTS)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from crm_core.catalogue.model import Offering
from crm_core.order.items import Item, business_action, party

WHO = ("id", "name", "role", "partyType", "phone")
"""What a network or work system may know of a party: who and how to reach them, no identity document."""


Ids = Callable[[str, str], str]
"""(kind ``PI`` or ``CU``, item id) -> an id, always the same one for the same order and item."""


def customer_facts(order: Mapping[str, Any], ids: Ids) -> dict[str, Any]:
    """The facts all items share: the customer (a new one gets an id) and the contact."""
    found = party(order, "customer")
    customer = {**found, "id": found.get("id") or ids("CU", "")} if found else None
    return {
        "customer": customer,
        "subscriber": {key: customer[key] for key in WHO if key in customer} if customer else None,
        "contact": party(order, "contact"),
    }


def make_facts(
    order: Mapping[str, Any], item: Item, offering: Offering, instance: str, shared: Mapping[str, Any]
) -> dict[str, Any]:
    """Every fact of ``item``; absent ones are None. ``shared`` comes from ``customer_facts``."""
    product = item.get("product", {})
    values = _values(product, offering)
    places = _places(product) or _address(values, offering)
    return {
        **shared,
        "order": order["externalId"],
        "action": business_action(item),
        "instance": instance,
        "offering": {"id": offering.code},
        "specification": {"id": offering.product.code},
        "product": offering.product.code,
        "number": product.get("serviceNumber"),
        "characteristics": [{"name": name, "value": value} for name, value in values.items()] or None,
        "places": places,
        "place": places[0] if places else None,
        "account": item.get("billingAccount") or order.get("billingAccount"),
        "appointment": item.get("appointment") or order.get("appointment"),
        "due": order.get("requestedCompletionDate"),
        "priority": order.get("priority"),
    }


def _values(product: Mapping[str, Any], offering: Offering) -> dict[str, Any]:
    values: dict[str, Any] = dict(offering.fixed)
    for entry in product.get("productCharacteristic", ()):
        values[entry["name"]] = entry["value"]
    return values


def _places(product: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The places as ordered; one without a role is where the product is installed."""
    return [{"role": "installation", **place} for place in product.get("place", ())]


def _address(values: Mapping[str, Any], offering: Offering) -> list[dict[str, Any]] | None:
    address = values.get(offering.product.address)
    return [{"id": str(address), "role": "installation"}] if address else None
