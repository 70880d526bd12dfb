"""Value rules of an order item: its characteristics and its service number against the product's rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from crm_core.catalogue.model import Offering, Product
from crm_core.order.items import Item, characteristics

Wrong = dict[str, str]
"""One fault: ``{"path": "productOrderItem[0].productOffering.id", "message": ...}``. Values are never repeated."""


def wrong(path: str, message: str) -> Wrong:
    return {"path": path, "message": message}


def check_values(item: Item, offering: Offering, path: str) -> Iterator[Wrong]:
    """Unknown, double, missing and forbidden values of one item."""
    seen: set[str] = set()
    for index, entry in enumerate(characteristics(item)):
        yield from _characteristic(entry, offering, seen, f"{path}.product.productCharacteristic[{index}]")
        seen.add(entry["name"])
    for name in offering.product.required:
        if name not in seen and name not in offering.fixed and not _placed(item, offering.product, name):
            yield wrong(f"{path}.product.productCharacteristic", f"{name} is missing")
    yield from _number(item, offering.product, f"{path}.product.serviceNumber")


def _characteristic(entry: Mapping[str, Any], offering: Offering, seen: set[str], path: str) -> Iterator[Wrong]:
    name, value = entry["name"], entry["value"]
    rule = offering.product.characteristics.get(name)
    if name in seen:
        yield wrong(path, f"{name} is given twice")
    elif rule is None:
        yield wrong(f"{path}.name", f"{offering.product.code} has no characteristic {name!r}")
    elif why := rule.refusal(value):
        yield wrong(f"{path}.value", f"{name} {why}")
    elif name in offering.fixed and str(value) != offering.fixed[name]:
        yield wrong(f"{path}.value", f"{offering.code} has {name} {offering.fixed[name]}")


def _placed(item: Item, product: Product, name: str) -> bool:
    """The installation address may stand in ``place`` as well as in its characteristic."""
    places = item.get("product", {}).get("place", ())
    return name == product.address and any(place.get("id") for place in places)


def _number(item: Item, product: Product, path: str) -> Iterator[Wrong]:
    number = item.get("product", {}).get("serviceNumber")
    if number is None:
        if product.number and product.number.required:
            yield wrong(path, f"{product.code} needs a service number")
    elif product.number is None:
        yield wrong(path, f"{product.code} has no service number")
    elif why := product.number.refusal(number):
        yield wrong(path, f"the service number {why}")
