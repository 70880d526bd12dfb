"""Element -> wire tree. Compiled per type into closures over look-up tables; see content.py.

Raises Mismatch at the first child that the contract does not allow there; xml_diagnose then names them all.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lxml import etree

from interfaces.codec.content import ANY
from interfaces.codec.safe_xml import XmlElement
from interfaces.codec.xml_shape import ORDER, TEXT, XSI, XSI_KEY, XSI_NIL, XSI_TYPE, Mismatch, Shape, Shapes, Slot
from interfaces.contract.names import local
from interfaces.contract.xsd import Type, Wildcard
from interfaces.wire import NIL

Read = Callable[[XmlElement], Any]
Step = tuple["Table", str, bool, Read]
END: Any = None
"""A key of every table after which nothing more need come."""


class Table(dict[Any, Any]):
    """Child name -> Step. A name that is not there raises KeyError, unless a wildcard takes it."""

    __slots__ = ("wildcards",)

    def __init__(self) -> None:
        self.wildcards: list[tuple[Wildcard, Step]] = []

    def __missing__(self, name: Any) -> Step:
        for wildcard, step in self.wildcards:
            if isinstance(name, str) and wildcard.matches(name):
                return step
        raise KeyError(name)


class Readers:
    """The readers of one contract, one per (type, nillable)."""

    def __init__(self, shapes: Shapes) -> None:
        self.shapes = shapes
        self._made: dict[tuple[Type, bool], Read] = {}

    def of(self, kind: Type, nillable: bool = False) -> Read:
        """The function that turns an element of that type into its value: str, Tree or NIL."""
        key = (kind, nillable)
        if key not in self._made:
            self._made[key] = _leaf(collapse=kind.collapse, nillable=nillable) if kind.plain else self._complex(key)
        return self._made[key]

    def tables(self, shape: Shape) -> tuple[Table, list[Table]]:
        """The start table and the table after each position, still without steps."""
        start, after = Table(), [Table() for _ in shape.content.terms]
        if shape.content.empty or shape.content.loose:
            start[END] = True
        for position in shape.content.last:
            after[position][END] = True
        return start, after

    def _complex(self, key: tuple[Type, bool]) -> Read:
        shape = self.shapes.of(key[0])
        start, after = self.tables(shape)
        body = _body(shape, start)
        # Known before its tables are filled, because a type may contain itself.
        self._made[key] = read = self._special(shape, body, key[1])
        for table, positions in [(start, shape.content.first), *zip(after, shape.content.follow.values(), strict=True)]:
            for slot in shape.slots:
                if slot.position in positions:
                    self._step(table, shape, slot, after[slot.position])
        for derived in shape.derived.values():
            self.of(derived)
        return read

    def _step(self, table: Table, shape: Shape, slot: Slot, then: Table) -> None:
        term = shape.content.terms[slot.position]
        if isinstance(term, Wildcard):
            table.wildcards.append((term, (then, ANY, True, _verbatim)))
        elif slot.element is not None:
            table[slot.element.name] = (then, slot.key, slot.many, self.of(slot.element.type, slot.element.nillable))

    def _special(self, shape: Shape, body: Read, nillable: bool) -> Read:
        """What attributes may say first: xsi:nil, xsi:type."""

        def read(element: XmlElement) -> Any:
            if not element.keys():
                return body(element)
            if element.get(XSI_NIL) in ("true", "1"):
                return _nil(element, nillable)
            if element.get(XSI_TYPE) and (named := self._derived(shape, element)):
                value = named[1](element)
                return {XSI_KEY: named[0], **value}
            return body(element)

        return read

    def _derived(self, shape: Shape, element: XmlElement) -> tuple[str, Read] | None:
        """The reader for a derived type; None for the declared type itself."""
        name = element.get(XSI_TYPE).strip().rpartition(":")[2]
        if name in shape.derived:
            return name, self.of(shape.derived[name])
        if name != local(shape.type.name):
            raise Mismatch
        return None


def _body(shape: Shape, start: Table) -> Read:
    """Attributes, children and text of one type."""
    attributes = _attributes(shape)
    text, mixed = shape.type.text, shape.type.mixed
    collapse, ordered, limits = shape.type.collapse, shape.content.ordered, shape.limits
    required = [key for key in shape.required if key.startswith("@")]

    def read(element: XmlElement) -> dict[str, Any]:
        tree: dict[str, Any] = attributes(element) if element.keys() else {}
        for key in required:
            if key not in tree:
                raise Mismatch
        if text:
            tree[TEXT] = _text(element, collapse, mixed)
        order = _children(element, start, tree)
        if ordered and order:
            tree[ORDER] = order
        for keys, least, most in limits:
            found = sum(order.count(key) for key in keys)
            if found < least or (most is not None and found > most):
                raise Mismatch
        return tree

    def quick(element: XmlElement) -> dict[str, Any]:
        """The same for a type with children only, which is nearly every type there is."""
        tree: dict[str, Any] = attributes(element) if element.keys() else {}
        here = start
        try:
            for child in element:
                here, key, many, value = here[child.tag]
                if not many:
                    tree[key] = value(child)
                elif key in tree:
                    tree[key].append(value(child))
                else:
                    tree[key] = [value(child)]
        except KeyError:
            raise Mismatch from None
        if END not in here:
            raise Mismatch
        return tree

    return read if text or ordered or limits or required else quick


def _children(element: XmlElement, start: Table, tree: dict[str, Any]) -> list[str]:
    """Fill ``tree`` and return the keys in document order."""
    here, order = start, []
    try:
        for child in element:
            here, key, many, value = here[child.tag]
            order.append(key)
            if many:
                tree.setdefault(key, []).append(value(child))
            else:
                tree[key] = value(child)
    except KeyError:
        raise Mismatch from None
    if END not in here:
        raise Mismatch
    return order


def _leaf(collapse: bool, nillable: bool) -> Read:
    def read(element: XmlElement) -> Any:
        if len(element):
            raise Mismatch
        if element.keys():
            if element.get(XSI_NIL) in ("true", "1"):
                return _nil(element, nillable)
            if any(not name.startswith(f"{{{XSI}}}") for name, _ in element.items()):
                raise Mismatch
        text = element.text or ""
        return " ".join(text.split()) if collapse else text

    return read


def _nil(element: XmlElement, nillable: bool) -> Any:
    if not nillable or len(element) or element.text:
        raise Mismatch
    return NIL


def _text(element: XmlElement, collapse: bool, mixed: bool) -> str:
    if not mixed and len(element):
        raise Mismatch
    text = "".join([element.text or "", *(child.tail or "" for child in element)])
    return " ".join(text.split()) if collapse else text


def _attributes(shape: Shape) -> Callable[[XmlElement], dict[str, Any]]:
    keys, open_ended = shape.attributes, shape.type.any_attribute

    def read(element: XmlElement) -> dict[str, Any]:
        tree = {}
        for name, value in element.items():
            if name in keys:
                tree[keys[name]] = value
            elif not name.startswith(f"{{{XSI}}}"):
                if not open_ended:
                    raise Mismatch
                tree[f"@{name}"] = value
        return tree

    return read


def _verbatim(element: XmlElement) -> str:
    """The element by itself: with the namespaces it uses, also in QName values, and no others of its surroundings."""
    text = etree.tostring(element, encoding="unicode", with_tail=False)
    in_values = [prefix for prefix in element.nsmap if prefix and (f'"{prefix}:' in text or f">{prefix}:" in text)]
    alone: bytes = etree.tostring(
        element, method="c14n", exclusive=True, with_tail=False, inclusive_ns_prefixes=in_values
    )
    return alone.decode()
