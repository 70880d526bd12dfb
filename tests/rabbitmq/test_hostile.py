"""What anybody with an account at the broker can send: to the hub's real intake, on a real RabbitMQ."""

from __future__ import annotations

import gzip
import os
import pickle
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pika
import pytest
import sqlalchemy as sa
from pika.exceptions import ChannelClosedByBroker

from hub.bootstrap import build
from hub.config import load
from hub.runtime import Hub
from hub.store import schema
from interfaces.spec.registry import bundled_folder
from tests.flow.house import until
from tests.rabbit import own_names, raw

QUEUE = "hub.bill.reply"
GOOD = (bundled_folder() / "BILL/bill-reply/examples/done.request.json").read_bytes()
DEATH = {"queue": "bill.sync", "reason": "rejected", "count": 99, "exchange": "", "routing-keys": ["bill.sync"]}


class Trap:
    """Unpickled, it makes a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> Any:
        return os.mkdir, (str(self.path),)


def nested(depth: int) -> dict[str, Any]:
    return {"a": nested(depth - 1)} if depth else {"a": "b"}


TAKEN: dict[str, tuple[bytes, dict[str, Any]]] = {
    "as agreed": (GOOD, {}),
    "a forged x-death": (GOOD, {"headers": {"x-death": [DEATH], "x-first-death-queue": "bill.sync"}}),
    "an x-death of no shape": (GOOD, {"headers": {"x-death": [1, "x", {"queue": 7, "count": "many"}]}}),
    "a forged delivery count": (GOOD, {"headers": {"x-delivery-count": 99}}),
    "a delivery count that is no number": (GOOD, {"headers": {"x-delivery-count": "99"}}),
    "a reply_to of somebody else": (GOOD, {"reply_to": "wfm.dispatch"}),
    "a reply_to of the broker": (GOOD, {"reply_to": "amq.direct"}),
    "nested headers": (GOOD, {"headers": nested(40)}),
    "headers of every kind": (GOOD, {"headers": {"a": 1, "b": True, "c": None, "d": [1], "e": b"\xff"}}),
    "headers named like properties": (GOOD, {"headers": {"message_id": "x", "reply_to": "y", ":encoding": "punycode"}}),
    "a pickle's content type": (GOOD, {"content_type": "application/x-python-serialize"}),
    "no content type": (GOOD, {"content_type": None}),
    "a type nobody agreed": (GOOD, {"type": "dropEverything", "app_id": "root", "priority": 255}),
    "the user who he is": (GOOD, {"user_id": "guest"}),
    "a correlation id that is no text": (GOOD, {"correlation_id": b"\xff\xfe"}),
    "a long correlation id": (GOOD, {"correlation_id": "9" * 255}),
}
REFUSED: dict[str, tuple[bytes, dict[str, Any], str]] = {
    "a thousand headers": (GOOD, {"headers": {f"h{n}": "x" for n in range(1000)}}, "too_large"),
    "a huge header": (GOOD, {"headers": {"h": "x" * 100_000}}, "too_large"),
    "a NUL in a header": (GOOD, {"headers": {"h": "a\0b"}}, "invalid"),
    "a NUL in a property": (GOOD, {"correlation_id": "a\0b"}, "invalid"),
    "a huge body": (b'"' + b"x" * (3 << 20) + b'"', {}, "too_large"),
    "a compressed body": (gzip.compress(GOOD), {"content_encoding": "gzip"}, "invalid"),
    "a body that says to be compressed": (GOOD, {"content_encoding": "gzip"}, "invalid"),
    "a compressed body that does not say so": (gzip.compress(GOOD), {}, "invalid"),
    "an unknown charset": (GOOD, {"content_type": "application/json; charset=punycode"}, "invalid"),
    "nothing": (b"", {}, "invalid"),
    "no JSON": (b"<reply/>", {}, "invalid"),
    "no object": (b"[1, 2]", {}, "invalid"),
    "no UTF-8": (b'{"request_id": "\xff"}', {}, "invalid"),
    "not a number": (b'{"request_id": NaN}', {}, "invalid"),
    "deep JSON": (b"[" * 50_000 + b"]" * 50_000, {}, "too_large"),
    "a NUL in a value": (GOOD.replace(b'"request_id": "', b'"request_id": "\\u0000'), {}, "invalid"),
    "a field missing": (b"{}", {}, "invalid"),
}


class World:
    """A hub that listens on RabbitMQ, and what a stranger does there."""

    def __init__(self, hub: Hub, url: str, prefix: str) -> None:
        self.hub, self.url, self.prefix = hub, url, prefix

    def send(self, body: bytes, **properties: Any) -> None:
        with raw(self.url) as channel:
            channel.confirm_delivery()
            fields = {"content_type": "application/json", **properties}
            channel.basic_publish("", self.prefix + QUEUE, body, pika.BasicProperties(**fields), mandatory=True)

    def row(self, name: str) -> dict[str, Any]:
        """The journal's row of the message with this id, as soon as it is there."""
        return until(lambda: self.rows(name), bool)[0]

    def rows(self, name: str) -> list[dict[str, Any]]:
        t = schema.message
        with self.hub.store.read() as connection:
            rows = connection.execute(sa.select(t).where(t.c.endpoint == f"amqp:{QUEUE}")).mappings().all()
        return [dict(row) for row in rows if row["headers"].get("message_id") == name]

    def goes_on(self) -> None:
        """What stands behind in the queue is taken."""
        marker = secrets.token_hex(6)
        self.send(GOOD, message_id=marker)
        assert self.row(marker)["outcome"] == "unknown"

    def dead(self, message_id: str) -> Any:
        """Properties of the dead letter with this id, as soon as it is there; it is taken out."""

        def look() -> Any:
            with raw(self.url) as channel:
                while (got := channel.basic_get(f"{self.prefix}{QUEUE}.dead", auto_ack=True))[0] is not None:
                    if got[1].message_id == message_id:
                        return got[1]
            return None

        return until(look, lambda found: found is not None)


@pytest.fixture(scope="module")
def world(rabbitmq_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    data = tmp_path_factory.mktemp("hub")
    queues = (QUEUE, "hub.wfm.result")
    with own_names(rabbitmq_url, *queues, *(f"{name}.dead" for name in queues)) as address:
        (data / "amqp.url").write_text(address)
        hub = build(load(data, amqp=f"file:{data}/amqp.url"))
        for consumer in hub.consumers:
            consumer.start()
        yield World(hub, rabbitmq_url, address.partition("?prefix=")[2])
        hub.stop()


@pytest.mark.parametrize("name", TAKEN)
def test_what_is_only_odd_is_taken_as_what_it_says(world: World, name: str) -> None:
    body, properties = TAKEN[name]
    world.send(body, **{"message_id": name, **properties})
    row = world.row(name)
    assert row["outcome"] == "unknown", "no order of ours is meant, and it is kept"
    assert not [key for key in row["headers"] if key.startswith(("x-", ":"))]
    world.goes_on()
    assert len(world.rows(name)) == 1, "taken once"


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_taken_is_journalled_and_dead_lettered_and_the_queue_moves_on(world: World, name: str) -> None:
    body, properties, code = REFUSED[name]
    world.send(body, **{"message_id": name, **properties})
    row = world.row(name)
    assert row["outcome"] == code
    assert len(row["raw"]) <= 1 << 20
    world.goes_on()
    dead = world.dead(name)
    assert dead.headers["x-death"][0]["reason"] == "rejected"
    assert dead.headers["x-death"][0]["queue"] == world.prefix + QUEUE


def test_no_pickle_is_ever_opened(world: World, tmp_path: Path) -> None:
    trap = tmp_path / "sprung"
    for kind in ("application/x-python-serialize", "application/json", "application/octet-stream"):
        world.send(pickle.dumps(Trap(trap)), message_id=f"pickle {kind}", content_type=kind)
        assert world.row(f"pickle {kind}")["outcome"] == "invalid"
    assert not trap.exists()


def test_messages_without_an_id_and_with_the_same_id_are_each_kept(world: World) -> None:
    for _ in range(2):
        world.send(GOOD)
        world.send(GOOD, message_id="the same")
    world.goes_on()
    assert len(world.rows("the same")) == 2


def test_a_message_that_is_over_at_once_hinders_nobody(world: World) -> None:
    world.send(GOOD, message_id="over", expiration="0")
    world.goes_on()


def test_nothing_is_published_to_a_reply_to_that_came_with_a_message(world: World) -> None:
    with raw(world.url) as channel:
        theirs = channel.queue_declare("", exclusive=True).method.queue
        for body in (GOOD, b"broken"):
            world.send(body, message_id=f"to {theirs}", reply_to=theirs)
        world.goes_on()
        assert channel.queue_declare(theirs, passive=True).method.message_count == 0


def test_the_broker_refuses_a_forged_user(world: World) -> None:
    with pytest.raises(ChannelClosedByBroker, match="user_id"):
        world.send(GOOD, message_id="forged", user_id="billing")
    world.goes_on()
    assert world.rows("forged") == []


def test_a_message_that_breaks_the_hub_each_time_is_given_up_at_its_limit(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    submit = world.hub.intake.submit

    def breaks(inbound: Any) -> Any:
        if inbound.wire.headers.get("message_id") == "poison":
            raise KeyError("a bug")
        return submit(inbound)

    monkeypatch.setattr(world.hub.intake, "submit", breaks)
    world.send(GOOD, message_id="poison")
    world.goes_on()
    dead = world.dead("poison")
    assert dead.headers["x-death"][0]["reason"] == "delivery_limit"
    assert len(world.rows("poison")) == 5, "each delivery is in the journal"
