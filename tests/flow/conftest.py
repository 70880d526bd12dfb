"""One house per test process, shared by the tests of this folder; each test makes orders of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import pytest

from tests.flow.house import House
from tests.flow.line import Line, install


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    made = House(tmp_path_factory.mktemp("house"))
    yield made
    made.close()


@pytest.fixture
def installed(house: House) -> Iterator[Callable[..., Line]]:
    """``installed(network, product, chosen)``; afterwards no peer contradicts itself."""
    yield partial(install, house)
    for peer in ("RM", "NMS", "BILL", "SPS", "97"):
        assert house.verify(peer) == [], f"{peer} contradicts itself"
