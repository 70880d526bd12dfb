"""A filled store, and what is built on it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient

from hub.api.app import build
from hub.runtime import Hub
from hub.store.engine import sqlite_url
from hub.store.writer import Store
from tests.api.fakes import fake_hub
from tests.api.world import fill


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    folder: Path = tmp_path_factory.mktemp("store")
    store = Store(sqlite_url(folder / "hub.db"))
    fill(store)
    yield store
    store.close()


@pytest.fixture
def connection(store: Store) -> Iterator[sa.Connection]:
    with store.read() as connection:
        yield connection


@pytest.fixture
def hub(store: Store) -> Hub:
    return fake_hub(store)


@pytest.fixture
def client(hub: Hub) -> TestClient:
    return TestClient(build(hub), "http://localhost:8080", raise_server_exceptions=False)
