"""A house whose hub is killed, test after test: the peers live on and begin each test as new."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.flow.house import House


@pytest.fixture(scope="session")
def killed_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    made = House(tmp_path_factory.mktemp("killed"))
    yield made
    made.close()


@pytest.fixture
def house(killed_house: House) -> House:
    killed_house.forget()
    return killed_house
