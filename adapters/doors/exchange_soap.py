"""/soap/exchange: the guard in front of the spyne service.

It reads the envelope with the house's own parser, hands spyne one well-formed UTF-8 envelope with exactly one
``exchange`` in it, and gives back what the caller's charset asks for. What is inside ``in0`` is never answered
with a Fault (that is ContractRoot's own business); an envelope that is not SOAP 1.1 is.
"""

from __future__ import annotations

import asyncio
import re
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from adapters.doors.desk import Desk, unforeseen
from adapters.doors.exchange import Exchange
from adapters.doors.http_io import Answer, Gone, Receive, Scope, Send, heads, place, read, write
from adapters.doors.soap_rules import XML, check_media, fault
from adapters.spyne_side import NAMESPACE, OPERATION, ExchangeService
from hub.errors import wire_codes
from interfaces.codec import charset, safe_xml
from interfaces.failure import Failure
from interfaces.wire import WireMessage

SOAP = "{http://schemas.xmlsoap.org/soap/envelope/}"

_DECLARED = re.compile(r"\s*<\?xml\s[^>]*?encoding\s*=\s*[\"']([A-Za-z0-9._-]+)[\"']")


@dataclass(frozen=True, slots=True)
class _Carried:
    """What the thread that runs spyne needs to hand the document back to the loop."""

    exchange: Exchange
    carrier: WireMessage
    endpoint: str
    loop: asyncio.AbstractEventLoop


_carried: ContextVar[_Carried] = ContextVar("carried")
"""a2wsgi copies the context into its thread."""


class ExchangeSoapDoor:
    """ASGI app for POST and GET ?wsdl."""

    def __init__(self, service: ExchangeService, exchange: Exchange, desk: Desk, limit: int) -> None:
        self._service = service
        self._exchange = exchange
        self._desk = desk
        # in0 holds a whole document in one text, so a text may be as long as the body
        self._limits = safe_xml.Limits(size=limit, text=limit)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] == "GET" and scope["query_string"][:4].lower() == b"wsdl":
            return await write(send, Answer(200, self._service.wsdl, XML))
        endpoint, wire = f"soap:{place(scope)}", heads(scope)
        try:
            _check_method(scope)
            wire = await read(scope, receive, self._limits.size)
            answer = await self._served(scope, wire, endpoint)
        except Gone:
            return None
        except Failure as failure:
            answer = await self._fault(wire, failure, endpoint)
        except Exception as error:
            answer = await self._fault(wire, unforeseen(error, endpoint), endpoint)
        return await write(send, answer)

    async def _fault(self, wire: WireMessage, failure: Failure, endpoint: str) -> Answer:
        failure = await self._desk.refuse(wire, failure, endpoint)
        written = fault(failure, wire_codes(failure).soap)
        return Answer(500, written.body, written.content_type)

    async def _served(self, scope: Scope, wire: WireMessage, endpoint: str) -> Answer:
        check_media(wire)
        document = safe_xml.read(wire, limits=self._limits)
        check_envelope(document.root)
        token = _carried.set(_Carried(self._exchange, wire, endpoint, asyncio.get_running_loop()))
        try:
            status, body = await call(self._service.app, scope, safe_xml.serialize(document.root))
        finally:
            _carried.reset(token)
        if status != 200:
            raise Failure("internal", "the exchange service refused its own envelope", where="spyne")
        if document.encoding == charset.UTF8:
            return Answer(200, body, XML)
        again = safe_xml.serialize(safe_xml.parse(body, limits=self._limits), document.encoding)
        return Answer(200, again, f"text/xml; charset={document.encoding}")


def spyne_answer(text: str) -> str:
    """``in0`` -> ``out``, called by spyne in a thread of its pool; the work is done on the loop.

    The text is turned into the bytes its own declaration speaks of, and its answer comes back in that charset.
    """
    carried = _carried.get()
    declared = _DECLARED.match(text)
    name = charset.ALLOWED.get(declared[1].lower(), charset.UTF8) if declared else charset.UTF8
    document = WireMessage(text.encode(name), "")
    work = carried.exchange.answer(document, carried.endpoint, carried.carrier)
    written = asyncio.run_coroutine_threadsafe(work, carried.loop).result()
    return written.body.decode(charset.of_header(written.content_type) or charset.UTF8)


def _check_method(scope: Scope) -> None:
    if scope["method"] != "POST":
        raise Failure("invalid", "send a SOAP 1.1 request by POST, or GET ?wsdl", where=str(scope["method"]))


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
