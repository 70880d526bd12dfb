"""What every Channel must do (interfaces/channel.py). A driver's test file gives a ``Harness``."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import Protocol

import pytest

from interfaces.channel import Channel
from interfaces.clock import Deadline, monotonic
from interfaces.failure import Failure
from interfaces.spec.model import Operation
from interfaces.wire import WireMessage


class Harness(Protocol):
    """One driver and its peer.

    channel   a channel to a peer that is there and answers
    absent    a channel to a peer that is not there
    stuck     a channel to a peer that is there and does not get on with it, as a context; ``stuck_code`` is what
              then can be known: ``timeout``, or ``unavailable`` where the transport surely took nothing
    taken     the bodies the good peer has got, as the peer stores them
    request   a message of this transport; ``stored`` is how its body looks at the peer
    """

    operation: Operation
    stuck_code: str

    def channel(self) -> Channel: ...

    def absent(self) -> Channel: ...

    def stuck(self) -> AbstractContextManager[Channel]: ...

    def taken(self) -> list[bytes]: ...

    def request(self, number: int = 1) -> WireMessage: ...

    def stored(self, number: int = 1) -> bytes: ...


SECRET = "生僻字-13900000000"
"""Stands in every request; it may reach the peer and nothing else."""


class ChannelSuite:
    @pytest.fixture
    def channel(self, harness: Harness) -> Iterator[Channel]:
        channel = harness.channel()
        yield channel
        channel.close()

    def test_the_peer_gets_the_bytes_unchanged(self, harness: Harness, channel: Channel) -> None:
        channel.call(harness.operation, harness.request(), Deadline.after(10))
        assert harness.taken() == [harness.stored()]

    def test_a_peer_that_is_not_there_is_unavailable(self, harness: Harness) -> None:
        with pytest.raises(Failure) as caught:
            harness.absent().call(harness.operation, harness.request(), Deadline.after(10))
        assert caught.value.code == "unavailable"
        assert caught.value.advice

    def test_a_peer_that_is_stuck_ends_with_the_deadline(self, harness: Harness) -> None:
        began = monotonic()
        with harness.stuck() as channel, pytest.raises(Failure) as caught:
            channel.call(harness.operation, harness.request(), Deadline.after(0.6))
        assert caught.value.code == harness.stuck_code
        assert monotonic() - began < 30  # no exact times here: only that it ends

    def test_a_deadline_that_has_passed_sends_nothing(self, harness: Harness, channel: Channel) -> None:
        with pytest.raises(Failure) as caught:
            channel.call(harness.operation, harness.request(), Deadline.after(0))
        assert caught.value.code == "unavailable"
        assert harness.taken() == []

    def test_threads_share_a_channel(self, harness: Harness, channel: Channel) -> None:
        failures: list[Failure] = []

        def call(number: int) -> None:
            try:
                channel.call(harness.operation, harness.request(number), Deadline.after(20))
            except Failure as failure:
                failures.append(failure)

        threads = [threading.Thread(target=call, args=(n,)) for n in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not failures
        assert sorted(harness.taken()) == sorted(harness.stored(n) for n in range(8))

    def test_nothing_of_a_payload_is_logged_or_told(
        self,
        harness: Harness,
        channel: Channel,
        caplog: pytest.LogCaptureFixture,
        capfd: pytest.CaptureFixture[str],
    ) -> None:
        caplog.set_level(0)
        channel.call(harness.operation, harness.request(), Deadline.after(10))
        with pytest.raises(Failure) as caught:
            harness.absent().call(harness.operation, harness.request(), Deadline.after(10))
        told = caplog.text + "".join(capfd.readouterr()) + str(caught.value) + str(caught.value.to_json())
        assert SECRET not in told

    def test_closing_twice_is_fine(self, harness: Harness) -> None:
        channel = harness.channel()
        channel.close()
        channel.close()
