"""rpc style: the element around the parts exists only in the WSDL's prose. Here it becomes a schema of its own.

WS-I Basic Profile 1.1, section 4.7: the wrapper is named after the operation (the reply's with ``Response``) in the
namespace that soap:body names; its children are the parts, unqualified.
"""

from __future__ import annotations

from lxml import etree

from interfaces.codec.safe_xml import XmlElement
from interfaces.contract.documents import Documents
from interfaces.contract.names import XS, local, namespace, resolved
from interfaces.contract.references import Graph


class Clash(Exception):
    """The wrapper's name is taken by another element."""


Part = tuple[str, str, str]
"""(name, ``type`` or ``ref``, ``{namespace}local``)."""


class Wrappers:
    """The wrapper elements of one contract."""

    def __init__(self, documents: Documents, graph: Graph) -> None:
        self._documents = documents
        self._graph = graph
        self._made: dict[str, list[Part]] = {}

    def add(self, name: str, nodes: list[XmlElement]) -> str:
        """Declare ``name`` with these parts, once; Clash when it means something else already."""
        parts = [_part(node) for node in nodes]
        if self._made.get(name, parts) != parts or (
            name not in self._made and ("element", name) in self._graph.declared
        ):
            raise Clash(f"{name} is declared already, with other content")
        if name not in self._made:
            self._made[name] = parts
            document = self._documents.add_schema(f"rpc {name}", _schema(name, parts), namespace(name))
            self._graph.declared["element", name] = document
            self._graph.uses["element", name] = {("element" if how == "ref" else "type", of) for _, how, of in parts}
        return name


def _part(node: XmlElement) -> Part:
    how = "type" if node.get("type") else "element"
    return node.get("name", ""), "type" if how == "type" else "ref", resolved(node, node.get(how))


def _schema(name: str, parts: list[Part]) -> XmlElement:
    spaces = sorted({namespace(of) for _, _, of in parts} - {XS[1:-1], ""})
    prefixes = {space: f"p{number}" for number, space in enumerate(spaces)} | {XS[1:-1]: "xs"}
    nsmap = {prefix: space for space, prefix in prefixes.items()}
    root = etree.Element(f"{XS}schema", nsmap=nsmap)
    if namespace(name):
        root.set("targetNamespace", namespace(name))
    element = etree.SubElement(root, f"{XS}element", name=local(name))
    sequence = etree.SubElement(etree.SubElement(element, f"{XS}complexType"), f"{XS}sequence")
    for part, how, of in parts:
        prefix = prefixes.get(namespace(of), "")
        written = f"{prefix}:{local(of)}" if prefix else local(of)
        child = etree.SubElement(sequence, f"{XS}element")
        child.attrib.update({"ref": written} if how == "ref" else {"name": part, "type": written})
    return root
