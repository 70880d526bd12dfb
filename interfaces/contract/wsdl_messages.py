"""From the parts of a WSDL 1.1 message to the element that travels in the SOAP Body."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from interfaces.codec.safe_xml import XmlElement
from interfaces.contract.documents import Documents, place
from interfaces.contract.names import WSDL, XS, local, namespace, qualified, resolved
from interfaces.contract.references import Graph
from interfaces.contract.rpc import Clash, Wrappers
from interfaces.contract.wsdl import WsdlOperation

if TYPE_CHECKING:
    from interfaces.contract.wsdl11 import Index

ENCODINGS = ("http://schemas.xmlsoap.org/soap/encoding/", "http://www.w3.org/2003/05/soap-encoding")


class Lost(Exception):
    """Why one operation cannot be read: a finding's code, and what it is."""

    def __init__(self, code: str, what: str) -> None:
        super().__init__(what)
        self.code = code
        self.what = what


@dataclass(frozen=True, slots=True)
class Bound:
    """What the binding says. node: its operation element; None for an abstract port type."""

    file: Path
    namespace: str = ""
    version: str = "1.1"
    style: str = "document"
    transport: str = "http"
    port: str = ""
    binding: str = ""
    abstract: bool = False
    node: XmlElement | None = None

    def said(self, tag: str) -> XmlElement | None:
        """The binding's wsdl:input or wsdl:output."""
        return None if self.node is None else self.node.find(f"{WSDL}{tag}")


class Messages:
    """The messages of one contract."""

    def __init__(self, documents: Documents, graph: Graph) -> None:
        self._documents = documents
        self._graph = graph
        self._wrappers = Wrappers(documents, graph)

    def operation(self, index: Index, abstract: XmlElement, file: Path, bound: Bound) -> WsdlOperation:
        """The record of one operation; raises Lost."""
        name = abstract.get("name", "")
        self._exchange(abstract)
        soap = _child(bound.node, "operation")
        style = (soap.get("style") if soap is not None else None) or bound.style
        reader = _Reader(self, index, bound, style, name)
        found = WsdlOperation(
            name=name,
            soap_action=((soap.get("soapAction") if soap is not None else None) or "").strip(),
            input=reader.body(abstract, "input"),
            output=reader.body(abstract, "output"),
            style=style,
            faults=dict(reader.faults(abstract, file)),
            headers=tuple(reader.headers("input")),
            reply_headers=tuple(reader.headers("output")),
            version=bound.version,
            port=bound.port,
            transport=bound.transport,
            binding=bound.binding,
            one_way=abstract.find(f"{WSDL}output") is None,
            encoded=reader.encoded,
        )
        self._whole(found)
        if found.encoded:
            self._plain(found)
            what = f"operation {name} of binding {bound.binding} is {style}/encoded"
            self._documents.say("encoded-as-literal", place(bound.file, bound.node), what)
        return found

    def _exchange(self, abstract: XmlElement) -> None:
        """Only exchanges that the caller begins can be offered."""
        order = [local(str(n.tag)) for n in abstract if n.tag in (f"{WSDL}input", f"{WSDL}output")]
        if not order:
            raise Lost("operation-without-messages", "it has neither input nor output")
        if order == ["output"]:
            raise Lost("operation-notification", "it has an output only")
        if order[0] == "output":
            raise Lost("operation-solicit-response", "its output comes first")

    def _whole(self, found: WsdlOperation) -> None:
        for name in found.messages:
            missing = self._graph.missing_from(("element", name))
            if missing:
                raise Lost("operation-incomplete", f"{local(name)} needs {', '.join(missing[:3])}, declared nowhere")

    def _plain(self, found: WsdlOperation) -> None:
        """SOAP encoding without arrays and references is the same XML as literal."""
        for name in found.messages:
            arrays = [n for _, n in self._graph.reach(("element", name)) if local(n) in ("Array", "arrayType")]
            if any(namespace(n) in (*ENCODINGS, WSDL[1:-1]) for n in arrays):
                raise Lost("operation-encoded", f"{local(name)} holds SOAP-encoded arrays")

    def element(self, node: XmlElement, written: str | None, what: str) -> str:
        """A declared element by the name in an attribute; Lost when there is none."""
        name = resolved(node, written)
        if ("element", name) in self._graph.declared:
            return name
        same = [n for kind, n in self._graph.declared if kind == "element" and local(n) == local(name)]
        if len(same) == 1 and namespace(name).startswith("undeclared"):
            return same[0]
        raise Lost("operation-element-missing", f"{what} names the element {name}, which no schema declares")

    def wrapper(self, name: str, parts: list[XmlElement]) -> str:
        """The element that rpc style puts around the parts."""
        for part in parts:
            kind = resolved(part, part.get("type"))
            declared = not kind or namespace(kind) == XS[1:-1] or ("type", kind) in self._graph.declared
            if not declared:
                raise Lost("operation-type-missing", f"part {part.get('name')} names the type {kind}, declared nowhere")
            if not kind:
                self.element(part, part.get("element"), f"part {part.get('name')}")
        try:
            return self._wrappers.add(name, parts)
        except Clash as clash:
            raise Lost("operation-name-clash", str(clash)) from None

    def say(self, code: str, where: str, what: str) -> None:
        self._documents.say(code, where, what)


class _Reader:
    """One operation while it is read."""

    def __init__(self, messages: Messages, index: Index, bound: Bound, style: str, name: str) -> None:
        self.messages = messages
        self.index = index
        self.bound = bound
        self.rpc = style == "rpc"
        self.name = name
        self.encoded = False

    def body(self, abstract: XmlElement, tag: str) -> str:
        """The Body's element, "" for an empty message."""
        node = abstract.find(f"{WSDL}{tag}")
        if node is None:
            return ""
        parts = list(self._parts(node))
        said = self.bound.said(tag)
        soap = _child(said, "body")
        if soap is not None and soap.get("use") == "encoded":
            self.encoded = True
        chosen = self._chosen(parts, said, soap)
        if self.rpc:
            suffix = "" if tag == "input" else "Response"
            return self.messages.wrapper(qualified(self._space(soap), f"{self.name}{suffix}"), chosen)
        return self._document(chosen, node.get("message") or "")

    def _parts(self, node: XmlElement) -> Iterator[XmlElement]:
        message = self.index.find("message", node, node.get("message"))
        if message is None:
            raise Lost("operation-message-missing", f"message {node.get('message')} is not here")
        yield from message.node.iterfind(f"{WSDL}part")

    def _chosen(self, parts: list[XmlElement], said: XmlElement | None, soap: XmlElement | None) -> list[XmlElement]:
        """The parts of the Body: those it lists, else all that are neither header nor attachment."""
        if soap is not None and soap.get("parts") is not None:
            named = soap.get("parts").replace(",", " ").split()
            return [part for part in parts if part.get("name") in named]
        if said is None or len(parts) < 2:
            return parts
        others = {
            n.get("part") for n in said.iter() if isinstance(n.tag, str) and local(n.tag) in ("header", "content")
        }
        return [part for part in parts if part.get("name") not in others]

    def _document(self, parts: list[XmlElement], message: str) -> str:
        if not parts:
            return ""
        if len(parts) > 1:
            raise Lost("operation-many-parts", f"message {message} puts {len(parts)} elements into the Body")
        if not parts[0].get("element"):
            code = "operation-not-bound" if self.bound.abstract else "operation-part-type"
            raise Lost(code, f"part {parts[0].get('name')} of message {message} names a type, not an element")
        return self.messages.element(parts[0], parts[0].get("element"), f"message {message}")

    def _space(self, soap: XmlElement | None) -> str:
        space = soap.get("namespace") if soap is not None else None
        if not space:
            what = f"operation {self.name} of binding {self.bound.binding}"
            self.messages.say("rpc-namespace-missing", place(self.bound.file, self.bound.node), what)
        return space or self.bound.namespace

    def headers(self, tag: str) -> Iterator[str]:
        said = self.bound.said(tag)
        for node in () if said is None else said.iter():
            if not isinstance(node.tag, str) or node.tag.startswith(WSDL):
                continue
            if local(node.tag) == "header":
                try:
                    yield self._header(node)
                except Lost as lost:
                    self._unreadable("header-unreadable", node, lost)
            elif local(node.tag) == "multipartRelated":
                what = f"operation {self.name} of binding {self.bound.binding} is multipart"
                self.messages.say("attachments", place(self.bound.file, node), what)

    def _header(self, node: XmlElement) -> str:
        parts = [p for p in self._parts(node) if p.get("name") == node.get("part")]
        if not parts:
            raise Lost("operation-message-missing", f"message {node.get('message')} has no part {node.get('part')}")
        return self._document(parts, node.get("message") or "")

    def faults(self, abstract: XmlElement, file: Path) -> Iterator[tuple[str, str]]:
        for node in abstract.iterfind(f"{WSDL}fault"):
            name = node.get("name", "") or local(node.get("message", ""))
            try:
                parts = [part for part in self._parts(node) if part.get("element")]
                if not parts:
                    raise Lost("operation-part-type", f"message {node.get('message')} has no element")
                yield name, self.messages.element(parts[0], parts[0].get("element"), f"message {node.get('message')}")
            except Lost as lost:
                self._unreadable("fault-unreadable", node, lost, file)
                yield name, ""

    def _unreadable(self, code: str, node: XmlElement, lost: Lost, file: Path | None = None) -> None:
        self.messages.say(code, place(file or self.bound.file, node), f"operation {self.name}: {lost.what}")


def _child(node: XmlElement | None, name: str) -> XmlElement | None:
    """The SOAP extension of that name, also inside a MIME part."""
    if node is None:
        return None
    found = (n for n in node.iter() if isinstance(n.tag, str) and local(n.tag) == name and not n.tag.startswith(WSDL))
    return next(found, None)
