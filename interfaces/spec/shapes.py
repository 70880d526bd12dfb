"""Shape: the part of a schema that lint needs, the same for JSON Schema, XSD, table and file layouts.

A repeating element's shape is that of one element, so a path finds its way with or without ``[...]``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, Protocol

from interfaces import canonical
from interfaces.contract.names import local
from interfaces.mapping.rows import Path
from interfaces.spec.model import Side

_FRACTION = "{http://www.w3.org/2001/XMLSchema}fractionDigits"

if TYPE_CHECKING:  # xmlschema is slow to import, and who has a shape of it has it already
    from interfaces.contract.file_layout import FileLayout
    from interfaces.contract.file_layout import Record as FileRecord
    from interfaces.contract.table import Table
    from interfaces.contract.xsd import Type


@dataclass(frozen=True, slots=True)
class Facts:
    """What a schema says of the values at one place; "", None or () where it says nothing.

    kind       primitive type: string, decimal, dateTime, object ...
    lengths    least and most characters (bytes for table and file columns)
    bounds     least and largest number, as text
    places     most decimals of a number, None = as many as there are
    """

    kind: str = ""
    lengths: tuple[int | None, int | None] = (None, None)
    bounds: tuple[str, str] = ("", "")
    patterns: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    places: int | None = None


class Shape(Protocol):
    """child: what stands under a name, None when nothing may. required: names that must be there. names: all that the
    schema lists, in its order. many: names that may be repeated. facts: of the values here."""

    def child(self, name: str) -> Shape | None: ...

    def required(self) -> frozenset[str]: ...

    def names(self) -> tuple[str, ...]: ...

    def many(self) -> frozenset[str]: ...

    def facts(self) -> Facts: ...


class _Leaf:
    """What most shapes say of repetition and values: nothing."""

    def many(self) -> frozenset[str]:
        return frozenset()

    def facts(self) -> Facts:
        return Facts()


class JsonShape:
    """One place in a JSON Schema."""

    def __init__(self, schema: Mapping[str, Any], root: Mapping[str, Any]) -> None:
        self._root = root
        self._schema = _resolved(schema, root)

    def child(self, name: str) -> Shape | None:
        properties = self._schema.get("properties", {})
        if name in properties:
            return JsonShape(properties[name], self._root)
        closed = self._schema.get("additionalProperties") is False or "properties" in self._schema
        return None if closed or self._schema.get("type") not in (None, "object") else ANYTHING

    def required(self) -> frozenset[str]:
        return frozenset(self._schema.get("required", ()))

    def names(self) -> tuple[str, ...]:
        return tuple(self._schema.get("properties", ()))

    def many(self) -> frozenset[str]:
        properties = self._schema.get("properties", {})
        return frozenset(name for name, one in properties.items() if _is_array(one, self._root))

    def facts(self) -> Facts:
        own = self._schema
        kind = own.get("type", "")
        return Facts(
            kind=own.get("format") or (kind if isinstance(kind, str) else " or ".join(kind)),
            lengths=(own.get("minLength"), own.get("maxLength")),
            bounds=(str(own.get("minimum", "")), str(own.get("maximum", ""))),
            patterns=(own["pattern"],) if "pattern" in own else (),
            values=self.enum() or ((str(own["const"]),) if "const" in own else ()),
            places=0 if kind == "integer" else None,
        )

    def enum(self) -> tuple[str, ...]:
        """The values allowed here, () when they are not listed."""
        return tuple(str(value) for value in self._schema.get("enum", ()))

    @property
    def schema(self) -> Mapping[str, Any]:
        """The schema here, references followed; of a list that of its elements."""
        return self._schema


def _is_array(schema: Any, root: Mapping[str, Any]) -> bool:
    while isinstance(schema, Mapping) and "$ref" in schema:
        schema = _referenced(schema, root)
    return isinstance(schema, Mapping) and schema.get("type") == "array"


def _referenced(schema: Mapping[str, Any], root: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Any = root
    for part in str(schema["$ref"]).removeprefix("#/").split("/"):
        found = found[part]
    target: Mapping[str, Any] = found
    return target


def _resolved(schema: Any, root: Mapping[str, Any]) -> Mapping[str, Any]:
    """References followed, and lists opened. {} for ``true`` and ``false``, and for a list of nothing but lists."""
    seen: set[int] = set()
    while isinstance(schema, Mapping) and id(schema) not in seen:
        if "$ref" not in schema and schema.get("type") != "array":
            return schema
        seen.add(id(schema))
        schema = _referenced(schema, root) if "$ref" in schema else schema.get("items", {})
    return {}


class XmlShape:
    """One XSD type; element names are local names. name: ``{namespace}local`` of the element that has it, "" = none."""

    def __init__(self, type_: Type, name: str = "") -> None:
        self._type = type_
        self.name = name

    def child(self, name: str) -> Shape | None:
        if name == "#text":
            return NOTHING if self._type.text else None
        if name.startswith("@"):
            known = {f"@{local(a.name)}" for kind in self._kinds() for a in kind.attributes}
            known |= {"@xsi:type"} if self._type.derived else set()
            return NOTHING if name in known or self._type.any_attribute else None
        wanted = name.rpartition(":")[2]
        found = [e for kind in self._kinds() for e, _ in _parts(kind) if e is None or local(e.name) == wanted]
        return None if not found else ANYTHING if found[0] is None else XmlShape(found[0].type, found[0].name)

    def required(self) -> frozenset[str]:
        needed = {local(e.name) for e, must in _parts(self._type) if must and e is not None}
        return frozenset(needed | {f"@{local(a.name)}" for a in self._type.attributes if a.required})

    def names(self) -> tuple[str, ...]:
        elements = dict.fromkeys(local(e.name) for e, _ in _parts(self._type) if e is not None)
        return (*elements, *(f"@{local(a.name)}" for a in self._type.attributes))

    def enum(self) -> tuple[str, ...]:
        """The values allowed here, () when they are not listed."""
        return tuple(str(value) for value in getattr(self._type.component, "enumeration", None) or ())

    def many(self) -> frozenset[str]:
        return frozenset(_repeated(self._type.content, False)) if self._type.content else frozenset()

    def facts(self) -> Facts:
        simple = self._type.component if self._type.component.is_simple() else self._type.component.content
        if not hasattr(simple, "primitive_type") or simple.primitive_type is None:
            return Facts("complex")
        return Facts(
            kind=str(simple.primitive_type.local_name),
            lengths=(simple.min_length, simple.max_length),
            bounds=(_said(simple.min_value), _said(simple.max_value)),
            patterns=tuple(getattr(simple.patterns, "regexps", ())),
            values=self.enum(),
            places=_places(simple),
        )

    @property
    def wild(self) -> bool:
        """Whether the contract lets anything stand here (xs:any)."""
        return any(element is None for element, _ in _parts(self._type))

    def _kinds(self) -> Iterator[Type]:
        """The type, and those that xsi:type may put in its place."""
        yield self._type
        yield from self._type.derived.values()


def _parts(kind: Type) -> Iterator[tuple[Any, bool]]:
    """(element, whether it must be there); (None, False) for a wildcard."""
    return _flat(kind.content, True) if kind.content else iter(())


def _places(simple: Any) -> int | None:
    """xs:integer and what is made of it has none; else the facet says, here or in a type that this one restricts."""
    while simple is not None and hasattr(simple, "get_facet"):
        facet = simple.get_facet(_FRACTION)
        if facet is not None or simple.local_name == "integer":
            return int(facet.value) if facet is not None else 0
        simple = simple.base_type
    return None


def _said(value: Any) -> str:
    return "" if value is None else str(value)


def _repeated(particle: Any, outer: bool) -> Iterator[str]:
    many = outer or particle.repeated
    if hasattr(particle.term, "particles"):
        for inner in particle.term.particles:
            yield from _repeated(inner, many)
    elif many and hasattr(particle.term, "type"):
        yield local(particle.term.name)


def _flat(particle: Any, must: bool) -> Iterator[tuple[Any, bool]]:
    term, must = particle.term, must and particle.min > 0
    if hasattr(term, "particles"):
        for inner in term.particles:
            yield from _flat(inner, must and term.kind != "choice")
    elif hasattr(term, "type"):
        # one of several that substitute it is required, but none of them by its name
        yield from ((other, must and len(term.substitutes) == 1) for other in term.substitutes or (term,))
    else:
        yield None, False


class _Column(_Leaf):
    """One column or field: an end."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts

    def child(self, name: str) -> Shape | None:
        return None

    def required(self) -> frozenset[str]:
        return frozenset()

    def names(self) -> tuple[str, ...]:
        return ()

    def facts(self) -> Facts:
        return self._facts


class TableShape(_Leaf):
    """The columns of one interface table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def child(self, name: str) -> Shape | None:
        column = self._table.columns.get(name)
        return None if column is None else _Column(Facts(column.type, (None, column.bytes or None)))

    def required(self) -> frozenset[str]:
        mark = self._table.read_mark
        return frozenset(c.name for c in self._table.columns.values() if c.required and c.name != mark)

    def names(self) -> tuple[str, ...]:
        return tuple(self._table.columns)


class RecordShape(_Leaf):
    """The fields of one kind of line in an exchange file; ``more``: what stands beside them."""

    def __init__(self, record: FileRecord, more: Mapping[str, Shape] | None = None) -> None:
        self._record = record
        self._more = more or {}

    def child(self, name: str) -> Shape | None:
        field = self._record.fields.get(name)
        return self._more.get(name) if field is None else _Column(Facts("text", (None, field.bytes or None)))

    def required(self) -> frozenset[str]:
        """What no layout rule fills in."""
        return frozenset(f.name for f in self._record.fields.values() if f.required and not (f.value or f.is_))

    def names(self) -> tuple[str, ...]:
        return (*self._record.fields, *self._more)


class Named(_Leaf):
    """Shapes by name; ``needed``: those that must be there."""

    def __init__(self, shapes: Mapping[str, Shape], needed: frozenset[str] = frozenset()) -> None:
        self._shapes = shapes
        self._needed = needed

    def child(self, name: str) -> Shape | None:
        return self._shapes.get(name)

    def required(self) -> frozenset[str]:
        return self._needed

    def names(self) -> tuple[str, ...]:
        return tuple(self._shapes)


def file_shape(layout: FileLayout, record: str, facts: Iterable[str]) -> Shape:
    """A message of an exchange file: one record with its header's fields, or ("") the whole file."""
    about: Shape = Named(dict.fromkeys(facts, NOTHING))
    if record:
        header = layout.header
        return RecordShape(
            layout.record(record), {"@file": about, **({"@header": RecordShape(header)} if header else {})}
        )
    shapes = {name: RecordShape(one) for name, one in layout.records.items()}
    edges = {one.name for one in layout.records.values() if one.role != "detail"}
    return Named({**shapes, "@file": about, "#order": NOTHING}, frozenset(n for n in edges if shapes[n].required()))


class Wrapped(_Leaf):
    """A shape under one name: what ContractRoot rows see."""

    def __init__(self, name: str, inner: Shape) -> None:
        self._name = name
        self._inner = inner

    def child(self, name: str) -> Shape | None:
        return self._inner if name == self._name else None

    def required(self) -> frozenset[str]:
        return frozenset({self._name})

    def names(self) -> tuple[str, ...]:
        return (self._name,)


class _Fixed(_Leaf):
    """Everything goes (no schema), or nothing does (a leaf)."""

    def __init__(self, open_: bool) -> None:
        self._open = open_

    def child(self, name: str) -> Shape | None:
        return self if self._open else None

    def required(self) -> frozenset[str]:
        return frozenset()

    def names(self) -> tuple[str, ...]:
        return ()


ANYTHING, NOTHING = _Fixed(True), _Fixed(False)


def canonical_shape(side: Side) -> JsonShape:
    """What the canonical type of a message allows."""
    schema = canonical.schema(side.type_name, side.type_version)
    return JsonShape(schema, schema)


def walk(shape: Shape | None, path: Path) -> Shape | None:
    """The shape at a path; None when the path leads nowhere."""
    for step in path:
        shape = shape.child(step.name) if shape else None
    return shape


def leaves(shape: Shape, most: int = 2000, deepest: int = 12) -> Iterator[str]:
    """Dotted paths of what lies at the ends of a schema, at most so many; recursive types end at a depth."""
    yield from islice(_leaves(shape, "", deepest), most)


def _leaves(shape: Shape, base: str, left: int) -> Iterator[str]:
    names = shape.names() if left else ()
    if not names and base:
        yield base
    for name in names:
        inner = shape.child(name)
        if inner is not None:
            yield from _leaves(inner, f"{base}.{name}" if base else name, left - 1)
