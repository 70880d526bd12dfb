"""/metrics: the process's meters, and gauges read from the store each time they are asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import sqlalchemy as sa
from prometheus_client import CollectorRegistry, Metric, ProcessCollector, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from hub.runtime import Hub
from hub.store.schema import fallout, peer_state, task
from hub.views.balance import balance
from hub.views.peers import OPEN
from interfaces.clock import SECOND


def exposition(hub: Hub, peers: Iterable[str]) -> bytes:
    """Prometheus text format 0.0.4, in UTF-8. ``peers``: codes that are configured or bound. Failure ``unavailable``
    when the store does not answer."""
    registry = CollectorRegistry(auto_describe=False)
    ProcessCollector(registry=registry)
    registry.register(_Standing(hub, frozenset(peers)))
    return generate_latest(hub.meters.registry) + generate_latest(registry)


class _Standing(Collector):
    """What stands in the store, of all hub processes together; and what this process cannot read."""

    def __init__(self, hub: Hub, peers: frozenset[str]) -> None:
        self._hub = hub
        self._known = peers

    def describe(self) -> list[Metric]:
        """Nothing beforehand: the store is asked only when it is collected."""
        return []

    def collect(self) -> Iterator[Metric]:
        now = self._hub.clock.now()
        with self._hub.store.read() as connection:
            yield _gauge("mboss_orders", "Orders and queries by where they are.", "state", balance(connection).items())
            yield from _tasks(connection, now)
            yield from _fallout(connection, now)
            yield from _peers(connection, self._known)
        readable = ((one.endpoint, 0 if one.trouble else 1) for one in self._hub.consumers)
        yield _gauge("mboss_consumer_up", "1: the queue, table or folder is being read.", "endpoint", readable)


def _tasks(connection: sa.Connection, now: int) -> Iterator[Metric]:
    c = task.c
    counts = GaugeMetricFamily("mboss_tasks", "Tasks that have not ended, by peer and state.", labels=["peer", "state"])
    oldest = GaugeMetricFamily(
        "mboss_task_oldest_seconds",
        "Age of the oldest: since it was due (ready), or since it last moved.",
        labels=["peer", "state"],
    )
    began = sa.func.min(sa.case((c.state == "ready", c.due_at), else_=c.updated_at))
    query = sa.select(c.peer, c.state, sa.func.count(), began).where(c.state.in_(OPEN)).group_by(c.peer, c.state)
    for peer, state, count, since in connection.execute(query):
        counts.add_metric([peer, state], count)
        oldest.add_metric([peer, state], max(0, now - since) / SECOND)
    yield counts
    yield oldest


def _fallout(connection: sa.Connection, now: int) -> Iterator[Metric]:
    c = fallout.c
    query = (
        sa.select(c.category, sa.func.count(), sa.func.min(c.created_at)).where(c.state == "open").group_by(c.category)
    )
    rows = list(connection.execute(query))
    yield _gauge("mboss_fallout_open", "Cases that wait for a person.", "category", ((r[0], r[1]) for r in rows))
    ages = ((r[0], max(0, now - r[2]) / SECOND) for r in rows)
    yield _gauge("mboss_fallout_oldest_seconds", "Age of the oldest open case.", "category", ages)


def _peers(connection: sa.Connection, codes: frozenset[str]) -> Iterator[Metric]:
    c = peer_state.c
    states = {peer: (breaker, held) for peer, breaker, held in connection.execute(sa.select(c.peer, c.breaker, c.held))}
    every = [(code, *states.get(code, ("closed", 0))) for code in sorted({*codes, *states} - {""})]
    up = ((code, 0 if breaker == "open" else 1) for code, breaker, _ in every)
    yield _gauge("mboss_peer_up", "0: out of reach, the breaker is open.", "peer", up)
    yield _gauge(
        "mboss_peer_held", "1: a person holds what goes there.", "peer", ((code, held) for code, _, held in every)
    )


def _gauge(name: str, text: str, label: str, values: Iterable[tuple[str, float]]) -> Metric:
    family = GaugeMetricFamily(name, text, labels=[label])
    for key, value in values:
        family.add_metric([key], value)
    return family
