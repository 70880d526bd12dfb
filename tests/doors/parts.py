"""A hub that is not there: registry, intake and agreements as small as the doors need them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import httpx

from hub.config import Limits
from hub.intake import Inbound
from interfaces.agreement import Received
from interfaces.clock import VirtualClock
from interfaces.envelope.base import Opened
from interfaces.failure import Failure
from interfaces.message import Message
from interfaces.spec.model import InterfaceSpec, Operation, Side, Transport
from interfaces.wire import WireMessage

SUBMIT = Operation(
    "submitOrder",
    "async-request-reply",
    Side("ProductOrder@1"),
    Side("ProductOrderResult@1"),
    role="order",
    wire={"operation": "submitOrder", "action": "urn:submitOrder"},
)


def spec(kind: str = "soap", envelope: str = "soap-plain", **changes: Any) -> InterfaceSpec:
    fields: dict[str, Any] = {
        "id": "order-intake",
        "version": "1.0.0",
        "system": "CHAN",
        "title": {"en": "Orders"},
        "owner": "team:channels",
        "lifecycle": "production",
        "direction": "inbound",
        "transport": Transport(kind=kind, envelope=envelope),  # type: ignore[arg-type]
        "operations": {"submitOrder": SUBMIT},
        "hash": envelope,
    }
    return InterfaceSpec(**(fields | changes))


@dataclass(eq=False)
class Agreement:
    """Reads anything but ``broken``; writes what it was given, so that tests see what went through."""

    spec: InterfaceSpec = field(default_factory=spec)

    def read_request(self, wire: WireMessage) -> Received:
        if wire.body == b"broken":
            raise Failure("invalid", "not well-formed", where="XML", reason="xml")
        if wire.body == b"bug":
            raise KeyError("a customer's name")
        return Received(SUBMIT, message(wire.body.decode(errors="replace")), {})

    def peek(self, wire: WireMessage) -> Opened:
        return Opened({}, wire)

    def read_opened(self, opened: Opened) -> Received:
        if isinstance(opened.payload, WireMessage):
            return self.read_request(opened.payload)
        return Received(SUBMIT, message(opened.header.get("TransactionID", "")), dict(opened.header))

    def write_reply(self, received: Received, reply: Message) -> WireMessage:
        return WireMessage(f"<done>{reply.key}</done>".encode(), "text/xml; charset=utf-8")

    def write_failure(self, received: Received | None, failure: Failure, code: str) -> WireMessage:
        known = "read" if received else "unread"
        text = f"<fault code='{code}' incident='{failure.detail.get('incident')}'>{known}: {failure.message}</fault>"
        return WireMessage(text.encode(), "text/xml; charset=utf-8")

    def action(self, operation: str) -> str:
        return f"urn:{operation}"

    def contract(self, address: str) -> bytes:
        return f"<definitions location='{address}'/>".encode()


def message(key: str = "") -> Message:
    return Message("msg_1", "ProductOrder", "CHAN", {}, key=key)


class Intake:
    """Answers with ``outcome``; keeps what it was given."""

    def __init__(self) -> None:
        self.submitted: list[Inbound] = []
        self.refused: list[tuple[WireMessage, Failure, str]] = []
        self.outcome: Callable[[Inbound], Message] = lambda inbound: inbound.received.message

    def submit(self, inbound: Inbound) -> Future[Message]:
        self.submitted.append(inbound)
        future: Future[Message] = Future()
        try:
            future.set_result(self.outcome(inbound))
        except Exception as error:
            future.set_exception(error)
        return future

    def submit_all(self, batch: Sequence[Inbound]) -> list[Future[Message]]:
        return [self.submit(inbound) for inbound in batch]

    def refuse(self, wire: WireMessage, failure: Failure, endpoint: str, caller: str = "") -> Future[str]:
        self.refused.append((wire, failure, endpoint))
        future: Future[str] = Future()
        future.set_result(f"msg_refused{len(self.refused)}")
        return future


class Registry:
    def __init__(self, agreements: Mapping[str, Agreement]) -> None:
        self._agreements = agreements

    def get(self, id: str, version: str = "") -> Agreement:
        if id not in self._agreements:
            raise Failure("not_found", f"no interface {id}")
        return self._agreements[id]

    def specs(self) -> list[InterfaceSpec]:
        return [agreement.spec for agreement in self._agreements.values()]

    def by_contract_root(self, bus_code: str, service_code: str) -> tuple[Agreement, Operation] | None:
        known = (bus_code, service_code) == ("BUS17002", "SVC11001")
        return (self._agreements["contractroot-query"], SUBMIT) if known else None


def fake_hub(agreements: Mapping[str, Agreement] | None = None) -> Any:
    known = {
        "order-intake": Agreement(),
        "rm-resource": Agreement(spec(direction="outbound")),
        "contractroot-query": Agreement(spec(envelope="contract-root")),
    }
    config = SimpleNamespace(
        public_url="http://hub.example.cn:8080",
        limits=Limits(body_bytes=100_000),
        worker=SimpleNamespace(threads=2),
    )
    return SimpleNamespace(
        config=config,
        registry=Registry(agreements or known),
        intake=Intake(),
        clock=VirtualClock(),
        gate=SimpleNamespace(on=False),
    )


def fetch(
    app: Any, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None
) -> httpx.Response:
    """One request to an ASGI app, as an HTTP client sees it."""

    async def go() -> httpx.Response:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://attacker.example.cn") as client:
            return await client.request(method, path, content=body, headers=dict(headers or {}))

    return asyncio.run(go())
