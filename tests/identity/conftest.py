"""Towns are built once per engine; stores that a test changes are its own, on each engine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from hub.store.engine import sqlite_url
from hub.store.writer import Store
from tests.api.world import fill
from tests.identity.town import Town
from tests.stores import ENGINES, empty_schema, opened, store_url


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    with opened(str(sqlite_url(tmp_path_factory.mktemp("town") / "hub.db"))) as store:
        fill(store)
        yield Town(store)


@pytest.fixture(scope="session")
def postgres_town(postgres_url: str) -> Iterator[Town]:
    with opened(empty_schema(postgres_url, "town")) as store:
        fill(store)
        yield Town(store)


@pytest.fixture(params=ENGINES)
def both_towns(request: pytest.FixtureRequest) -> Town:
    """The same town on each engine."""
    found = request.getfixturevalue("town" if request.param == "sqlite" else "postgres_town")
    assert isinstance(found, Town)
    return found


@pytest.fixture(params=ENGINES)
def stores(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[list[Store]]:
    """The store as two hub processes open it, each with a writer and connections of its own; SQLite has one process."""
    url = store_url(request.param, tmp_path, request)
    with ExitStack() as open_ones:
        one = open_ones.enter_context(opened(url))
        yield [one, one if request.param == "sqlite" else open_ones.enter_context(opened(url))]


@pytest.fixture
def store(stores: list[Store]) -> Store:
    return stores[0]
