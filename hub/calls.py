"""Questions and counter holds: journalled, routed and answered at once, without a plan.

The question is in the journal before anything acts on it. Its answer changes nothing, so the caller does not wait
for the commit that keeps it (invariant 1).
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
import structlog

from hub import journal, keys
from hub.gateway import Gateway
from hub.logs import place_of
from hub.routing import Router
from hub.store import schema
from hub.store.hot import find, insert_many
from hub.store.writer import Store
from interfaces.clock import Clock
from interfaces.failure import Failure
from interfaces.ids import new_id
from interfaces.message import Body, Message
from interfaces.spec.model import Operation, Route
from interfaces.wire import WireMessage

log = structlog.get_logger(__name__)

HUB = "HUB"  # route function of questions the hub answers itself

Row = dict[str, Any]
Answer = Callable[[str, Message], Body]


@dataclass(slots=True)
class Question:
    """row: its journal row. exchange_id: set only where the envelope refuses repeats; scope: whose id it is."""

    row: Row
    scope: str
    exchange_id: str = ""


def admit(connection: sa.Connection, batch: Sequence[Question]) -> list[Failure | None]:
    """Write: journal the questions; a repeated exchange id is refused, and refused questions burn none."""
    t = schema.exchange
    wanted = list({(q.scope, q.exchange_id) for q in batch if q.exchange_id})
    found = find(connection, t, ("scope", "exchange_id"), wanted)
    seen = {(r["scope"], r["exchange_id"]): r["message_id"] for r in found}
    verdicts: list[Failure | None] = []
    fresh: list[Row] = []
    for q in batch:
        first = seen.get((q.scope, q.exchange_id))
        verdict = keys.duplicate_exchange(q.exchange_id, first, "") if first else None
        verdicts.append(verdict)
        q.row |= journal.failed(verdict) if verdict else {"outcome": "ok", "failure": None}
        if q.exchange_id and not first:
            seen[q.scope, q.exchange_id] = q.row["id"]
            key = {"scope": q.scope, "exchange_id": q.exchange_id}
            fresh.append(key | {"message_id": q.row["id"], "answer": None, "at": q.row["at"]})
    journal.append(connection, [q.row for q in batch])
    if fresh:
        insert_many(connection, t, fresh)
    return verdicts


class Calls:
    """Runs questions on a small pool; ``threads`` at most at one peer.

    answer  how the hub answers its own questions: (operation, message) -> body
    """

    def __init__(
        self, store: Store, clock: Clock, router: Router, gateway: Gateway, answer: Answer, threads: int
    ) -> None:
        self._store = store
        self._clock = clock
        self._router = router
        self._gateway = gateway
        self._answer = answer
        self._places = threads
        self._busy: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._pool = ThreadPoolExecutor(4 * threads, thread_name_prefix="call")

    def ask(
        self,
        question: Question,
        message: Message,
        route: Route,
        reply: Callable[[Body], Message],
        done: Future[Message],
    ) -> None:
        """Completes ``done`` with ``reply(body)`` or a Failure that names the question's journal row."""

        def go(admitted: Future[Failure | None]) -> None:
            self._pool.submit(self._go, question, message, route, reply, admitted, done)

        self._store.submit(admit, question).add_done_callback(go)

    def close(self) -> None:
        self._pool.shutdown(wait=True)

    def _go(
        self,
        question: Question,
        message: Message,
        route: Route,
        reply: Callable[[Body], Message],
        admitted: Future[Failure | None],
        done: Future[Message],
    ) -> None:
        try:
            refused = admitted.result()
            if refused:
                raise refused
            done.set_result(reply(self._route(message, route, question.row["id"])))
        except Failure as failure:
            failure.detail.setdefault("incident", question.row["id"])
            done.set_exception(failure)
        except Exception as error:
            log.error("call failed", operation=question.row["operation"], at=place_of(error))
            done.set_exception(Failure("internal", f"the hub failed ({type(error).__name__})"))

    def _route(self, message: Message, route: Route, row_id: str) -> Body:
        name = self._router.operation_of(message, route)
        if route.function == HUB:
            return self._answer(name, message)
        area = message.area or str(message.body.get("area", ""))
        binding = self._router.topology.bind(route.function, area, at=self._clock.now())
        ref, operation = self._gateway.find_operation(binding.interfaces, name)
        with self._place(binding.system):
            answer = self.exchange(ref, operation.name, binding.system, forwarded(message, operation), row_id)
        return dict(answer.body)

    @contextmanager
    def _place(self, peer: str) -> Iterator[None]:
        """A bulkhead: a peer that hangs holds its own places, never those of others."""
        with self._lock:
            if self._busy[peer] >= self._places:
                raise Failure(
                    "unavailable",
                    f"{peer} is still busy with {self._places} earlier questions",
                    where=peer,
                    advice="nothing was done; ask again in a moment",
                )
            self._busy[peer] += 1
        try:
            yield
        finally:
            with self._lock:
                self._busy[peer] -= 1

    def exchange(self, ref: str, operation: str, peer: str, request: Message, in_reply_to: str) -> Message:
        """One journalled question to a peer and its journalled answer."""
        columns = {"interface": ref, "operation": operation, "peer": peer}
        wire = self._gateway.encode(ref, operation, request)
        self._keep("out", wire, request, **columns, in_reply_to=in_reply_to)
        columns["in_reply_to"] = request.id
        back = WireMessage(b"")
        try:
            back = self._gateway.send(ref, operation, peer, wire)
            answer = self._gateway.decode(ref, operation, peer, back, request)
        except Failure as failure:
            self._keep("in", back, None, **columns, **journal.failed(failure))
            raise
        self._keep("in", back, answer, **columns)
        return answer

    def _keep(self, direction: str, wire: WireMessage, message: Message | None, **columns: Any) -> None:
        row = journal.row(direction, wire, message, at=self._clock.now(), **columns)
        self._store.submit(journal.append, row)


def forwarded(message: Message, operation: Operation) -> Message:
    """The question as the hub asks it on: a message of its own with the same body."""
    key = str(message.body.get("externalId") or message.key or message.id)
    return replace(message, id=new_id("msg"), type=operation.request.type_name, key=key, exchange_id="", headers={})
