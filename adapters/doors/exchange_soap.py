"""/soap/exchange: the guard in front of the spyne service.

It reads the envelope with the house's own parser, hands spyne one well-formed UTF-8 envelope with exactly one
``exchange`` in it, and gives back what the caller's charset asks for. What is inside ``in0`` is never answered
with a Fault (that is ContractRoot's own business); an envelope that is not SOAP 1.1 is.
"""

from __future__ import annotations

from contextvars import ContextVar
from typing import Any

from adapters.doors.desk import Desk, unforeseen
from adapters.doors.http_io import Answer, Gone, Receive, Scope, Send, heads, read, write
from adapters.doors.soap_rules import check_media, fault
from adapters.spyne_side import NAMESPACE, OPERATION, ExchangeService
from hub.errors import wire_codes
from interfaces.codec import safe_xml
from interfaces.failure import Failure
from interfaces.wire import WireMessage

SOAP = "{http://schemas.xmlsoap.org/soap/envelope/}"
XML = "text/xml; charset=utf-8"

outer: ContextVar[WireMessage] = ContextVar("outer")
"""The SOAP request as it came, for the journal: a2wsgi carries it into the thread that runs spyne."""


class ExchangeSoapDoor:
    """ASGI app for POST and GET ?wsdl."""

    def __init__(self, service: ExchangeService, desk: Desk, limit: int) -> None:
        self._service = service
        self._desk = desk
        self._limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        endpoint = f"soap:{scope['path']}"
        try:
            answer = await self._answer(scope, receive, endpoint)
        except Gone:
            return
        await write(send, answer)

    async def _answer(self, scope: Scope, receive: Receive, endpoint: str) -> Answer:
        if scope["method"] == "GET" and scope["query_string"][:4].lower() == b"wsdl":
            return Answer(200, self._service.wsdl, XML)
        wire = heads(scope)
        try:
            if scope["method"] != "POST":
                raise Failure("invalid", "send a SOAP 1.1 request by POST, or GET ?wsdl", where=scope["method"])
            wire = await read(scope, receive, self._limit)
            check_media(wire)
            document = safe_xml.read(wire, limits=self._limits())
            check_envelope(document.root)
            return await self._served(scope, wire, document)
        except Failure as failure:
            return self._fault(await self._desk.refuse(wire, failure, endpoint))
        except Gone:
            raise
        except Exception as error:
            return self._fault(await self._desk.refuse(wire, unforeseen(error, endpoint), endpoint))

    def _limits(self) -> safe_xml.Limits:
        # in0 holds a whole document in one text, so a text may be as long as the body
        return safe_xml.Limits(size=self._limit, text=self._limit)

    def _fault(self, failure: Failure) -> Answer:
        return Answer(500, fault(failure, wire_codes(failure).soap), XML)

    async def _served(self, scope: Scope, wire: WireMessage, document: safe_xml.Document) -> Answer:
        token = outer.set(wire)
        try:
            status, body = await call(self._service.app, scope, safe_xml.serialize(document.root))
        finally:
            outer.reset(token)
        if status != 200:
            raise Failure("internal", "the exchange service refused its own envelope", where="spyne")
        if document.encoding == "utf-8":
            return Answer(200, body, XML)
        again = safe_xml.serialize(safe_xml.parse(body, limits=self._limits()), document.encoding)
        return Answer(200, again, f"text/xml; charset={document.encoding}")


def check_envelope(root: Any) -> None:
    """SOAP 1.1, one Body with one ``exchange`` with one ``in0``, nothing that must be understood, no references."""
    bodies = root.findall(f"{SOAP}Body")
    calls = [child for body in bodies for child in body]
    must = root.xpath("boolean(*[local-name()='Header']/*/@*[local-name()='mustUnderstand'][.='1' or .='true'])")
    rules = (
        (root.tag == f"{SOAP}Envelope", "the root is not a SOAP 1.1 Envelope"),
        (len(bodies) == 1, "there must be exactly one Body"),
        (len(calls) == 1 and calls[0].tag == f"{{{NAMESPACE}}}{OPERATION}", f"the Body must hold one {OPERATION}"),
        (len(calls) == 1 and len(calls[0]) <= 1, f"{OPERATION} takes one in0"),
        (not must, "a header that must be understood is not"),
        (not root.xpath("boolean(//@href)"), "references (href) are not resolved"),
    )
    broken = [text for kept, text in rules if not kept]
    if broken:
        raise Failure(
            "invalid",
            broken[0],
            where="SOAP envelope",
            reason="structure",
            advice=f"send {OPERATION}(in0: string) of {NAMESPACE} as GET ?wsdl tells",
            errors=[{"path": "Envelope", "message": text} for text in broken],
        )


async def call(app: Any, scope: Scope, body: bytes) -> tuple[int, bytes]:
    """One request to an ASGI app inside this process: status and whole body."""
    status, parts = 0, []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(event: Any) -> None:
        nonlocal status
        status = event.get("status", status)
        parts.append(event.get("body", b""))

    headers = [(b"content-type", XML.encode()), (b"content-length", b"%d" % len(body))]
    await app({**scope, "method": "POST", "query_string": b"", "headers": headers}, receive, send)
    return status, b"".join(parts)
