"""Questions: journalled before they are asked, repeats refused, a hanging peer holds only its own places."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from typing import Any

import pytest
import sqlalchemy as sa

from hub import journal
from hub.calls import Calls, Question, admit
from hub.store import schema
from hub.store.writer import Store
from hub.topology import from_data
from interfaces.clock import VirtualClock
from interfaces.failure import Failure
from interfaces.message import Message
from interfaces.spec.model import Operation, Route, Side
from interfaces.wire import WireMessage

TOPOLOGY = from_data(
    {
        "bindings": [
            {"function": name, "area": "*", "system": name, "interfaces": [name.lower()]} for name in ("BILL", "RM")
        ],
    }
)


class Router:
    topology = TOPOLOGY

    @staticmethod
    def operation_of(message: Message, route: Route) -> str:
        return route.operation


class Gateway:
    """``send`` hangs at BILL until let go."""

    def __init__(self) -> None:
        self.let_go = threading.Event()
        self.arrived = threading.Semaphore(0)

    def find_operation(self, refs: tuple[str, ...], name: str) -> tuple[str, Operation]:
        return f"{refs[0]}@1", Operation(name, "request-reply", Side("ArrearsQuery@1"))

    def encode(self, *args: Any) -> WireMessage:
        return WireMessage(b"<q/>")

    def send(self, ref: str, operation: str, peer: str, wire: WireMessage) -> WireMessage:
        if peer == "BILL":
            self.arrived.release()
            self.let_go.wait(10)
        return WireMessage(b"<a/>")

    def decode(self, ref: str, operation: str, peer: str, wire: WireMessage, request: Message) -> Message:
        return Message("msg_a", "ArrearsQueryResult", "BILL", {"ok": True})


@pytest.fixture
def gateway() -> Gateway:
    return Gateway()


@pytest.fixture
def calls(store: Store, clock: VirtualClock, gateway: Gateway) -> Iterator[Calls]:
    made = Calls(store, clock, Router(), gateway, lambda op, m: {"own": op}, 2)  # type: ignore[arg-type]
    yield made
    gateway.let_go.set()
    made.close()


def ask(calls: Calls, function: str, exchange_id: str = "") -> Future[Message]:
    message = Message(f"msg_{function}", "ArrearsQuery", "CHAN", {"area": "8330100"}, area="8330100")
    row = journal.row("in", WireMessage(b"<q/>"), None, at=1)
    done: Future[Message] = Future()
    reply: Callable[[dict[str, Any]], Message] = lambda body: Message("msg_r", "R", "HUB", body)  # noqa: E731
    calls.ask(Question(row, "CHAN", exchange_id), message, Route(function, "queryArrears"), reply, done)
    return done


def test_an_answer_comes_back_and_both_directions_are_journalled(calls: Calls, store: Store) -> None:
    assert ask(calls, "RM").result(10).body == {"ok": True}
    store.close()
    with store.read() as connection:
        rows = connection.execute(sa.select(schema.message.c.direction).order_by(schema.message.c.seq))
        assert [r[0] for r in rows] == ["in", "out", "in"]


def test_the_hub_answers_its_own_questions(calls: Calls) -> None:
    assert ask(calls, "HUB").result(10).body == {"own": "queryArrears"}


def test_a_hanging_peer_holds_its_own_places_only(calls: Calls, gateway: Gateway) -> None:
    hanging = [ask(calls, "BILL") for _ in range(2)]
    assert all(gateway.arrived.acquire(timeout=10) for _ in hanging)
    assert ask(calls, "RM").result(10).body == {"ok": True}
    with pytest.raises(Failure) as refused:
        ask(calls, "BILL").result(10)
    assert refused.value.code == "unavailable"
    gateway.let_go.set()
    assert [f.result(10).body for f in hanging] == [{"ok": True}] * 2


def test_a_repeated_exchange_id_is_refused_and_the_first_stays(calls: Calls, store: Store) -> None:
    assert ask(calls, "RM", "T1").result(10)
    with pytest.raises(Failure) as refused:
        ask(calls, "RM", "T1").result(10)
    assert refused.value.code == "duplicate"
    twice = [Question(journal.row("in", WireMessage(b""), None, at=1), "CHAN", "T2") for _ in range(2)]
    first, second = (f.result(10) for f in [store.submit(admit, q) for q in twice])
    assert first is None
    assert isinstance(second, Failure)
