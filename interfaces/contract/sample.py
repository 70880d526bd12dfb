"""A small document of a schema: what must be there, with values that its facets allow.

Deterministic: the same schema gives the same document. For examples, and for proving that a message can be written.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, count
from typing import Any, Protocol

from interfaces.codec.content import ANY
from interfaces.codec.xml_shape import ORDER, TEXT, XSI_KEY, Shape, Shapes
from interfaces.codec.xml_text import escape
from interfaces.contract.names import local, namespace
from interfaces.contract.values import value_of
from interfaces.contract.xsd import Element, Group, Particle, Type, Wildcard

MOST_NODES = 20_000
"""Elements of one document."""


class NoSample(Exception):
    """No document could be made up, and why."""


class Choices(Protocol):
    """What a schema leaves open. path: dotted keys from the top.

    times      how often a particle comes, between its bounds
    branches   the order in which the branches of a choice are tried
    attribute  whether an optional attribute comes
    value      a text for a simple type; None when there is none
    """

    def times(self, particle: Particle, path: str) -> int: ...

    def branches(self, group: Group, path: str) -> list[Particle]: ...

    def attribute(self, path: str) -> bool: ...

    def value(self, component: Any, path: str) -> str | None: ...


class Least:
    """As little as the schema allows, and optional parts whose path is wanted."""

    def __init__(self, wanted: frozenset[str] = frozenset()) -> None:
        self._wanted = wanted

    def times(self, particle: Particle, path: str) -> int:
        more = isinstance(particle.term, Element) and path in self._wanted
        return max(particle.min, 1) if more else particle.min

    def branches(self, group: Group, path: str) -> list[Particle]:
        return sorted(group.particles, key=lambda p: isinstance(p.term, Wildcard))

    def attribute(self, path: str) -> bool:
        return path in self._wanted

    def value(self, component: Any, path: str) -> str | None:
        return value_of(component)


def sample(shapes: Shapes, declared: Element, choices: Choices | None = None) -> Any:
    """The value of a global element, as the codec takes it; NoSample says why there is none."""
    return _Maker(shapes, choices or Least()).element(declared, "")


Child = tuple[str, Any]


class _Maker:
    def __init__(self, shapes: Shapes, choices: Choices) -> None:
        self.shapes = shapes
        self.choices = choices
        self.within: list[Type] = []
        self.made = 0
        self.ids: set[str] = set()

    def element(self, declared: Element, path: str) -> Any:
        """Text, or a tree."""
        fixed = declared.component.fixed
        if declared.type.plain:
            return fixed if fixed is not None else self.text(declared.type.component, path)
        return self.tree(declared.type, path)

    def text(self, component: Any, path: str) -> str:
        simple = component if component.is_simple() else component.content
        found = self.choices.value(simple, path)
        if found is None:
            raise NoSample(f"no value was found for {path or 'the top'}, of type {local(simple.name or 'its own')}")
        return self.unused(found) if simple.is_key() else found

    def unused(self, found: str) -> str:
        """An xs:ID: no two of one document are the same."""
        made = next(name for name in chain([found], (f"{found}{n}" for n in count(2))) if name not in self.ids)
        self.ids.add(made)
        return made

    def tree(self, kind: Type, path: str) -> dict[str, Any]:
        self.made += 1
        if self.made > MOST_NODES:
            raise NoSample(f"the smallest document has more than {MOST_NODES} elements")
        if self.within.count(kind) > 1:
            raise NoSample(f"{path or 'the top'} must contain itself without end")
        if kind.component.is_complex() and kind.component.abstract:
            return self.derived(kind, path)
        self.within.append(kind)
        try:
            return self.filled(kind, self.shapes.of(kind), path)
        finally:
            self.within.pop()

    def derived(self, kind: Type, path: str) -> dict[str, Any]:
        """An abstract type stands for one of those derived from it, named by xsi:type."""
        reasons: list[NoSample] = []
        for name, other in self.shapes.of(kind).derived.items():
            try:
                return {XSI_KEY: name, **self.tree(other, path)}
            except NoSample as reason:
                reasons.append(reason)
        raise reasons[0] if reasons else NoSample(f"{path or 'the top'} is abstract, and no type derives from it")

    def filled(self, kind: Type, shape: Shape, path: str) -> dict[str, Any]:
        tree: dict[str, Any] = {}
        for name, key in shape.attributes.items():
            declared = kind.component.attributes[name]
            if declared.use == "required" or self.choices.attribute(_join(path, key)):
                tree[key] = declared.fixed or self.text(declared.type, _join(path, key))
        if kind.text:
            tree[TEXT] = "text" if kind.mixed or kind.component.mixed else self.text(kind.component, path)
        children = list(self.children(kind.content, shape, path)) if kind.content else []
        for key, value in children:
            if key == ANY or shape.by_key[key].many:
                tree.setdefault(key, []).append(value)
            else:
                tree[key] = value
        if shape.content.ordered and children:
            tree[ORDER] = [key for key, _ in children]
        return tree

    def children(self, particle: Particle, shape: Shape, path: str) -> Iterator[Child]:
        """Keys and values in document order."""
        for _ in range(self.choices.times(particle, self.path_of(particle, shape, path))):
            yield from self.once(particle, shape, path)

    def path_of(self, particle: Particle, shape: Shape, path: str) -> str:
        term = particle.term
        return _join(path, shape.keys.get(term.name, term.local)) if isinstance(term, Element) else path

    def once(self, particle: Particle, shape: Shape, path: str) -> list[Child]:
        term = particle.term
        if isinstance(term, Wildcard):
            return [(ANY, self.any(term, path))]
        if isinstance(term, Element):
            return [self.child(term, shape, path)]
        if term.kind == "choice":
            return self.choice(term, shape, path)
        return [child for part in term.particles for child in self.children(part, shape, path)]

    def child(self, declared: Element, shape: Shape, path: str) -> Child:
        reasons: list[NoSample] = []
        for chosen in declared.substitutes:
            try:
                key = shape.keys[chosen.name]
                return key, self.element(chosen, _join(path, key))
            except NoSample as reason:
                reasons.append(reason)
        raise (
            reasons[0]
            if reasons
            else NoSample(f"{_join(path, declared.local)} is abstract, and nothing substitutes it")
        )

    def choice(self, group: Group, shape: Shape, path: str) -> list[Child]:
        reasons: list[NoSample] = []
        for branch in self.choices.branches(group, path):
            try:
                return list(self.children(branch, shape, path))
            except NoSample as reason:
                reasons.append(reason)
        if reasons:
            raise reasons[0]
        return []

    def any(self, wildcard: Wildcard, path: str) -> str:
        """An element for a wildcard: a stranger's where it may be, else one that the contract declares."""
        strict = wildcard.component.process_contents == "strict"
        for name in ("{urn:example:any}any", "any") if not strict else ():
            if wildcard.matches(name):
                space = namespace(name)
                return f'<any xmlns="{space}"></any>' if space else "<any></any>"
        for name in self.shapes.model.elements:
            declared = self.shapes.model.element(name)
            if wildcard.matches(name) and declared.type.plain and not declared.component.abstract:
                text = escape(self.text(declared.type.component, path))
                return f'<n:{declared.local} xmlns:n="{namespace(name)}">{text}</n:{declared.local}>'
        raise NoSample(f"{path or 'the top'} takes elements that the contract does not declare")


def _join(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key
