"""The SOAP door: /soap/<interface id>, guard first, then the agreement's codec; ``?wsdl`` from the agreed file.

Raw ASGI because it is the busiest place of the house. SOAP 1.1: every refusal is a Fault, with HTTP 500 unless
the refusal is HTTP's own (method, size, unknown address).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from adapters.doors.coded import answer_in, through
from adapters.doors.desk import Desk, Guest, answer_all
from adapters.doors.http_io import (
    ALLOW,
    Answer,
    Receive,
    Scope,
    Send,
    abreast,
    api_key,
    heads,
    place,
    printable,
    read,
    retry_after,
)
from adapters.doors.soap_rules import XML, check_media, fault, status_of, without_body
from adapters.spyne_side.plain import CodedService
from hub.errors import wire_codes
from hub.intake import Inbound
from hub.runtime import Hub
from interfaces.agreement import Agreement, Received
from interfaces.codec import safe_xml
from interfaces.envelope.base import Opened
from interfaces.envelope.soap_plain import check_action
from interfaces.failure import Failure
from interfaces.message import Message
from interfaces.spec.model import InterfaceSpec
from interfaces.wire import Tree, WireMessage

_WSDL = "see GET ?wsdl"


def _is_served(spec: InterfaceSpec) -> bool:
    return spec.direction == "inbound" and spec.transport.envelope == "soap-plain"


@dataclass(slots=True)
class _Case:
    """One request, as far as it got."""

    endpoint: str
    wire: WireMessage
    agreement: Agreement | None = None
    received: Received | None = None
    guest: Guest | None = None

    @property
    def caller(self) -> str:
        return self.guest.name if self.guest else ""


class SoapDoor:
    """``?wsdl`` and POST for every inbound SOAP interface of the registry. ASGI app."""

    def __init__(self, hub: Hub, desk: Desk, coded: Mapping[str, CodedService] | None = None) -> None:
        self._coded = coded or {}
        self._registry = hub.registry
        self._desk = desk
        self._limits = hub.config.limits
        self._base = hub.config.public_url.rstrip("/") + "/soap/"
        self._contract = lru_cache(maxsize=256)(self._readdressed)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        case = _Case(f"soap:{place(scope)}", heads(scope))
        await answer_all(send, case.endpoint, self._served(case, scope, receive), lambda f: self._refused(case, f))

    async def _served(self, case: _Case, scope: Scope, receive: Receive) -> Answer:
        case.agreement = agreement = self._agreement(scope["path"])
        if (told := without_body(scope, lambda: self._contract(agreement))) is not None:
            return told
        case.wire = wire = await read(scope, receive, self._limits)
        check_media(wire)
        await abreast(case.wire)
        case.guest = guest = await self._desk.known(agreement.spec, agreement.peek(wire), api_key(scope))
        async with self._desk.admitted(guest):
            return await self._answered(case, agreement, guest, scope)

    async def _answered(self, case: _Case, agreement: Agreement, guest: Guest, scope: Scope) -> Answer:
        service = self._coded.get(agreement.spec.id)
        if service is not None:
            return await self._by_service(case, agreement, service, guest.opened, scope)
        await abreast(case.wire)
        received = agreement.read_opened(guest.opened)
        reply = await self._asked(case, agreement, received)
        written = agreement.write_reply(received, reply)
        return Answer(200, written.body, written.content_type or XML)

    async def _asked(self, case: _Case, agreement: Agreement, received: Received) -> Message:
        case.received = received
        check_action(agreement.action(received.operation.name), case.wire)
        by = case.guest.by if case.guest else None
        return await self._desk.submit(Inbound(received, agreement, case.wire, case.endpoint, case.caller, by))

    async def _by_service(
        self, case: _Case, agreement: Agreement, service: CodedService, opened: Opened, scope: Scope
    ) -> Answer:
        """Written in code: spyne decodes and encodes, everything else is as for any other agreement."""
        agreement.check(opened)

        async def work(operation: str, tree: Tree) -> Tree:
            received = agreement.read_tree(operation, tree, opened)
            return agreement.write_tree(received, await self._asked(case, agreement, received))

        envelope = safe_xml.serialize(opened.payload.getroottree().getroot())
        status, body = await through(service.app, scope, envelope, work)
        if status != 200:  # spyne says no; the agreement says why, without quoting what may be personal
            agreement.read_opened(opened)
            raise Failure("invalid", "the request does not fit the contract", where=agreement.spec.ref, advice=_WSDL)
        return answer_in(opened.header[":encoding"], body)

    async def _refused(self, case: _Case, failure: Failure) -> Answer:
        failure = await self._desk.refuse(case.wire, failure, case.endpoint, case.caller)
        code = wire_codes(failure).soap
        status = 500 if case.received else status_of(failure)
        known = case.agreement
        written = known.write_failure(case.received, failure, code) if known else fault(failure, code)
        return Answer(status, written.body, written.content_type, ALLOW if status == 405 else retry_after(failure))

    def _agreement(self, path: str) -> Agreement:
        try:
            agreement: Agreement = self._registry.get(path.removeprefix("/soap/").removesuffix("/"))
        except Failure:
            raise self._not_served(path) from None
        if not _is_served(agreement.spec):
            raise self._not_served(path)
        return agreement

    def _not_served(self, path: str) -> Failure:
        """Names what is served by SOAP, and nothing else of the registry."""
        served = ", ".join(spec.id for spec in self._registry.specs() if _is_served(spec))
        advice = f"there are: {served}"
        return Failure("not_found", "no such SOAP interface is served here", where=printable(path), advice=advice)

    def _readdressed(self, agreement: Agreement) -> bytes:
        """From the configuration, never from the Host header, which the caller chooses."""
        return agreement.contract(self._base + agreement.spec.id)
