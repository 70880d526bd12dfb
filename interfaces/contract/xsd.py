"""XSD components as small records: what the codec, the generator and lint need to know of a schema.

Read by xmlschema, which keeps facets, ``fixed``, substitution groups and wildcards (zeep drops them). Names are
``{namespace}local``, or ``local`` for unqualified elements and attributes.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import xmlschema
from xmlschema.validators import XsdAnyElement, XsdAttribute, XsdElement, XsdGroup

from interfaces.contract.names import local
from interfaces.failure import Failure

ANY_TYPE = "{http://www.w3.org/2001/XMLSchema}anyType"


@dataclass(eq=False, slots=True)
class Element:
    """An element declaration. component: the xmlschema object, for facets. substitutes: what may stand in its place,
    itself included unless it is abstract."""

    name: str
    nillable: bool
    component: Any = field(repr=False)
    type: Type = field(repr=False)
    substitutes: tuple[Element, ...] = ()

    @property
    def local(self) -> str:
        return local(self.name)


@dataclass(frozen=True, slots=True)
class Wildcard:
    """xs:any. component answers ``is_matching(name)``."""

    component: Any

    def matches(self, name: str) -> bool:
        return bool(self.component.is_matching(name))


@dataclass(frozen=True, slots=True)
class Group:
    """xs:sequence, xs:choice or xs:all."""

    kind: Literal["sequence", "choice", "all"]
    particles: tuple[Particle, ...]


@dataclass(frozen=True, slots=True)
class Particle:
    """term min..max times; max None = unbounded."""

    term: Element | Wildcard | Group
    min: int
    max: int | None

    @property
    def repeated(self) -> bool:
        return self.max is None or self.max > 1


@dataclass(frozen=True, slots=True)
class Attribute:
    """An attribute declaration that is not prohibited."""

    name: str
    required: bool


@dataclass(eq=False, slots=True)
class Type:
    """name: "" for an anonymous type. content: None for text only and for empty types. text: character content is
    allowed. collapse: the white space of that text means nothing. derived: xsi:type name -> type."""

    name: str
    component: Any = field(repr=False)
    attributes: tuple[Attribute, ...] = ()
    any_attribute: bool = False
    content: Particle | None = None
    text: bool = False
    collapse: bool = False
    derived: dict[str, Type] = field(default_factory=dict, repr=False)

    @property
    def plain(self) -> bool:
        """Text and nothing else."""
        return self.text and self.content is None and not self.attributes and not self.any_attribute

    @property
    def mixed(self) -> bool:
        return self.text and self.content is not None


class Model:
    """All global elements and types of one contract."""

    def __init__(self, schema: Any) -> None:
        self._schema = schema
        self._elements: dict[int, Element] = {}
        self._types: dict[int, Type] = {}

    @cached_property
    def faults(self) -> list[tuple[str, int, str]]:
        """What breaks a rule of XSD: (file of the repaired set, line, message)."""
        found = [_said(error) for schema in self._schema.maps.iter_schemas() for error in schema.all_errors]
        return sorted(set(found))

    def check(self, element: Any) -> list[str]:
        """Paths in an lxml element that break the schema, by xmlschema: slower than libxml2, and less picky."""
        with whole("its schema cannot judge a message", str(element.tag)):
            return [str(error.path or "") for error in self._schema.iter_errors(element)]

    @cached_property
    def elements(self) -> dict[str, str]:
        """Names of the contract's own global elements -> their local names."""
        own = (c for c in self._schema.maps.elements.values() if not _of_meta_schema(c))
        return {component.name: local(component.name) for component in own}

    def element(self, name: str) -> Element:
        """A global element by ``{namespace}local``; KeyError when there is none."""
        return self._element(self._schema.maps.elements[name])

    def type(self, name: str) -> Type:
        """A global type by ``{namespace}local``; KeyError when there is none."""
        return self._type(self._schema.maps.types[name])

    @cached_property
    def _heirs(self) -> dict[int, list[Any]]:
        """Identity of a type's component -> the complex types that derive from it and can stand in a document."""
        found: dict[int, list[Any]] = {}
        for component in self._schema.maps.types.values():
            if component.is_complex() and not component.abstract:
                for base in _bases(component):
                    found.setdefault(id(base), []).append(component)
        return found

    @cached_property
    def prefixes(self) -> dict[str, str]:
        """namespace -> prefix: the first by alphabet of those the schemas themselves use, each used once."""
        pairs = {
            (namespace, prefix)
            for schema in self._schema.maps.iter_schemas()
            for prefix, namespace in schema.namespaces.items()
            if prefix and namespace
        }
        found: dict[str, str] = {}
        for namespace, prefix in sorted(pairs):
            if namespace not in found and prefix not in found.values():
                found[namespace] = prefix
        return found

    def _element(self, component: Any) -> Element:
        declared = component.ref if component.ref is not None else component
        known = self._elements.get(id(declared))
        if known is not None:
            return known
        element = Element(declared.name, bool(declared.nillable), declared, self._type(declared.type))
        self._elements[id(declared)] = element
        others = declared.iter_substitutes() if declared.is_global() else ()
        own = () if declared.abstract else (element,)
        element.substitutes = (*own, *(self._element(other) for other in others if not other.abstract))
        return element

    def _type(self, component: Any) -> Type:
        known = self._types.get(id(component))
        if known is not None:
            return known
        made = self._types[id(component)] = Type(component.name or "", component)
        simple = component if component.is_simple() else component.content
        made.text = component.is_simple() or component.has_simple_content() or component.mixed
        if not isinstance(simple, XsdGroup):
            made.collapse = getattr(simple, "white_space", None) == "collapse"
        if component.is_complex():
            self._fill(made, component)
        return made

    def _fill(self, made: Type, component: Any) -> None:
        declared = component.attributes.items()
        made.any_attribute = None in component.attributes
        made.attributes = tuple(
            Attribute(name, item.use == "required")
            for name, item in declared
            if name and isinstance(item, XsdAttribute) and item.use != "prohibited"
        )
        if isinstance(component.content, XsdGroup) and len(component.content):
            made.content = self._particle(component.content)
        if component.name and component.name != ANY_TYPE:
            made.derived = {other.name: self._type(other) for other in self._heirs.get(id(component), ())}

    def _particle(self, component: Any) -> Particle:
        return Particle(self._term(component), component.min_occurs, component.max_occurs)

    def _term(self, component: Any) -> Element | Wildcard | Group:
        match component:
            case XsdElement():
                return self._element(component)
            case XsdAnyElement():
                return Wildcard(component)
            case _:
                parts = (self._particle(part) for part in component if part.max_occurs != 0)
                return Group(component.model, tuple(parts))


def read(folder: Path, sound: bool = True) -> Model:
    """``all.xsd`` of a repaired set (interfaces/contract/rewrite.py) -> Model; Failure(invalid, structure).

    sound  libxml2 took the schema already, so that XSD's rules need not be checked again (which takes most of the
           time); else what breaks one is told by ``Model.faults``, and all else is there
    """
    mode = "skip" if sound else "lax"
    with whole("the schema cannot be read"):
        return Model(xmlschema.XMLSchema10(str(folder / "all.xsd"), allow="local", defuse="never", validation=mode))


_NOT_WHOLE = (
    *(xmlschema.XMLSchemaException, AttributeError, KeyError, IndexError, TypeError, ValueError, ArithmeticError),
    RecursionError,
)


@contextmanager
def whole(what: str, where: str = "") -> Iterator[None]:
    """The one door for what a schema that breaks XSD's own rules does to those who read it: its components are not
    whole, and fail in many ways. Failure(invalid, structure)."""
    try:
        yield
    except _NOT_WHOLE as error:
        # The first line says what is wrong, the rest is the schema's text.
        said = str(error).partition("\n")[0] if isinstance(error, xmlschema.XMLSchemaException) else ""
        reason = said or f"it breaks a rule of XSD ({type(error).__name__})"
        advice = "correct the schema; `mboss interface import-wsdl FILE --check` names what is wrong with it"
        raise Failure("invalid", f"{what}: {reason}", where=where, reason="structure", advice=advice) from error


def _said(error: Any) -> tuple[str, int, str]:
    """(file name, line, message) of one of xmlschema's errors."""
    text = str(getattr(error, "message", "") or error).strip().partition("\n")[0]
    url = str(getattr(error, "schema_url", "") or "")
    return url.rpartition("/")[2], getattr(error, "sourceline", None) or 1, text[:300]


def _bases(component: Any) -> Iterator[Any]:
    """What a type derives from, nearest first."""
    seen = {id(component)}
    base = component.base_type
    while base is not None and id(base) not in seen:  # a broken schema may derive in a circle
        seen.add(id(base))
        yield base
        base = getattr(base, "base_type", None)


def _of_meta_schema(component: Any) -> bool:
    return component.schema.meta_schema is None


__all__ = ["ANY_TYPE", "Attribute", "Element", "Group", "Model", "Particle", "Type", "Wildcard"]
