from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from hub import policy
from hub.ending import Ending
from hub.outcome import Outcomes
from hub.store.engine import sqlite_url
from hub.store.writer import Store
from interfaces.clock import VirtualClock
from tests.hub.house import House
from tests.hub.rows import AT


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = Store(sqlite_url(tmp_path / "hub.db"))
    yield made
    made.close()


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(AT)


@pytest.fixture
def outcomes(clock: VirtualClock) -> Outcomes:
    return Outcomes(clock, policy.bundled(), Ending(lambda order: None, lambda channel: False))


@pytest.fixture
def house(store: Store, clock: VirtualClock, outcomes: Outcomes) -> House:
    return House(store, clock, outcomes)
