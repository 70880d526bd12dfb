"""Paths of a sheet against the schemas of a message: exact, but for letter case, or not at all with candidates."""

from __future__ import annotations

import difflib
from dataclasses import dataclass

from interfaces.mapping import bare
from interfaces.mapping.rows import parse_path, split_path
from interfaces.spec.shapes import Facts, Shape, leaves, walk

CANDIDATES = 3
_CUTOFF = 0.6


@dataclass(frozen=True, slots=True)
class Candidate:
    """score: 0 to 1, how alike the names are."""

    path: str
    score: float


class Paths:
    """One schema. The outermost name of a path may be the message's own element, which rows leave out; an element that
    repeats may stand without its ``[]``."""

    def __init__(self, shape: Shape) -> None:
        self._shape = shape
        self._leaves = list(leaves(shape))

    def find(self, path: str) -> str | None:
        """The path as the schema spells it, None when it has no such place."""
        if path in ("~", "."):
            return path
        for text in (path, path.partition(".")[2]):
            found = self._spelled(text) if text else None
            if found is not None:
                return found
        return None

    def candidates(self, path: str) -> list[Candidate]:
        """The most alike leaves, best first."""
        wanted = bare(path).lower()
        last = wanted.rpartition(".")[2]
        scored = [
            Candidate(leaf, round(max(_alike(wanted, leaf.lower()), _alike(last, leaf.lower().rpartition(".")[2])), 2))
            for leaf in self._leaves
        ]
        best = sorted(scored, key=lambda c: (-c.score, c.path))[:CANDIDATES]
        return [candidate for candidate in best if candidate.score >= _CUTOFF]

    def required(self) -> frozenset[str]:
        return self._shape.required()

    def facts(self, path: str) -> Facts:
        """What the schema says of the values at a path that it has."""
        place = walk(self._shape, parse_path(path.replace("[]", ""))) if path not in ("~", ".") else self._shape
        return place.facts() if place is not None else Facts()

    def certain(self, path: str) -> bool:
        """Whether something must stand there in every document."""
        shape: Shape | None = self._shape
        for step in parse_path(path.replace("[]", "")) if path not in ("~", ".") else ():
            if shape is None or step.name not in shape.required() or step.index or step.select:
                return False
            shape = shape.child(step.name)
        return True

    def _spelled(self, text: str) -> str | None:
        shape: Shape | None = self._shape
        spelled: list[str] = []
        parts = split_path(text)
        for part in parts:
            name, bracket, rest = part.partition("[")
            own = _name(shape, name)
            if shape is None or own is None:
                return None
            last = len(spelled) + 1 == len(parts)
            spelled.append(own + (bracket + rest or ("[]" if own in shape.many() and not last else "")))
            shape = shape.child(own)
        return ".".join(spelled)


def _name(shape: Shape | None, name: str) -> str | None:
    if shape is None:
        return None
    if shape.child(name) is not None:
        return name
    found = [own for own in shape.names() if own.lower() == name.lower()]
    return found[0] if len(found) == 1 else None


def _alike(a: str, b: str) -> float:
    return difflib.SequenceMatcher(None, a, b).ratio()


def split_group(path: str) -> tuple[str, str] | None:
    """``Items.Item[key=Id].Qty`` -> (``Items.Item[key=Id]``, ``Qty``); the first group only; None without one."""
    parts = split_path(path)
    for number, part in enumerate(parts):
        if part.endswith("[]") or "[key=" in part:
            return ".".join(parts[: number + 1]), ".".join(parts[number + 1 :])
    return None
