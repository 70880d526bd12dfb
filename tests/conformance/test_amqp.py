"""The AMQP suite on all four drivers, alone and crossing: one side publishes, the other gets."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from adapters.channels import amqp as hub
from interfaces.amqp import Broker
from mocks import amqp as peers
from tests.conformance.amqp_suite import AmqpSuite
from tests.rabbit import own_names

Open = Callable[[str], Broker]
PAIRS: dict[str, tuple[Open, Open]] = {
    "hub": (hub.open_broker, hub.open_broker),
    "peers": (peers.open_broker, peers.open_broker),
    "hub-to-peers": (hub.open_broker, peers.open_broker),
    "peers-to-hub": (peers.open_broker, hub.open_broker),
}


@pytest.fixture(params=PAIRS)
def pair(request: pytest.FixtureRequest, address: str) -> Iterator[tuple[Broker, Broker]]:
    one, two = (opened(address) for opened in PAIRS[request.param])
    yield one, two
    one.close()
    two.close()


@pytest.fixture
def broker(pair: tuple[Broker, Broker]) -> Broker:
    return pair[0]


@pytest.fixture
def reader(pair: tuple[Broker, Broker]) -> Broker:
    return pair[1]


class TestEmbedded(AmqpSuite):
    @pytest.fixture
    def address(self, tmp_path: Path) -> str:
        return f"amqp+file://{tmp_path}/amqp.db"


class TestRabbitMQ(AmqpSuite):
    @pytest.fixture
    def address(self, rabbitmq_url: str) -> Iterator[str]:
        with own_names(rabbitmq_url, "work", "dead", "audit") as address:
            yield address
