"""Agreement: one compiled spec, wire bytes <-> Message, for the side that sends requests and the side that receives.

Envelope (header) -> payload (contract) -> mapping (rows) -> canonical body, each checked, and back.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from interfaces import canonical
from interfaces.clock import Clock, SystemClock
from interfaces.codec.limits import DEFAULT, Limits
from interfaces.contract.findings import Finding as ContractFinding
from interfaces.envelope import ENVELOPES, Opened, Outgoing
from interfaces.envelope.payload import payloads_of
from interfaces.envelope.settings import enter_ids, set_at, value_at
from interfaces.failure import Failure
from interfaces.ids import new_id
from interfaces.mapping import Context, IdLookup, InMemoryLookup, MessageMapping, compile_mapping
from interfaces.mask import Masker
from interfaces.message import Message
from interfaces.outcome import business_result, exchange_result
from interfaces.spec.model import InterfaceSpec, Operation, Side
from interfaces.spec.shapes import Shape
from interfaces.wire import Tree, WireMessage

__all__ = ["Agreement", "Opened", "Received"]

_LEXICAL = frozenset({"table", "file"})
"""Envelopes of JSON data whose leaves are text all the same: columns, fields of a line."""


_SOMEBODY = Message(id="msg-1", type="", source="X1", body={}, exchange_id="1", reply_to="X1")
"""Who sends what is only carried for a proof."""


@dataclass(frozen=True, slots=True)
class Received:
    """A request as it came in.

    header  envelope fields by name; those that begin with ``:`` are ours
    claims  the source as the message itself names it, "" when it names none and ``message.source`` is the spec's system
    """

    operation: Operation
    message: Message
    header: Mapping[str, str]
    claims: str = ""


def _echoes(op: Operation) -> bool:
    """Whether a reply is the request again, changed. Two drafts are alike in name only."""
    return op.reply is not None and op.reply.type == op.request.type and op.reply.type_name != "Draft"


@dataclass(frozen=True, slots=True)
class _Compiled:
    """One message of an operation, ready to use."""

    side: Side
    mapping: MessageMapping
    validator: canonical.Validator
    area: str


@contextmanager
def _of(opened: Opened) -> Iterator[None]:
    """A Failure inside names what could be read of the envelope."""
    try:
        yield
    except Failure as failure:
        failure.header = opened.header
        raise


class Agreement:
    """Compiled once per spec hash; thread-safe. lexical: wire leaves are text, whatever they stand for.

    Raises Failure(invalid) naming ``file:line`` when the spec cannot be compiled against its contract.
    """

    def __init__(
        self,
        spec: InterfaceSpec,
        lookup: IdLookup | None = None,
        clock: Clock | None = None,
        limits: Limits = DEFAULT,
    ) -> None:
        self.spec = spec
        self._lookup = lookup or InMemoryLookup()
        self._clock = clock or SystemClock()
        self._envelope = ENVELOPES[spec.transport.envelope](spec, self._clock, limits)
        self._payloads = payloads_of(spec)
        self.lexical = spec.transport.envelope in _LEXICAL or not self._envelope.wants_json({})
        self._masker = Masker.of(spec)
        self._requests = {op.name: self._compile(op.request) for op in spec.operations.values()}
        self._replies = {op.name: self._compile(op.reply) for op in spec.operations.values() if op.reply}

    # -- the side that sends requests --------------------------------------------------------------------------

    def write_request(self, operation: str, message: Message) -> WireMessage:
        """Canonical request -> wire; Failure(invalid) when the body or the wire message breaks its schema."""
        op, part = self.operation(operation), self._requests[operation]
        tree = self._to_tree(part, message.body, message.area)
        enter_ids(self.spec.transport.settings, tree, message)
        payload = self._payloads.encode(part.side, tree, self._envelope.wants_json({}))
        return self._envelope.request(Outgoing(op, payload, message, tree, self._payloads.actions.get(op.name, "")))

    def read_reply(self, operation: str, wire: WireMessage, request: Message) -> Message:
        """Wire reply -> canonical reply.

        Raises the partner's refusal (code by the spec's error table, the partner's own code in ``detail``), or
        Failure(timeout, reason="reply") for a reply that breaks the contract: something may have been done.
        A peer can say no to a one-way request too: by a Fault, or by an HTTP status.
        What the spec marks as personal is masked in the partner's words. An operation without a reply answers a
        Message with an empty body.
        """
        try:
            return self._reply(operation, wire, request)
        except Failure as failure:
            self._masker.failure(failure, request.body)
            raise

    def _reply(self, operation: str, wire: WireMessage, request: Message) -> Message:
        op = self.operation(operation)
        taken = wire.headers.get(":status", "200")[:1] == "2" and (not wire.body or self.spec.transport.kind == "rest")
        if op.reply is None and taken:
            return self._answer(request, "", 1, {})
        try:
            result, opened = self._envelope.open_reply(wire)
        except Failure as failure:
            raise self._unknown(op, failure) from failure
        exchange_result(self.spec, op, result, self._envelope.exchange)
        if op.reply is None:
            return self._answer(request, "", 1, {})
        part = self._replies[operation]
        try:
            tree = self._payloads.decode(part.side, opened.payload)
            business_result(self.spec, op, tree)
            body = self._to_body(part, tree, request.body if _echoes(op) else None)
        except Failure as failure:
            # a refusal is the partner's word; anything else is a reply that breaks the contract
            raise failure if "level" in failure.detail else self._unknown(op, failure) from failure
        return self._answer(request, part.side.type_name, part.side.type_version, body)

    # -- the side that receives them ---------------------------------------------------------------------------

    def read_request(self, wire: WireMessage) -> Received:
        """Wire request -> canonical; Failure(invalid) with every fault found."""
        return self.read_opened(self._envelope.peek(wire))

    def read_opened(self, opened: Opened) -> Received:
        """The same for a door that opened the envelope itself (ContractRoot); checks its header."""
        with _of(opened):
            self._envelope.check(opened)
            op = self._envelope.find(opened, self._payloads.elements)
            return self._received(op, self._payloads.decode(self._requests[op.name].side, opened.payload), opened)

    def peek(self, wire: WireMessage) -> Opened:
        """The envelope alone, not judged: a door asks who it is before it reads on. Failure for what is unreadable."""
        return self._envelope.peek(wire)

    def check(self, opened: Opened) -> None:
        """The envelope's rules, and that it names one of our operations: for a service written in code, whose own stack
        decodes what is inside."""
        with _of(opened):
            self._envelope.check(opened)
            self._envelope.find(opened, self._payloads.elements)

    def read_tree(self, operation: str, tree: Tree, opened: Opened) -> Received:
        """The rest of ``read_opened``, once such a service has decoded the payload."""
        with _of(opened):
            return self._received(self.operation(operation), tree, opened)

    def _received(self, op: Operation, tree: Tree, opened: Opened) -> Received:
        part = self._requests[op.name]
        body = self._to_body(part, tree)
        ids = self._envelope.ids(opened, tree)
        source = ids.source or self.spec.system
        message = Message(
            id=new_id("msg"),
            type=part.side.type_name,
            version=part.side.type_version,
            source=source,
            body=body,
            key=str(body.get("externalId", "")),
            correlation_id=ids.correlation_id,
            exchange_id=ids.exchange_id,
            reply_to=ids.reply_to or (source if op.role == "order" else ""),
            area=str(body.get("area", "")),
            priority=int(body["priority"]) if "priority" in body else ids.priority,
            at=self._clock.now(),
        )
        return Received(op, message, opened.header, ids.source)

    def write_reply(self, received: Received, reply: Message) -> WireMessage:
        """Canonical reply -> wire, in the form and charset the request came in."""
        if received.operation.reply is None:
            return WireMessage(b"")
        _, payload = self._written(received, reply)
        return self._envelope.reply(received.header, received.operation, payload)

    def write_tree(self, received: Received, reply: Message) -> Tree:
        """Canonical reply -> wire tree that keeps the contract, for a service that encodes by itself."""
        return self._written(received, reply)[0]

    def _written(self, received: Received, reply: Message) -> tuple[Tree, Any]:
        part = self._replies[received.operation.name]
        tree = self._to_tree(part, reply.body, reply.area or received.message.area)
        return tree, self._payloads.encode(part.side, tree, self._envelope.wants_json(received.header))

    def write_refusal(self, received: Received, reply: Message, code: str, text: str = "") -> WireMessage:
        """A business refusal as the error table reads it: a reply that says this code and text instead of success.

        Failure(invalid) where the spec names no second result level; ``write_failure`` says no on the first.
        """
        op = received.operation
        if op.reply is None or not op.errors.code_path:
            raise Failure("invalid", f"{op.name} has no business result in its reply", where=self.spec.ref)
        tree = self.write_tree(received, reply)
        set_at(tree, op.errors.code_path, code)
        if op.errors.message_path and text:
            set_at(tree, op.errors.message_path, text)
        payload = self._payloads.encode(op.reply, tree, self._envelope.wants_json(received.header))
        return self._envelope.reply(received.header, op, payload)

    def write_failure(
        self,
        received: Received | None,
        failure: Failure,
        code: str,
    ) -> WireMessage:
        """A refusal in the convention's own words.

        received  None when the request could not be read; ``failure.header`` tells what could
        code      the wire code: SOAP faultcode, HTTP status, ContractRoot RspCode
        """
        return self._envelope.fault(received.header if received else failure.header, failure, code)

    def contract(self, address: str) -> bytes:
        """The agreed WSDL (or XSD, JSON Schema ...) with our address in it; b"" when the wire is canonical JSON."""
        if not self.spec.transport.contract:
            return b""
        body = (self.spec.folder / self.spec.transport.contract).read_bytes()
        if not self.spec.transport.contract.endswith(".wsdl"):
            return body
        from interfaces.contract.wsdl import with_address  # only ?wsdl needs it here

        return with_address(body, address)

    # -- inside ------------------------------------------------------------------------------------------------

    def operation(self, name: str) -> Operation:
        """One operation by its canonical name; Failure(not_found) naming those there are."""
        if name not in self.spec.operations:
            known = ", ".join(self.spec.operations)
            raise Failure("not_found", f"no operation {name!r}", where=self.spec.ref, advice=f"known: {known}")
        return self.spec.operations[name]

    def tree(self, operation: str, wire: WireMessage, reply: bool = False) -> Tree:
        """The wire tree of one message, its header not judged; for tools that show it."""
        op = self.operation(operation)
        if not reply:
            return self._payloads.decode(op.request, self._envelope.peek(wire).payload)
        if op.reply is None:
            raise Failure("invalid", f"{operation} has no reply", where=self.spec.ref)
        return self._payloads.decode(op.reply, self._envelope.open_reply(wire)[1].payload)

    def carried(self, operation: str, tree: Tree, reply: bool = False) -> Tree:
        """The tree as it would arrive: built, validated, written in the wire's charset, and read again. For proofs."""
        op = self.operation(operation)
        side = op.reply if reply else op.request
        assert side is not None, "only what there is can be carried"
        if not reply:
            enter_ids(self.spec.transport.settings, tree, _SOMEBODY)
        return self._payloads.carried(side, tree, self._envelope.wants_json({}))

    def shape(self, side: Side) -> Shape:
        """What the contract allows for one message, for lint."""
        return self._payloads.shape(side)

    def element(self, side: Side) -> str:
        """Local name of the element that holds a message on the wire, "" where none does."""
        return self._payloads.name(side).rpartition("}")[2]

    def action(self, operation: str) -> str:
        """The SOAPAction agreed for an operation, "" when there is none."""
        own = self.operation(operation).wire.get("action")
        return str(own or self._payloads.actions.get(operation, ""))

    def protocol(self, operation: str) -> str:
        """SOAP version and style of an operation, ``SOAP 1.1 document``; "" where the contract is no WSDL."""
        return self._payloads.protocols.get(operation, "")

    def faults(self, operation: str) -> tuple[str, ...]:
        """Local names of the elements that the contract's faults of an operation carry."""
        return self._payloads.faults.get(operation, ())

    @property
    def contract_findings(self) -> tuple[ContractFinding, ...]:
        """What of the contract could not be read, for lint."""
        return self._payloads.findings

    def mapping(self, operation: str, reply: bool = False) -> MessageMapping:
        """The compiled mapping of one message, for tools that show it."""
        self.operation(operation)
        return (self._replies if reply else self._requests)[operation].mapping

    def _compile(self, side: Side) -> _Compiled:
        spec = self.spec
        rows = side.mapping or ()
        return _Compiled(
            side,
            compile_mapping(
                side.mapping,
                spec.code_lists,
                charset=spec.transport.encoding,
                lexical=self.lexical,
                system=spec.system,
                file=spec.file,
                masked=spec.masked,
            ),
            canonical.validator(side.type_name, side.type_version),
            next((row.wire for row in rows if row.canonical == "area" and row.wire and not row.options), ""),
        )

    def _to_tree(self, part: _Compiled, body: Mapping[str, Any], area: str) -> Tree:
        self._check(part, body)
        return part.mapping.to_wire(body, Context(self._lookup, area or str(body.get("area", ""))))

    def _to_body(self, part: _Compiled, tree: Tree, sent: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """``sent``: the body that the tree answers, when it is of the same type: what the wire drops is put back."""
        area = str(value_at(tree, part.area) or "") if part.area else ""
        context, mapping = Context(self._lookup, area), part.mapping
        body = mapping.to_canonical(tree, context) if sent is None else mapping.put_back(tree, sent, context)
        self._check(part, body)
        return body

    def _check(self, part: _Compiled, body: Mapping[str, Any]) -> None:
        findings = part.validator.check(body)
        if findings:
            raise Failure(
                "invalid",
                f"the {part.side.type} is wrong in {len(findings)} place(s)",
                where=self.spec.ref,
                reason="structure",
                errors=findings,
            )

    def _answer(self, request: Message, type_name: str, version: int, body: dict[str, Any]) -> Message:
        return Message(
            id=new_id("msg"),
            type=type_name,
            version=version,
            source=self.spec.system,
            body=body,
            key=str(body.get("externalId", request.key)),
            correlation_id=request.correlation_id,
            in_reply_to=request.id,
            area=request.area,
            at=self._clock.now(),
        )

    def _unknown(self, op: Operation, failure: Failure) -> Failure:
        return Failure(
            "timeout",
            f"the reply breaks the contract: {failure.message}",
            where=f"{self.spec.ref}/{op.name}",
            advice="the outcome is unknown: ask the peer before sending again",
            reason="reply",
            errors=failure.errors,
        )
