from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from hub import policy
from hub.ending import Ending
from hub.outcome import Outcomes
from hub.store.writer import Store
from interfaces.clock import VirtualClock
from tests.hub.house import House
from tests.hub.rows import AT
from tests.stores import ENGINES, opened, store_url


@pytest.fixture(params=ENGINES)
def url(tmp_path: Path, request: pytest.FixtureRequest) -> str:
    """An empty store of each engine."""
    return store_url(request.param, tmp_path, request)


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    with opened(url) as made:
        yield made


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(AT)


@pytest.fixture
def outcomes(clock: VirtualClock) -> Outcomes:
    return Outcomes(clock, policy.bundled(), Ending(lambda order: None, lambda channel: False))


@pytest.fixture
def house(store: Store, clock: VirtualClock, outcomes: Outcomes) -> House:
    return House(store, clock, outcomes)
