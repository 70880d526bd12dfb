"""The town is built once; stores that a test changes are its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.store.engine import sqlite_url
from hub.store.writer import Store
from tests.api.world import fill
from tests.identity.town import Town


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    store = Store(sqlite_url(tmp_path_factory.mktemp("town") / "hub.db"))
    fill(store)
    yield Town(store)
    store.close()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = Store(sqlite_url(tmp_path / "hub.db"))
    yield made
    made.close()
