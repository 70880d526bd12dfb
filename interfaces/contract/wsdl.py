"""WSDL 1.1 read by zeep, from local files only, into small records of our own.

zeep loses operations of files that share one target namespace (its guard against circular imports counts
namespaces, not documents); ``_Definition.get`` mends that. What still cannot be read becomes a finding.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lxml import etree
from zeep import Settings, Transport
from zeep.exceptions import Error as ZeepError
from zeep.wsdl.wsdl import NSMAP, Definition, Document

from interfaces.codec import safe_xml
from interfaces.codec.safe_xml import XmlElement
from interfaces.contract.documents import WSDL
from interfaces.contract.files import LIMITS
from interfaces.failure import Failure

SOAP_ADDRESSES = (
    "{http://schemas.xmlsoap.org/wsdl/soap/}address",
    "{http://schemas.xmlsoap.org/wsdl/soap12/}address",
)
_OPERATIONS = f"{WSDL}portType/{WSDL}operation"


@dataclass(frozen=True, slots=True)
class WsdlOperation:
    """One operation of a SOAP binding. Names of elements are ``{namespace}local``.

    input, output  the Body's element; "" when the message is empty or there is none (one-way)
    faults         name -> element of the fault's detail
    headers        elements the binding puts into the request's Header
    version        SOAP ``1.1`` or ``1.2``
    """

    name: str
    soap_action: str
    input: str
    output: str
    style: str = "document"
    faults: dict[str, str] = field(default_factory=dict)
    headers: tuple[str, ...] = ()
    version: str = "1.1"
    port: str = ""


@dataclass(frozen=True, slots=True)
class WsdlContract:
    """service, port, address: of the first SOAP port. findings: what could not be read, never silent."""

    namespace: str
    service: str
    port: str
    address: str
    operations: dict[str, WsdlOperation]
    findings: tuple[str, ...] = ()


def read(folder: Path) -> WsdlContract:
    """``main.wsdl`` of a repaired set (interfaces/contract/documents.py) -> WsdlContract; Failure(invalid)."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            document = _Document(str(folder / "main.wsdl"), _NoNetwork(), settings=Settings(forbid_external=True))
        except (ZeepError, etree.LxmlError, LookupError, ValueError, AttributeError, TypeError) as error:
            raise Failure("invalid", f"zeep cannot read the WSDL: {error}", reason="structure") from error
    findings = [str(w.message) for w in caught if issubclass(w.category, UserWarning)]
    return _contract(document, findings)


def with_address(wsdl: bytes, address: str) -> bytes:
    """The agreed WSDL with ``address`` in every soap:address, for ``?wsdl``."""
    root = safe_xml.parse(wsdl, limits=LIMITS)
    for tag in SOAP_ADDRESSES:
        for node in root.iter(tag):
            node.set("location", address)
    return safe_xml.serialize(root)


class _NoNetwork(Transport):  # type: ignore[misc]
    """zeep reads only files of the repaired set."""

    def load(self, url: str) -> bytes:
        if "://" in url:
            raise ValueError(f"no contract is fetched by URL: {url}")
        return Path(url).read_bytes()


class _Definition(Definition):  # type: ignore[misc]
    def get(self, name: str, key: str, _processed: Any = None) -> Any:
        """As zeep's, with the guard keyed by document. IndexError when it is nowhere."""
        documents = list(self._reachable(set()))
        for wanted in (key, etree.QName(key).localname):
            for document in documents:
                if wanted in getattr(document, name):
                    return getattr(document, name)[wanted]
        raise IndexError(f"no definition {key!r} in {name!r} found")

    def _reachable(self, seen: set[int]) -> Iterator[_Definition]:
        if id(self) not in seen:
            seen.add(id(self))
            yield self
            for other in self.imports.values():
                yield from other._reachable(seen)

    def parse_imports(self, doc: XmlElement) -> None:
        """Every import of a repaired set is a WSDL file beside this one."""
        for node in doc.findall("wsdl:import", namespaces=NSMAP):
            location = str(Path(self.location).with_name(node.get("location")))
            self.imports[node.get("namespace"), location] = self.wsdl.definition(location)


class _Document(Document):  # type: ignore[misc]
    def load(self, location: str) -> None:
        self.by_location: dict[str, _Definition] = {}
        self.declared: set[tuple[str, str]] = set()
        main = self.definition(location)
        main.resolve_imports()
        self.messages, self.port_types = main.messages, main.port_types
        self.services, self.target_namespace = main.services, main.target_namespace
        self.bindings = main.bindings

    def definition(self, location: str) -> _Definition:
        if location not in self.by_location:
            xml = self._get_xml_document(location)
            self.declared |= {(o.getparent().get("name"), o.get("name")) for o in xml.iterfind(_OPERATIONS)}
            _Definition(self, xml, location)
        return self.by_location[location]

    def _add_definition(self, definition: _Definition) -> None:
        # Called before the definition's own imports are read, so that circular imports find it here.
        self.by_location[definition.location] = definition


def _contract(document: _Document, findings: list[str]) -> WsdlContract:
    services = {n: s for d in document.by_location.values() for n, s in d.services.items()}
    ports = [(s.name, p) for s in services.values() for p in s.ports.values() if _is_soap(p.binding)]
    operations: dict[str, WsdlOperation] = {}
    for _, port in sorted(ports, key=lambda p: _version(p[1].binding)):
        for operation in port.binding.all().values():
            _add(operations, _operation(operation, port), findings)
    findings += _lost(document, operations)
    service, first = ports[0] if ports else ("", None)
    address = first.binding_options.get("address", "") if first else ""
    name = first.name if first else ""
    return WsdlContract(document.target_namespace, service, name, address, operations, tuple(findings))


def _add(operations: dict[str, WsdlOperation], new: WsdlOperation, findings: list[str]) -> None:
    old = operations.setdefault(new.name, new)
    if (old.input, old.output) != (new.input, new.output):
        operations[f"{new.port}.{new.name}"] = new
        findings.append(f"operation {new.name} stands in ports {old.port} and {new.port} with other messages")


def _operation(operation: Any, port: Any) -> WsdlOperation:
    header = operation.input.header if operation.input else None
    return WsdlOperation(
        name=operation.name,
        soap_action=operation.soapaction or "",
        input=_body(operation.input),
        output=_body(operation.output),
        style=operation.style or "document",
        faults={name: _detail(fault) for name, fault in operation.faults.items()},
        headers=tuple(e.qname.text for _, e in header.type.elements) if header is not None else (),
        version=_version(operation.binding),
        port=port.name,
    )


def _body(message: Any) -> str:
    return message.body.qname.text if message is not None and message.body is not None else ""


def _detail(fault: Any) -> str:
    parts = fault.abstract.parts.values() if getattr(fault, "abstract", None) else ()
    return next((part.element.qname.text for part in parts if part.element is not None), "")


def _is_soap(binding: Any) -> bool:
    return hasattr(binding, "nsmap") and "soap-env" in binding.nsmap


def _version(binding: Any) -> str:
    return "1.2" if "soap12" in binding.nsmap["soap"] else "1.1"


def _lost(document: _Document, operations: dict[str, WsdlOperation]) -> list[str]:
    """Operations some port type declares and no SOAP port offers, counted in the XML itself."""
    return [
        f"operation {name} of port type {of} has no SOAP binding that can be read"
        for of, name in sorted(document.declared)
        if name not in operations
    ]
