"""ContractRoot requests, whatever carried them: plain HTTP here, SOAP ``exchange`` in exchange_soap.py.

The answer is always a well-formed ContractRoot response, with HTTP 200: the result stands inside. All faults of the
header come in one 9002, a service nobody registered is one line of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from adapters.doors.desk import Desk, unforeseen
from adapters.doors.http_io import ALLOW, Answer, Gone, Receive, Scope, Send, abreast, heads, place, read, write
from hub.config import Limits
from hub.errors import wire_codes
from hub.intake import Inbound
from hub.runtime import Hub
from interfaces.agreement import Agreement, Received
from interfaces.envelope import contract_root_header as head
from interfaces.envelope.base import Opened
from interfaces.envelope.contract_root import ContractRoot
from interfaces.failure import Failure
from interfaces.wire import WireMessage


@dataclass(slots=True)
class _Case:
    """One request, as far as it got. ``header`` is what the answer repeats (TransactionID, charset, form)."""

    wire: WireMessage
    endpoint: str
    header: Mapping[str, str] = field(default_factory=dict)
    agreement: Agreement | None = None
    received: Received | None = None
    caller: str = ""


class Exchange:
    """ContractRoot document in, ContractRoot document out. Never raises."""

    def __init__(self, hub: Hub, desk: Desk) -> None:
        self._registry = hub.registry
        self._clock = hub.clock
        self._desk = desk
        self._limits = hub.config.limits.of_document()
        self._plain = ContractRoot(clock=hub.clock, limits=self._limits)
        self._envelopes: dict[str, ContractRoot] = {}

    async def answer(self, document: WireMessage, endpoint: str, carrier: WireMessage | None = None) -> WireMessage:
        """``carrier`` is the message the document came in, for the journal, when it is not the document itself."""
        case = _Case(carrier or document, endpoint)
        try:
            return await self._served(case, document)
        except Failure as failure:
            return await self._refused(case, failure)
        except Exception as error:
            return await self._refused(case, unforeseen(error, endpoint))

    async def refusal(self, wire: WireMessage, failure: Failure, endpoint: str) -> WireMessage:
        """The answer to a request that could not even be taken in."""
        return await self._refused(_Case(wire, endpoint, failure.header), failure)

    async def _served(self, case: _Case, document: WireMessage) -> WireMessage:
        await abreast(document)
        opened = self._open(case, document)
        case.agreement = agreement = self._agreement(opened)
        guest = await self._desk.known(agreement.spec, opened)
        case.caller = guest.name
        async with self._desk.admitted(guest):
            await abreast(document)
            case.received = received = agreement.read_opened(opened)
            inbound = Inbound(received, agreement, case.wire, case.endpoint, guest.name, guest.by)
            return agreement.write_reply(received, await self._desk.submit(inbound))

    async def _refused(self, case: _Case, failure: Failure) -> WireMessage:
        failure = await self._desk.refuse(case.wire, failure, case.endpoint, case.caller)
        code = wire_codes(failure).contract_root
        if case.agreement is not None and case.received is not None:
            return case.agreement.write_failure(case.received, failure, code)
        return self._plain.fault(case.header, failure, code)

    def _open(self, case: _Case, document: WireMessage) -> Opened:
        try:
            opened = self._plain.peek(document)
        except Failure as failure:
            case.header = failure.header
            raise
        case.header = opened.header
        return opened

    def _agreement(self, opened: Opened) -> Agreement:
        """Checks the header by the rules of the agreement it names, or by the general ones where it names none."""
        codes = opened.header.get(head.BUS, ""), opened.header.get(head.SERVICE, "")
        found = self._registry.by_contract_root(*codes)
        if found is None:
            self._plain.check(opened, *_unregistered(opened.header))
            raise Failure("invalid", "no interface is registered for this service", reason="header")
        agreement: Agreement = found[0]
        self._envelope(agreement).check(opened)
        return agreement

    def _envelope(self, agreement: Agreement) -> ContractRoot:
        spec = agreement.spec
        if spec.hash not in self._envelopes:
            self._envelopes[spec.hash] = ContractRoot(spec, self._clock, self._limits)
        return self._envelopes[spec.hash]


class ExchangeHttpDoor:
    """/http/exchange: one POST, one document. ASGI app."""

    def __init__(self, exchange: Exchange, limits: Limits) -> None:
        self._exchange = exchange
        self._limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] == "OPTIONS":
            await write(send, Answer(200, b"", "text/xml", ALLOW))
            return
        endpoint, wire = f"http:{place(scope)}", heads(scope)
        status = self._status(scope)
        try:
            if status != 200:
                raise Failure("invalid", "send one ContractRoot document by POST to /http/exchange", reason="structure")
            wire = await read(scope, receive, self._limits)
            written = await self._exchange.answer(wire, endpoint)
        except Gone:
            return
        except Failure as failure:
            written = await self._exchange.refusal(wire, failure, endpoint)
        await write(send, Answer(status, written.body, written.content_type, ALLOW if status == 405 else ()))

    def _status(self, scope: Scope) -> int:
        if scope["path"].removesuffix("/") != "/http/exchange":
            return 404
        return 200 if scope["method"] == "POST" else 405


def _unregistered(header: Mapping[str, str]) -> list[dict[str, str]]:
    """One more line for the 9002, unless a code is malformed and has its own line already.

    Two codes in good form hold nothing secret, so they are named.
    """
    malformed = {fault["path"] for fault in head.faults(header, head.RULES)}
    if malformed & {head.BUS, head.SERVICE}:
        return []
    text = f"no service {header[head.BUS]}/{header[head.SERVICE]} is registered here"
    return [{"path": f"{head.BUS}/{head.SERVICE}", "message": text}]
