"""Intake: what every door calls. Journals first, then accepts, answers or matches, by the operation's role.

Thread-safe. ``submit`` never raises: a Failure travels in the future. Nothing is answered before it is committed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import structlog

from hub import area, journal, keys
from hub.accept import Acceptance, Accepted, Settle, Verdict, accept
from hub.calls import HUB, Calls, Question
from hub.events import Event, Events
from hub.failpoint import failpoint
from hub.identity import claims
from hub.identity.who import Subscription
from hub.logs import place_of
from hub.routing import Router
from hub.secrets import MARK, without_secrets
from hub.store.paths import dig
from hub.store.writer import Store
from hub.telemetry.meters import Meters
from interfaces.agreement import Agreement, Received
from interfaces.clock import Clock
from interfaces.failure import Failure
from interfaces.ids import derived, new_id
from interfaces.message import Body, Message
from interfaces.spec.model import Operation, Route
from interfaces.wire import WireMessage

log = structlog.get_logger(__name__)

SIZES: Mapping[str, int] = {
    "source": 64,
    "reply_to": 64,
    "area": 16,
    "key": journal.WIDTH,
    "exchange_id": journal.WIDTH,
    "correlation_id": 255,  # what AMQP carries (0-9-1, shortstr); it is looked for, and the journal keeps its beginning
}
"""Longest names in a message's envelope, characters."""
ACKNOWLEDGED = "acknowledged"
RECEIVED: Mapping[str, str] = {"duplicate": "duplicate", "unknown": "unknown", "foreign": "unknown"}


@dataclass(frozen=True, slots=True)
class Inbound:
    """One request as a door hands it over.

    wire      the original bytes (journalled)
    endpoint  where it came in: ``soap:/soap/order-intake``, ``amqp:hub.bill.reply``
    caller    code of the system that was authenticated, "" where authentication is off
    by        its subscription
    """

    received: Received
    agreement: Agreement
    wire: WireMessage
    endpoint: str
    caller: str = ""
    by: Subscription | None = None


Prepared = tuple[Acceptance, Inbound, "Future[Message]"]
"""An order ready to be written, what it came from, and where its answer is awaited."""


class Intake:
    """See the module.

    systems  SysID -> system code; the hub speaks of systems by their codes only
    guarded  authentication is on: a message that nobody answers for is refused, whatever door it came by
    settle   what follows when a new order cancels an open one (``Outcomes.settle``)
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        router: Router,
        events: Events,
        calls: Calls,
        systems: Mapping[str, str] | None = None,
        guarded: bool = False,
        settle: Settle | None = None,
        meters: Meters | None = None,
    ) -> None:
        self._meters = meters or Meters()
        self._guarded = guarded
        self._accept = partial(accept, settle=settle)
        self._store = store
        self._clock = clock
        self._router = router
        self._events = events
        self._calls = calls
        self._systems = systems or {}

    def submit(self, inbound: Inbound) -> Future[Message]:
        """The canonical reply once everything it says is committed; Failure when refused."""
        return self.submit_all([inbound])[0]

    def submit_all(self, batch: Sequence[Inbound]) -> list[Future[Message]]:
        """``submit`` for each, in one go: their orders are accepted together."""
        orders: list[Prepared] = []
        answers = [self._begin(self._by_code(inbound), orders) for inbound in batch]
        if orders:
            written = self._store.submit_all(self._accept, [acceptance for acceptance, _, _ in orders])
            for (_, inbound, done), verdict in zip(orders, written, strict=True):
                verdict.add_done_callback(partial(self._accepted, inbound, done))
        return answers

    def _begin(self, inbound: Inbound, orders: list[Prepared]) -> Future[Message]:
        """Everything but the write of an order, which is added to ``orders``."""
        done: Future[Message] = Future()
        done.set_running_or_notify_cancel()
        self._meters.received(inbound.agreement.spec.id, inbound.received.operation.name, done)
        try:
            inbound = self._settled(inbound)
            _check_sizes(inbound.received.message)
            role = inbound.received.operation.role or "call"
            if role == "order":
                orders.append((self.prepare(inbound), inbound, done))
            else:
                {"event": self._event, "call": self._call}[role](inbound, done)
        except Failure as failure:
            self._refuse_later(inbound, failure, done)
        except Exception as error:
            self._fail(inbound, error, done)
        return done

    def refuse(self, wire: WireMessage, failure: Failure, endpoint: str, caller: str = "") -> Future[str]:
        """Journal a request that could not even be read; the journal row's id is the incident id."""
        self._meters.unread(failure)
        row = journal.row("in", self._kept(wire), None, at=self._clock.now(), endpoint=endpoint, peer=caller)
        return self._store.submit(journal.append, row | journal.failed(failure))

    def _by_code(self, inbound: Inbound) -> Inbound:
        message = inbound.received.message
        if message.source not in self._systems and message.reply_to not in self._systems:
            return inbound
        source, reply_to = (self._systems.get(name, name) for name in (message.source, message.reply_to))
        message = replace(message, source=source, reply_to=reply_to)
        return replace(inbound, received=replace(inbound.received, message=message))

    def _settled(self, inbound: Inbound) -> Inbound:
        """The message as its caller's own; Failure when it is not."""
        if inbound.by is not None:
            return replace(inbound, received=claims.settled(inbound.received, inbound.by))
        if self._guarded:
            raise Failure("unauthenticated", "nobody answers for this message", where=inbound.endpoint)
        return inbound

    def _check_caller(self, inbound: Inbound, function: str) -> None:
        """Both who says to have sent it and whose interface it came by: a name alone opens no door."""
        for caller in (inbound.received.message.source, inbound.agreement.spec.system):
            self._router.check_caller(caller, function)

    def _call(self, inbound: Inbound, done: Future[Message]) -> None:
        message = inbound.received.message
        question = Question(
            row=self._journal_row(inbound, message),
            scope=message.source,
            exchange_id=message.exchange_id if _refuses_repeats(inbound) else "",
        )
        route = inbound.received.operation.route
        assert route is not None, "a call without a route is refused by lint"
        self._check_caller(inbound, route.function)
        if route.function != HUB:  # what the hub answers itself is of the caller's own orders
            claims.check_area(message.area or str(message.body.get("area", "")), inbound.by)
        self._calls.ask(question, message, route, lambda body: self._reply(inbound, body), done)

    # -- orders -------------------------------------------------------------------------------------

    def prepare(self, inbound: Inbound) -> Acceptance:
        """Everything that can be decided without the store: area, plan, bindings, digest. Failure if refused."""
        received, spec = inbound.received, inbound.agreement.spec
        operation, message = received.operation, self._placed(received.message)
        now = message.at
        route = operation.route or Route("PLAN", "plan")
        self._check_caller(inbound, route.function)
        claims.check_area(message.area, inbound.by)
        plan = self._router.plan(message, route, now)
        order_id = derived("ord", message.id)
        tasks = self._router.tasks(plan, order_id, message, now)
        external_id = message.key or str(message.body.get("externalId", ""))
        lane_of = "CRM" if message.type == "ProductOrder" else message.source
        order = {
            "id": order_id,
            "type": message.type,
            "source": message.source,
            "channel": spec.id,
            "external_id": external_id,
            "area": message.area,
            "state": "running",
            "action": plan.action,
            "product_instance": plan.product_instance,
            "product_family": plan.product_family,
            "parent_order": "",
            "parent_task": "",
            "priority": message.priority,
            "reply_to": message.reply_to or message.source,
            "plan_version": plan.version,
            "created_at": now,
            "updated_at": now,
            "message_id": message.id,
            "body": message.body,
        }
        row = self._journal_row(inbound, message)
        answer = {"externalId": external_id, "id": order_id, "state": ACKNOWLEDGED}
        parent = str(message.body.get("parentOrder", ""))
        return Acceptance(
            order=order,
            tasks=tasks,
            message=row,
            digest=keys.digest(message.body, operation.volatile),
            answer=answer,
            lanes=[f"{lane_of}|{i}" for i in dict.fromkeys(plan.instances or (plan.product_instance or order_id,))],
            exchange_id=message.exchange_id,
            on_repeat="refuse" if _refuses_repeats(inbound) else "replay",
            parent=parent,
        )

    def _placed(self, message: Message) -> Message:
        if message.type != "ProductOrder":
            return message if message.area else replace(message, area=str(message.body.get("area", "")))
        found = area.derive(message.body, self._router.topology)
        if found == message.area == message.body.get("area"):
            return message
        return replace(message, area=found, body={**message.body, "area": found})

    def _accepted(self, inbound: Inbound, done: Future[Message], written: Future[Verdict]) -> None:
        failpoint("accept.after_commit")
        error = written.exception()
        if error is not None:
            self._fail(inbound, error, done)
            return
        verdict = written.result()
        if isinstance(verdict, Accepted):
            done.set_result(self._reply(inbound, verdict.answer))
        else:
            done.set_exception(verdict)  # journalled with the batch

    # -- callbacks ----------------------------------------------------------------------------------

    def _event(self, inbound: Inbound, done: Future[Message]) -> None:
        message, operation = inbound.received.message, inbound.received.operation
        event = Event(
            key=correlation_of(operation, message),
            source=message.source,
            body=dict(message.body),
            row=self._journal_row(inbound, message),
        )
        written = self._store.submit(self._events.apply, event)

        def matched(f: Future[str]) -> None:
            failpoint("event.after_commit")
            if error := f.exception():
                self._fail(inbound, error, done)
            else:
                state = RECEIVED.get(f.result(), "received")
                done.set_result(self._reply(inbound, {"externalId": event.key[:64] or "-", "state": state}))

        written.add_done_callback(matched)

    # -- shared ---------------------------------------------------------------------------------------

    def _journal_row(self, inbound: Inbound, message: Message) -> dict[str, Any]:
        return journal.row(
            "in",
            self._kept(inbound.wire),
            message,
            at=message.at,
            endpoint=inbound.endpoint,
            interface=inbound.agreement.spec.ref,
            operation=inbound.received.operation.name,
            peer=inbound.caller or message.source,
        )

    def _kept(self, wire: WireMessage) -> WireMessage:
        """The original bytes; what proves who somebody is has no business in a journal, and where it stood is told."""
        if not self._guarded:
            return wire
        body, hidden = without_secrets(wire.body)
        return replace(wire, body=body, headers={**wire.headers, MARK: " ".join(hidden)}) if hidden else wire

    def _fail(self, inbound: Inbound, error: BaseException, done: Future[Message]) -> None:
        """A fault of ours, not the message's: it is journalled all the same, and the sender may send it again."""
        if isinstance(error, Failure) and error.code == "unavailable":
            done.set_exception(error)  # the store takes nothing at all
            return
        log.error("intake failed", operation=inbound.received.operation.name, at=place_of(error))
        self._refuse_later(inbound, Failure("internal", f"the hub failed ({type(error).__name__})"), done)

    def _refuse_later(self, inbound: Inbound, failure: Failure, done: Future[Message]) -> None:
        """Keep what was refused (and audit who may not call whom), then say no."""
        row = self._journal_row(inbound, inbound.received.message) | journal.failed(failure)
        failure.detail.setdefault("incident", row["id"])
        if failure.code == "forbidden":
            self._store.submit(
                journal.audit,
                {
                    "at": row["at"],
                    "who": inbound.received.message.source,
                    "action": "refused",
                    "object": failure.where,
                    "reason": failure.message,
                    "detail": {"message": row["id"], "interface": row["interface"], "operation": row["operation"]},
                },
            )
        self._store.submit(journal.append, row).add_done_callback(lambda _: done.set_exception(failure))

    def _reply(self, inbound: Inbound, body: Body) -> Message:
        request, reply = inbound.received.message, inbound.received.operation.reply
        return Message(
            id=new_id("msg"),
            type=reply.type_name if reply else request.type,
            source=HUB,
            body=body,
            key=request.key,
            correlation_id=request.correlation_id,
            exchange_id=request.exchange_id,
            in_reply_to=request.id,
            area=request.area,
            at=self._clock.now(),
        )


def _check_sizes(message: Message) -> None:
    """Failure ``invalid`` for a name that no sender can mean: the store's keys hold no more."""
    wrong = [name for name, most in SIZES.items() if len(getattr(message, name)) > most]
    if wrong:
        raise Failure(
            "invalid",
            f"{' and '.join(wrong)} of more than {SIZES[wrong[0]]} characters",
            reason="structure",
            where=message.type,
            advice="shorten it",
            errors=[{"path": name, "message": f"at most {SIZES[name]} characters"} for name in wrong],
        )


def _refuses_repeats(inbound: Inbound) -> bool:
    """What the envelope profile says of a repeated exchange id: ContractRoot refuses (9018), others replay."""
    return inbound.agreement.spec.transport.envelope == "contract-root"


def correlation_of(operation: Operation, message: Message) -> str:
    """The key of the waiting task a callback names."""
    if operation.correlate in ("", "correlation_id"):
        return message.correlation_id
    return str(dig(message.body, operation.correlate) or "")
