"""WSDL 1.1: every operation of every binding, and of port types that nobody binds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from interfaces.codec.safe_xml import XmlElement
from interfaces.contract.documents import Documents, place
from interfaces.contract.names import WSDL, local, resolved
from interfaces.contract.references import Graph
from interfaces.contract.wsdl import Port, Reading, WsdlOperation, unit_of
from interfaces.contract.wsdl_messages import Bound, Lost, Messages

SOAP = {"http://schemas.xmlsoap.org/wsdl/soap/": "1.1", "http://schemas.xmlsoap.org/wsdl/soap12/": "1.2"}
HTTP = "http://schemas.xmlsoap.org/wsdl/http/"


@dataclass(frozen=True, slots=True)
class Entry:
    """One named top-level element. name: ``{namespace}local``."""

    file: Path
    node: XmlElement
    name: str


class Index:
    """Messages, port types, bindings and services of all files, by name."""

    def __init__(self, documents: Documents) -> None:
        self.entries: dict[str, dict[str, Entry]] = {"message": {}, "portType": {}, "binding": {}, "service": {}}
        for file, root in documents.wsdls.items():
            space = f"{{{root.get('targetNamespace', '')}}}".replace("{}", "")
            for kind, known in self.entries.items():
                for node in root.iterfind(f"{WSDL}{kind}"):
                    name = f"{space}{(node.get('name') or '').strip()}"
                    known.setdefault(name if name not in known else f"{name}#{len(known)}", Entry(file, node, name))

    def all(self, kind: str) -> Iterator[Entry]:
        yield from self.entries[kind].values()

    def find(self, kind: str, node: XmlElement, written: str | None) -> Entry | None:
        """By name; where prefix or namespace are wrong, by the local name if that is unique."""
        known = self.entries[kind]
        name = resolved(node, written)
        if name in known:
            return known[name]
        same = [entry for entry in known.values() if name and local(entry.name) == local(name)]
        return same[0] if len(same) == 1 else None


def read(documents: Documents, graph: Graph, reading: Reading) -> None:
    """Fill ``reading``."""
    _Reader(documents, graph, reading).read()


class _Reader:
    def __init__(self, documents: Documents, graph: Graph, reading: Reading) -> None:
        self.documents = documents
        self.index = Index(documents)
        self.reading = reading
        self.messages = Messages(documents, graph)

    def read(self) -> None:
        ports = self._ports()
        bindings = sorted(self.index.all("binding"), key=lambda b: _rank(b, ports))
        self.reading.ports += [(b.name, ports[b.name]) for b in bindings if b.name in ports and _soap(b.node)]
        bound: dict[str, set[str]] = {}
        for entry in bindings:
            port_type = self.index.find("portType", entry.node, entry.node.get("type"))
            if port_type is not None:
                names = {o.get("name", "") for o in entry.node.iterfind(f"{WSDL}operation")}
                bound.setdefault(port_type.name, set()).update(names)
            self._binding(entry, port_type, ports.get(entry.name, Port("", "", "")))
        for entry in self.index.all("portType"):
            self._unbound(entry, bound.get(entry.name))

    def _ports(self) -> dict[str, Port]:
        """Binding -> the first port that uses it."""
        found: dict[str, Port] = {}
        for service in self.index.all("service"):
            for node in service.node.iterfind(f"{WSDL}port"):
                binding = self.index.find("binding", node, node.get("binding"))
                if binding is None:
                    what = f"port {node.get('name')} names no binding that is here: {node.get('binding')}"
                    self.documents.say("port-without-binding", place(service.file, node), what)
                    continue
                address = next((a.get("location") for a in node if local(str(a.tag)) == "address"), "") or ""
                found.setdefault(binding.name, Port(local(service.name), node.get("name", ""), address))
        return found

    def _binding(self, entry: Entry, port_type: Entry | None, port: Port) -> None:
        bound = _bound(entry, port)
        if bound.transport == "jms":
            self.documents.say("jms-binding", place(entry.file, entry.node), f"binding {local(entry.name)} is over JMS")
        for node in entry.node.iterfind(f"{WSDL}operation"):
            self._take(entry, node, lambda n=node: self._operation(entry, n, port_type, bound))

    def _take(self, entry: Entry, node: XmlElement, make: object) -> None:
        """One operation element: offered, or lost with the reason."""
        unit = unit_of(entry.file, node)
        try:
            self.reading.offers[unit] = make()  # type: ignore[operator]
        except Lost as lost:
            kind = "binding" if entry.node.tag == f"{WSDL}binding" else "port type"
            what = f"operation {node.get('name')} of {kind} {local(entry.name)}: {lost.what}"
            self.reading.lose(unit, lost.code, place(entry.file, node), what)

    def _operation(self, entry: Entry, node: XmlElement, port_type: Entry | None, bound: Bound) -> WsdlOperation:
        refusal = _refusal(entry.node, bound)
        if refusal:
            raise refusal
        if port_type is None:
            raise Lost("operation-port-type-missing", f"port type {entry.node.get('type')} is not here")
        abstract = _counterpart(port_type.node, node)
        if abstract is None:
            raise Lost("operation-not-in-port-type", f"port type {local(port_type.name)} has no such operation")
        return self.messages.operation(self.index, abstract, port_type.file, replace(bound, node=node))

    def _unbound(self, entry: Entry, bound: set[str] | None) -> None:
        """Operations of a port type that no binding repeats; all of them when there is none at all."""
        for node in entry.node.iterfind(f"{WSDL}operation"):
            if bound is None:
                self._take(entry, node, lambda n=node: self._abstract(entry, n))
            elif node.get("name", "") not in bound:
                self._take(entry, node, _not_bound)

    def _abstract(self, entry: Entry, node: XmlElement) -> WsdlOperation:
        made = self.messages.operation(self.index, node, entry.file, Bound(file=entry.file, abstract=True))
        what = f"port type {local(entry.name)} has no binding"
        self.documents.say("binding-missing", place(entry.file, entry.node), what)
        return made


def _not_bound() -> WsdlOperation:
    raise Lost("operation-not-bound", "no binding of its port type has it")


def _rank(entry: Entry, ports: dict[str, Port]) -> tuple[bool, bool, str]:
    """SOAP 1.1 over HTTP first; what has a port before what has none."""
    bound = _bound(entry, ports.get(entry.name, Port("", "", "")))
    return bound.transport != "http", entry.name not in ports, bound.version


def _extension(binding: XmlElement) -> tuple[str, XmlElement | None]:
    """(namespace, element) of the extension that says what kind of binding it is."""
    for node in binding:
        space, _, name = str(node.tag)[1:].partition("}")
        if name == "binding" and space != WSDL[1:-1]:
            return space, node
    return "", None


def _soap(binding: XmlElement) -> bool:
    return _extension(binding)[0] in SOAP


def _bound(entry: Entry, port: Port) -> Bound:
    space, node = _extension(entry.node)
    carrier = (node.get("transport") or "" if node is not None else "") if space in SOAP else space
    return Bound(
        file=entry.file,
        namespace=entry.node.getparent().get("targetNamespace", ""),
        version=SOAP.get(space, "1.1"),
        style=(node.get("style") if node is not None and space in SOAP else None) or "document",
        transport="jms" if "jms" in carrier.lower() or port.address.lower().startswith("jms:") else "http",
        port=port.name,
        binding=local(entry.name),
        abstract=space not in SOAP,
    )


def _refusal(binding: XmlElement, bound: Bound) -> Lost | None:
    space, node = _extension(binding)
    if space == HTTP:
        return Lost("operation-http-binding", f"the binding is HTTP {node.get('verb', '') if node is not None else ''}")
    if space not in SOAP and bound.transport != "jms":
        return Lost("operation-binding", f"the binding is of no kind that is known: {space or 'it says none'}")
    return None


def _counterpart(port_type: XmlElement, node: XmlElement) -> XmlElement | None:
    """The port type's operation that a binding's operation is about; overloads are told by the names of their
    messages, else by their order."""
    same = [o for o in port_type.iterfind(f"{WSDL}operation") if o.get("name") == node.get("name")]
    if len(same) < 2:
        return same[0] if same else None
    exact = [o for o in same if _labels(o, node)]
    twins = [o for o in node.getparent().iterfind(f"{WSDL}operation") if o.get("name") == node.get("name")]
    return exact[0] if len(exact) == 1 else same[min(twins.index(node), len(same) - 1)]


def _labels(abstract: XmlElement, bound: XmlElement) -> bool:
    """Whether input and output go by the same names on both sides."""
    name = abstract.get("name")
    for tag, suffix in (("input", "Request"), ("output", "Response")):
        one, other = abstract.find(f"{WSDL}{tag}"), bound.find(f"{WSDL}{tag}")
        if one is None or other is None or other.get("name") is None:
            continue
        if other.get("name") != one.get("name", f"{name}{suffix}"):
            return False
    return True
