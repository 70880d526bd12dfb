"""Everything that is wrong with a document or a tree, as ``[{"path", "message"}]``. Runs only after a Mismatch.

Paths are wire paths: ``orderItem[0].id``, ``@code``. Messages name elements, never values.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from lxml import etree

from interfaces.codec.content import ANY
from interfaces.codec.safe_xml import XmlElement
from interfaces.codec.xml_shape import ORDER, TEXT, XSI, XSI_KEY, XSI_NIL, XSI_TYPE, Mismatch, Shape, Shapes
from interfaces.codec.xml_text import escape
from interfaces.contract.names import local
from interfaces.contract.xsd import Element, Type, Wildcard
from interfaces.wire import NIL

Fault = dict[str, str]


def of_element(shapes: Shapes, declared: Element, element: XmlElement, path: str = "") -> Iterator[Fault]:
    """Faults of one element against its declaration."""
    if element.get(XSI_NIL) in ("true", "1"):
        if not declared.nillable:
            yield _fault(path, "may not be nil")
        elif len(element) or element.text:
            yield _fault(path, "is nil but has content")
        return
    kind = _named(shapes, declared.type, element)
    if kind is None:
        yield _fault(path, "xsi:type names no type the contract allows here")
        return
    shape = shapes.of(kind)
    yield from _element_attributes(shape, element, path)
    if kind.content is None and len(element):
        yield _fault(path, "holds text, elements are not allowed")
    else:
        yield from _element_children(shapes, shape, element, path)


def _named(shapes: Shapes, kind: Type, element: XmlElement) -> Type | None:
    name = (element.get(XSI_TYPE) or "").strip().rpartition(":")[2]
    if not name or kind.plain or name == local(kind.name):
        return kind
    return shapes.of(kind).derived.get(name)


def _element_attributes(shape: Shape, element: XmlElement, path: str) -> Iterator[Fault]:
    names = [str(name) for name, _ in element.items() if not str(name).startswith(f"{{{XSI}}}")]
    for name in names:
        if name not in shape.attributes and not shape.type.any_attribute:
            yield _fault(_join(path, f"@{etree.QName(name).localname}"), "attribute is not in the contract")
    for attribute in shape.type.attributes:
        if attribute.required and attribute.name not in names:
            yield _fault(_join(path, shape.attributes[attribute.name]), "required attribute is missing")


def _element_children(shapes: Shapes, shape: Shape, element: XmlElement, path: str) -> Iterator[Fault]:
    declared = {slot.element.name: slot for slot in shape.slots if slot.element is not None}
    wildcards = [term for term in shape.content.terms if isinstance(term, Wildcard)]
    seen: Counter[str] = Counter()
    faults: list[Fault] = []
    for child in element:
        name = str(child.tag)
        slot = declared.get(name)
        if slot is not None and slot.element is not None:
            place = f"{slot.key}[{seen[slot.key]}]" if slot.many else slot.key
            seen[slot.key] += 1
            faults += of_element(shapes, slot.element, child, _join(path, place))
        elif not any(wildcard.matches(name) for wildcard in wildcards):
            faults.append(_fault(_join(path, _shown(child)), "element is not in the contract"))
    faults += _missing(shape, seen, path)
    yield from faults or _out_of_order(shape, element, path, seen)


def _missing(shape: Shape, seen: Counter[str], path: str) -> list[Fault]:
    keys = [key for key in shape.required if not key.startswith("@")]
    return [_fault(_join(path, key), "required element is missing") for key in keys if not seen[key]]


def _out_of_order(shape: Shape, element: XmlElement, path: str, seen: Counter[str]) -> Iterator[Fault]:
    """Each child may be there, but not so often or not here."""
    yield from _too_often(shape, seen, path)
    here: set[int] | None = None
    for child in element:
        allowed = shape.content.first if here is None else here
        slots = [s for s in shape.slots if s.position in allowed]
        taken = next((s for s in slots if s.element is not None and s.element.name == child.tag), None)
        taken = taken or next((s for s in slots if s.element is None), None)
        if taken is None:
            expected = ", ".join(dict.fromkeys(s.key for s in slots)) or "nothing more"
            yield _fault(_join(path, _shown(child)), f"element is not expected here; expected: {expected}")
            return
        here = shape.content.follow[taken.position]


def _too_often(shape: Shape, seen: Counter[str], path: str) -> Iterator[Fault]:
    for keys, least, most in shape.limits:
        times = sum(seen[key] for key in keys)
        if times < least or (most is not None and times > most):
            limit = f"{least} to {'any number' if most is None else most}"
            yield _fault(_join(path, keys[0]), f"comes {times} times, the contract says {limit}")


def of_tree(shapes: Shapes, declared: Element, value: Any, path: str = "") -> Iterator[Fault]:
    """Faults of a value that was to be written as such an element."""
    kind = declared.type
    if value is NIL:
        if not declared.nillable:
            yield _fault(path, "may not be nil")
    elif kind.plain:
        yield from _text(value, path)
    elif not isinstance(value, Mapping):
        yield _fault(path, "must be an object with the element's parts")
    else:
        chosen = value.get(XSI_KEY)
        other = kind if chosen is None else shapes.of(kind).derived.get(str(chosen))
        if other is None:
            yield _fault(_join(path, XSI_KEY), "names no type the contract allows here")
        else:
            yield from _tree_parts(shapes, shapes.of(other), value, path)


def _tree_parts(shapes: Shapes, shape: Shape, value: Mapping[str, Any], path: str) -> Iterator[Fault]:
    known = {*shape.by_key, *shape.attributes.values(), ORDER, XSI_KEY, *([TEXT] if shape.type.text else [])}
    faults = [
        _fault(_join(path, str(key)), "is not in the contract")
        for key in value
        if key not in known and not (shape.type.any_attribute and str(key).startswith("@"))
    ]
    faults += [_fault(_join(path, key), "required, but missing") for key in shape.required if key not in value]
    for key, part in value.items():
        place = _join(path, str(key))
        if key in shape.by_key:
            faults += _tree_child(shapes, shape, key, part, place)
        elif key == TEXT or str(key).startswith("@"):
            faults += _text(part, place)
    counts = Counter({key: len(p) if isinstance(p, list) else 1 for key, p in value.items()})
    yield from faults or _too_often(shape, counts, path)
    if not faults:
        order = ", ".join(dict.fromkeys(slot.key for slot in shape.slots))
        yield _fault(path, f"these parts do not go together as the contract says: {order}")


def _tree_child(shapes: Shapes, shape: Shape, key: str, part: Any, place: str) -> Iterator[Fault]:
    slot = shape.by_key[key]
    if not slot.many:
        assert slot.element is not None  # wildcards are always lists
        yield from of_tree(shapes, slot.element, part, place)
    elif not isinstance(part, list):
        yield _fault(place, "must be a list")
    else:
        for number, item in enumerate(part):
            at = f"{place}[{number}]"
            yield from _text(item, at) if slot.element is None else of_tree(shapes, slot.element, item, at)


def _text(value: Any, path: str) -> Iterator[Fault]:
    if not isinstance(value, str):
        yield _fault(path, "must be text")
        return
    try:
        escape(value)
    except Mismatch:
        yield _fault(path, "has a character that XML cannot carry")


def _shown(child: XmlElement) -> str:
    return etree.QName(child).localname if isinstance(child.tag, str) else ANY


def _join(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key


def _fault(path: str, message: str) -> Fault:
    return {"path": path, "message": message}
