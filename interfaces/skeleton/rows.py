"""Mapping rows for what a message must have; the optional rest is told, not written out.

A real message has over a thousand leaves, of which a handful is required.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from interfaces.codec.content import ANY
from interfaces.codec.xml_shape import ORDER, TEXT, XSI_KEY, Shape, Shapes
from interfaces.contract.sample import Least, NoSample, sample
from interfaces.contract.xsd import Element, Type
from interfaces.spec.model import Row

SHOWN = 12
"""Optional parts named in a comment, and first-level ones written out where nothing is required."""

MOST_LEAVES = 10_000
STEP = re.compile(r"[@#]?\w[\w:-]*")
_NOT_A_NAME = re.compile(r"[^\w-]")


def drafted(
    canonical: str | None, wire: str | None, options: Mapping[str, Any] | None = None, rows: tuple[Row, ...] = ()
) -> Row:
    """A row that has no place in a file yet."""
    return Row(0, canonical, wire, options or {}, rows)


@dataclass(frozen=True, slots=True)
class Side:
    """One message. tree: a valid document of what the rows carry. optional: what was left out, with its leaves.
    todos: what rows cannot say. wire: JSON Schema file or element, "" where the contract names the message itself."""

    element: str
    rows: tuple[Row, ...]
    tree: Any
    optional: tuple[tuple[str, int], ...] = ()
    todos: tuple[str, ...] = ()
    wire: str = ""


def side(shapes: Shapes, declared: Element, wanted: frozenset[str]) -> Side:
    """The rows of one message. wanted: wire paths of optional parts to include. NoSample when there is no document."""
    todos: list[str] = []
    tree = _tree(shapes, declared, wanted)
    rows = tuple(_rows(tree, _Place(shapes, declared.type), todos)) if isinstance(tree, dict) else _alone(declared)
    optional = tuple(_optional(shapes, declared.type, tree))
    return Side(declared.name, rows, tree, optional, tuple(todos))


def _alone(declared: Element) -> tuple[Row, ...]:
    """A body element that holds only text."""
    return (drafted(name_of(declared.local), "."),)


def _tree(shapes: Shapes, declared: Element, wanted: frozenset[str]) -> Any:
    """A document with all that is required and wanted; containers that would stand empty get an optional leaf."""
    tree = sample(shapes, declared, Least(wanted))
    for _ in range(4):
        more = frozenset(_fillers(shapes, declared.type, tree, ""))
        if not more or more <= wanted:
            break
        try:
            wanted |= more
            tree = sample(shapes, declared, Least(wanted))
        except NoSample:
            break
    return tree


def _fillers(shapes: Shapes, kind: Type, tree: Any, path: str) -> Iterator[str]:
    """Optional children of every element that stands empty: rows write no empty containers."""
    if not isinstance(tree, Mapping):
        return
    shape = shapes.of(kind)
    if not tree:
        slots = [slot for slot in shape.slots if slot.element is not None][:SHOWN]
        if not slots:
            yield from (join(path, key) for key in list(shape.attributes.values())[:1])
        plain = [slot for slot in slots if slot.element is not None and slot.element.type.plain]
        yield from (join(path, slot.key) for slot in (plain or slots[:1] if path else slots))
    for key, value in tree.items():
        inner = _type_of(shape, key)
        for part in value if isinstance(value, list) else [value]:
            if inner is not None:
                yield from _fillers(shapes, inner, part, join(path, key))


def _type_of(shape: Shape, key: str) -> Type | None:
    slot = shape.by_key.get(key)
    return slot.element.type if slot is not None and slot.element is not None else None


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the rows are: the type, and both paths from the top of the scope."""

    shapes: Shapes
    type: Type | None
    wire: str = ""
    canonical: str = ""

    def below(self, key: str, name: str, index: str = "") -> _Place:
        inner = _type_of(self.shapes.of(self.type), key) if self.type is not None else None
        return _Place(self.shapes, inner, join(self.wire, f"{key}{index}"), join(self.canonical, f"{name}{index}"))

    def fixed(self, key: str) -> bool:
        """Whether the contract allows one value only."""
        if self.type is None:
            return False
        shape = self.shapes.of(self.type)
        if key.startswith("@"):
            names = [name for name, own in shape.attributes.items() if own == key]
            return bool(names) and self.type.component.attributes[names[0]].fixed is not None
        slot = shape.by_key.get(key)
        return slot is not None and slot.element is not None and slot.element.component.fixed is not None


def _rows(tree: Mapping[str, Any], at: _Place, todos: list[str]) -> Iterator[Row]:
    if XSI_KEY in tree and at.type is not None:
        at = _Place(at.shapes, at.shapes.of(at.type).derived.get(tree[XSI_KEY]), at.wire, at.canonical)
    taken: set[str] = set()
    for key, value in tree.items():
        if key == ORDER or (key == TEXT and not value):
            continue
        if not STEP.fullmatch(key):
            todos.append(f"{join(at.wire, key)}: a path cannot name it")
            continue
        name = name_of(key) if name_of(key) not in taken else f"{name_of(key)}{len(taken)}"
        taken.add(name)
        yield from _of(key, name, value, at, todos)


def _of(key: str, name: str, value: Any, at: _Place, todos: list[str]) -> Iterator[Row]:
    """The rows of one key."""
    here = at.below(key, name)
    if key == XSI_KEY or (isinstance(value, str) and at.fixed(key)):
        yield drafted(None, here.wire, {"const": value})
    elif isinstance(value, str):
        yield drafted(here.canonical, here.wire)
    elif isinstance(value, list):
        yield from _list(key, name, value, at, todos)
    elif value:
        yield from _rows(value, here, todos)
    else:
        todos.append(f"{here.wire}: an empty element, which rows cannot write")


def _list(key: str, name: str, value: list[Any], at: _Place, todos: list[str]) -> Iterator[Row]:
    """A group is aligned by position until somebody names its key; texts are told by their index."""
    if key == ANY or isinstance(value[0], str):
        for number in range(len(value)):
            here = at.below(key, name, f"[{number}]")
            yield drafted(here.canonical, here.wire)
        return
    here = at.below(key, name)
    inner = tuple(_rows(value[0], _Place(at.shapes, here.type), todos))
    yield drafted(here.canonical, here.wire, rows=inner)


def _optional(shapes: Shapes, kind: Type, tree: Any) -> Iterator[tuple[str, int]]:
    """First-level parts, and those of the containers that are there, that no row carries."""
    if not isinstance(tree, Mapping):
        return
    counted: dict[Type, int] = {}
    for path, inner in _left_out(shapes, kind, tree, ""):
        yield path, leaves(shapes, inner, counted)


def _left_out(shapes: Shapes, kind: Type, tree: Mapping[str, Any], path: str) -> Iterator[tuple[str, Type]]:
    shape = shapes.of(kind)
    for slot in {slot.key: slot for slot in shape.slots}.values():
        if slot.element is None:
            continue
        here = join(path, slot.key)
        value = tree.get(slot.key)
        if value is None:
            yield here, slot.element.type
        elif isinstance(value, Mapping) and XSI_KEY not in value:
            yield from _left_out(shapes, slot.element.type, value, here)


def leaves(shapes: Shapes, kind: Type, counted: dict[Type, int]) -> int:
    """Texts and attributes that a type may hold, each counted once; a type inside itself is not opened again."""
    if kind.plain:
        return 1
    if kind not in counted:
        counted[kind] = 0
        shape = shapes.of(kind)
        types = [slot.element.type for slot in {s.key: s for s in shape.slots}.values() if slot.element is not None]
        found = len(shape.attributes) + int(kind.text) + sum(leaves(shapes, inner, counted) for inner in types)
        counted[kind] = min(found, MOST_LEAVES)
    return counted[kind]


def name_of(key: str) -> str:
    """A canonical name for a wire key: ``@code`` -> ``code``, ``a:no`` -> ``a_no``."""
    return _NOT_A_NAME.sub("_", key.lstrip("@#")) or "value"


def join(base: str, key: str) -> str:
    return f"{base}.{key}" if base else key
