"""Counters and histograms of one hub process, from its start on.

Labels come from what is registered and configured (interface, operation, peer), never from a message, so their number
is bounded and no personal data gets into them. One (interface, operation, peer) has at most 40 series: a histogram's
``BUCKETS`` with its sum and count, and one counter an outcome (``ok`` or a Failure's code).
"""

from __future__ import annotations

from concurrent.futures import Future
from functools import partial
from typing import Any, Final

from prometheus_client import CollectorRegistry, Counter, Histogram, disable_created_metrics

from interfaces.clock import monotonic
from interfaces.failure import Failure

BUCKETS: Final = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""Seconds."""
SIZES: Final = (1, 2, 5, 10, 20, 50, 100, 200, 500)
"""Writes in one commit; the writer takes no more than the last."""
COMMITS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0)
"""Seconds."""

disable_created_metrics()  # type: ignore[no-untyped-call] # a series more for each of the others, and nobody asks for them


class Meters:
    """Thread-safe. ``registry``: what is exposed of it; each hub has its own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._received = Counter(
            "mboss_received",
            "Messages from outside systems by what came of them: ok, or the code of the refusal.",
            ["interface", "operation", "outcome"],
            registry=self.registry,
        )
        self._answered = Histogram(
            "mboss_received_seconds",
            "From a message read to its answer ready, commit included.",
            ["interface", "operation"],
            buckets=BUCKETS,
            registry=self.registry,
        )
        self._sent = Counter(
            "mboss_sent",
            "Requests to peers by what came of them: ok, or the code of the failure.",
            ["interface", "operation", "peer", "outcome"],
            registry=self.registry,
        )
        self._took = Histogram(
            "mboss_sent_seconds",
            "From a request sent to its answer, or to the end of waiting.",
            ["interface", "operation", "peer"],
            buckets=BUCKETS,
            registry=self.registry,
        )
        self._batch = Histogram(
            "mboss_store_batch_writes", "Writes in one commit.", buckets=SIZES, registry=self.registry
        )
        self._commit = Histogram(
            "mboss_store_commit_seconds",
            "One commit of the store, with its statements.",
            buckets=COMMITS,
            registry=self.registry,
        )

    def received(self, interface: str, operation: str, answer: Future[Any]) -> None:
        """Counts a message once ``answer`` is there; ``interface`` is the spec's id without its version."""
        answer.add_done_callback(partial(self._counted, interface, operation, monotonic()))

    def _counted(self, interface: str, operation: str, begun: float, answer: Future[Any]) -> None:
        self._answered.labels(interface, operation).observe(monotonic() - begun)
        self._received.labels(interface, operation, outcome(answer.exception())).inc()

    def unread(self, failure: Failure) -> None:
        """A request so broken that no operation could be told."""
        self._received.labels("", "", failure.code).inc()

    def took(self, interface: str, operation: str, peer: str, seconds: float) -> None:
        """One request to a peer, however it ended."""
        self._took.labels(interface, operation, peer).observe(seconds)

    def sent(self, interface: str, operation: str, peer: str, error: BaseException | None = None) -> None:
        """What came of it, once that is known."""
        self._sent.labels(interface, operation, peer, outcome(error)).inc()

    def committed(self, writes: int, seconds: float) -> None:
        """One transaction of the writer."""
        self._batch.observe(writes)
        self._commit.observe(seconds)


def outcome(error: BaseException | None) -> str:
    """The label's value: ``ok``, a Failure's code, or ``internal`` for what is none."""
    return "ok" if error is None else error.code if isinstance(error, Failure) else "internal"
