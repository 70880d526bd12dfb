"""How one XSD type looks in the wire tree: its keys, and tables that reader, writer and diagnosis share."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property

from interfaces.codec.content import ANY, Content, content_of, keys_of
from interfaces.contract.names import local, namespace
from interfaces.contract.xsd import Element, Model, Type, Wildcard

XSI = "http://www.w3.org/2001/XMLSchema-instance"
XSI_NIL, XSI_TYPE = f"{{{XSI}}}nil", f"{{{XSI}}}type"
TEXT, ORDER, XSI_KEY = "#text", "#order", "@xsi:type"


class Mismatch(Exception):
    """The document or tree does not follow the contract; diagnosis then says where and why."""


@dataclass(slots=True, eq=False)
class Slot:
    """One child: its key, the element declared there (None: a wildcard), whether the tree holds a list."""

    key: str
    element: Element | None
    many: bool
    required: bool
    position: int


@dataclass(eq=False)
class Shape:
    """keys: element name -> key. attributes: attribute name -> key. derived: local name of an xsi:type -> type."""

    type: Type
    content: Content
    keys: dict[str, str]
    attributes: dict[str, str]
    derived: dict[str, Type] = field(default_factory=dict)

    @cached_property
    def slots(self) -> list[Slot]:
        """Every child that may come, in schema order; one slot per name and position."""
        return [slot for position, term in enumerate(self.content.terms) for slot in self._slots(position, term)]

    def _slots(self, position: int, term: Element | Wildcard) -> list[Slot]:
        if isinstance(term, Wildcard):
            return [Slot(ANY, None, True, False, position)]
        many = self.content.many(term.name)
        required = self.content.counts[term.name][0] > 0 and len(term.substitutes) == 1
        return [Slot(self.keys[e.name], e, many, required, position) for e in term.substitutes]

    @cached_property
    def by_key(self) -> dict[str, Slot]:
        return {slot.key: slot for slot in reversed(self.slots)}

    @cached_property
    def required(self) -> list[str]:
        """Keys of children and attributes that must be there."""
        must = {a.name for a in self.type.attributes if a.required}
        children = dict.fromkeys(slot.key for slot in self.slots if slot.required)
        return [self.attributes[name] for name in self.attributes if name in must] + list(children)

    @cached_property
    def limits(self) -> list[tuple[tuple[str, ...], int, int | None]]:
        """(keys, least, most) where the automaton does not count by itself."""
        return [
            (tuple(dict.fromkeys(slot.key for slot in self.slots if self._head(slot) == name)), least, most)
            for name, (least, most) in self.content.counts.items()
            if name != ANY and (self.content.loose or least > 1 or (most is not None and most > 1))
        ]

    def _head(self, slot: Slot) -> str:
        term = self.content.terms[slot.position]
        return term.name if isinstance(term, Element) else ANY


class Shapes:
    """The shapes of one contract, each made once. Types may be recursive."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self._made: dict[Type, Shape] = {}

    def of(self, kind: Type) -> Shape:
        if kind not in self._made:
            self._made[kind] = self._make(kind)
        return self._made[kind]

    def _make(self, kind: Type) -> Shape:
        content = content_of(kind)
        names = [a.name for a in kind.attributes]
        shared = Counter(local(name) for name in names)
        prefixes = self.model.prefixes
        attributes = {n: f"@{local(n) if shared[local(n)] == 1 else _prefixed(n, prefixes)}" for n in names}
        derived = {local(name): other for name, other in kind.derived.items()}
        return Shape(kind, content, keys_of(content, prefixes), attributes, derived)


def _prefixed(name: str, prefixes: dict[str, str]) -> str:
    prefix = prefixes.get(namespace(name), "")
    return f"{prefix}:{local(name)}" if prefix else local(name)
