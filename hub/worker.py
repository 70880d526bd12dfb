"""Worker: claims due tasks, calls the gateway with no transaction open, writes what came of it.

Plain threads. Each peer has its own places (bulkhead), so a hanging peer never holds up another one's tasks.
"""

from __future__ import annotations

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain
from typing import Any

import structlog

from hub import journal
from hub.claim import Sending, Wish, claim, give_back, note_sending, overdue
from hub.failpoint import failpoint
from hub.gateway import Gateway
from hub.logs import place_of
from hub.outcome import Outcome, Outcomes, judged, takes_back
from hub.routing import Router
from hub.store.writer import Store
from interfaces.clock import SECOND, Clock, Deadline
from interfaces.failure import Failure
from interfaces.ids import new_id
from interfaces.message import Message
from interfaces.spec.model import Operation
from interfaces.wire import WireMessage

log = structlog.get_logger(__name__)

Row = dict[str, Any]
QUIET = frozenset({claim, note_sending, overdue, journal.append})  # writes that make no task due
IDLE = 0.2  # seconds between looks when nothing wakes the loop


@dataclass(frozen=True, slots=True)
class WorkerLimits:
    """threads per peer; tasks claimed in one go; lease in seconds."""

    threads: int = 8
    batch: int = 64
    lease: float = 30.0
    pool: int = 48


class Worker:
    """One per process: a dispatcher thread and a pool of callers. owner: the name its leases bear."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        gateway: Gateway,
        router: Router,
        outcomes: Outcomes,
        limits: WorkerLimits,
        owner: str,
    ) -> None:
        self._store = store
        self._clock = clock
        self._gateway = gateway
        self._router = router
        self._outcomes = outcomes
        self._limits = limits
        self._owner = owner
        self._busy: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._stop = threading.Event()
        self._pool = ThreadPoolExecutor(limits.pool, thread_name_prefix="task")
        self._thread = threading.Thread(target=self._dispatch, name="dispatcher", daemon=True)
        store.on_commit(self._wake.set, quiet=QUIET)

    def start(self) -> None:
        self._thread.start()

    def stop(self, timeout: float = 30.0) -> None:
        """Take nothing new, finish the calls under way, give back what was claimed and not begun."""
        self._stop.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(timeout)
        self._pool.shutdown(wait=True, cancel_futures=False)

    # -- dispatcher -----------------------------------------------------------------------------------

    def _dispatch(self) -> None:
        while not self._stop.is_set():
            self._wake.clear()
            try:
                taken = self._round()
            except Exception as error:
                log.error("round failed", at=place_of(error))
                taken = 0
            if not taken:
                self._clock.wait(self._clock.now() + int(IDLE * SECOND), self._wake)

    def _round(self) -> int:
        """One look: expired waits, then due tasks; how many were started."""
        self._expire(self._store.write(overdue, self._clock.now()))
        with self._lock:
            slots = {peer: self._limits.threads - n for peer, n in self._busy.items() if n}
        if sum(self._limits.threads - free for free in slots.values()) >= self._limits.pool:
            return 0
        rows = self._store.write(claim, self._wish(slots))
        for row in rows:
            with self._lock:
                self._busy[row["peer"]] += 1
            self._pool.submit(self._run, row)
        return len(rows)

    def _wish(self, slots: dict[str, int]) -> Wish:
        limits = self._limits
        return Wish(self._owner, int(limits.lease * SECOND), self._clock.now(), limits.threads, limits.batch, slots)

    # -- one task ---------------------------------------------------------------------------------------

    def _run(self, row: Row) -> None:
        try:
            failpoint("step.after_claim")
            if self._stop.is_set():
                self._store.write(give_back, row)
                return
            outcome = self._attempt(row)
            if outcome is not None:
                if not self._store.write(self._outcomes.apply, outcome):
                    log.warning("outcome not counted: the task has ended, or is another's by now", task=row["id"])
                failpoint("step.after_commit")
        except Exception as error:
            # the lease runs out and the task is taken up again as "outcome unknown"
            log.error("task not settled", task=row["id"], order=row["order_id"], at=place_of(error))
        finally:
            with self._lock:
                self._busy[row["peer"]] -= 1
            self._wake.set()

    def _attempt(self, row: Row) -> Outcome | None:
        """One try at one task: what came of it, None when the lease was lost."""
        facts = _facts(row)
        try:
            operation = self._gateway.operation(row["interface"], row["operation"])
            facts = _facts(row, operation)
            if row["crashed"]:
                raise Failure("timeout", "the hub stopped while this was under way, so its outcome is unknown")
            asking = row["mode"] == "ask"
            ref, name = self._probe(row, operation) if asking else (row["interface"], operation.name)
            request = _question(row) if asking else _command(row)
            wire = self._gateway.encode(ref, name, request)
        except Exception as error:
            failure = error if isinstance(error, Failure) else _unforeseen(row, error)
            return Outcome(**facts, event="failed", failure=failure, attempted=False)
        columns = {"interface": ref, "operation": name, "peer": row["peer"], "order_id": row["order_id"]}
        columns["task_id"] = row["id"]
        journalled = journal.row("out", wire, request, at=self._clock.now(), **columns)
        sending = Sending(row["id"], row["fence"], journalled, int(self._limits.lease * SECOND))
        # how long the call may still begin: one that outlasts its lease would meet another process's
        begin = Deadline.after(self._limits.lease - self._gateway.operation(ref, name).timeout)
        held = self._store.write(note_sending, sending)
        if held:
            failpoint("undo.before_send" if row["kind"] == "undo" else "step.before_send")
        if not held or begin.passed:
            log.warning("lease lost before sending", task=row["id"])
            return None
        return self._exchange(row, operation if not asking else None, ref, name, request, wire, columns, facts)

    def _exchange(
        self,
        row: Row,
        operation: Operation | None,
        ref: str,
        name: str,
        request: Message,
        wire: WireMessage,
        columns: Row,
        facts: Row,
    ) -> Outcome:
        """Send, receive, judge. ``operation`` is None while asking: then the answer is the asked operation's own."""
        back = WireMessage(b"")
        columns = columns | {"in_reply_to": request.id}
        try:
            back = self._gateway.send(ref, name, row["peer"], wire)
            failpoint("step.after_send")
            answer = None
            if self._gateway.operation(ref, name).reply is not None:
                answer = self._gateway.decode(ref, name, row["peer"], back, request)
        except Failure as failure:
            kept = journal.row("in", back, None, at=self._clock.now(), **columns) | journal.failed(failure)
            return Outcome(**facts, event="failed", failure=failure, rows=[kept])
        rows = [journal.row("in", back, answer, at=self._clock.now(), **columns)] if answer else []
        if operation is not None and operation.pattern == "async-request-reply":
            return Outcome(**facts, event="acknowledged", rows=rows)
        return judged(body=dict(answer.body) if answer else {}, undoing=takes_back(row), rows=rows, **facts)

    def _probe(self, row: Row, operation: Operation) -> tuple[str, str]:
        """The interface and operation that ask this peer what became of a request."""
        # the system it was sent to, whatever serves there today
        spoken = (b.interfaces for b in self._router.topology.bindings if b.system == row["peer"])
        refs = tuple(dict.fromkeys((row["interface"], *chain.from_iterable(spoken))))
        ref, probe = self._gateway.find_operation(refs, operation.probe)
        return ref, probe.name

    def _expire(self, rows: list[Row]) -> None:
        """Waits that ran out, in one commit; one that cannot be judged stands in nobody's way."""
        for told in [self._store.submit(self._outcomes.apply, self._expired(row)) for row in rows]:
            if error := told.exception():
                log.error("wait not ended", at=place_of(error))

    def _expired(self, row: Row) -> Outcome:
        failure = Failure("timeout", f"no outcome of {row['operation']} came back in time")
        facts = _facts(row)
        try:
            facts = _facts(row, self._gateway.operation(row["interface"], row["operation"]))
        except Exception as error:
            failure = error if isinstance(error, Failure) else _unforeseen(row, error)
        return Outcome(**facts, event="failed", failure=failure, attempted=False)


def _facts(row: Row, operation: Operation | None = None) -> Row:
    """What an Outcome says of its task; without ``operation`` the facts that make the policy most careful."""
    facts: Row = {
        "order_id": row["order_id"],
        "task_id": row["id"],
        "fence": row["fence"],
        "was_sent": bool(row["sent"]),
    }
    if operation is None:
        return facts
    return facts | {
        "idempotent": operation.idempotent,
        "probe": bool(operation.probe),
        "reply_within": int(operation.reply_within * SECOND),
        "reply_real": operation.reply_clock == "real",
    }


def _unforeseen(row: Row, error: Exception) -> Failure:
    """A fault of our own before anything was sent: tried again a few times, then a person sees it."""
    log.error("task not prepared", task=row["id"], at=place_of(error))
    return Failure(
        "internal",
        f"{row['operation']} could not be prepared ({type(error).__name__})",
        where=row["interface"],
        advice="see the hub's log; correct the interface or the order, then retry",
    )


def _command(row: Row) -> Message:
    return _message(row, row["type"], row["body"])


def _question(row: Row) -> Message:
    body = {"externalId": row["id"], "area": row["body"].get("area", "")}
    if subscription := row["body"].get("subscription", {}).get("id"):
        body["subscriptionId"] = subscription
    return _message(row, "OutcomeQuery", body)


def _message(row: Row, type_name: str, body: Row) -> Message:
    name, _, version = type_name.partition("@")
    return Message(
        id=new_id("msg"),
        type=name,
        version=int(version or 1),
        source="HUB",
        body=body,
        key=row["id"],
        correlation_id=row["id"],
        exchange_id=f"{row['id']}-{row['fence']}",
        area=body.get("area", ""),
        priority=row["priority"],
    )
