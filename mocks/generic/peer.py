"""A peer played from its spec alone: it checks what it is asked, answers by the agreement, and calls back later."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from interfaces.agreement import Agreement, Received
from interfaces.envelope.base import describe
from interfaces.envelope.soap_plain import check_action
from interfaces.failure import Failure
from interfaces.ids import new_id
from interfaces.message import Body, Message
from interfaces.spec.model import InterfaceSpec, Operation
from interfaces.wire import WireMessage
from mocks.amqp import open_broker
from mocks.generic import calling
from mocks.generic.answers import Answers
from mocks.generic.book import key_of
from mocks.generic.callback import Callback, callback_of
from mocks.generic.client import Client, Hub, published, text
from mocks.generic.introduced import introduced
from mocks.generic.queue import Queues
from mocks.outbox import After, Again, Job
from mocks.peer import Act, Peer, Refused, Setting
from mocks.rules import Answer, Rule
from mocks.store import Tx

LATER = frozenset({"unavailable", "timeout", "throttled"})
"""What the hub may take when it is asked again."""
WIRE_CODES: Mapping[str, Mapping[str, str]] = {
    "rest": {"invalid": "400", "not_found": "404", "conflict": "409", "too_large": "413", "rejected": "422"},
    "contract-root": {"invalid": "9006", "not_found": "1003", "rejected": "1001", "too_large": "9043"},
    "soap-plain": {"internal": "Server", "unavailable": "Server"},
}
"""envelope -> Failure code -> the protocol's own code; see ``wire_code`` for the rest."""
ELSE = {"rest": "500", "contract-root": "9999", "soap-plain": "Client"}


@dataclass(frozen=True)
class Served:
    """wire: None = nobody is answered. manner: how the answer is spoilt (mocks/shell.py). refused: why it is a no."""

    wire: WireMessage | None
    manner: str = ""
    refused: Failure | None = None


class GenericPeer(Peer):
    """Plays one interface. ``others``: the specs among which the callback interface of the same system is found."""

    defaults = {"callback_seconds": "0.05", "hub_key": ""}

    def __init__(self, setting: Setting, spec: InterfaceSpec, others: Sequence[InterfaceSpec] = ()) -> None:
        self.code, self.title, self.spec = spec.id, spec.title["en"], spec
        self.agreement = Agreement(spec)
        self._broker = open_broker(setting.broker) if _queues(spec) or any(map(_queues, others)) else None
        answered = [op for op in spec.operations.values() if op.reply is not None]
        self._answers = {op.name: Answers(self.agreement, op.name, seed=setting.seed) for op in answered}
        self.callback: Callback | None = callback_of(spec, others, setting.seed)
        self._listening: Queues | None = None
        super().__init__(setting)
        hub = Hub(partial(self._told, "hub_url"), partial(self._told, "hub_key"), self.broker)
        called = self.callback.agreement if self.callback else self.agreement
        self.client = Client(called if called.spec is not spec else Agreement(introduced(spec)), hub)

    def broker(self) -> Any:
        """The broker of this peer and the hub; Failure(unavailable) when the spec has no queue."""
        if self._broker is None:
            raise Failure("unavailable", f"{self.spec.id} speaks over no queue", where=self.spec.ref)
        return self._broker

    def _told(self, name: str) -> str:
        with self.store.look() as tx:
            return tx.setting(name)

    # -- hooks -------------------------------------------------------------------------------------------------

    def make_acts(self) -> Mapping[str, Act]:
        return {op.name: self._act(op) for op in self.spec.operations.values()}

    def make_jobs(self) -> Mapping[str, Job]:
        return {"callback": self._call_back, "answer": self._publish}

    def refusal(self, operation: str, request: Body, refused: Refused) -> Body:
        return {"refused": {"code": refused.code, "text": refused.text}, "request": request}

    def state(self, tx: Tx) -> Body:
        """What it plays, and whom it calls back."""
        callback = f"{self.callback.agreement.spec.ref}/{self.callback.operation.name}" if self.callback else ""
        return {"interface": self.spec.ref, "operations": list(self.spec.operations), "callback": callback}

    def offers(self) -> Mapping[str, Callable[[Any], Body]]:
        return {"call": partial(calling.asked, self)} if self.spec.direction == "inbound" else {}

    def start(self) -> None:
        super().start()
        if _queues(self.spec) and self.spec.direction == "outbound":
            self._listening = Queues(self)
            self._listening.start()

    def stop(self) -> None:
        if self._listening is not None:
            self._listening.stop()
        super().stop()
        self.client.close()
        if self._broker is not None:
            self._broker.close()

    # -- being asked -------------------------------------------------------------------------------------------

    def serve(self, wire: WireMessage, reply_to: str = "", operation: str = "") -> Served:
        """One request as bytes -> the answer, committed. Never raises: what is wrong is refused, with its place.

        reply_to: the queue that the answer and the callback go to (AMQP), "" = the spec's.
        operation: where the transport does not tell (rows of one table), "" = the message says.
        """
        received: Received | None = None
        try:
            received = self._read(wire, operation)
            check_action(self.agreement.action(received.operation.name), wire)
            return self._asked(received, wire, reply_to)
        except Failure as failure:
            return self.refuse(wire, failure, received)
        except Exception as error:  # a mistake of ours is no reason to hang up
            return self.refuse(wire, Failure("internal", f"the mock failed: {type(error).__name__}"), received)

    def serve_one(self, operation: str, wire: WireMessage) -> WireMessage:
        """``serve`` for a caller in this process: the answer as a transport would bring it."""
        told = operation if self.spec.transport.kind == "table" else ""
        return self.serve(wire, operation=told).wire or WireMessage(b"")

    def _read(self, wire: WireMessage, operation: str) -> Received:
        if not operation:
            return self.agreement.read_request(wire)
        return self.agreement.read_tree(operation, self.agreement.tree(operation, wire), self.agreement.peek(wire))

    def refuse(self, wire: WireMessage, failure: Failure, received: Received | None = None) -> Served:
        """The protocol's own refusal; the journal has it too."""
        operation = received.operation.name if received else "?"
        with self.store.tx() as tx:
            errors = failure.errors or [{"path": failure.where, "message": failure.message}]
            key = received.message.key if received else ""
            tx.journal("in", operation, key, {"wire": text(wire), "errors": errors}, f"refused: {describe(failure)}")
        return Served(self._failure(received, failure), refused=failure)

    def _failure(self, received: Received | None, failure: Failure) -> WireMessage:
        code = wire_code(self.spec, failure)
        return self.agreement.write_failure(received, failure, code)

    def _asked(self, received: Received, wire: WireMessage, reply_to: str) -> Served:
        message, name = received.message, received.operation.name
        request: Body = {"key": message.key or message.correlation_id or message.exchange_id, "operation": name}
        request |= {"canonical": message.body, "wire": text(wire), "reply_to": reply_to}
        request |= {"correlation_id": message.correlation_id}
        with self.store.tx() as tx:
            answer = self._late(self._answer(tx, name, self.acts[name], request))
            written = self._written(received, answer)
            if written is not None:
                said = {"canonical": answer.body, "wire": text(written)}
                tx.journal("out", name, str(request["key"]), said, "answered")
            if written is not None and reply_to and received.operation.reply is not None:
                self._later_answer(tx, str(request["key"]), written, reply_to, answer)
        self.pump.wake()
        return Served(written, answer.manner)

    def _late(self, answer: Answer) -> Answer:
        """As late as the spec says its mock is, unless a rule says how the answer goes out."""
        slow = Rule("", "slow", args={"seconds": self.spec.mock_delay})
        return replace(answer, manner=slow.manner("")) if self.spec.mock_delay and not answer.manner else answer

    def _written(self, received: Received, answer: Answer) -> WireMessage | None:
        if answer.body is None:  # what the shell makes of it is in the manner
            return self._failure(received, Failure("internal", "the request was not carried out"))
        refused = answer.body.get("refused")
        if refused is None:
            return self.agreement.write_reply(received, _message(answer.body))
        if received.operation.reply is not None and received.operation.errors.code_path:
            reply = self._answers[received.operation.name].body(
                dict(received.message.body), partial(self._fits, received)
            )
            return self.agreement.write_refusal(received, _message(reply), refused["code"], refused["text"])
        failure = Failure("rejected", refused["text"], detail={"code": refused["code"]})
        by_callback = self.spec.transport.kind == "amqp" and received.operation.reply is None
        return None if by_callback else self._failure(received, failure)

    def _fits(self, received: Received, body: Body) -> None:
        self.agreement.write_reply(received, _message(body))

    # -- doing it ----------------------------------------------------------------------------------------------

    def _act(self, op: Operation) -> Act:
        """What only asks, and what is not idempotent, is carried out each time."""
        wire_name = str(op.wire.get("operation") or op.wire.get("type") or op.name)
        return Act(wire_name, "key", partial(self._do, op), repeats=_asks(op) or not op.idempotent)

    def _do(self, op: Operation, tx: Tx, request: Body, rule: Rule) -> Body:
        key, asked = str(request["key"]), dict(request["canonical"])
        if not _asks(op):
            tx.effect(key or new_id("call"), op.name, str(asked.get("service", {}).get("id", "")))
        if op.pattern == "async-request-reply":
            states = ("returned", "failed", "rejected") if rule.do == "return" else ()
            copies = rule.messages if self.spec.transport.kind == "amqp" else rule.copies
            self._later_callback(tx, request, states, copies, rule.delay(tx.setting("callback_seconds")))
        if op.reply is None:
            return {}
        like = Received(op, Message("", "", self.spec.system, asked), {":encoding": self.spec.transport.encoding})
        return self._answers[op.name].body(asked, partial(self._fits, like))

    def replied(self, tx: Tx, request: Body, reply: Body, rule: Rule) -> None:
        """Where there is no reply, a refusal comes as a callback."""
        if "refused" in reply and self.spec.operations[request["operation"]].reply is None:
            self._later_callback(tx, request, ("rejected", "failed", "returned"), rule.messages, rule.delay(0))

    # -- later -------------------------------------------------------------------------------------------------

    def _later_callback(self, tx: Tx, request: Body, states: Sequence[str], copies: int, seconds: float) -> None:
        if self.callback is None:
            return
        payload = {name: request[name] for name in ("key", "canonical", "reply_to", "correlation_id")}
        for _ in range(copies):
            tx.later("callback", str(request["key"]), payload | {"states": list(states)}, seconds)

    def _call_back(self, payload: Body) -> After:
        callback = self.callback
        assert callback is not None, "only what has one puts it off"
        body = callback.body(payload["canonical"], payload["states"])
        correlation = payload["correlation_id"] if callback.by_correlation else ""
        queue = payload["reply_to"] if callback.agreement.spec.transport.kind == "amqp" else ""
        return self.call(callback.operation.name, body, correlation, queue, payload["key"])

    def call(self, operation: str, body: Body, correlation: str = "", queue: str = "", key: str = "") -> After:
        """Call the hub; what is to be journalled. Again: it could not be reached or did not take it."""
        try:
            done = self.client.send(operation, self.client.message(body, correlation), queue)
        except Failure as failure:
            if failure.code in LATER:
                raise Again(str(failure)) from failure
            raise
        if done.failure is not None and done.failure.code in LATER:
            raise Again(str(done.failure))
        said = {"canonical": body, "wire": text(done.sent), "reply": text(done.got)}
        outcome = f"refused: {done.failure}" if done.failure else "sent"
        return lambda tx: tx.journal("out", operation, key or key_of(body), said, outcome)

    def _later_answer(self, tx: Tx, key: str, wire: WireMessage, queue: str, answer: Answer) -> None:
        """A reply to a queue is sent when this transaction has committed."""
        rule = Rule.told(answer.manner)
        payload = {"queue": queue, "body": wire.body.decode("latin-1"), "type": wire.content_type}
        for _ in range(rule.messages if answer.body is not None else 0):
            tx.later("answer", key, payload | {"headers": dict(wire.headers)}, rule.delay(0))

    def _publish(self, payload: Body) -> After:
        wire = WireMessage(payload["body"].encode("latin-1"), payload["type"], payload["headers"])
        if self.broker().publish([published(wire, payload["queue"])]):
            raise Again(f"nobody has declared {payload['queue']}")
        return lambda tx: None


def wire_code(spec: InterfaceSpec, failure: Failure) -> str:
    """What the protocol calls this refusal."""
    envelope = spec.transport.envelope
    return WIRE_CODES.get(envelope, {}).get(failure.code, ELSE.get(envelope, failure.code))


def _message(body: Body) -> Message:
    return Message(id=new_id("msg"), type="", source="", body=body, area=str(body.get("area", "")))


def _queues(spec: InterfaceSpec) -> bool:
    return spec.transport.kind == "amqp"


def _asks(op: Operation) -> bool:
    """It changes nothing: its canonical request is a query."""
    return op.request.type_name.endswith("Query")
