"""One house per test process, shared by the tests of this folder; each test makes orders of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.flow.house import House


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    made = House(tmp_path_factory.mktemp("house"))
    yield made
    made.close()
