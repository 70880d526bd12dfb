"""The documents of a contract written anew, so that xmlschema and libxml2 read the same closed set from one folder.

* each schema document stands alone, without xs:include;
* one *driver* schema per namespace xs:includes all documents of that namespace;
* every import names a driver, and ``all.xsd`` imports each driver once (libxml2 silently ignores a second
  import of a namespace).
"""

from __future__ import annotations

import copy
from pathlib import Path

from lxml import etree

from interfaces.codec.safe_xml import XmlElement
from interfaces.contract.documents import Documents, SchemaDocument, place
from interfaces.contract.names import XML, XS

MOST_REPEATED = 1000
"""libxml2 makes a state for each repetition: more than these it gets as ``unbounded``, else it takes all memory."""


def write(documents: Documents, folder: Path) -> None:
    """``all.xsd``, drivers and documents into an empty folder."""
    drivers = documents.namespaces
    for document in documents.schemas.values():
        _save(folder / document.name, _repaired(documents, document, drivers))
    for namespace, name in drivers.items():
        parts = [d.name for d in documents.schemas.values() if d.namespace == namespace and not d.redefined]
        _save(folder / name, _driver(namespace, parts))
    _save(folder / "all.xsd", _importing("", drivers))


def _repaired(documents: Documents, document: SchemaDocument, drivers: dict[str, str]) -> XmlElement:
    """A copy without includes whose imports name the drivers of all namespaces it speaks of."""
    root = copy.deepcopy(document.root)
    root.attrib.pop("line", None)
    wanted = {link.get("namespace", "") for link in root.findall(f"{XS}import")}
    wanted |= {namespace for node in root.iter(etree.Element) for namespace in node.nsmap.values()} | {XML}
    for tag in ("include", "import", "annotation"):
        for node in list(root.iter(f"{XS}{tag}")):
            node.getparent().remove(node)
    for namespace, name in drivers.items():
        if namespace in wanted and namespace != document.namespace:
            root.insert(0, _import(namespace, name))
    for node in root.iter(f"{XS}element", f"{XS}any", f"{XS}sequence", f"{XS}choice", f"{XS}group"):
        _relax(documents, document, node)
    return root


def _relax(documents: Documents, document: SchemaDocument, node: XmlElement) -> None:
    if _number(node.get("maxOccurs")) > MOST_REPEATED:
        documents.say("schema-bound", place(document.source, node), f"maxOccurs {node.get('maxOccurs')[:20]}")
        node.set("maxOccurs", "unbounded")
    if _number(node.get("minOccurs")) > MOST_REPEATED:
        node.set("minOccurs", "1")


def _number(text: str | None) -> int:
    """A bound; 0 for none and for ``unbounded``."""
    digits = (text or "").strip()
    return 0 if not digits.isdecimal() else int(digits) if len(digits) < 10 else MOST_REPEATED + 1


def _driver(namespace: str, parts: list[str]) -> XmlElement:
    root = _schema(namespace)
    for name in parts:
        root.append(etree.Element(f"{XS}include", schemaLocation=name))
    return root


def _importing(namespace: str, drivers: dict[str, str]) -> XmlElement:
    """A schema that brings in every driver once."""
    root = _schema(namespace)
    for other, name in drivers.items():
        if other == namespace:
            root.append(etree.Element(f"{XS}include", schemaLocation=name))
        else:
            root.append(_import(other, name))
    return root


def _schema(namespace: str) -> XmlElement:
    return etree.Element(f"{XS}schema", {"targetNamespace": namespace} if namespace else {}, nsmap={"xs": XS[1:-1]})


def _import(namespace: str, name: str) -> XmlElement:
    return etree.Element(f"{XS}import", {"namespace": namespace} if namespace else {}, schemaLocation=name)


def _save(path: Path, root: XmlElement) -> None:
    path.write_bytes(etree.tostring(root, encoding="UTF-8", xml_declaration=True))
