"""The worker with a peer and a registry that misbehave: nothing hangs in silence, nobody stands in another's way."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from hub.claim import overdue
from hub.outcome import Outcomes
from hub.store.writer import Store
from hub.topology import from_data
from hub.worker import Worker, WorkerLimits
from interfaces.clock import DAY, SECOND, VirtualClock
from interfaces.failure import Failure
from interfaces.ids import new_id
from interfaces.message import Message
from interfaces.spec.model import Operation, Side
from interfaces.wire import WireMessage
from tests.hub.house import House

TOPOLOGY = from_data(
    {"bindings": [{"function": "BILL", "area": "*", "system": "SPS", "interfaces": ["asks"], "valid_from": 1}]}
)
ASYNC = Operation("one", "async-request-reply", Side("ServiceOrder@1"), Side("ServiceOrderResult@1"), probe="ask")


class Router:
    topology = TOPOLOGY


class Gateway:
    """Speaks ``one``; every other operation is unknown to it. ``asks`` alone can be asked."""

    def __init__(self) -> None:
        self.sent: list[str] = []

    def operation(self, ref: str, name: str) -> Operation:
        if name not in ("one", "ask"):
            raise KeyError(name)
        return ASYNC

    def find_operation(self, refs: tuple[str, ...], name: str) -> tuple[str, Operation]:
        if "asks" not in refs:
            raise Failure("internal", f"no {name}")
        return "asks@1", Operation("ask", "request-reply", Side("OutcomeQuery@1"), Side("ServiceOrderResult@1"))

    def encode(self, ref: str, operation: str, message: Message) -> WireMessage:
        return WireMessage(operation.encode())

    def send(self, ref: str, operation: str, peer: str, wire: WireMessage) -> WireMessage:
        self.sent.append(f"{ref} {operation}")
        return WireMessage(b"<ok/>")

    def decode(self, ref: str, operation: str, peer: str, wire: WireMessage, request: Message) -> Message:
        return Message(new_id("msg"), "ServiceOrderResult", "SPS", {"state": "completed"})


@pytest.fixture
def gateway() -> Gateway:
    return Gateway()


@pytest.fixture
def worker(store: Store, clock: VirtualClock, gateway: Gateway, outcomes: Outcomes) -> Iterator[Worker]:
    made = Worker(store, clock, gateway, Router(), outcomes, WorkerLimits(), "w")  # type: ignore[arg-type]
    yield made
    made.stop()


def work(worker: Worker, house: House, times: int = 1) -> None:
    """``times`` looks of the dispatcher; each one's tasks are done before the next."""
    for _ in range(times):
        worker._round()
        while worker._busy.total():
            worker._wake.wait(0.05)
        house.clock.advance(60 * SECOND)


def test_a_task_that_cannot_be_prepared_ends_in_fallout_with_a_reason(worker: Worker, house: House) -> None:
    order_id = house.accept(tasks=["unheard"])
    work(worker, house, 5)
    assert house.order(order_id)["state"] == "fallout"
    assert "unheard could not be prepared" in house.fallouts()[0]["reason"]


def test_a_wait_that_cannot_be_judged_stands_in_nobodys_way(worker: Worker, house: House, gateway: Gateway) -> None:
    stuck = house.accept("A", tasks=["unheard"])
    house.end(house.claim()[0], "acknowledged", reply_within=SECOND)
    house.accept("B")
    house.clock.advance(DAY)
    work(worker, house, 6)
    assert gateway.sent == ["sps-service@1.0.0 one"]
    assert house.order(stuck)["state"] == "fallout"


def test_the_system_it_was_sent_to_is_asked_though_its_binding_is_dated(
    worker: Worker, house: House, gateway: Gateway
) -> None:
    order_id = house.accept()
    (row,) = house.claim()
    house.send(row)
    house.end(row, "failed", failure=Failure("timeout", "lost"), probe=True)
    work(worker, house)
    assert gateway.sent == ["asks@1 ask"]
    assert house.order(order_id)["state"] == "completed"


def test_waits_that_ran_out_together_end_together(worker: Worker, house: House, store: Store) -> None:
    for n in range(8):
        house.accept(f"X{n}")
    rows = house.claim()
    for row in rows:
        house.end(row, "acknowledged", reply_within=SECOND)
    house.clock.advance(2 * SECOND)
    before = store.batches
    worker._expire(store.write(overdue, house.clock.now()))
    assert store.batches - before <= 4
    assert {one for row in rows for one in house.tasks(row["order_id"]).values()} == {"ready"}
