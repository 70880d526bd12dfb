"""Canonical documents made from the rows: every value a row can carry, present or absent as both schemas allow.

What one side requires where its container stands is present; all else by chance. So a document is what an honest
sender could send, and whatever of it does not come back is lost by the rows.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from interfaces.mapping.rows import Path, Prepared, find
from interfaces.mapping.rows import parse_path as parse
from interfaces.proof.laws import Trials
from interfaces.spec.shapes import JsonShape, Shape, walk

Place = tuple[str, ...]


@dataclass(slots=True)
class Scope:
    """The rows of one body or of one element of a group, with what both schemas say there.

    trials   label -> what came of the row's samples
    choices  per row, its optional containers (and itself) on each side; ``None`` = that side knows nothing
    """

    rows: tuple[Prepared, ...]
    own: JsonShape | None
    wire: Shape | None
    trials: Mapping[int, Trials]
    groups: dict[int, Scope] = field(default_factory=dict)
    choices: list[tuple[frozenset[Place], frozenset[Place]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        for row in self.rows:
            own = _optional(row.canonical, self.own, "own", id(row))
            wire = _optional(row.wire, self.wire, "wire", id(row))
            self.choices.append((own, wire))
            if row.rows:
                inner_own, inner_wire = walk(self.own, row.canonical or ()), walk(self.wire, row.wire or ())
                shape = inner_own if isinstance(inner_own, JsonShape) else None
                self.groups[id(row)] = Scope(row.rows, shape, inner_wire, self.trials)


def _optional(path: Path | None, shape: Shape | None, side: str, row: int) -> frozenset[Place]:
    """The optional containers on the way to a path. Its end, where optional, goes with the row on both sides."""
    if path is None or not path:
        return frozenset()
    places: list[Place] = []
    for length, step in enumerate(path, start=1):
        if shape is None or step.name not in shape.required():
            last = length == len(path)
            places.append(("row", str(row)) if last else (side, *(_text(part) for part in path[:length])))
        shape = shape.child(step.name) if shape else None
    return frozenset(places)


def _text(step: Any) -> str:
    return f"{step.name}{step.index if step.index is not None else ''}{step.select or ''}"


class Documents:
    """Makes documents of one scope; the same random generator gives the same ones."""

    def __init__(self, scope: Scope, chance: random.Random) -> None:
        self._scope = scope
        self._random = chance

    def make(self) -> dict[str, Any]:
        return self._make(self._scope)

    def _make(self, scope: Scope) -> dict[str, Any]:
        """Rows without a condition first, because conditions look at them; constants last, because alone they are
        nothing."""
        body: dict[str, Any] = {}
        present = self._present(scope)
        for row in sorted(scope.rows, key=lambda row: (is_constant(row), row.when is not None)):
            if row.canonical is None or not holds(row, body):
                continue
            if is_constant(row):
                if len(row.canonical) == 1 or find(body, row.canonical[:-1]):
                    put(body, row.canonical, row.row.options["const"])
            elif id(row) in present:
                self._write(row, scope, body)
        return body

    def _present(self, scope: Scope) -> set[int]:
        """Rows whose value is there: by chance, and wherever a side asks for it in a container that stands."""
        coins = {place for pair in scope.choices for side in pair for place in side if self._random.random() < 0.7}
        rows = list(zip(scope.rows, scope.choices, strict=True))
        present: set[int] = set()
        while True:
            more = {id(row) for row, (own, wire) in rows if own <= coins or (row.wire is not None and wire <= coins)}
            if more == present:
                return present
            present = more
            coins |= {place for row, pair in rows if id(row) in present for side in pair for place in side}

    def _write(self, row: Prepared, scope: Scope, body: dict[str, Any]) -> None:
        path = row.canonical or ()
        if row.rows:
            put(body, path, self._elements(row, scope.groups[id(row)]))
        elif good := scope.trials[id(row)].good:
            value = self._random.choice(good)
            several = row.several == "canonical"
            paths = [(*path, *part) for part in row.parts] if several else [path]
            for one, part in zip(paths, value if several else (value,), strict=True):
                put(body, one, part)

    def _elements(self, row: Prepared, scope: Scope) -> list[Any] | None:
        """One alone may come without its key; several are told apart by it."""
        key = row.canonical[-1].key if row.canonical else ""
        made = [item for item in (self._make(scope) for _ in range(self._random.randint(1, 3))) if item]
        keyed = {item[key]: item for item in made if key in item}
        return (list(keyed.values()) if keyed else made[:1] if key else made) or None


def is_constant(row: Prepared) -> bool:
    return "const" in row.row.options


def holds(row: Prepared, body: Mapping[str, Any]) -> bool:
    """Whether a row's condition is met."""
    when = row.when
    return when is None or (find(body, parse(when.path)) == when.literal) == when.equal


def put(body: dict[str, Any], path: Path, value: Any) -> None:
    """Write a value at a canonical path; an element that would leave a gap before it is not written."""
    if value is None:
        return
    *containers, last = path
    place: Any = body
    for step in containers:
        place = _into(place, step)
        if place is None:
            return
    if last.index is None:
        place[last.name] = value
    elif last.index == len(place.setdefault(last.name, [])):
        place[last.name].append(value)


def _into(place: dict[str, Any], step: Any) -> Any:
    if step.select is not None:
        field_, literal = step.select
        items = place.setdefault(step.name, [])
        found = next((item for item in items if item.get(field_) == literal), None)
        if found is None:
            found = {field_: literal}
            items.append(found)
        return found
    if step.index is not None:
        items = place.setdefault(step.name, [])
        if step.index == len(items):
            items.append({})
        return items[step.index] if step.index < len(items) else None
    return place.setdefault(step.name, {})
