"""Mapping rows for what a JSON message must have; the optional rest is told, as for XML (rows.py)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from interfaces.contract.json_sample import JsonSample, kind_of
from interfaces.skeleton.rows import MOST_LEAVES, SHOWN, STEP, Side, drafted, join, name_of
from interfaces.spec.model import Row

_DEPTH = 8
"""Levels that are counted for "so many leaves"."""


def json_side(schema: Mapping[str, Any], file: str, wanted: frozenset[str]) -> Side:
    """The rows of one message. wanted: wire paths of optional parts to include. NoSample when there is no document."""
    sample, todos = JsonSample(schema, wanted), list[str]()
    tree = sample.make()
    if isinstance(tree, dict) and not tree:  # nothing is required: the plain parts of the first level
        sample = JsonSample(schema, wanted | frozenset(_plain(sample, schema)))
        tree = sample.make()
    if not isinstance(tree, dict):
        return Side("", (), {}, (), ("it is no object, which rows cannot write",), file)
    rows = tuple(_rows(tree, "", "", todos))
    optional = tuple(_left_out(sample, schema, tree, ""))
    return Side("", rows, tree, optional, tuple(todos), file)


def _plain(sample: JsonSample, schema: Mapping[str, Any]) -> list[str]:
    properties = sample.opened(schema).get("properties", {})
    kinds = {name: kind_of(sample.opened(one)) for name, one in properties.items()}
    plain = [name for name, kind in kinds.items() if kind not in ("object", "array")]
    return (plain or list(kinds))[:SHOWN]


def _rows(tree: Mapping[str, Any], wire: str, canonical: str, todos: list[str]) -> Iterator[Row]:
    taken: set[str] = set()
    for key, value in tree.items():
        here = join(wire, key)
        if not STEP.fullmatch(key):
            todos.append(f"{here}: a path cannot name it")
            continue
        name = name_of(key) if name_of(key) not in taken else f"{name_of(key)}{len(taken)}"
        taken.add(name)
        own = join(canonical, name)
        if isinstance(value, dict) and value:
            yield from _rows(value, here, own, todos)
        elif isinstance(value, list) and value and isinstance(value[0], dict) and value[0]:
            yield drafted(own, here, rows=tuple(_rows(value[0], "", "", todos)))
        else:
            yield drafted(own, here)


def _left_out(sample: JsonSample, schema: Any, tree: Mapping[str, Any], path: str) -> Iterator[tuple[str, int]]:
    for name, inner in sample.opened(schema).get("properties", {}).items():
        here = join(path, name)
        if name not in tree:
            yield here, min(_leaves(sample, inner, _DEPTH), MOST_LEAVES)
        elif isinstance(tree[name], dict):
            yield from _left_out(sample, inner, tree[name], here)


def _leaves(sample: JsonSample, schema: Any, depth: int) -> int:
    own = sample.opened(schema)
    if kind_of(own) == "array":
        return _leaves(sample, own.get("items", {}), depth - 1) if depth else 1
    inner = own.get("properties", {})
    return sum(_leaves(sample, one, depth - 1) for one in inner.values()) if inner and depth else 1
