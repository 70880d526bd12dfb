"""check: everything that is wrong with a product order, at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from crm_core.catalogue.model import Catalogue, Offering, Product
from crm_core.catalogue.recipe import Capabilities, Recipe
from crm_core.order.facts import make_facts
from crm_core.order.items import Item, business_action, characteristics, offering_code, party

Wrong = dict[str, str]
"""``{"path": "productOrderItem[0].productOffering.id", "message": ...}``"""


def check(
    order: Mapping[str, Any],
    catalogue: Catalogue,
    area: str,
    served: Capabilities,
    *,
    at: int = 0,
    known: Callable[[str], bool] | None = None,
) -> list[Wrong]:
    """All faults of a canonical ProductOrder body; an empty list = it may be planned.

    area    local network the order is for
    served  what the systems bound in that area can do
    at      business time, microseconds UTC, for the dates of offerings; 0 = do not look at dates
    known   whether a product instance exists; None = not asked, the inventory finds out when the task runs
    """
    found = list(_order(order, area))
    for index, item in enumerate(order["productOrderItem"]):
        if item["action"] != "noChange":
            path = f"productOrderItem[{index}]"
            found += _item(order, item, catalogue, area, served, at, known, path)
    return found


def _order(order: Mapping[str, Any], area: str) -> Iterator[Wrong]:
    items = order["productOrderItem"]
    if not area:
        yield _wrong("area", "the order names no local network (area)")
    customer = party(order, "customer")
    if customer is None or not (customer.get("id") or customer.get("name")):
        yield _wrong("relatedParty[role=customer]", "the order names no customer: id, or name of a new one")
    if all(item["action"] == "noChange" for item in items):
        yield _wrong("productOrderItem", "no item asks for a change")
    for path, values in (
        ("id", [item["id"] for item in items]),
        ("product.id", [item["product"]["id"] for item in items if item.get("product", {}).get("id")]),
    ):
        if len(set(values)) < len(values):
            yield _wrong(f"productOrderItem[*].{path}", "two items have the same one")


def _item(
    order: Mapping[str, Any],
    item: Item,
    catalogue: Catalogue,
    area: str,
    served: Capabilities,
    at: int,
    known: Callable[[str], bool] | None,
    path: str,
) -> Iterator[Wrong]:
    code = offering_code(item)
    offering = catalogue.offerings.get(code)
    if offering is None:
        message = f"unknown offering {code!r}" if code else "the item names no offering"
        yield _wrong(f"{path}.productOffering.id", message)
        return
    yield from _sold(item, offering, area, at, path)
    yield from _values(item, offering, path)
    yield from _number(item, offering.product, path)
    recipe = offering.product.actions.get(business_action(item))
    if recipe is None:
        yield _action(item, offering.product, path)
        return
    yield from _instance(item, recipe, known, path)
    yield from _delivered(order, item, offering, recipe, area, served, path)


def _sold(item: Item, offering: Offering, area: str, at: int, path: str) -> Iterator[Wrong]:
    if offering.areas and area not in offering.areas:
        yield _wrong(f"{path}.productOffering.id", f"{offering.code} is not sold in area {area}")
    if at and not offering.valid_from <= at < offering.valid_to:
        yield _wrong(f"{path}.productOffering.id", f"{offering.code} is not sold at this date")
    specification = item.get("product", {}).get("productSpecification", {}).get("id", offering.product.code)
    if specification != offering.product.code:
        message = f"{offering.code} is an offering of {offering.product.code}, not of {specification}"
        yield _wrong(f"{path}.product.productSpecification.id", message)


def _values(item: Item, offering: Offering, path: str) -> Iterator[Wrong]:
    rules, seen = offering.product.characteristics, set()
    for index, entry in enumerate(characteristics(item)):
        name, value = entry["name"], entry["value"]
        place = f"{path}.product.productCharacteristic[{index}]"
        rule = rules.get(name)
        if name in seen:
            yield _wrong(place, f"{name} is given twice")
        elif rule is None:
            yield _wrong(f"{place}.name", f"{offering.product.code} has no characteristic {name!r}")
        elif why := rule.refusal(value):
            yield _wrong(f"{place}.value", f"{name} {why}")
        elif name in offering.fixed and str(value) != offering.fixed[name]:
            yield _wrong(f"{place}.value", f"{offering.code} has {name} {offering.fixed[name]}")
        seen.add(name)
    for name in offering.product.required:
        if name not in seen and name not in offering.fixed and not _placed(item, offering.product, name):
            yield _wrong(f"{path}.product.productCharacteristic", f"{name} is missing")


def _placed(item: Item, product: Product, name: str) -> bool:
    """The installation address may stand in ``place`` as well as in its characteristic."""
    places = item.get("product", {}).get("place", ())
    return name == product.address and any(place.get("id") for place in places)


def _number(item: Item, product: Product, path: str) -> Iterator[Wrong]:
    number = item.get("product", {}).get("serviceNumber")
    place = f"{path}.product.serviceNumber"
    if number is None:
        if product.number and product.number.required:
            yield _wrong(place, f"{product.code} needs a service number")
    elif product.number is None:
        yield _wrong(place, f"{product.code} has no service number")
    elif why := product.number.refusal(number):
        yield _wrong(place, f"the service number {why}")


def _action(item: Item, product: Product, path: str) -> Wrong:
    action = business_action(item)
    if not action:
        return _wrong(f"{path}.businessAction", f"item action {item['action']!r} needs a business action")
    return _wrong(f"{path}.businessAction", f"{action} cannot be ordered for {product.code}")


def _instance(item: Item, recipe: Recipe, known: Callable[[str], bool] | None, path: str) -> Iterator[Wrong]:
    instance = item.get("product", {}).get("id", "")
    if recipe.instance == "existing" and not instance:
        yield _wrong(f"{path}.product.id", "the item names no product instance")
    elif instance and known and known(instance) == (recipe.instance == "new"):
        text = "already exists" if recipe.instance == "new" else "is unknown"
        yield _wrong(f"{path}.product.id", f"product instance {instance} {text}")


def _delivered(
    order: Mapping[str, Any],
    item: Item,
    offering: Offering,
    recipe: Recipe,
    area: str,
    served: Capabilities,
    path: str,
) -> Iterator[Wrong]:
    facts = make_facts(order, item, offering, "", {})
    needed = dict.fromkeys(task.function for task in recipe.selected(facts, served))
    missing = [function for function in needed if served(function) is None]
    if missing:
        message = f"{offering.code} cannot be delivered in area {area}: no system serves {', '.join(missing)}"
        yield _wrong(f"{path}.productOffering.id", message)
    elif not offering.product.served.holds(facts, served):
        yield _wrong(f"{path}.productOffering.id", f"{offering.product.code} is not served in area {area}")


def _wrong(path: str, message: str) -> Wrong:
    return {"path": path, "message": message}
