"""A day on RabbitMQ: whose queues it takes, what it leaves behind, and who may read its password."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.channels.amqp import Broker, open_broker
from hub.config import load
from hub.demo.processes import secret_file, write_config
from hub.demo.queues import names, own_queues, rabbit_address
from interfaces.amqp import AmqpMessage
from interfaces.failure import Failure
from mocks import runner
from tests.rabbit import own_names


@pytest.fixture
def address(rabbitmq_url: str) -> Iterator[str]:
    with own_names(rabbitmq_url, *names()) as found:
        yield found


@pytest.fixture
def broker(address: str) -> Iterator[Broker]:
    made = open_broker(address)
    yield made
    made.close()


def test_what_the_day_made_is_gone_afterwards_unless_something_is_left_in_it(address: str, broker: Broker) -> None:
    broker.declare("hub.bill.reply")
    with own_queues(address):
        for name in ("bill.sync", "bill.sync.dead", "wfm.dispatch"):
            broker.declare(name)
        broker.publish([AmqpMessage(b"a dead letter", "bill.sync.dead")])
    left = {name for name in names() if broker.exists(name)}
    assert left == {"hub.bill.reply", "bill.sync.dead"}, "somebody else's, and what a person has to look at"


def test_a_queue_that_holds_messages_is_not_taken_and_not_purged(address: str, broker: Broker) -> None:
    broker.declare("bill.sync")
    broker.publish([AmqpMessage(b"somebody's", "bill.sync")])
    with pytest.raises(Failure, match=r"bill\.sync is in use: 1 messages") as caught, own_queues(address):
        pass
    assert "prefix" in caught.value.advice
    assert broker.get("bill.sync")[0].body == b"somebody's"


@pytest.mark.parametrize("given", ["env:NO_SUCH_NAME", "file:/no/such/file", "amqp+file:///tmp/a.db", "http://h/"])
def test_what_names_no_rabbitmq_is_refused(given: str) -> None:
    with pytest.raises(Failure) as caught:
        rabbit_address(given)
    assert caught.value.code == "invalid"
    assert caught.value.advice


def test_a_password_goes_on_as_a_file_that_only_its_owner_reads(tmp_path: Path) -> None:
    secret = "amqp://mboss:s3cret@127.0.0.1/v?prefix=a."
    reference = secret_file(tmp_path / "amqp.url", secret)
    assert (tmp_path / "amqp.url").stat().st_mode & 0o077 == 0
    assert runner.opened(reference) == secret
    assert runner.shown(secret) == "amqp://127.0.0.1:5672/v?prefix=a."
    write_config(tmp_path, 8123, {"amqp": reference, "peers": {}})
    assert "s3cret" not in (tmp_path / "mboss.toml").read_text()
    assert load(tmp_path).amqp == secret
