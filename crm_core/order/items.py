"""Reading an order item: the few questions that check and decompose both ask."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crm_core.catalogue.model import Catalogue, Offering, Product

Item = Mapping[str, Any]

ACTIONS: Mapping[str, str] = {"add": "install", "delete": "remove", "noChange": ""}
"""TMF item action -> business action when the item names none. ``modify`` says too little and must name one."""


def business_action(item: Item) -> str:
    """``install``, ...; empty when the item changes nothing or does not say what."""
    return str(item.get("businessAction") or ACTIONS.get(item["action"], ""))


def offering_code(item: Item) -> str:
    """The offering, from the item or from its product; empty when neither names one."""
    offering = item.get("productOffering") or item.get("product", {}).get("productOffering") or {}
    return str(offering.get("id", ""))


def product_code(item: Item) -> str:
    """The product specification the item names, empty when it names none."""
    return str(item.get("product", {}).get("productSpecification", {}).get("id", ""))


def found_in(catalogue: Catalogue, item: Item) -> tuple[Product | None, Offering | None]:
    """What the item is about: by its offering, else by its product specification alone."""
    offering = catalogue.offerings.get(offering_code(item))
    return (offering.product if offering else catalogue.products.get(product_code(item))), offering


def characteristics(item: Item) -> list[Mapping[str, Any]]:
    """``[{name, value}]`` as ordered."""
    return item.get("product", {}).get("productCharacteristic") or []


def party(order: Mapping[str, Any], role: str) -> Mapping[str, Any] | None:
    """The first related party of ``role``."""
    for found in order.get("relatedParty", ()):
        if found["role"] == role:
            return found  # type: ignore[no-any-return]
    return None


def changes(order: Mapping[str, Any]) -> list[Item]:
    """The items that ask for something."""
    return [item for item in order["productOrderItem"] if item["action"] != "noChange"]
