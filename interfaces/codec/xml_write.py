"""Wire tree -> XML text. Compiled per type into closures; the same automaton as for reading refuses what may not be.

Text, not elements: writing 40 fields as text and parsing that once is cheaper than 40 element objects.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import chain
from typing import Any

from lxml import etree

from interfaces.codec import safe_xml
from interfaces.codec.xml_shape import ORDER, TEXT, XSI_KEY, Mismatch, Shape, Shapes, Slot
from interfaces.codec.xml_text import SPECIAL, Names, escape, foreign, quoted
from interfaces.contract.xsd import Element, Type
from interfaces.failure import Failure
from interfaces.wire import NIL

Out = Callable[[str], None]
Write = Callable[[Any, str, str, Out], None]
"""(value, element name with prefix, extra attributes, append)."""
Item = Callable[[Any, Out], None]
Row = tuple[str, bool, Any, Item, str, str]
"""(key, many, edge, item, start tag, end tag): one child in schema order; tags only of text elements."""
END: Any = None


class Writers:
    """The writers below one global element, one per type."""

    def __init__(self, shapes: Shapes, names: Names) -> None:
        self.shapes = shapes
        self.names = names
        self._made: dict[Type, Write] = {}

    def of(self, kind: Type) -> Write:
        if kind not in self._made:
            if kind.plain:
                self._made[kind] = _leaf
            else:
                self._complex(kind)
        return self._made[kind]

    def item(self, element: Element) -> Item:
        """Writes one such element with its value: str, Tree or NIL."""
        name, write, nillable = self.names.of(element.name), self.of(element.type), element.nillable
        start, end = f"<{name}>", f"</{name}>"
        nothing = f'<{name} xsi:nil="true"/>'

        def leaf(value: Any, out: Out) -> None:
            if value is NIL and nillable:
                out(nothing)
            else:
                out(start + escape(value) + end)

        def whole(value: Any, out: Out) -> None:
            if value is NIL and nillable:
                out(nothing)
            else:
                write(value, name, "", out)

        return leaf if element.type.plain else whole

    def _complex(self, kind: Type) -> None:
        shape = self.shapes.of(kind)
        start: dict[Any, Any] = {}
        rows: list[Row] = []
        derived: dict[str, tuple[Write, str]] = {}
        # Known before its tables are filled, because a type may contain itself.
        self._made[kind] = _typed(derived, _body(shape, start, rows, self.names))
        self._edges(shape, start)
        derived |= {name: (self.of(t), f' xsi:type="{self.names.of(t.name)}"') for name, t in shape.derived.items()}
        rows += [(slot.key, slot.many, _edge(slot), *self._slot(slot)) for slot in shape.slots]

    def _slot(self, slot: Slot) -> tuple[Item, str, str]:
        if slot.element is None:
            return _raw, "", ""
        name = self.names.of(slot.element.name)
        tags = (f"<{name}>", f"</{name}>") if slot.element.type.plain else ("", "")
        return self.item(slot.element), *tags

    def _edges(self, shape: Shape, start: dict[Any, Any]) -> None:
        content = shape.content
        after: list[dict[Any, Any]] = [{END: True} if p in content.last else {} for p in range(len(content.terms))]
        if content.empty or content.loose:
            start[END] = True
        for table, positions in [(start, content.first), *zip(after, content.follow.values(), strict=True)]:
            table.update({_edge(s): after[s.position] for s in shape.slots if s.position in positions})


def _typed(derived: dict[str, tuple[Write, str]], body: Write) -> Write:
    """The declared type, or the derived one that ``@xsi:type`` names."""

    def write(value: Any, name: str, extra: str, out: Out) -> None:
        if not isinstance(value, Mapping):
            raise Mismatch
        chosen = value.get(XSI_KEY)
        if chosen is None:
            return body(value, name, extra, out)
        if not isinstance(chosen, str) or chosen not in derived:
            raise Mismatch
        other, says = derived[chosen]
        return other({key: part for key, part in value.items() if key != XSI_KEY}, name, extra + says, out)

    return write


def _edge(slot: Slot) -> Any:
    """What a table is keyed by: element names; a wildcard by its position."""
    return slot.element.name if slot.element is not None else slot.position


def _body(shape: Shape, start: dict[Any, Any], rows: list[Row], names: Names) -> Write:
    attributes = _attributes(shape, names)
    text, ordered, limits = shape.type.text, shape.content.ordered, shape.limits
    required = [key for key in shape.required if key.startswith("@")]
    own_attributes = bool(shape.attributes) or shape.type.any_attribute

    def write(value: Any, name: str, extra: str, out: Out) -> None:
        if not isinstance(value, Mapping):
            raise Mismatch
        used = 0
        if own_attributes:
            more, used = attributes(value)
            extra += more
        out(f"<{name}{extra}>")
        if text and TEXT in value:
            out(escape(value[TEXT]))
            used += 1
        if ordered:
            used += _interleaved(value, start, rows, out)
        else:
            used += _in_turn(value, start, rows, out)
        if used != len(value):
            raise Mismatch
        out(f"</{name}>")
        for keys, least, most in limits:
            found = sum(len(value[k]) if isinstance(value[k], list) else 1 for k in keys if k in value)
            if found < least or (most is not None and found > most):
                raise Mismatch
        for key in required:
            if key not in value:
                raise Mismatch

    return write


def _in_turn(value: Mapping[str, Any], start: dict[Any, Any], rows: list[Row], out: Out) -> int:
    """Children in schema order; returns how many keys were written."""
    here, used, special = start, 0, SPECIAL.search
    try:
        for key, many, edge, item, begin, end in rows:
            if key not in value:
                continue
            used += 1
            part = value[key]
            if not many:
                here = here[edge]
                # Nearly every child is such a text: writing it here saves two calls.
                if begin and type(part) is str and special(part) is None:
                    out(begin + part + end)
                else:
                    item(part, out)
                continue
            for one in _list(part):
                here = here[edge]
                item(one, out)
    except KeyError:
        raise Mismatch from None
    if END not in here:
        raise Mismatch
    return used


def _interleaved(value: Mapping[str, Any], start: dict[Any, Any], rows: list[Row], out: Out) -> int:
    """Children in the order ``#order`` tells, or without it the first order the contract allows."""
    queues = {key: iter(_list(value[key]) if many else [value[key]]) for key, many, *_ in rows if key in value}
    left = {key: len(value[key]) if many else 1 for key, many, *_ in rows if key in value}
    here, at = start, -1
    for wanted in _list(value.get(ORDER, [])) or [""] * sum(left.values()):
        at = _next(rows, here, at, wanted, left)
        key, _, edge, item, *_ = rows[at]
        here = here[edge]
        left[key] -= 1
        item(next(queues[key]), out)
    if END not in here or any(left.values()):
        raise Mismatch
    return len(queues) + int(ORDER in value)


def _next(rows: list[Row], here: dict[Any, Any], at: int, wanted: str, left: dict[str, int]) -> int:
    """The row to write now: the nearest behind the last one, then from the start again."""
    for number in chain(range(at + 1, len(rows)), range(at + 1)):
        key, _, edge, *_ = rows[number]
        if left.get(key, 0) and edge in here and wanted in ("", key):
            return number
    raise Mismatch


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise Mismatch
    return value


def _attributes(shape: Shape, names: Names) -> Callable[[Mapping[str, Any]], tuple[str, int]]:
    known = {key: names.of(name) for name, key in shape.attributes.items()}
    open_ended = shape.type.any_attribute

    def write(value: Mapping[str, Any]) -> tuple[str, int]:
        parts = []
        for key, part in value.items():
            if key in known:
                parts.append(f' {known[key]}="{quoted(part)}"')
            elif open_ended and key.startswith("@"):
                parts.append(foreign(key[1:], part, len(parts)))
        return "".join(parts), len(parts)

    return write


def _leaf(value: Any, name: str, extra: str, out: Out) -> None:
    out(f"<{name}{extra}>{escape(value)}</{name}>")


def _raw(value: Any, out: Out) -> None:
    """One ``#any`` item: parsed and written anew, so that it is one whole element and nothing else."""
    try:
        root = safe_xml.parse(value.encode() if isinstance(value, str) else b"")
    except (Failure, UnicodeEncodeError):
        raise Mismatch from None
    out(etree.tostring(root, encoding="unicode"))
