"""/soap/exchange: the guard in front of the spyne service.

It reads the envelope with the house's own parser, hands spyne one well-formed UTF-8 envelope with exactly one
``exchange`` in it, and gives back what the caller's charset asks for. ContractRoot never faults, so what cannot be
read, is too large, or stands wrong inside ``exchange`` is answered by a ContractRoot document too. Only what is no
SOAP 1.1 call of ``exchange`` gets SOAP's own Fault: whoever sent it waits for something else.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

from adapters.doors.coded import answer_in, on_the_loop, through
from adapters.doors.desk import Desk, answer_all
from adapters.doors.exchange import Exchange
from adapters.doors.http_io import ALLOW, Answer, Receive, Scope, Send, heads, place, read
from adapters.doors.soap_rules import PLAIN, check_media, fault, status_of, without_body
from adapters.spyne_side.exchange import NAMESPACE, OPERATION
from adapters.spyne_side.plain import CodedService
from hub.config import Limits
from hub.errors import wire_codes
from interfaces.codec import charset, safe_xml
from interfaces.envelope.loose_xml import local
from interfaces.envelope.soap_plain import SOAP
from interfaces.failure import Failure
from interfaces.wire import WireMessage

Answering = Callable[[WireMessage], Coroutine[Any, Any, WireMessage]]

_ADVICE = f"send {OPERATION}(in0: string) of {NAMESPACE} as GET ?wsdl tells"
_DECLARED = re.compile(r"\s*<\?xml\s[^>]*?encoding\s*=\s*[\"']([A-Za-z0-9._-]+)[\"']")
ARGUMENT = "in0"
"""Its text is a whole document."""
_BEFORE, _AFTER = (
    f'<e:Envelope xmlns:e="{SOAP}"><e:Body><{OPERATION} xmlns="{NAMESPACE}"><in0>',
    f"</in0></{OPERATION}></e:Body></e:Envelope>",
)


@dataclass(slots=True)
class _Case:
    """One request, as far as it got. encoding: of the answer."""

    endpoint: str
    wire: WireMessage
    encoding: str = charset.UTF8


class ExchangeSoapDoor:
    """ASGI app for POST and GET ?wsdl."""

    def __init__(self, service: CodedService, exchange: Exchange, desk: Desk, limits: Limits) -> None:
        self._service = service
        self._exchange = exchange
        self._desk = desk
        self._limits = limits
        self._document = limits.of_document()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        case = _Case(f"soap:{place(scope)}", heads(scope))
        await answer_all(send, case.endpoint, self._served(case, scope, receive), lambda f: self._fault(case, f))

    async def _served(self, case: _Case, scope: Scope, receive: Receive) -> Answer:
        if (told := without_body(scope, lambda: self._service.wsdl)) is not None:
            return told
        check_media(case.wire)
        try:
            case.wire = await read(scope, receive, self._limits)
            document = safe_xml.read(case.wire, limits=self._document, carrier=ARGUMENT)
        except Failure as unread:
            return await self._told(case, scope, unread)
        case.encoding = document.encoding
        exchange = called(document, case.wire)
        wrong = misplaced(exchange)
        if wrong is not None:
            return await self._told(case, scope, wrong)

        async def answer(inner: WireMessage) -> WireMessage:
            return await self._exchange.answer(inner, case.endpoint, case.wire)

        return await self._through(case, scope, str(exchange[0].xpath("string()")), answer)

    async def _told(self, case: _Case, scope: Scope, failure: Failure) -> Answer:
        """A refusal in ContractRoot's own words."""
        case.encoding = failure.header.get(":encoding", case.encoding)
        failure.header = {":encoding": case.encoding}

        async def answer(_: WireMessage) -> WireMessage:
            return await self._exchange.refusal(case.wire, failure, case.endpoint)

        return await self._through(case, scope, "", answer)  # the answer is known already

    async def _through(self, case: _Case, scope: Scope, text: str, answering: Answering) -> Answer:
        """spyne's answer to this in0, in an envelope of ours: nothing of the caller's is beside it. In his charset."""
        envelope = _BEFORE + escape(text, {"\r": "&#13;"}) + _AFTER
        status, body = await through(self._service.app, scope, envelope.encode(), answering)
        if status != 200:
            raise Failure("internal", "the exchange service refused its own envelope", where="spyne")
        return answer_in(case.encoding, body)

    async def _fault(self, case: _Case, failure: Failure) -> Answer:
        failure = await self._desk.refuse(case.wire, failure, case.endpoint)
        written = fault(failure, wire_codes(failure).soap)
        status = status_of(failure)
        return Answer(status, written.body, written.content_type, ALLOW if status == 405 else ())


def spyne_answer(text: str) -> str:
    """``in0`` -> ``out``, called by spyne in a thread of its pool.

    The text is turned into the bytes its own declaration speaks of, and its answer comes back in that charset.
    """
    declared = _DECLARED.match(text)
    name = charset.ALLOWED.get(declared[1].lower(), charset.UTF8) if declared else charset.UTF8
    written: WireMessage = on_the_loop(WireMessage(text.encode(name), ""))
    return written.body.decode(charset.of_header(written.content_type) or charset.UTF8)


def called(document: safe_xml.Document, wire: WireMessage) -> Any:
    """The ``exchange`` element; Failure for what is no SOAP 1.1 call of it."""
    opened = PLAIN.opened(document, wire)
    PLAIN.check(opened)
    if opened.payload.tag == f"{{{NAMESPACE}}}{OPERATION}":
        return opened.payload
    failure = Failure("invalid", f"the Body holds no {OPERATION}", where="SOAP", reason="structure", advice=_ADVICE)
    failure.header = opened.header
    raise failure


def misplaced(exchange: Any) -> Failure | None:
    """What is wrong inside ``exchange``, if anything is."""
    given = [local(child.tag) for child in exchange]
    rules = (
        (given == [ARGUMENT], f"{OPERATION} takes one {ARGUMENT}"),
        (all(len(child) == 0 for child in exchange), "in0 holds elements; it is a text, escaped or CDATA"),
        (not exchange.xpath("boolean(.//@href)"), "references (href) are not resolved"),
    )
    broken = next((text for kept, text in rules if not kept), "")
    return Failure("invalid", broken, where=OPERATION, reason="structure", advice=_ADVICE) if broken else None
