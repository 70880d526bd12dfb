"""The callback of an asynchronous operation: by which interface, and what it says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from interfaces.agreement import Agreement
from interfaces.message import Body, Message
from interfaces.spec.model import InterfaceSpec, Operation
from mocks.generic.answers import Answers, set_value
from mocks.generic.book import key_of

GOOD = ("completed",)
"""States that a callback has when nobody asked for another; else the first final one."""


class Callback:
    """One callback operation of an inbound interface, filled from the request it answers."""

    def __init__(self, agreement: Agreement, operation: Operation, seed: int) -> None:
        self.agreement = agreement
        self.operation = operation
        self.by_correlation = operation.correlate == "correlation_id"
        self._answers = Answers(agreement, operation.name, reply=False, seed=seed)

    def body(self, request: Body, states: Sequence[str] = ()) -> Body:
        """The final word about ``request``. states: which are wanted, the best first."""
        final = self.operation.final
        wanted = [s for s in (states or GOOD) if s in final] or list(final[:1])
        made = self._answers.body(request, partial(self._fits, request), wanted)
        self._enter(made, request)
        return made

    def _fits(self, request: Body, body: Body) -> None:
        self._enter(body, request)
        message = Message("msg_try", "", self.agreement.spec.system, body, key=key_of(body))
        self.agreement.write_request(self.operation.name, message)

    def _enter(self, body: Body, request: Body) -> None:
        """The key that the waiting task is found by."""
        if not self.by_correlation and key_of(request):
            set_value(body, self.operation.correlate or "externalId", key_of(request))


def callback_of(spec: InterfaceSpec, others: Sequence[InterfaceSpec], seed: int = 1) -> Callback | None:
    """Through the same system's inbound interface, one of the same transport rather; None when there is none."""
    if not any(op.pattern == "async-request-reply" for op in spec.operations.values()):
        return None
    found = sorted(_callbacks(spec, others), key=lambda pair: pair[0].transport.kind != spec.transport.kind)
    return Callback(Agreement(found[0][0]), found[0][1], seed) if found else None


def _callbacks(spec: InterfaceSpec, others: Sequence[InterfaceSpec]) -> Iterator[tuple[InterfaceSpec, Operation]]:
    if spec.direction != "outbound":
        return
    for other in others:
        if other.system == spec.system and other.direction == "inbound":
            yield from ((other, op) for op in other.operations.values() if op.pattern == "callback")
