"""Content models as tables: which child may follow which, worked out once per type.

XSD content models are deterministic (unique particle attribution), so the positions of a model's particles are the
states of a finite automaton (Glushkov's construction): after a child at position p, the children in ``follow[p]`` may
come. Reading and writing then cost one dictionary look-up per child, whatever the nesting of sequence and choice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from interfaces.contract.names import local, namespace
from interfaces.contract.xsd import Element, Group, Particle, Type, Wildcard

ANY = "#any"


@dataclass(slots=True)
class Content:
    """One content model.

    terms     per position, in schema order
    first     positions that may come first; ``empty``: none need come
    follow    position -> positions that may come next
    last      positions that may come last
    ordered   a repeated choice or sequence, or one name in two places: document order is kept in ``#order``
    loose     xs:all: any order, each at most once
    counts    element name -> (min, max) in total; max None = unbounded
    """

    terms: list[Element | Wildcard] = field(default_factory=list)
    first: set[int] = field(default_factory=set)
    last: set[int] = field(default_factory=set)
    follow: dict[int, set[int]] = field(default_factory=dict)
    empty: bool = True
    ordered: bool = False
    loose: bool = False
    counts: dict[str, tuple[int, int | None]] = field(default_factory=dict)

    def many(self, name: str) -> bool:
        """The wire tree holds a list."""
        most = self.counts[name][1]
        return most is None or most > 1

    def required(self) -> list[str]:
        return [name for name, (least, _) in self.counts.items() if least > 0]


def content_of(kind: Type) -> Content:
    """The content model of a complex type; an empty one when it has no children."""
    content = Content()
    if kind.content is None:
        return content
    content.first, content.last, content.empty = _visit(content, kind.content)
    content.counts = _counts(kind.content)
    names = Counter(_name(term) for term in content.terms)
    twice = max(names.values(), default=0) > 1
    particles = list(_particles(kind.content))
    content.ordered = twice or any(_interleaves(p) for p in particles)
    content.loose = any(isinstance(p.term, Group) and p.term.kind == "all" for p in particles)
    return content


def keys_of(content: Content, prefixes: dict[str, str]) -> dict[str, str]:
    """Element name -> key in the wire tree: the local name, with a prefix only where siblings collide."""
    names = {e.name for term in content.terms if isinstance(term, Element) for e in term.substitutes}
    shared = Counter(local(name) for name in names)
    return {name: local(name) if shared[local(name)] == 1 else _prefixed(name, prefixes) for name in names}


def _prefixed(name: str, prefixes: dict[str, str]) -> str:
    prefix = prefixes.get(namespace(name), "")
    return f"{prefix}:{local(name)}" if prefix else local(name)


def _visit(content: Content, particle: Particle) -> tuple[set[int], set[int], bool]:
    """Positions that may begin and end what this particle allows, and whether it allows nothing."""
    if isinstance(particle.term, Group):
        parts = [_visit(content, part) for part in particle.term.particles]
        first, last, empty = _JOIN[particle.term.kind](content, parts)
    else:
        content.terms.append(particle.term)
        position = len(content.terms) - 1
        content.follow[position] = set()
        first, last, empty = {position}, {position}, False
    if particle.repeated:
        _chain(content, last, first)
    return first, last, empty or particle.min == 0


Part = tuple[set[int], set[int], bool]


def _sequence(content: Content, parts: list[Part]) -> Part:
    first: set[int] = set()
    last: set[int] = set()
    empty = True
    for part_first, part_last, part_empty in parts:
        _chain(content, last, part_first)
        first |= part_first if empty else set()
        last = part_last | (last if part_empty else set())
        empty = empty and part_empty
    return first, last, empty


def _choice(content: Content, parts: list[Part]) -> Part:
    first: set[int] = set().union(*(part[0] for part in parts))
    last: set[int] = set().union(*(part[1] for part in parts))
    return first, last, not parts or any(part[2] for part in parts)


def _all(content: Content, parts: list[Part]) -> Part:
    """Any order. How often each comes is counted, not chained (a full automaton would grow with n!)."""
    first, last, _ = _choice(content, parts)
    _chain(content, last, first)
    return first, last, all(part[2] for part in parts)


_JOIN = {"sequence": _sequence, "choice": _choice, "all": _all}


def _chain(content: Content, last: set[int], first: set[int]) -> None:
    for position in last:
        content.follow[position] |= first


def _counts(particle: Particle) -> dict[str, tuple[int, int | None]]:
    """Name -> least and most times, over every way through the particle."""
    if isinstance(particle.term, Group):
        parts = [_counts(part) for part in particle.term.particles]
        found = _either(parts) if particle.term.kind == "choice" else _together(parts)
    else:
        found = {_name(particle.term): (1, 1)}
    return {name: (least * particle.min, _times(most, particle.max)) for name, (least, most) in found.items()}


def _together(parts: list[dict[str, tuple[int, int | None]]]) -> dict[str, tuple[int, int | None]]:
    found: dict[str, tuple[int, int | None]] = {}
    for part in parts:
        for name, (least, most) in part.items():
            before = found.get(name, (0, 0))
            total = None if most is None or before[1] is None else before[1] + most
            found[name] = (before[0] + least, total)
    return found


def _either(parts: list[dict[str, tuple[int, int | None]]]) -> dict[str, tuple[int, int | None]]:
    found: dict[str, tuple[int, int | None]] = {}
    for name in {name: None for part in parts for name in part}:
        limits = [part.get(name, (0, 0)) for part in parts]
        highs = [most for _, most in limits]
        found[name] = (
            min(least for least, _ in limits),
            None if None in highs else max(filter(None, highs), default=0),
        )
    return found


def _times(most: int | None, repeat: int | None) -> int | None:
    return None if most is None or repeat is None else most * repeat


def _name(term: Element | Wildcard) -> str:
    return term.name if isinstance(term, Element) else ANY


def _particles(particle: Particle) -> Iterator[Particle]:
    yield particle
    if isinstance(particle.term, Group):
        for part in particle.term.particles:
            yield from _particles(part)


def _interleaves(particle: Particle) -> bool:
    """Repeated, and of several names, whose order among each other no lists could tell."""
    terms = [p.term for p in _particles(particle) if not isinstance(p.term, Group)]
    names = {_name(alternative) for term in terms for alternative in _alternatives(term)}
    return particle.repeated and len(names) > 1


def _alternatives(term: Element | Wildcard) -> tuple[Element | Wildcard, ...]:
    return term.substitutes if isinstance(term, Element) else (term,)
