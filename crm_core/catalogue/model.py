"""Records of the catalogue. Frozen; made by ``load``, judged by ``audit``, read by ``crm_core.order``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from crm_core.catalogue.recipe import Condition, Recipe
from crm_core.catalogue.rule import Rule


@dataclass(frozen=True, slots=True)
class Product:
    """A product specification.

    served   where it can be delivered, by what the bound systems can do
    number   rule of the service number, None = the order must not name one
    address  characteristic that holds the installation address, "" = none
    actions  business action -> recipe
    """

    code: str
    family: str
    title: Mapping[str, str]
    served: Condition
    characteristics: Mapping[str, Rule]
    required: tuple[str, ...]
    number: Rule | None
    address: str
    actions: Mapping[str, Recipe]


@dataclass(frozen=True, slots=True)
class Offering:
    """What is sold: a product with some characteristics fixed, in some areas (none named = all), for some time.

    valid_from, valid_to  microseconds UTC; from is inside, to is outside
    """

    code: str
    product: Product
    title: Mapping[str, str]
    fixed: Mapping[str, str]
    areas: frozenset[str]
    valid_from: int
    valid_to: int


@dataclass(frozen=True, slots=True)
class Catalogue:
    """One version of the whole catalogue. ``version`` is what plans say they were derived from."""

    version: str
    products: Mapping[str, Product]
    offerings: Mapping[str, Offering]
