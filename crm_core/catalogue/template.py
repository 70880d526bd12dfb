"""Body templates of a recipe: plain data in which ``$name`` stands for a fact of the order item.

Rules: a key whose fact is absent is left out; an object or list that has facts in it and all of them are absent is
left out as a whole, so ``[{type: number, id: $number}]`` vanishes for an order without a number.

A template is compiled once into closures: planning stands on the way of every acceptance.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from operator import itemgetter
from typing import Any

Facts = Mapping[str, Any]
Build = Callable[[Facts], Any]

FACTS: Mapping[str, str] = {
    "order": "the order's externalId",
    "source": "code of the system that ordered",
    "action": "business action, ``install``",
    "instance": "product instance id",
    "offering": "{id} of the offering",
    "specification": "{id} of the product specification",
    "product": "code of the product specification, text",
    "number": "service number asked for",
    "characteristics": "[{name, value}] of offering and order together",
    "places": "[{id, role, name}]",
    "place": "the installation place",
    "customer": "relatedParty of role customer, with identification",
    "subscriber": "the same without identification: what a network or work system may see",
    "contact": "relatedParty of role contact",
    "account": "{id} of the billing account, when the order names one",
    "appointment": "{date, slot}",
    "due": "requested completion date",
    "priority": "1..9 as text",
    "suspension": "[reason] that is set or lifted, for suspend and resume",
    "reason": "{code} of the same",
}
"""Every fact a template may name. ``crm_core.order.facts`` makes them; each is there, None when absent."""


def names(template: Any) -> Iterator[str]:
    """The fact names a template mentions."""
    if isinstance(template, str) and template.startswith("$"):
        yield template[1:]
    elif isinstance(template, dict):
        for value in template.values():
            yield from names(value)
    elif isinstance(template, list):
        for value in template:
            yield from names(value)


def compile_body(template: dict[str, Any]) -> Callable[[Facts], dict[str, Any]]:
    """A function that makes one task body from facts. The body is new; what the facts hold is shared, not copied."""
    build = _object(template)
    return lambda facts: build(facts) or {}


def _compile(template: Any) -> Build:
    if isinstance(template, str):
        return itemgetter(template[1:])
    return _object(template) if isinstance(template, dict) else _list(template)


def _object(template: dict[str, Any]) -> Build:
    fixed = {key: value for key, value in template.items() if not any(names(value))}
    plain = tuple((key, value[1:]) for key, value in template.items() if key not in fixed and isinstance(value, str))
    parts = tuple((key, _compile(v)) for key, v in template.items() if key not in fixed and not isinstance(v, str))
    if not plain and not parts:
        return lambda facts: dict(fixed)

    def build(facts: Facts) -> dict[str, Any] | None:
        made = fixed.copy()
        present = False
        for key, name in plain:  # a fact as it is, which most are: no call
            value = facts[name]
            if value is not None:
                made[key] = value
                present = True
        for key, part in parts:
            value = part(facts)
            if value is not None:
                made[key] = value
                present = True
        return made if present else None

    return build


def _list(template: list[Any]) -> Build:
    parts = tuple(_compile(value) for value in template if any(names(value)))
    fixed = [value for value in template if not any(names(value))]

    def build(facts: Facts) -> list[Any] | None:
        found = [value for value in [part(facts) for part in parts] if value is not None]
        return fixed + found if found else None

    return build
