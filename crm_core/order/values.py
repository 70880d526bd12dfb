"""Value rules of an order item: its characteristics and its service number against the product's rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from crm_core.catalogue.model import Offering, Product
from crm_core.catalogue.recipe import Recipe
from crm_core.catalogue.rule import Rule
from crm_core.order.items import Item, characteristics

Wrong = dict[str, str]
"""One fault: ``{"path": "productOrderItem[0].productOffering.id", "message": ...}``. Values are never repeated."""


def wrong(path: str, message: str) -> Wrong:
    return {"path": path, "message": message}


def check_values(item: Item, product: Product, offering: Offering | None, recipe: Recipe, path: str) -> Iterator[Wrong]:
    """Unknown, double, missing and forbidden values of one item. Only a new instance has to have all of them."""
    fixed = offering.fixed if offering else {}
    rules = {**product.characteristics, **recipe.parameters}
    seen: set[str] = set()
    for index, entry in enumerate(characteristics(item)):
        at = f"{path}.product.productCharacteristic[{index}]"
        if fault := _characteristic(entry, rules, seen, product, at):
            yield fault
        elif offering and str(entry["value"]) != fixed.get(entry["name"], str(entry["value"])):
            yield wrong(f"{at}.value", f"{offering.code} has {entry['name']} {fixed[entry['name']]}")
        seen.add(entry["name"])
    for name in product.required if recipe.instance == "new" else ():
        if name not in seen and name not in fixed and not _placed(item, product, name):
            yield wrong(f"{path}.product.productCharacteristic", f"{name} is missing")
    yield from _number(item, product, recipe, f"{path}.product.serviceNumber")


def _characteristic(
    entry: Mapping[str, Any], rules: Mapping[str, Rule], seen: set[str], product: Product, path: str
) -> Wrong | None:
    name, value = entry["name"], entry["value"]
    rule = rules.get(name)
    if name in seen:
        return wrong(path, f"{name} is given twice")
    if rule is None:
        return wrong(f"{path}.name", f"{product.code} has no characteristic {name!r}")
    why = rule.refusal(value)
    return wrong(f"{path}.value", f"{name} {why}") if why else None


def _placed(item: Item, product: Product, name: str) -> bool:
    """The installation address may stand in ``place`` as well as in its characteristic."""
    places = item.get("product", {}).get("place", ())
    return name == product.address and any(place.get("id") for place in places)


def _number(item: Item, product: Product, recipe: Recipe, path: str) -> Iterator[Wrong]:
    number = item.get("product", {}).get("serviceNumber")
    if number is None:
        if product.number and product.number.required and recipe.instance == "new":
            yield wrong(path, f"{product.code} needs a service number")
    elif product.number is None:
        yield wrong(path, f"{product.code} has no service number")
    elif why := product.number.refusal(number):
        yield wrong(path, f"the service number {why}")
