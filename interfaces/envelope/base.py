"""Envelope (EIP envelope wrapper): a header convention as data, the same for the side that sends and that receives.

The payload is what stands inside: an lxml element, or JSON data (dict). Header entries that begin with ``:`` are ours
and never go on the wire: ``:encoding`` (charset that came in), ``:form`` (form of the content that came in),
``:status`` (HTTP).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any, Protocol

from interfaces.clock import Clock
from interfaces.codec.limits import Limits
from interfaces.failure import Failure
from interfaces.message import Message
from interfaces.spec.model import ErrorRow, InterfaceSpec, Operation
from interfaces.wire import WireMessage

NOTHING: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class Opened:
    """A message out of its envelope: header fields by name, and what was inside."""

    header: Mapping[str, str]
    payload: Any


@dataclass(frozen=True, slots=True)
class Ids:
    """What a header says about a message; "" when it is silent."""

    source: str = ""
    exchange_id: str = ""
    correlation_id: str = ""
    reply_to: str = ""
    priority: int = 5


@dataclass(frozen=True, slots=True)
class Result:
    """First result level of a reply: did the exchange work? ``code`` "" = yes. detail: local name of the element in a
    SOAP Fault's detail, which says more than its faultcode."""

    code: str = ""
    text: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """What a request is written from; action: the contract's SOAPAction, where it has one."""

    operation: Operation
    payload: Any
    message: Message
    tree: Mapping[str, Any] = field(default_factory=dict)
    action: str = ""


class Envelope(Protocol):
    """One header convention, made for one spec. Thread-safe.

    exchange  rows for the first result level that every peer of this convention shares; the spec's come first

    ``peek`` reads without judging; Failure(invalid) only for what cannot be read. ``check`` raises Failure(invalid)
    with every fault of the header in ``errors``. ``open_reply`` raises for a reply that cannot be read (the agreement
    turns that into ``timeout``).
    """

    @property
    def exchange(self) -> tuple[ErrorRow, ...]: ...

    def wants_json(self, header: Mapping[str, str]) -> bool:
        """Whether an answer to this header (a request, when empty) carries JSON data and not an element."""
        ...

    def peek(self, wire: WireMessage) -> Opened: ...

    def check(self, opened: Opened) -> None: ...

    def find(self, opened: Opened, elements: Mapping[str, Operation]) -> Operation:
        """The operation meant; Failure(invalid or not_found) when there is none.

        elements  body element -> operation, where the contract tells them apart by it
        """
        ...

    def ids(self, opened: Opened, tree: Mapping[str, Any]) -> Ids: ...

    def request(self, out: Outgoing) -> WireMessage: ...

    def reply(self, header: Mapping[str, str], operation: Operation, payload: Any) -> WireMessage: ...

    def fault(self, header: Mapping[str, str], failure: Failure, code: str) -> WireMessage: ...

    def open_reply(self, wire: WireMessage) -> tuple[Result, Opened]: ...


class EnvelopeFactory(Protocol):
    """How an agreement makes its envelope.

    clock   the time it writes into headers
    limits  what a document may cost that it reads
    """

    def __call__(self, spec: InterfaceSpec, clock: Clock, limits: Limits) -> Envelope: ...


def describe(failure: Failure) -> str:
    """What a partner is told: the sentence, each fault, the incident to quote."""
    faults = "; ".join(f"{e.get('path', '')}: {e.get('message', '')}".strip(": ") for e in failure.errors)
    incident = failure.detail.get("incident")
    parts = [failure.message, faults, failure.advice, f"incident {incident}" if incident else ""]
    return ". ".join(part.rstrip(".") for part in parts if part)


def shown(where: str) -> str:
    """A place as a caller may see it: of a file of ours its name and line, not where it lies."""
    return PurePath(where).name if where.startswith("/") else where


def one_operation(spec: InterfaceSpec, names: Mapping[str, Operation], name: str) -> Operation:
    """The operation a wire name means, or the only one there is."""
    if name in names:
        return names[name]
    if not name and len(spec.operations) == 1:
        return next(iter(spec.operations.values()))
    raise Failure(
        "invalid",
        f"{name[:80] or 'nothing'} names no operation of {spec.id}",
        where=spec.ref,
        advice=f"known: {', '.join(sorted(names)) or 'none'}",
        reason="structure",
    )
