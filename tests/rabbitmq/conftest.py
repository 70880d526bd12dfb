from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.rabbitmq.node import Node


@pytest.fixture(scope="session")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    """A node of our own, running; a test that kills it starts it again."""
    made = Node(tmp_path_factory.mktemp("rabbit"))
    try:
        made.start()
        yield made
    finally:
        made.stop()
