"""Queues, connections and accounts that are not as they should be: what then is known, and who goes on."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from adapters.channels.amqp import AmqpChannel, open_broker
from adapters.doors.amqp_source import AmqpSource
from adapters.doors.consumer import Consumer
from hub import checks
from hub.demo.hubs import pause
from interfaces.amqp import AmqpMessage
from interfaces.amqp_address import parse
from interfaces.channel import Peer
from interfaces.clock import Deadline
from interfaces.failure import Failure
from interfaces.wire import WireMessage
from mocks.amqp import open_broker as open_peers_broker
from tests.channels.parts import operation
from tests.channels.parts import spec as outbound
from tests.cli.test_check import configured
from tests.doors.parts import Agreement, fake_hub
from tests.doors.test_consumers import QUEUE, eventually, publish, settings
from tests.rabbit import own_names, proxied, raw


@pytest.fixture
def address(rabbitmq_url: str) -> Iterator[str]:
    with own_names(rabbitmq_url, "work", "work.dead", QUEUE, f"{QUEUE}.dead") as found:
        yield found


def prefixed(address: str, name: str) -> str:
    return address.partition("?prefix=")[2] + name


def outer(address: str) -> str:
    return address.partition("?")[0]


def send(address: str, seconds: float = 20.0) -> None:
    channel = AmqpChannel(outbound("amqp"), Peer("BILL", address))
    try:
        channel.call(operation(routingKey="work"), WireMessage(b"{}", "application/json"), Deadline.after(seconds))
    finally:
        channel.close()


@pytest.fixture
def hub() -> Any:
    return fake_hub({"bill-reply": Agreement(settings())})


def test_a_queue_deleted_under_the_hub_is_made_again_and_read(hub: Any, address: str) -> None:
    consumer, broker = Consumer(hub, AmqpSource(settings(), address)), open_broker(address)
    consumer.start()
    publish(broker, "before")
    eventually(lambda: len(hub.intake.submitted) == 1)
    with raw(outer(address)) as channel:
        channel.queue_delete(prefixed(address, QUEUE))
    eventually(lambda: broker.exists(QUEUE))
    publish(broker, "after")
    eventually(lambda: len(hub.intake.submitted) == 2)
    consumer.stop()
    broker.close()


def test_a_queue_that_is_not_there_is_unavailable_and_nothing_is_dropped_silently(address: str) -> None:
    with pytest.raises(Failure, match="no queue takes") as caught:
        send(address)
    assert caught.value.code == "unavailable"


def test_a_full_queue_is_unavailable(address: str) -> None:
    with raw(outer(address)) as channel:
        full = {"x-queue-type": "quorum", "x-max-length": 1, "x-overflow": "reject-publish"}
        channel.queue_declare(prefixed(address, "work"), durable=True, arguments=full)

    def fill() -> None:
        for _ in range(20):
            send(address)

    with pytest.raises(Failure) as caught:
        fill()
    assert caught.value.code == "unavailable"
    assert "negative confirm" in caught.value.message


def test_a_connection_that_died_unused_is_replaced_before_anything_is_sent(address: str) -> None:
    with proxied(address) as (wire, proxy):
        for opened in (open_broker, open_peers_broker):
            broker = opened(wire)
            broker.declare("work", 5, "work.dead")
            assert broker.publish([AmqpMessage(b"1", "work")]) == []
            proxy.cut()
            pause(0.5)  # until that is noticed; a message sent just then is one whose outcome is unknown
            assert broker.publish([AmqpMessage(b"2", "work")]) == []
            broker.close()


def test_a_connection_lost_after_the_message_left_leaves_the_outcome_unknown(address: str) -> None:
    with proxied(address) as (wire, proxy):
        broker = open_broker(wire)
        broker.declare("work", 5, "work.dead")
        broker.publish([AmqpMessage(b"1", "work")])
        proxy.freeze()
        threading.Timer(0.5, proxy.cut).start()
        with pytest.raises(Failure) as caught:
            broker.publish([AmqpMessage(b"2", "work")])
        assert caught.value.code == "timeout"
        broker.close()


@pytest.mark.parametrize("wrong", ["amqp://mboss:s3cret@{host}:{port}/", "amqp://{host}:{port}/no-such-vhost"])
def test_an_account_or_a_virtual_host_that_is_not_there_is_told_without_the_password(address: str, wrong: str) -> None:
    where: Any = parse(address)
    with pytest.raises(Failure) as caught:
        send(wrong.format(host=where.host, port=where.port))
    assert caught.value.code == "unavailable"
    assert "user, password and virtual host" in caught.value.advice
    assert "s3cret" not in str(caught.value) + repr(where)


def test_too_long_a_property_is_refused_before_anything_is_sent(address: str) -> None:
    broker = open_broker(address)
    broker.declare("work", 5, "work.dead")
    with pytest.raises(Failure) as caught:
        broker.publish([AmqpMessage(b"1", "work", message_id="x" * 256)])
    assert caught.value.code == "invalid"
    assert broker.publish([AmqpMessage(b"2", "work")]) == [], "and the channel lives"
    broker.close()


def test_a_queue_of_another_kind_is_named_with_what_to_do(hub: Any, address: str, tmp_path: Path) -> None:
    with raw(outer(address)) as channel:
        channel.queue_declare(prefixed(address, QUEUE), durable=True)  # a classic one
    consumer = Consumer(hub, AmqpSource(settings(), address))
    consumer.start()
    assert consumer.trouble is not None
    assert consumer.trouble.code == "conflict"
    assert QUEUE in str(consumer.trouble)
    assert "delete_queue" in consumer.trouble.advice
    consumer.stop()

    (tmp_path / "url").write_text(address)
    [clash] = checks.findings(configured(tmp_path, amqp=f"file:{tmp_path}/url"))["queues"]
    assert (clash.code, QUEUE in str(clash)) == ("conflict", True)


def test_checking_makes_no_queue(address: str, tmp_path: Path) -> None:
    (tmp_path / "url").write_text(address)
    assert checks.findings(configured(tmp_path, amqp=f"file:{tmp_path}/url"))["queues"] == []
    broker = open_broker(address)
    assert not broker.exists(QUEUE)
    broker.close()


def test_a_long_stall_of_the_hub_gives_messages_back_once(hub: Any, address: str) -> None:
    """What the hub holds while its store is away is leased; when the lease runs out it comes again, once."""
    broker = open_broker(address)
    broker.declare("work", 5, "work.dead")
    broker.publish([AmqpMessage(b"1", "work"), AmqpMessage(b"2", "work")])
    held = []
    while len(held) < 1:
        held = broker.get("work", 1, lease_seconds=0.05)
    eventually(lambda: broker.look("work") == (2, 0))  # type: ignore[attr-defined]
    again = []
    while len(again) < 2:
        again += broker.get("work", 2)
    assert sorted(one.deliveries for one in again) == [2, 2]
    broker.close()
