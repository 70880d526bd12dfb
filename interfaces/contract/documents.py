"""The closed set of documents behind one contract: its WSDL and XSD files, found, parsed and named.

Vendors' contracts are chains of files with sloppy imports. ``gather`` follows them all, once; what is not here comes
from the catalogue of well-known schemas, or is a finding. interfaces/contract/rewrite.py then writes the set anew so
that every library reads it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lxml import etree

from interfaces.codec.safe_xml import XmlElement
from interfaces.contract import catalogue
from interfaces.contract.files import Folder, load
from interfaces.contract.findings import Finding, finding
from interfaces.contract.names import WSDL, WSDL2, XML, XS
from interfaces.failure import Failure

MOST_FILES = 2000
"""Documents of one contract."""


@dataclass(slots=True)
class SchemaDocument:
    """namespace: the effective one (a document without its own takes its includer's). redefined: reached by
    xs:redefine only, so its redefiner brings it in. source: the file, for people."""

    name: str
    namespace: str
    root: XmlElement
    source: str
    redefined: bool = False


@dataclass(slots=True)
class Documents:
    """wsdls: file -> root, the first is the main one. schemas: key (file or inline number, namespace) -> document.
    findings: what was repaired or could not be, for people. files: every file read."""

    folder: Folder
    wsdls: dict[Path, XmlElement] = field(default_factory=dict)
    schemas: dict[tuple[str, str], SchemaDocument] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    files: set[Path] = field(default_factory=set)

    @property
    def namespaces(self) -> dict[str, str]:
        """namespace -> file name of its driver."""
        found = dict.fromkeys(d.namespace for d in self.schemas.values())
        return {namespace: f"driver{n}.xsd" for n, namespace in enumerate(found)}

    def add_schema(self, source: str, root: XmlElement, namespace: str) -> SchemaDocument:
        """One more document, made here."""
        made = SchemaDocument(f"schema{len(self.schemas)}.xsd", namespace, root, source)
        self.schemas[source, namespace] = made
        return made

    def say(self, code: str, where: str, what: str) -> None:
        said = finding(code, where, what)
        if said not in self.findings:
            self.findings.append(said)

    def digest(self) -> str:
        """sha256 over all that was read, and from where: the same contract is compiled once."""
        seen = hashlib.sha256()
        for name, root in (*self.wsdls.items(), *((d.source, d.root) for d in self.schemas.values())):
            seen.update(str(name).encode() + b"\0" + etree.tostring(root) + b"\0")
        return seen.hexdigest()


def gather(path: Path, root: Path | None = None) -> Documents:
    """Everything ``path`` (a WSDL or an XSD file) needs.

    root  folder that imports may not leave, default the file's own
    Failure(invalid | too_large | not_found) names the file; an import that leads nowhere is a finding.
    """
    documents = Documents(Folder(root or path.parent))
    main = _load(documents, path)
    if main.tag in (f"{WSDL}definitions", f"{WSDL2}description"):
        _add_wsdl(documents, path.resolve(), main)
    elif main.tag == f"{XS}schema":
        _add_schema(documents, path.resolve(), str(path), main, main.get("targetNamespace", ""))
    else:
        what = f"the root element is {str(main.tag)[:100]}, neither a WSDL nor an XSD file"
        raise Failure("invalid", what, where=str(path), reason="structure")
    _complete(documents, path.resolve())
    for found, location in documents.folder.guessed.items():
        documents.say("import-guessed", str(found), f"taken for the import of {location!r}, because of its name")
    return documents


def place(source: object, node: XmlElement) -> str:
    """``file:line`` of a node."""
    return f"{source}:{node.sourceline or 1}"


def _load(documents: Documents, path: Path) -> XmlElement:
    if len(documents.files) >= MOST_FILES:
        raise Failure("too_large", f"the contract has more than {MOST_FILES} files", where=str(path))
    root, notes = load(path)
    documents.files.add(path.resolve())
    for code, what in notes:
        documents.say(code, f"{path}:1", what)
    return root


def _imported(documents: Documents, path: Path, node: XmlElement, source: Path) -> XmlElement | None:
    """A file that another one needs: a bad one is a finding of its own."""
    try:
        return _load(documents, path)
    except Failure as failure:
        spare = catalogue.schema(node.get("namespace", ""))
        if spare is not None:
            return load(spare)[0]
        if failure.code == "too_large":
            raise
        documents.say("import-broken", place(source, node), f"{path.name}: {failure.message}")
        return None


def _add_wsdl(documents: Documents, path: Path, root: XmlElement) -> None:
    documents.wsdls[path] = root
    for number, schema in enumerate(root.iterfind(f"{{*}}types/{XS}schema")):
        inline = etree.fromstring(etree.tostring(schema))  # with the prefixes it inherits
        inline.set("line", str(schema.sourceline))
        _add_schema(documents, path, f"{path}#{number}", inline, schema.get("targetNamespace", ""))
    for loose in root.iterfind(f"{{*}}types/{XS}import"):
        _follow(documents, loose, path, "", "schemaLocation")
    for link in _each(root, "{*}import", "{*}include"):
        if link.getparent() is root and etree.QName(link).namespace != XS[1:-1]:
            _link(documents, link, path)


def _link(documents: Documents, link: XmlElement, path: Path) -> None:
    """What wsdl:import names may be a WSDL, or a schema."""
    target = _target(documents, link, link.get("location") or link.get("schemaLocation"), path)
    if target is None or target in documents.wsdls:
        return
    root = _imported(documents, target, link, path)
    if root is None:
        return
    if root.tag == f"{XS}schema":
        _add_schema(documents, target, str(target), root, root.get("targetNamespace", ""))
    elif root.tag in (f"{WSDL}definitions", f"{WSDL2}description"):
        _add_wsdl(documents, target, root)
    else:
        documents.say("import-broken", place(path, link), f"{target.name} is neither a WSDL nor an XSD file")


def _add_schema(
    documents: Documents, path: Path, key: str, root: XmlElement, namespace: str, redefined: bool = False
) -> None:
    known = documents.schemas.get((key, namespace))
    if known is not None:
        known.redefined = known.redefined and redefined
        return
    name = f"schema{len(documents.schemas)}.xsd"
    documents.schemas[key, namespace] = SchemaDocument(name, namespace, root, str(path), redefined)
    for link in _links(root):
        _follow(documents, link, path, namespace, "schemaLocation")


def _links(root: XmlElement) -> Iterator[XmlElement]:
    return _each(root, f"{XS}include", f"{XS}import", f"{XS}redefine")


def _each(root: XmlElement, *tags: str) -> Iterator[XmlElement]:
    for tag in tags:
        yield from root.findall(tag)


def _follow(documents: Documents, link: XmlElement, path: Path, namespace: str, attribute: str) -> None:
    """The schema that one xs:include, xs:import or xs:redefine brings in."""
    target = _target(documents, link, link.get(attribute), path)
    if target is None:
        return
    imports = link.tag == f"{XS}import"
    redefines = link.tag == f"{XS}redefine"
    known = documents.schemas.get((str(target), namespace))
    root = known.root if known and not imports else _imported(documents, target, link, path)
    if root is None:
        return
    if root.tag == f"{WSDL}definitions":
        if target not in documents.wsdls:
            _add_wsdl(documents, target, root)
        return
    own = root.get("targetNamespace", "")
    effective = own if imports or own else namespace
    _add_schema(documents, target, str(target), root, effective, redefines)
    if redefines:
        link.set("schemaLocation", documents.schemas[str(target), effective].name)


def _target(documents: Documents, link: XmlElement, location: str | None, path: Path) -> Path | None:
    namespace = link.get("namespace")
    if not location:
        return None  # the namespace may be inline, or known: _complete sees to it
    wanted = namespace if link.tag.endswith("import") else link.getparent().get("targetNamespace", "")
    target = documents.folder.find(location, path, wanted)
    if target is None:
        target = catalogue.wsdl(namespace or "") if link.tag[:-6] in (WSDL, WSDL2) else None
        target = target or catalogue.schema(namespace or "")
    if target is None:
        documents.say("import-missing", place(path, link), f"{location!r} leads to no file here")
    return target


def _complete(documents: Documents, main: Path) -> None:
    """Namespaces that no document declares: from the catalogue, or from a file beside the main one."""
    looked: set[str] = set()
    while wanted := _spoken(documents) - set(documents.namespaces) - looked:
        for namespace in sorted(wanted):
            looked.add(namespace)
            target = catalogue.schema(namespace)
            if target is None:
                target = documents.folder.of_namespace(namespace, main)
                if target is None:
                    continue
                documents.say(
                    "import-guessed", str(target), f"taken for the namespace {namespace}, which nobody imports"
                )
            root = _load(documents, target)
            _add_schema(documents, target, str(target), root, namespace)


def _spoken(documents: Documents) -> set[str]:
    """Namespaces of all names that schemas and messages refer to."""
    roots: list[Any] = [d.root for d in documents.schemas.values()] + list(documents.wsdls.values())
    return {ns for root in roots for node in root.iter(etree.Element) for ns in _named(node)} - {XS[1:-1], ""}


REFERENCES = ("ref", "type", "base", "element", "itemType", "substitutionGroup", "memberTypes")


def _named(node: XmlElement) -> Iterable[str]:
    if not node.tag.startswith((XS, f"{WSDL}part", f"{WSDL2}input", f"{WSDL2}output")):
        return
    for attribute in REFERENCES:
        for name in (node.get(attribute) or "").split():
            prefix = name.rpartition(":")[0]
            yield XML if prefix == "xml" else node.nsmap.get(prefix or None) or ""
