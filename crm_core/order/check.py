"""check: everything that is wrong with a product order, at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from crm_core import suspension
from crm_core.catalogue.model import Catalogue, Offering, Product
from crm_core.catalogue.recipe import Recipe
from crm_core.catalogue.template import Facts
from crm_core.order.facts import customer_facts, make_facts
from crm_core.order.items import Item, business_action, found_in, offering_code, party, product_code
from crm_core.order.values import Wrong, check_values, wrong
from interfaces.plan import Capabilities


@dataclass(frozen=True, slots=True)
class _Asked:
    """What ``check`` was asked; shared: the facts all items have in common."""

    order: Mapping[str, Any]
    catalogue: Catalogue
    area: str
    served: Capabilities
    at: int
    known: Callable[[str], bool] | None
    shared: Mapping[str, Any]


def check(
    order: Mapping[str, Any],
    catalogue: Catalogue,
    area: str,
    served: Capabilities,
    *,
    at: int = 0,
    known: Callable[[str], bool] | None = None,
    source: str = "",
) -> list[Wrong]:
    """All faults of a canonical ProductOrder body; an empty list = it may be planned.

    area    local network the order is for
    served  what the systems bound in that area can do
    at      business time, microseconds UTC, for the dates of offerings; 0 = do not look at dates
    known   whether a product instance exists; None = not asked, the inventory finds out when the task runs
    source  code of the system that orders: not everybody may suspend for every reason
    """
    shared = customer_facts(order, lambda kind, item: "", source)  # a check gives no ids
    asked = _Asked(order, catalogue, area, served, at, known, shared)
    found = list(_order(order, area))
    for index, item in enumerate(order["productOrderItem"]):
        if item["action"] != "noChange":
            found += _item(asked, item, f"productOrderItem[{index}]")
    return found


def _order(order: Mapping[str, Any], area: str) -> Iterator[Wrong]:
    items = order["productOrderItem"]
    if not area:
        yield wrong("area", "the order names no local network (area)")
    customer = party(order, "customer")
    if customer is None or not (customer.get("id") or customer.get("name")):
        yield wrong("relatedParty[role=customer]", "the order names no customer: id, or name of a new one")
    if all(item["action"] == "noChange" for item in items):
        yield wrong("productOrderItem", "no item asks for a change")
    if len(items) > 1:
        yield from _doubles(items)


def _doubles(items: list[Item]) -> Iterator[Wrong]:
    instances = [item["product"]["id"] for item in items if item.get("product", {}).get("id")]
    for path, values in (("id", [item["id"] for item in items]), ("product.id", instances)):
        if len(set(values)) < len(values):
            yield wrong(f"productOrderItem[*].{path}", "two items have the same one")


def _item(asked: _Asked, item: Item, path: str) -> Iterator[Wrong]:
    product, offering = found_in(asked.catalogue, item)
    if product is None:
        yield _nothing_sold(item, path)
        return
    recipe = product.actions.get(business_action(item))
    if recipe is None:
        yield _no_recipe(item, product, path)
        return
    facts = make_facts(asked.order, item, product, offering, "", asked.shared)
    if offering is None and (offering_code(item) or recipe.instance == "new"):
        yield _nothing_sold(item, path)
        return
    if offering is not None:
        yield from _sold(asked, item, offering, recipe, path)
    yield from check_values(item, product, offering, recipe, path)
    yield from _given(facts, recipe, path)
    yield from _reason(facts, asked, path)
    yield from _instance(asked, item, recipe, path)
    yield from _delivered(asked, product, recipe, facts, path)


def _nothing_sold(item: Item, path: str) -> Wrong:
    code = offering_code(item)
    return wrong(f"{path}.productOffering.id", f"unknown offering {code!r}" if code else "the item names no offering")


def _given(facts: Facts, recipe: Recipe, path: str) -> Iterator[Wrong]:
    for fact in recipe.requires:
        if facts[fact] is None:
            yield wrong(path, f"{facts['action']} needs the {fact} that is wanted")


def _reason(facts: Facts, asked: _Asked, path: str) -> Iterator[Wrong]:
    """Nobody sets or lifts a reason that is not his to set: a payment never lifts what the customer asked for."""
    if facts["suspension"] and facts["suspension"][0] not in suspension.allowed(asked.shared["source"]):
        message = f"{asked.shared['source'] or 'the sender'} may not {facts['action']} for this reason"
        yield wrong(f"{path}.product.productCharacteristic", message)


def _sold(asked: _Asked, item: Item, offering: Offering, recipe: Recipe, path: str) -> Iterator[Wrong]:
    specification = product_code(item) or offering.product.code
    if specification != offering.product.code:
        message = f"{offering.code} is an offering of {offering.product.code}, not of {specification}"
        yield wrong(f"{path}.product.productSpecification.id", message)
    if recipe.instance == "existing" and "offering" not in recipe.requires:
        return  # the customer has it already, whether it is still sold or not
    if offering.areas and asked.area not in offering.areas:
        yield wrong(f"{path}.productOffering.id", f"{offering.code} is not sold in area {asked.area}")
    if asked.at and not offering.valid_from <= asked.at < offering.valid_to:
        yield wrong(f"{path}.productOffering.id", f"{offering.code} is not sold at this date")


def _no_recipe(item: Item, product: Product, path: str) -> Wrong:
    action = business_action(item)
    if not action:
        return wrong(f"{path}.businessAction", f"item action {item['action']!r} needs a business action")
    return wrong(f"{path}.businessAction", f"{action} cannot be ordered for {product.code}")


def _instance(asked: _Asked, item: Item, recipe: Recipe, path: str) -> Iterator[Wrong]:
    instance = item.get("product", {}).get("id", "")
    new = recipe.instance == "new"
    if not instance and not new:
        yield wrong(f"{path}.product.id", "the item names no product instance")
    elif instance and asked.known and asked.known(instance) == new:
        yield wrong(f"{path}.product.id", f"product instance {instance} {'already exists' if new else 'is unknown'}")


def _delivered(asked: _Asked, product: Product, recipe: Recipe, facts: Facts, path: str) -> Iterator[Wrong]:
    what = (facts["offering"] or facts["specification"])["id"]
    needed = dict.fromkeys(task.function for task in recipe.selected(facts, asked.served))
    missing = ", ".join(function for function in needed if asked.served(function) is None)
    if missing:
        message = f"{what} cannot be delivered in area {asked.area}: no system serves {missing}"
        yield wrong(f"{path}.productOffering.id", message)
    elif recipe.instance == "new" and not product.served.holds(facts, asked.served):
        yield wrong(f"{path}.productOffering.id", f"{product.code} is not served in area {asked.area}")
