"""The consumer's promises, on a real embedded broker and a fake intake."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from adapters.channels.amqp_embedded import Broker
from adapters.doors.amqp_source import AmqpSource
from adapters.doors.consumer import Consumer
from interfaces.amqp import AmqpMessage
from interfaces.failure import Failure
from interfaces.message import Message
from interfaces.spec.model import Transport
from tests.doors.parts import Agreement, Intake, fake_hub, spec

QUEUE = "hub.bill.reply"


def settings(**more: Any) -> Any:
    transport = Transport("amqp", "amqp", settings={"queue": QUEUE, "deliveryLimit": 3, **more})
    return spec(id="bill-reply", system="BILL", transport=transport)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "amqp.db"


@pytest.fixture
def broker(path: Path) -> Iterator[Broker]:
    broker = Broker(path)
    yield broker
    broker.close()


@pytest.fixture
def hub() -> Any:
    return fake_hub({"bill-reply": Agreement(settings())})


@pytest.fixture
def consumer(hub: Any, path: Path) -> Iterator[Consumer]:
    consumer = Consumer(hub, AmqpSource(settings(), f"amqp+file://{path}"))
    yield consumer
    consumer.stop()


def publish(broker: Broker, *texts: str) -> None:
    broker.publish([AmqpMessage(text.encode(), QUEUE, message_id=text, correlation_id="c") for text in texts])


def eventually(holds: Callable[[], bool]) -> None:
    """Waits for what another thread brings about; the limit only guards against hanging."""
    for _ in range(2000):
        if holds():
            return
        threading.Event().wait(0.01)
    raise AssertionError("it never came true")


def left(broker: Broker, queue: str = QUEUE) -> list[bytes]:
    return [one.body for one in broker.get(queue, 99, 0.001)]


def test_messages_are_submitted_in_order_with_their_properties_and_then_acknowledged(
    hub: Any, consumer: Consumer, broker: Broker
) -> None:
    consumer.start()
    publish(broker, "1", "2")
    eventually(lambda: len(hub.intake.submitted) == 2)
    first = hub.intake.submitted[0]
    assert [one.wire.body for one in hub.intake.submitted] == [b"1", b"2"]
    assert first.endpoint == f"amqp:{QUEUE}"
    assert dict(first.wire.headers) == {"message_id": "1", "correlation_id": "c"}
    consumer.stop()
    assert left(broker) == []


def test_a_message_is_not_acknowledged_before_the_commit(hub: Any, consumer: Consumer, broker: Broker) -> None:
    committed = threading.Event()
    hub.intake = Slow(committed)
    consumer.start()
    publish(broker, "1")
    eventually(lambda: bool(hub.intake.submitted))
    assert still_there(broker)
    committed.set()
    eventually(lambda: not still_there(broker))


class Slow(Intake):
    """Commits when it is told to."""

    def __init__(self, committed: threading.Event) -> None:
        super().__init__()
        self._committed = committed

    def submit(self, inbound: Any) -> Any:
        future = super().submit(inbound)
        future.result = self._after(future.result)  # type: ignore[method-assign]
        return future

    def _after(self, result: Callable[[], Message]) -> Any:
        def wait(timeout: float | None = None) -> Message:
            self._committed.wait(20)
            return result()

        return wait


def still_there(broker: Broker) -> bool:
    with broker._connected() as db:
        return bool(db.execute("SELECT count(*) FROM message WHERE queue = ?", (QUEUE,)).fetchone()[0])


def test_what_can_never_be_read_is_journalled_and_dead_lettered_and_the_rest_goes_on(
    hub: Any, consumer: Consumer, broker: Broker
) -> None:
    consumer.start()
    publish(broker, "broken", "good")
    eventually(lambda: len(hub.intake.submitted) == 1)
    consumer.stop()
    assert [wire.body for wire, _, _ in hub.intake.refused] == [b"broken"]
    assert left(broker, f"{QUEUE}.dead") == [b"broken"]
    assert left(broker) == []


def test_what_the_intake_has_journalled_is_not_journalled_again(hub: Any, consumer: Consumer, broker: Broker) -> None:
    def refuse(_: Any) -> Message:
        raise Failure("invalid", "no such thing", detail={"incident": "msg_1"})

    hub.intake.outcome = refuse
    consumer.start()
    publish(broker, "odd")
    eventually(lambda: len(left(broker, f"{QUEUE}.dead")) == 1)
    assert hub.intake.refused == []


def test_a_message_that_breaks_the_hub_each_time_ends_in_the_dead_letters(
    hub: Any, consumer: Consumer, broker: Broker
) -> None:
    consumer.start()
    publish(broker, "bug", "good")
    eventually(lambda: len(left(broker, f"{QUEUE}.dead")) == 1)
    assert len(hub.intake.refused) == 3, "each delivery is in the journal"
    assert [one.wire.body for one in hub.intake.submitted] == [b"good"]


def test_while_the_hub_is_unavailable_a_message_waits_and_is_never_given_up(
    hub: Any, consumer: Consumer, broker: Broker
) -> None:
    tries: list[int] = []

    def later(inbound: Any) -> Message:
        tries.append(1)
        if len(tries) < 5:  # more often than the delivery limit
            raise Failure("unavailable", "the store is busy")
        message: Message = inbound.received.message
        return message

    hub.intake.outcome = later
    consumer.start()
    publish(broker, "1")
    eventually(lambda: len(tries) == 5)
    consumer.stop()
    assert left(broker) == left(broker, f"{QUEUE}.dead") == []


def test_what_the_hub_refuses_for_good_reasons_is_acknowledged(hub: Any, consumer: Consumer, broker: Broker) -> None:
    def refuse(_: object) -> Message:
        raise Failure("conflict", "contradicts the first answer")

    hub.intake.outcome = refuse
    consumer.start()
    publish(broker, "1")
    eventually(lambda: not still_there(broker))
    assert hub.intake.refused == [], "the intake has journalled it already"


def test_a_queue_declared_otherwise_is_named_at_the_start_and_stops_nobody_else(
    consumer: Consumer, broker: Broker, capsys: pytest.CaptureFixture[str]
) -> None:
    broker.declare(QUEUE, delivery_limit=99)
    consumer.start()
    assert consumer.trouble is not None
    assert consumer.trouble.code == "conflict"
    assert QUEUE in consumer.trouble.message
    said = capsys.readouterr().out
    assert QUEUE in said
    assert consumer.trouble.advice in said


def test_what_is_too_large_is_dead_lettered_and_of_it_the_beginning_is_journalled(
    hub: Any, consumer: Consumer, broker: Broker
) -> None:
    consumer.start()
    many = {f"h{n}": "x" for n in range(200)}
    broker.publish([AmqpMessage(b"x" * 100_001, QUEUE, message_id="large"), AmqpMessage(b"2", QUEUE, headers=many)])
    publish(broker, "good")
    eventually(lambda: len(hub.intake.submitted) == 1)
    consumer.stop()
    assert [(len(wire.body), failure.code) for wire, failure, _ in hub.intake.refused] == [
        (1024, "too_large"),
        (1, "too_large"),
    ]
    assert [dict(wire.headers) for wire, _, _ in hub.intake.refused] == [{"message_id": "large"}, {}]
    assert len(left(broker, f"{QUEUE}.dead")) == 2


def test_a_header_does_not_pass_for_a_property(hub: Any, consumer: Consumer, broker: Broker) -> None:
    consumer.start()
    forged = {"message_id": "other", "reply_to": "hub.wfm.result", ":encoding": "punycode", "type": "NEW"}
    broker.publish([AmqpMessage(b"1", QUEUE, headers=forged)])
    eventually(lambda: len(hub.intake.submitted) == 1)
    assert dict(hub.intake.submitted[0].wire.headers) == {"type": "NEW"}


def test_an_interface_that_names_no_queue_is_refused_at_start() -> None:
    nameless = spec(transport=Transport("amqp", "amqp"))
    with pytest.raises(Failure, match="no queue"):
        AmqpSource(nameless, "amqp+file:///tmp/amqp.db")


def test_a_broker_that_is_not_there_yet_is_waited_for(hub: Any, tmp_path: Path) -> None:
    folder = tmp_path / "later"
    consumer = Consumer(hub, AmqpSource(settings(), f"amqp+file://{folder}/amqp.db"))
    consumer.start()
    folder.mkdir()
    broker = Broker(folder / "amqp.db")
    eventually(lambda: declared(broker))
    publish(broker, "1")
    eventually(lambda: len(hub.intake.submitted) == 1)
    consumer.stop()
    consumer.stop()
    broker.close()


def declared(broker: Broker) -> bool:
    with broker._connected() as db:
        return bool(db.execute("SELECT 1 FROM queue WHERE name = ?", (QUEUE,)).fetchone())


def test_an_exchange_in_the_settings_is_bound(hub: Any, path: Path, broker: Broker) -> None:
    consumer = Consumer(hub, AmqpSource(settings(exchange="bill", routingKey="reply"), f"amqp+file://{path}"))
    consumer.start()
    assert broker.publish([AmqpMessage(b"1", "reply", "bill")]) == []
    eventually(lambda: len(hub.intake.submitted) == 1)
    consumer.stop()
