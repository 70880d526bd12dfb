"""The closed set of documents behind one contract: its WSDL and XSD files, repaired so that every library reads them.

Vendors' contracts are chains of files with sloppy imports. They are gathered once, and written anew so that

* each schema document stands alone, without xs:include;
* one *driver* schema per namespace xs:includes all documents of that namespace;
* every import names a driver, and ``all.xsd`` imports each driver once (libxml2 silently ignores a second
  import of a namespace);
* WSDL files import each other by plain names and see the schemas through the drivers.

zeep, xmlschema and lxml then all load the same set from one folder.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from lxml import etree

from interfaces.codec.safe_xml import XmlElement
from interfaces.contract.files import Folder, load
from interfaces.failure import Failure

XS = "{http://www.w3.org/2001/XMLSchema}"
WSDL = "{http://schemas.xmlsoap.org/wsdl/}"
KNOWN = {
    "http://www.w3.org/XML/1998/namespace": "XML/xml.xsd",
    "http://www.w3.org/1999/xlink": "XLINK/xlink.xsd",
    "http://schemas.xmlsoap.org/soap/encoding/": "WSDL/soap-encoding.xsd",
    "http://schemas.xmlsoap.org/soap/envelope/": "WSDL/soap-envelope.xsd",
    "http://www.w3.org/2000/09/xmldsig#": "DSIG/xmldsig-core-schema.xsd",
}
"""Schemas everybody imports by http and nobody ships; xmlschema carries them."""


@dataclass(slots=True)
class SchemaDocument:
    """namespace: the effective one (a document without its own takes its includer's). redefined: reached by
    xs:redefine only, so its redefiner brings it in."""

    name: str
    namespace: str
    root: XmlElement
    redefined: bool = False


@dataclass(slots=True)
class Documents:
    """wsdls: name -> root, the first is the main one. schemas: key (file or inline number, namespace) -> document.
    findings: what was repaired or could not be, for people."""

    folder: Folder
    wsdls: dict[Path, tuple[str, XmlElement]] = field(default_factory=dict)
    schemas: dict[tuple[str, str], SchemaDocument] = field(default_factory=dict)
    findings: list[str] = field(default_factory=list)

    @property
    def namespaces(self) -> dict[str, str]:
        """namespace -> file name of its driver."""
        found = dict.fromkeys(d.namespace for d in self.schemas.values())
        return {namespace: f"driver{n}.xsd" for n, namespace in enumerate(found)}

    def write(self, folder: Path) -> None:
        """The whole repaired set into an empty folder: ``all.xsd``, drivers, documents, ``main.wsdl``."""
        drivers = self.namespaces
        for document in self.schemas.values():
            _save(folder / document.name, _repaired(document, drivers))
        for namespace, name in drivers.items():
            parts = [d.name for d in self.schemas.values() if d.namespace == namespace and not d.redefined]
            _save(folder / name, _driver(namespace, parts))
        _save(folder / "all.xsd", _importing("", drivers))
        for name, root in self.wsdls.values():
            _save(folder / name, _rewired(root, drivers))


def gather(path: Path, root: Path | None = None) -> Documents:
    """Everything ``path`` (a WSDL or an XSD file) needs.

    root  folder that imports may not leave, default the file's own
    Failure(invalid | not_found) names the file; an import that leads nowhere is a finding.
    """
    documents = Documents(Folder(root or path.parent))
    main = load(path)
    if main.tag == f"{WSDL}definitions":
        _add_wsdl(documents, path.resolve(), main)
    elif main.tag == f"{XS}schema":
        _add_schema(documents, path.resolve(), str(path), main, main.get("targetNamespace", ""))
    else:
        raise Failure("invalid", "neither a WSDL 1.1 nor an XSD file", where=str(path), reason="structure")
    return documents


def _add_wsdl(documents: Documents, path: Path, root: XmlElement) -> None:
    name = f"wsdl{len(documents.wsdls)}.wsdl" if documents.wsdls else "main.wsdl"
    documents.wsdls[path] = (name, root)
    for number, schema in enumerate(root.iterfind(f"{WSDL}types/{XS}schema")):
        inline = etree.fromstring(etree.tostring(schema))  # with the prefixes it inherits
        _add_schema(documents, path, f"{path}#{number}", inline, schema.get("targetNamespace", ""))
    for link in root.findall(f"{WSDL}import"):
        target = _target(documents, link, link.get("location"), path)
        link.attrib.pop("location", None)
        if target is not None:
            _link(documents, link, target)


def _link(documents: Documents, link: XmlElement, target: Path) -> None:
    if target not in documents.wsdls:
        imported = load(target)
        if imported.tag == f"{XS}schema":
            namespace = imported.get("targetNamespace", "")
            return _add_schema(documents, target, str(target), imported, namespace)
        _add_wsdl(documents, target, imported)
    link.set("location", documents.wsdls[target][0])
    return None


def _add_schema(
    documents: Documents, path: Path, key: str, root: XmlElement, namespace: str, redefined: bool = False
) -> None:
    if (key, namespace) in documents.schemas:
        return
    name = f"schema{len(documents.schemas)}.xsd"
    documents.schemas[key, namespace] = SchemaDocument(name, namespace, root, redefined)
    for link in _links(root):
        target = _target(documents, link, link.get("schemaLocation"), path)
        if target is None:
            continue
        other = load(target)
        own = link.tag != f"{XS}import"
        effective = namespace if own else other.get("targetNamespace", "")
        _add_schema(documents, target, str(target), other, effective, link.tag == f"{XS}redefine")
        if link.tag == f"{XS}redefine":
            link.set("schemaLocation", documents.schemas[str(target), effective].name)


def _links(root: XmlElement) -> Iterator[XmlElement]:
    for kind in ("include", "import", "redefine"):
        yield from root.findall(f"{XS}{kind}")


def _target(documents: Documents, link: XmlElement, location: str | None, path: Path) -> Path | None:
    if not location:
        return None
    target = documents.folder.find(location, path)
    if target is None and (schema := KNOWN.get(link.get("namespace", ""))):
        return _shipped(schema)
    if target is None:
        documents.findings.append(f"{path.name}: import of {location!r} leads to no file below the contract's folder")
    return target


def _shipped(name: str) -> Path:
    import xmlschema

    return Path(xmlschema.__file__).parent / "schemas" / name


def _repaired(document: SchemaDocument, drivers: dict[str, str]) -> XmlElement:
    """A copy without includes whose imports name the drivers of all namespaces it speaks of."""
    root = copy.deepcopy(document.root)
    wanted = {link.get("namespace", "") for link in root.findall(f"{XS}import")}
    wanted |= {namespace for node in root.iter(etree.Element) for namespace in node.nsmap.values()}
    for kind in ("include", "import"):
        for link in root.findall(f"{XS}{kind}"):
            root.remove(link)
    for namespace, name in drivers.items():
        if namespace in wanted and namespace != document.namespace:
            root.insert(0, _import(namespace, name))
    return root


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


def _rewired(root: XmlElement, drivers: dict[str, str]) -> XmlElement:
    """A WSDL file whose types are the drivers; imports that are schemas are in the drivers already."""
    copied = copy.deepcopy(root)
    for link in copied.findall(f"{WSDL}import"):
        if link.get("location") is None:
            copied.remove(link)
    types = copied.find(f"{WSDL}types")
    if types is None:
        types = etree.Element(f"{WSDL}types")
        copied.insert(len(copied.findall(f"{WSDL}import")), types)
    types[:] = [_importing("", drivers)]
    return copied


def _schema(namespace: str) -> XmlElement:
    return etree.Element(f"{XS}schema", {"targetNamespace": namespace} if namespace else {}, nsmap={"xs": XS[1:-1]})


def _import(namespace: str, name: str) -> XmlElement:
    return etree.Element(f"{XS}import", {"namespace": namespace} if namespace else {}, schemaLocation=name)


def _save(path: Path, root: XmlElement) -> None:
    path.write_bytes(etree.tostring(root, encoding="UTF-8", xml_declaration=True))
