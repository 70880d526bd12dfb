"""The store suite on both engines, and the schema that its revisions make."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.store.writer import Store
from tests.conformance.store_suite import StoreSuite
from tests.stores import ENGINES, opened, store_url


@pytest.fixture(params=ENGINES)
def url(tmp_path: Path, request: pytest.FixtureRequest) -> str:
    return store_url(request.param, tmp_path, request)


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    with opened(url) as made:
        yield made


class TestStore(StoreSuite):
    pass
