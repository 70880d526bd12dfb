"""WSDL 2.0 (W3C, 2007): operations of interfaces, with what a SOAP binding says of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from interfaces.codec.safe_xml import XmlElement
from interfaces.contract.documents import Documents, place
from interfaces.contract.names import WSDL2, local, resolved
from interfaces.contract.references import Graph
from interfaces.contract.wsdl import Port, Reading, WsdlOperation, unit_of

SOAP_TYPE = "http://www.w3.org/ns/wsdl/soap"
_WSOAP = f"{{{SOAP_TYPE}}}"
_IN = ("in-only", "robust-in-only", "in-out", "in-opt-out")
"""Exchange patterns that the caller begins (Part 2, section 2.2)."""
_BACKWARD = {"out-only": "operation-notification", "robust-out-only": "operation-notification"}


def read(documents: Documents, graph: Graph, reading: Reading) -> None:
    """Fill ``reading``."""
    for file, root in documents.wsdls.items():
        for interface in root.iterfind(f"{WSDL2}interface"):
            binding = _binding(documents, interface)
            port = _port(documents, binding)
            if port is not None:
                reading.ports.append((local(binding.get("name", "")) if binding is not None else "", port))
            for node in interface.iterfind(f"{WSDL2}operation"):
                _take(documents, graph, reading, file, node, binding, port or Port("", "", ""))


def _take(
    documents: Documents,
    graph: Graph,
    reading: Reading,
    file: Path,
    node: XmlElement,
    binding: XmlElement | None,
    port: Port,
) -> None:
    unit, where = unit_of(file, node), place(file, node)
    refusal = _refused(documents, graph, node, binding)
    if refusal:
        code, what = refusal
        reading.lose(unit, code, where, f"operation {node.get('name')}: {what}")
        return
    if binding is None:
        documents.say("binding-missing", where, f"interface {node.getparent().get('name')} has no binding")
    reading.offers[unit] = WsdlOperation(
        name=node.get("name", ""),
        soap_action=_action(node, binding),
        input=_element(node, "input"),
        output=_element(node, "output"),
        faults=dict(_faults(node)),
        version="1.1" if binding is not None and binding.get(f"{_WSOAP}version", "1.2").startswith("1.1") else "1.2",
        transport="jms" if binding is not None and "jms" in binding.get(f"{_WSOAP}protocol", "").lower() else "http",
        port=port.name,
        binding=binding.get("name", "") if binding is not None else "",
        one_way=node.find(f"{WSDL2}output") is None,
    )


def _refused(
    documents: Documents, graph: Graph, node: XmlElement, binding: XmlElement | None
) -> tuple[str, str] | None:
    """(code, what) of an operation that cannot be read."""
    pattern = (node.get("pattern") or node.getparent().get("pattern") or "in-out").rpartition("/")[2]
    if pattern not in _IN:
        return _BACKWARD.get(pattern, "operation-solicit-response"), f"its pattern is {pattern}"
    if binding is not None and binding.get("type") != SOAP_TYPE:
        code = "operation-http-binding" if binding.get("type", "").endswith("/http") else "operation-binding"
        return code, f"its binding is {binding.get('type')}"
    for tag in ("input", "output"):
        part = node.find(f"{WSDL2}{tag}")
        written = part.get("element", "#none") if part is not None else "#none"
        if written in ("#any", "#other"):
            return "operation-part-type", f"its {tag} is {written}, no element of the schema"
        name = _element(node, tag)
        if name and ("element", name) not in graph.declared:
            return "operation-element-missing", f"its {tag} names the element {name}, which no schema declares"
        missing = graph.missing_from(("element", name)) if name else []
        if missing:
            return "operation-incomplete", f"{local(name)} needs {', '.join(missing[:3])}, declared nowhere"
    return None


def _element(node: XmlElement, tag: str) -> str:
    part = node.find(f"{WSDL2}{tag}")
    written = part.get("element", "#none") if part is not None else "#none"
    return "" if written.startswith("#") else resolved(part, written)


def _faults(node: XmlElement) -> Iterator[tuple[str, str]]:
    declared = {f.get("name"): f for f in node.getparent().iterfind(f"{WSDL2}fault")}
    for used in node.iterfind(f"{WSDL2}outfault"):
        name = local(resolved(used, used.get("ref")))
        fault = declared.get(name)
        written = fault.get("element", "#none") if fault is not None else "#none"
        yield name, "" if written.startswith("#") else resolved(fault, written)


def _action(node: XmlElement, binding: XmlElement | None) -> str:
    for said in binding.iterfind(f"{WSDL2}operation") if binding is not None else ():
        if local(resolved(said, said.get("ref"))) == node.get("name"):
            return str(said.get(f"{_WSOAP}action", ""))
    return ""


def _binding(documents: Documents, interface: XmlElement) -> XmlElement | None:
    """The binding of an interface, SOAP before others."""
    found = [
        binding
        for root in documents.wsdls.values()
        for binding in root.iterfind(f"{WSDL2}binding")
        if local(resolved(binding, binding.get("interface"))) in (interface.get("name"), "")
    ]
    return min(found, key=lambda b: b.get("type") != SOAP_TYPE, default=None)


def _port(documents: Documents, binding: XmlElement | None) -> Port | None:
    for root in documents.wsdls.values() if binding is not None else ():
        for end in root.iterfind(f"{WSDL2}service/{WSDL2}endpoint"):
            if binding is not None and local(resolved(end, end.get("binding"))) == binding.get("name"):
                return Port(end.getparent().get("name", ""), end.get("name", ""), end.get("address", ""))
    return None
