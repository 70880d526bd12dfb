"""serve: takes its port first, so that a taken one is refused before anything is built."""

from __future__ import annotations

import pytest

from hub.listener import listen
from interfaces.failure import Failure


def test_any_free_port_can_be_asked_for() -> None:
    with listen("127.0.0.1", 0) as listener:
        assert listener.getsockname()[1] > 0


def test_a_taken_port_is_refused_with_advice() -> None:
    with listen("127.0.0.1", 0) as taken, pytest.raises(Failure, match=r"cannot listen on .* give another --port"):
        listen("127.0.0.1", taken.getsockname()[1])
