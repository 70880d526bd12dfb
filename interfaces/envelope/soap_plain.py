"""Plain SOAP 1.1: one element in the Body, or none where the contract says so; faults as the standard says.

The payload is that element; of an empty message it is the Body itself.

Settings read: ``source``, ``exchangeId``, ``replyTo`` (wire paths in the body), ``understands`` (names of header
entries that may be mustUnderstand).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lxml import etree

from interfaces.codec import safe_xml
from interfaces.codec.limits import DEFAULT, Limits
from interfaces.codec.safe_xml import carried
from interfaces.envelope import wsse
from interfaces.envelope.base import Ids, Opened, Outgoing, Result, describe, shown
from interfaces.envelope.loose_xml import local
from interfaces.envelope.settings import ids_by_path
from interfaces.failure import Failure
from interfaces.spec.model import ErrorRow, InterfaceSpec, Operation
from interfaces.wire import WireMessage

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
_ENVELOPE, _HEADER, BODY, _FAULT = (f"{{{SOAP}}}{name}" for name in ("Envelope", "Header", "Body", "Fault"))
_MUST, _ACTOR = f"{{{SOAP}}}mustUnderstand", f"{{{SOAP}}}actor"
DETAIL = "{urn:mboss:hub:v1}"
"""Namespace of what stands in every Fault's detail."""

_NEXT = "http://schemas.xmlsoap.org/soap/actor/next"

EXCHANGE = (
    ErrorRow("429", "unavailable", "flow control"),
    ErrorRow("503", "unavailable", "not serving"),
    ErrorRow("Client*", "internal", "our request broke the peer's contract"),
    ErrorRow("VersionMismatch", "internal"),
    ErrorRow("MustUnderstand", "internal"),
    ErrorRow("*", "timeout", "a server fault does not say what was done: outcome unknown"),
)


class SoapPlain:
    """The envelope of one SOAP interface."""

    exchange = EXCHANGE

    def __init__(self, spec: InterfaceSpec, limits: Limits = DEFAULT) -> None:
        self._spec = spec
        self._limits = limits
        self._settings = spec.transport.settings
        self._encoding = spec.transport.encoding
        self._understands = frozenset(self._settings.get("understands", ()))

    def wants_json(self, header: Mapping[str, str]) -> bool:
        return False

    def peek(self, wire: WireMessage) -> Opened:
        return self.opened(safe_xml.read(wire, limits=self._limits), wire)

    def opened(self, document: safe_xml.Document, wire: WireMessage) -> Opened:
        """``peek`` of a document that was read before, with limits of its own."""
        opened = {":encoding": document.encoding, **_carried(wire)}
        try:
            header, body = _parts(document.root)
            entries = [e for e in ([] if header is None else header) if _for_us(e)]
            must = [local(e.tag) for e in entries if _binding(e)]
            said = {name: value for e in entries if e.tag == wsse.SECURITY for name, value in wsse.entries(e).items()}
            return Opened({**opened, **said, ":must": " ".join(must)}, _only_child(body))
        except Failure as failure:
            failure.header = opened
            raise

    def check(self, opened: Opened) -> None:
        """Header entries that must be understood are."""
        lost = [name for name in opened.header[":must"].split() if name not in self._understands]
        if lost:
            failure = _refuse(f"the header entry {', '.join(lost)[:200]} is not understood", "MustUnderstand")
            failure.advice = "send it without mustUnderstand"
            failure.header = opened.header
            raise failure

    def find(self, opened: Opened, elements: Mapping[str, Operation]) -> Operation:
        """The body decides, never SOAPAction."""
        tag = opened.payload.tag
        if tag in elements:
            return elements[tag]
        if tag == BODY:
            raise _one_element(opened.payload)
        known = ", ".join(sorted(local(name) for name in elements))
        failure = _refuse(f"the Body's element {local(tag)[:80]} is no message of {self._spec.id}", "Client")
        failure.advice = f"known: {known}"
        raise failure

    def ids(self, opened: Opened, tree: Mapping[str, Any]) -> Ids:
        return ids_by_path(self._settings, tree)

    def request(self, out: Outgoing) -> WireMessage:
        action = str(out.operation.wire.get("action", out.action))
        return self._wire(out.payload, self._encoding, {"soapaction": action} if action else {})

    def reply(self, header: Mapping[str, str], operation: Operation, payload: Any) -> WireMessage:
        return self._wire(payload, header.get(":encoding", self._encoding), {})

    def fault(self, header: Mapping[str, str], failure: Failure, code: str) -> WireMessage:
        fault = etree.Element(_FAULT, nsmap={"soap": SOAP})
        etree.SubElement(fault, "faultcode").text = f"soap:{failure.detail.get('faultcode', code)}"
        etree.SubElement(fault, "faultstring").text = carried(describe(failure))
        _tell(etree.SubElement(fault, "detail"), failure)
        return self._wire(fault, header.get(":encoding", self._encoding), {":status": "500"})

    def open_reply(self, wire: WireMessage) -> tuple[Result, Opened]:
        status = wire.headers.get(":status", "200")
        try:
            opened = self.peek(wire)
        except Failure:
            if status[:1] == "2":
                raise
            return Result(status, f"HTTP {status} without a SOAP answer"), Opened(dict(wire.headers), None)
        if opened.payload.tag == _FAULT:
            return _fault_result(opened.payload), opened
        # an answer in good form counts, but not under an error status
        return Result() if status[:1] == "2" else Result(status, f"HTTP {status}"), opened

    def _wire(self, payload: Any, encoding: str, headers: Mapping[str, str]) -> WireMessage:
        envelope = etree.Element(_ENVELOPE, nsmap={"soap": SOAP})
        if payload.tag == BODY:
            envelope.append(payload)
        else:
            etree.SubElement(envelope, BODY).append(payload)
        return WireMessage(safe_xml.serialize(envelope, encoding), f"text/xml; charset={encoding}", headers)


def check_action(agreed: str, wire: WireMessage) -> None:
    """The body decides what runs; a SOAPAction that names something else is refused, not followed.

    An empty or absent SOAPAction says nothing and is fine (SOAP 1.1, section 6.1.1); where the contract names
    none, there is nothing to contradict.
    """
    given = wire.headers.get("soapaction", "").strip().strip('"')
    if agreed and given not in ("", agreed):
        raise Failure(
            "invalid",
            "SOAPAction names another operation than the body",
            where="SOAPAction",
            reason="header",
            advice=f"send {agreed!r} or none",
        )


def _tell(detail: Any, failure: Failure) -> None:
    """What a program may decide on. In one element, since some clients keep no more than one entry of a detail that
    their contract does not declare; the hub's own API declares it (adapters/spyne_side/hub_api.py)."""
    within = etree.SubElement(detail, f"{DETAIL}HubFault", nsmap={"hub": DETAIL[1:-1]})
    _say(within, "code", failure.code)
    _say(within, "message", failure.message)
    _say(within, "where", shown(failure.where))
    _say(within, "advice", failure.advice)
    _say(within, "incident", failure.detail.get("incident"))
    _say(within, "partnerCode", failure.detail.get("code"))
    for error in failure.errors:
        told = etree.SubElement(within, f"{DETAIL}error")
        _say(told, "path", error.get("path"))
        _say(told, "message", error.get("message"))


def _say(parent: Any, name: str, text: Any) -> None:
    if text:
        etree.SubElement(parent, DETAIL + name).text = carried(str(text))


def _parts(root: Any) -> tuple[Any, Any]:
    """(Header or None, Body); Failure for anything that is no SOAP 1.1 envelope."""
    if local(root.tag) == "Envelope" and root.tag != _ENVELOPE:
        raise _refuse("the Envelope is not SOAP 1.1's", "VersionMismatch")
    if root.tag != _ENVELOPE:
        raise _refuse("the document is no SOAP Envelope", "Client")
    children = list(root)
    bodies, headers = ([e for e in children if e.tag == name] for name in (BODY, _HEADER))
    if len(bodies) != 1:
        raise _refuse(f"the Envelope has {len(bodies)} Bodies, one is allowed", "Client")
    if headers not in ([], children[:1]):
        raise _refuse("one Header may stand in the Envelope, before all else", "Client")
    return (headers[0] if headers else None), bodies[0]


def _for_us(entry: Any) -> bool:
    """One for another actor on the way is not ours to judge."""
    return (entry.get(_ACTOR) or "").strip() in ("", _NEXT)


def _binding(entry: Any) -> bool:
    """Whether a header entry must be understood."""
    return (entry.get(_MUST) or "").strip() in ("1", "true")


def empty_body() -> Any:
    """The payload of a message that has no element."""
    return etree.Element(BODY, nsmap={"soap": SOAP})


def _only_child(body: Any) -> Any:
    """The Body's element, or the Body where it has none; ``find`` and the contract say whether that is a message."""
    if len(body) > 1:
        raise _one_element(body)
    if any((text or "").strip() for text in (body.text, *(child.tail for child in body))):
        raise _refuse("the Body has text beside its element", "Client")
    return body[0] if len(body) else body


def _one_element(body: Any) -> Failure:
    return _refuse(f"the Body has {len(body)} elements, exactly one is allowed", "Client")


def _carried(wire: WireMessage) -> dict[str, str]:
    return {name: wire.headers[name] for name in (":status", "soapaction") if name in wire.headers}


def _fault_result(fault: Any) -> Result:
    fields = {local(child.tag): (child.text or "").strip() for child in fault}
    code = fields.get("faultcode", "").rpartition(":")[2] or "Server"
    named = next((local(inner.tag) for inner in fault.iterfind("detail/*")), "")
    return Result(code, fields.get("faultstring", ""), named)


def _refuse(message: str, faultcode: str) -> Failure:
    return Failure("invalid", message, where="SOAP", reason="structure", detail={"faultcode": faultcode})
