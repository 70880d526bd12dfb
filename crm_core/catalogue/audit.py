"""What a catalogue may get wrong beyond its structure. Each check is a generator of faults with file and line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from crm_core.catalogue.recipe import ORDER, task_of
from crm_core.catalogue.rule import Rule
from crm_core.catalogue.source import Entry, Fault, Source
from crm_core.catalogue.template import FACTS, names
from interfaces.canonical import schema
from interfaces.failure import Failure


def audit(source: Source) -> Iterator[Fault]:
    """Every fault of the whole catalogue."""
    for product in source.products.values():
        yield from _product(product, source)
    for offering in source.offerings.values():
        yield from _offering(offering, source)
    for recipe in source.recipes.values():
        yield from _recipe(recipe)


def _product(entry: Entry, source: Source) -> Iterator[Fault]:
    characteristics = entry.data.get("characteristics", {})
    for action, recipe in entry.data["actions"].items():
        if recipe not in source.recipes:
            yield entry.fault(f"unknown recipe {recipe!r}", "actions", action)
    if entry.data.get("address", "") not in ("", *characteristics):
        yield entry.fault(f"unknown characteristic {entry.data['address']!r}", "address")
    yield from _condition(entry, entry.data.get("served", {}), "served")
    if "given" in entry.data.get("served", {}):
        yield entry.fault("served speaks of systems, not of one order: use has and lacks", "served", "given")


def _offering(entry: Entry, source: Source) -> Iterator[Fault]:
    product = source.products.get(entry.data["product"])
    if product is None:
        yield entry.fault(f"unknown product {entry.data['product']!r}", "product")
        return
    rules = product.data.get("characteristics", {})
    for name, value in entry.data.get("characteristics", {}).items():
        if name not in rules:
            yield entry.fault(f"unknown characteristic {name!r} of {entry.data['product']}", "characteristics", name)
        elif why := Rule.of(rules[name]).refusal(value):
            yield entry.fault(f"{name} {value!r} {why}", "characteristics", name)
    if entry.data.get("validTo", "9999") <= entry.data.get("validFrom", ""):
        yield entry.fault("validTo must be after validFrom: it can never be sold", "validTo")


def _recipe(entry: Entry) -> Iterator[Fault]:
    tasks: list[Mapping[str, Any]] = entry.data["tasks"]
    named = {task["name"]: tuple(task.get("after", ())) for task in tasks}
    before = {name: tuple(map(task_of, after)) for name, after in named.items()}
    for index, fact in enumerate(entry.data.get("requires", ())):
        if fact not in FACTS:
            yield entry.fault(f"unknown fact {fact!r}", "requires", index)
    for index, task in enumerate(tasks):
        at = ("tasks", index)
        if [t["name"] for t in tasks].index(task["name"]) != index:
            yield entry.fault(f"task {task['name']!r} stands twice", *at, "name")
        for number, name in enumerate(before[task["name"]]):
            if name not in before:
                yield entry.fault(f"{task['name']} comes after an unknown task {name!r}", *at, "after", number)
        yield from _condition(entry, task.get("when", {}), *at, "when")
        yield from _body(entry, task, before, *at)
        if task["undo"] != "none":
            yield from _body(entry, task["undo"], {**before, "": (task["name"],)}, *at, "undo")
    if cycle := _cycle(before):
        index = next(i for i, task in enumerate(tasks) if task["name"] == cycle[0])
        yield entry.fault(f"cycle: {' after '.join(cycle)}", "tasks", index, "after")


def _body(
    entry: Entry, task: Mapping[str, Any], before: Mapping[str, tuple[str, ...]], *at: str | int
) -> Iterator[Fault]:
    for name in names(task["body"]):
        if name not in FACTS:
            yield entry.fault(f"unknown fact ${name}", *at, "body")
    yield from _type(entry, task, *at)
    earlier = _earlier(task.get("name", ""), before)
    for index, source in enumerate(task.get("inputs", ())):
        if source["task"] not in (ORDER, *earlier):
            yield entry.fault(f"input from {source['task']!r}, which does not come before", *at, "inputs", index)


def _type(entry: Entry, task: Mapping[str, Any], *at: str | int) -> Iterator[Fault]:
    name, _, version = task["type"].partition("@")
    try:
        known = schema(name, int(version or 1))["properties"]
    except Failure as unknown:
        yield entry.fault(unknown.message, *at, "type")
        return
    for key in task["body"]:
        if key not in known:
            yield entry.fault(f"{task['type']} has no field {key!r}", *at, "body", key)


def _condition(entry: Entry, condition: Mapping[str, Any], *at: str | int) -> Iterator[Fault]:
    for name in condition.get("given", ()):
        if name not in FACTS:
            yield entry.fault(f"unknown fact {name!r}", *at, "given")
    for name in set(condition.get("has", ())) & set(condition.get("lacks", ())):
        yield entry.fault(f"can never hold: has and lacks {name}", *at)


def _earlier(name: str, before: Mapping[str, tuple[str, ...]]) -> frozenset[str]:
    """All tasks before ``name``, near and far; ends on a cycle too."""
    found: set[str] = set()
    ahead = list(before.get(name, ()))
    while ahead:
        task = ahead.pop()
        if task not in found:
            found.add(task)
            ahead += before.get(task, ())
    return frozenset(found)


def _cycle(before: Mapping[str, tuple[str, ...]]) -> list[str]:
    """One cycle as a list of names, empty when there is none."""
    for start in before:
        if start not in _earlier(start, before):
            continue
        path = [start]
        while len(path) == 1 or path[-1] != start:
            path.append(next(n for n in before[path[-1]] if n == start or start in _earlier(n, before)))
        return path
    return []
