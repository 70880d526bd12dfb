"""Fields of a message, both sides, as the schemas and the rows say: path, required, type, length, values."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from interfaces.mapping import bare
from interfaces.spec.model import Row, Side
from interfaces.spec.shapes import Facts, Shape, canonical_shape

DEEPEST: Final = 12
MOST: Final = 400
"""Fields of one message that are shown."""


class Field(NamedTuple):
    """path with ``[]`` at what repeats; need: M (must be there) or O, as long as what is around it is there."""

    path: str
    need: str
    kind: str
    length: str
    values: str


def fields(shape: Shape) -> list[Field]:
    """The leaves of a message, in its order; at most MOST."""
    found: list[Field] = []
    for field in _below(shape, "", 0):
        found.append(field)
        if len(found) == MOST:
            break
    return found


def _below(shape: Shape, base: str, depth: int) -> Iterator[Field]:
    required, many = shape.required(), shape.many()
    for name in shape.names():
        child = shape.child(name)
        if child is None:
            continue
        path = f"{base}.{name}".lstrip(".") + ("[]" if name in many else "")
        if child.names() and depth < DEEPEST:
            yield from _below(child, path, depth + 1)
        else:
            facts = child.facts()
            need = "M" if name in required else "O"
            yield Field(path, need, facts.kind, _length(facts), ", ".join(facts.values) or " ".join(facts.patterns))


def _length(facts: Facts) -> str:
    least, most = facts.lengths
    if most is not None and least == most:
        return str(most)
    numbers = "..".join(facts.bounds) if any(facts.bounds) else ""
    return f"{least or 0}..{'' if most is None else most}" if (least, most) != (None, None) else numbers


def mapped(side: Side) -> list[Field]:
    """The canonical fields that the rows carry; all of the type where there are no rows."""
    found = fields(canonical_shape(side))
    if side.mapping is None:
        return found
    carried = set(_carried(side.mapping, ""))
    return [one for one in found if any(_within(one.path.replace("[]", ""), path) for path in carried)]


def _carried(given: tuple[Row, ...], base: str) -> Iterator[str]:
    for row in (row for row in given if row.canonical is not None):
        own = f"{base}.{bare(row.canonical or '')}".strip(".")
        yield from _carried(row.rows, own) if row.rows else (own,)


def _within(path: str, carried: str) -> bool:
    return path == carried or path.startswith(f"{carried}.")


def rows(side: Side) -> Iterator[tuple[str, str, str, str]]:
    """Mapping rows as (number, canonical path, wire path, how); a group's own rows follow it."""
    yield from _rows(side.mapping or (), "", "")


def _rows(given: tuple[Row, ...], number: str, indent: str) -> Iterator[tuple[str, str, str, str]]:
    for row in given:
        own = f"{number}{row.number}"
        how = "; ".join(f"{name}: {value}" for name, value in row.options.items())
        yield own, indent + (row.canonical or "~"), indent + (row.wire or "~"), how
        yield from _rows(row.rows, f"{own}.", f"{indent}· ")
