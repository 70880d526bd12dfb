"""The AMQP suite on both drivers, alone and crossing: one publishes, the other gets."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from pathlib import Path
from pkgutil import resolve_name

import pytest

from interfaces.amqp import Broker
from tests.conformance.amqp_suite import AmqpSuite

HUB, PEER = "adapters.channels.amqp_broker:Broker", "mocks.amqp:Broker"
PAIRS = [(HUB, HUB), (PEER, PEER), (HUB, PEER), (PEER, HUB)]


def present(name: str) -> bool:
    return importlib.util.find_spec(name.partition(":")[0]) is not None


@pytest.fixture(params=[pair for pair in PAIRS if all(map(present, pair))], ids=lambda p: f"{p[0][:5]}-{p[1][:5]}")
def pair(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Broker, Broker]]:
    path = tmp_path / "amqp.db"
    one, two = (resolve_name(name)(path) for name in request.param)
    yield one, two
    one.close()
    two.close()


@pytest.fixture
def broker(pair: tuple[Broker, Broker]) -> Broker:
    return pair[0]


@pytest.fixture
def reader(pair: tuple[Broker, Broker]) -> Broker:
    return pair[1]


class TestAmqp(AmqpSuite):
    pass
