"""The life of a consumer: one thread that takes batches from somewhere, gives each message to the intake, and tells
the source what became of it only after the intake's commit.

A source is small (``Source``); what to do with a message is read from hub/errors.py like in every door.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Protocol

import structlog

from adapters.doors.desk import unforeseen
from hub.errors import wire_codes
from hub.failpoint import failpoint
from hub.identity.claims import spoken
from hub.identity.flow import Leave
from hub.identity.who import Subscription
from hub.intake import Inbound
from hub.runtime import Hub
from interfaces.failure import Failure
from interfaces.message import Message
from interfaces.spec.model import InterfaceSpec
from interfaces.wire import WireMessage

log = structlog.get_logger(__name__)

LONGEST = 10.0
"""Real seconds of the longest pause after failures; it doubles from the source's ``idle``."""
KEPT = 1024
"""Of a message that is too large: so much of the body, and of each of these, goes into the journal."""
PROPERTIES = ("message_id", "correlation_id", "reply_to", "table", "file-name", "file-line")


@dataclass(frozen=True, slots=True)
class Taken:
    """One message as taken: ``token`` is the source's own handle on it."""

    token: Any
    wire: WireMessage


class Source(Protocol):
    """Where messages come from.

    interface  the inbound agreement's id
    endpoint   the place as the journal names it
    idle       real seconds between two looks when there was nothing
    open    declare or check what is needed; may be called again after a failure
    take    the next messages, oldest first; [] when there are none
    done    these are kept by the hub for good
    reject  these can never be processed, each for its reason; they are in the journal
    later   these could not be processed now
    """

    interface: str
    endpoint: str
    idle: float

    def open(self) -> None: ...

    def take(self) -> Sequence[Taken]: ...

    def done(self, tokens: Sequence[Any]) -> None: ...

    def reject(self, tokens: Sequence[Any], failures: Sequence[Failure]) -> None: ...

    def later(self, tokens: Sequence[Any]) -> None: ...

    def close(self) -> None: ...


class Consumer:
    """``start`` opens the source and its thread; what cannot be opened (no broker, a queue declared otherwise) is
    said, tried again, and stops nobody else. ``stop`` ends after the batch in hand; both may be called twice.

    system   the instance whose place is read; "" = the interface's own system
    trouble  why the source cannot be read now, or None
    """

    def __init__(self, hub: Hub, source: Source, system: str = "") -> None:
        self._hub = hub
        self.source = source
        self._system = system
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._open = False
        self._held: list[Taken] = []
        self.trouble: Failure | None = None

    @property
    def endpoint(self) -> str:
        return self.source.endpoint

    def start(self) -> None:
        if self._thread is not None:
            return
        try:
            self._reopen()
        except Failure as failure:
            self._complain(failure)
        self._thread = threading.Thread(target=self._run, name=self.source.endpoint, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        if self._thread is not None:
            self._thread.join(timeout=30)
        self.source.close()

    def _reopen(self) -> None:
        self.source.open()
        self._open, self.trouble = True, None

    def _run(self) -> None:
        pause = self.source.idle
        while not self._stop.is_set():
            try:
                settled = self._round()
            except Exception as error:
                self._open = False
                self._complain(error)
                settled = None
            pause = self.source.idle if settled is not None else min(pause * 2, LONGEST)
            if not settled:
                self._stop.wait(pause)

    def _complain(self, error: Exception) -> None:
        """Once for the same trouble. What a source says of itself holds no payload."""
        failure = error if isinstance(error, Failure) else unforeseen(error, self.source.endpoint)
        if self.trouble is None or self.trouble.message != failure.message:
            told = {"code": failure.code, "why": failure.message, "where": failure.where, "advice": failure.advice}
            log.error("cannot be read, is tried again", endpoint=self.source.endpoint, **told)
        self.trouble = failure

    def _round(self) -> int | None:
        """One batch: how many were taken; None when some could not be processed now (pause, then again)."""
        if not self._open:
            self._reopen()
        batch, self._held = self._held or self.source.take(), []
        fates: dict[str, list[Taken]] = {"ack": [], "reject": [], "requeue": [], "hold": []}
        refused: list[Failure] = []
        for taken, future in [(taken, self._submit(taken.wire)) for taken in batch]:
            fate, failure = self._fate(taken.wire, future)
            fates[fate].append(taken)
            if failure is not None and fate == "reject":
                refused.append(failure)
        self._held = fates["hold"]
        tellers = {"ack": self.source.done, "requeue": self.source.later}
        tellers["reject"] = lambda tokens: self.source.reject(tokens, refused)
        for fate, tell in tellers.items():
            if fates[fate]:
                failpoint("consumer.before_ack")
                tell([taken.token for taken in fates[fate]])
        return None if fates["requeue"] or fates["hold"] else len(batch)

    def _submit(self, wire: WireMessage) -> Future[Message] | Failure:
        try:
            self._guard(wire)
            agreement = self._hub.registry.get(self.source.interface)
            by, leave = self._admitted(agreement.spec)
            try:
                received = spoken(agreement.read_request(wire), self._system or agreement.spec.system)
                caller = by.system if by else ""
                done = self._hub.intake.submit(Inbound(received, agreement, wire, self.source.endpoint, caller, by))
            except BaseException:
                leave()
                raise
            done.add_done_callback(lambda _: leave())
            return done
        except Failure as failure:
            return failure
        except Exception as error:
            return unforeseen(error, self.source.endpoint)

    def _guard(self, wire: WireMessage) -> None:
        """Failure(too_large) for what no honest sender sends; nothing of it was decoded."""
        limits, size = self._hub.config.limits, len(wire.body)
        if size > limits.body_bytes:
            advice = "raise [limits] body_bytes in mboss.toml if it has to be taken"
            raise Failure("too_large", f"a body of {size} bytes; {limits.body_bytes} are allowed", advice=advice)
        if any("\0" in part for pair in wire.headers.items() for part in pair):
            raise Failure("invalid", "a NUL character in a header or property", advice="leave it out", reason="header")
        length = sum(len(name) + len(value) for name, value in wire.headers.items())
        if len(wire.headers) > limits.headers or length > limits.header_bytes:
            raise Failure("too_large", f"{len(wire.headers)} headers of {length} characters together")

    def _refused(self, wire: WireMessage, failure: Failure) -> str:
        """In the journal, of what is too large the beginning; the row's id."""
        if failure.code == "too_large":
            known = {k: v[:KEPT] for k, v in wire.headers.items() if k in PROPERTIES}
            wire = WireMessage(wire.body[:KEPT], wire.content_type[:KEPT], known)
        return self._hub.intake.refuse(wire, failure, self.source.endpoint).result()

    def _admitted(self, spec: InterfaceSpec) -> tuple[Subscription | None, Leave]:
        """Who speaks by this queue or table, and what to call when his message is done. Failure ``throttled``."""
        gate = self._hub.gate
        if not gate.on:
            return None, lambda: None
        by = gate.by_queue(self._system or spec.system, spec.id)
        return by, gate.admit(by).result()

    def _fate(self, wire: WireMessage, future: Future[Message] | Failure) -> tuple[str, Failure | None]:
        """``ack``, ``reject``, ``requeue`` or ``hold``, and why; a refused message is journalled before it is told."""
        failure = future if isinstance(future, Failure) else _failure_of(future, self.source.endpoint)
        if failure is None:
            return "ack", None
        if failure.code in ("unavailable", "throttled"):
            return "hold", failure  # not the message's fault: it must not use up its deliveries
        fate = wire_codes(failure).amqp
        if "incident" not in failure.detail and (fate == "reject" or isinstance(future, Failure)):
            failure.detail["incident"] = self._refused(wire, failure)
        return fate, failure


def _failure_of(future: Future[Message], endpoint: str) -> Failure | None:
    try:
        future.result()
    except Failure as failure:
        return failure
    except Exception as error:
        return unforeseen(error, endpoint)
    return None
