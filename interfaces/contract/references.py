"""Which global component of a schema set names which, what is declared twice, and what nowhere.

Plain XML, before any schema library: a library stops at the first fault, and an operator's contract has several. What
is declared nowhere is taken out of the set, so that all else can be read; ``Graph.missing_from`` then tells which
messages are not whole because of it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from interfaces.codec.safe_xml import XmlElement
from interfaces.contract.documents import Documents, SchemaDocument, place
from interfaces.contract.names import XS, namespace, qualified, resolved

Component = tuple[str, str]
"""(kind, ``{namespace}name``); kind: element, type, attribute, group, attributeGroup."""

_KINDS = {
    f"{XS}element": "element",
    f"{XS}complexType": "type",
    f"{XS}simpleType": "type",
    f"{XS}attribute": "attribute",
    f"{XS}group": "group",
    f"{XS}attributeGroup": "attributeGroup",
}
_ATTRIBUTES = {
    "type": "type",
    "base": "type",
    "itemType": "type",
    "memberTypes": "type",
    "substitutionGroup": "element",
}


@dataclass
class Graph:
    """uses: component -> those it names. missing: those that are declared nowhere, with the place that names them."""

    declared: dict[Component, SchemaDocument] = field(default_factory=dict)
    uses: dict[Component, set[Component]] = field(default_factory=lambda: defaultdict(set))
    missing: dict[Component, str] = field(default_factory=dict)

    def missing_from(self, start: Component) -> list[str]:
        """Names that a component needs, itself or by others, and that are declared nowhere; sorted."""
        return sorted(name for _, name in self.reach(start) & self.missing.keys())

    def reach(self, start: Component) -> set[Component]:
        """Everything that a component names, itself or by others, and the component."""
        seen, todo = {start}, [start]
        while todo:
            for other in self.uses.get(todo.pop(), ()):
                if other not in seen:
                    seen.add(other)
                    todo.append(other)
        return seen


def settle(documents: Documents) -> Graph:
    """Take out what is declared twice or names what is declared nowhere; each is a finding."""
    graph = Graph()
    for document in documents.schemas.values():
        _declare(documents, graph, document)
    for document in documents.schemas.values():
        for top in _tops(document.root):
            owner = (_KINDS[top.tag], qualified(document.namespace, top.get("name", "")))
            for node in list(top.iter(etree.Element)):
                _check(documents, graph, document, node, owner)
    return graph


def _tops(root: XmlElement) -> Iterator[XmlElement]:
    """Global components, those inside xs:redefine too."""
    for node in root.iterchildren(etree.Element):
        if node.tag == f"{XS}redefine":
            yield from _tops(node)
        elif node.tag in _KINDS:
            yield node


def _declare(documents: Documents, graph: Graph, document: SchemaDocument) -> None:
    for node in list(_tops(document.root)):
        component = (_KINDS[node.tag], qualified(document.namespace, node.get("name", "")))
        first = graph.declared.setdefault(component, document)
        again = node.getparent().tag != f"{XS}redefine" and not first.redefined and not document.redefined
        if again and _later(graph, component, node, first is document):
            if not _same(node, first, component):
                documents.say(
                    "schema-duplicate", _place(document, node), f"{component[1]} is declared again, otherwise"
                )
            node.getparent().remove(node)


def _later(graph: Graph, component: Component, node: XmlElement, same_document: bool) -> bool:
    """Whether another declaration came first."""
    if not same_document:
        return True
    twins = [n for n in node.getparent() if n.tag in _KINDS and _KINDS[n.tag] == component[0]]
    return next(n for n in twins if n.get("name") == node.get("name")) is not node


def _same(node: XmlElement, first: SchemaDocument, component: Component) -> bool:
    twins = [n for n in first.root if n.tag in _KINDS and n.get("name") == node.get("name")]
    text = _bare(node)
    return any(_bare(n) == text for n in twins if n is not node and _KINDS[n.tag] == component[0])


def _bare(node: XmlElement) -> bytes:
    """Canonical form without annotations and white space."""
    copied = etree.fromstring(etree.tostring(node, with_tail=False), etree.XMLParser(remove_blank_text=True))
    etree.strip_elements(copied, f"{XS}annotation", with_tail=False)
    bare: bytes = etree.tostring(copied, method="c14n", exclusive=True)
    return bare


def _check(documents: Documents, graph: Graph, document: SchemaDocument, node: XmlElement, owner: Component) -> None:
    """The names in one node's attributes."""
    if not isinstance(node.tag, str) or not node.tag.startswith(XS):
        return
    for attribute, kind in (*_ATTRIBUTES.items(), ("ref", _KINDS.get(node.tag, ""))):
        for written in (node.get(attribute) or "").split() if kind else ():
            name = resolved(node, written, document.namespace if not document.root.get("targetNamespace") else "")
            if namespace(name) == XS[1:-1]:
                continue
            component = (kind, name)
            graph.uses[owner].add(component)
            if component not in graph.declared:
                known = component in graph.missing
                graph.missing.setdefault(component, _place(document, node))
                if not known:
                    documents.say("schema-missing", _place(document, node), f"{kind} {name} is declared nowhere")
                _TAKE_OUT[attribute](node, written)


def _place(document: SchemaDocument, node: XmlElement) -> str:
    above = int(document.root.get("line", 1)) - 1  # an inline schema begins further down in its WSDL
    return place(document.source, node) if not above else f"{document.source}:{above + (node.sourceline or 1)}"


# -- what names nothing is taken out, as little as possible ----------------------------------------------------


def _builtin(node: XmlElement, name: str) -> str:
    prefix = next((p for p, space in node.nsmap.items() if space == XS[1:-1]), None)
    return f"{prefix}:{name}" if prefix else name


def _type(node: XmlElement, written: str) -> None:
    node.set("type", _builtin(node, "anyType" if node.tag == f"{XS}element" else "string"))


def _ref(node: XmlElement, written: str) -> None:
    if node.tag == f"{XS}element":
        del node.attrib["ref"]
        node.set("name", written.rpartition(":")[2])
        node.set("type", _builtin(node, "anyType"))
    elif node.getparent() is not None:
        node.getparent().remove(node)


def _base(node: XmlElement, written: str) -> None:
    """xs:extension and xs:restriction: of simple content the base becomes a string, complex content stands alone."""
    wrapper = node.getparent()
    kind = wrapper.getparent() if wrapper is not None else None
    if kind is None:  # it was taken out with what it stood in
        return
    if wrapper.tag != f"{XS}complexContent":
        node.set("base", _builtin(node, "string"))
        return
    kind.replace(wrapper, node)
    for child in list(node):
        node.addprevious(child)
    kind.remove(node)


def _item(node: XmlElement, written: str) -> None:
    node.set("itemType", _builtin(node, "string"))


def _member(node: XmlElement, written: str) -> None:
    left = [name for name in node.get("memberTypes", "").split() if name != written]
    node.set("memberTypes", " ".join(left) or _builtin(node, "string"))


def _head(node: XmlElement, written: str) -> None:
    node.attrib.pop("substitutionGroup", None)


_TAKE_OUT = {
    "type": _type,
    "ref": _ref,
    "base": _base,
    "itemType": _item,
    "memberTypes": _member,
    "substitutionGroup": _head,
}
