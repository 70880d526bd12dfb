"""What a dying or suffering broker does to the hub's driver: nothing confirmed is lost, every deadline is kept."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from adapters.channels.amqp import Broker, open_broker
from hub.demo.hubs import pause
from interfaces.amqp import AmqpMessage, Delivery
from interfaces.clock import Deadline
from interfaces.failure import Failure
from tests.rabbitmq.node import Node

pytestmark = pytest.mark.needs("rabbitmq")

SETTLED = 7.0
"""Real seconds."""


@pytest.fixture(scope="module")
def queues(node: Node) -> None:
    """A quorum queue that has lived for SETTLED: RabbitMQ 3.10 writes what it knows of a new one to disk some seconds
    later, and one that is killed before never answers again."""
    broker = open_broker(node.url)
    for name in ("work", "read"):
        broker.declare(f"{name}.dead")
        broker.declare(name, 5, f"{name}.dead")
    broker.close()
    pause(SETTLED)


@pytest.fixture
def broker(node: Node, queues: None) -> Iterator[Broker]:
    made = open_broker(node.url)
    yield made
    made.close()


def look(broker: Broker, queue: str) -> list[Delivery]:
    """What a look brings; nothing while the broker does not answer yet."""
    try:
        return broker.get(queue, 100)
    except Failure:
        return []


def everything(broker: Broker, queue: str) -> list[Delivery]:
    """All there is, taken out: until nothing waits at the broker and nothing more is pushed either."""
    found: list[Delivery] = []
    quiet, deadline = 0, Deadline.after(60)
    while quiet < 2:
        assert not deadline.passed, f"{queue} is never empty"
        taken = look(broker, queue)
        broker.ack(taken)
        found += taken
        quiet = quiet + 1 if not taken and broker.look(queue) == (0, 1) else 0  # type: ignore[attr-defined]
    return found


def publish(broker: Broker, text: str, seconds: float = 20.0) -> str:
    """What came of it: ``kept``, or the failure's code."""
    try:
        lost = broker.publish([AmqpMessage(text.encode(), "work", message_id=text)], deadline=Deadline.after(seconds))
    except Failure as failure:
        return failure.code
    return "returned" if lost else "kept"


def test_under_a_memory_alarm_every_publish_ends_with_its_deadline(node: Node, broker: Broker) -> None:
    assert publish(broker, "before") == "kept"
    node.alarm(True)
    try:
        first = publish(broker, "first", 1.0)
        later = [publish(broker, f"later {n}", 0.5) for n in range(3)]
    finally:
        node.alarm(False)
    assert first == "timeout", "it had left the house when the broker blocked"
    assert set(later) == {"unavailable"}, "a blocked broker is sent nothing"
    assert publish(broker, "after") == "kept"


def test_a_broker_killed_in_the_middle_loses_nothing_it_confirmed(node: Node, broker: Broker) -> None:
    broker.publish([AmqpMessage(b"held", "read")])
    while not (held := look(broker, "read")):
        continue
    fates: dict[str, str] = {}
    half = threading.Event()

    def go(number: int) -> None:
        fates[str(number)] = publish(broker, str(number), 2.0)
        if number == 300:
            half.set()

    with ThreadPoolExecutor(16) as pool:
        for number in range(400):
            pool.submit(go, number)
        half.wait(60)
        node.kill()
    with pytest.raises(Failure) as caught:
        broker.get("read")
    assert caught.value.code == "unavailable"
    node.start()

    there = {one.body.decode() for one in everything(broker, "work")}
    kept = {text for text, fate in fates.items() if fate == "kept"}
    surely_not = {text for text, fate in fates.items() if fate == "unavailable"}
    assert kept - there == set(), "confirmed and lost"
    assert surely_not & there == set(), "told that nothing was done"
    assert len(kept) >= 250
    assert set(fates.values()) <= {"kept", "timeout", "unavailable"}
    assert publish(broker, "afterwards") == "kept", "the same driver goes on"

    broker.ack(held)
    again = everything(broker, "read")
    assert [one.deliveries for one in again] == [2], "what was not acknowledged comes again, and says so"
