"""Two hubs on PostgreSQL and RabbitMQ, many orders, and everything under them dies once in the middle.

``make soak`` runs 2,000 orders, ``make test`` a twentieth; both on a database cluster and a broker node of their own.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hub.demo import day
from hub.demo.result import Result
from interfaces.clock import monotonic
from tests.cluster import Cluster, private_cluster
from tests.crash.parts import live, strays
from tests.crash.town import Town
from tests.rabbitmq.node import Node

ORDERS = int(os.environ.get("MBOSS_SOAK_ORDERS", "100"))
LONG = 300 + ORDERS
"""Seconds after which a run hangs."""


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    with private_cluster() as made:
        yield made


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    made = Node(tmp_path_factory.mktemp("rabbit"))
    try:
        made.start()
        yield made
    finally:
        made.stop()


@pytest.mark.needs("postgres", "rabbitmq")
@pytest.mark.timeout(LONG)
def test_the_day_with_a_hub_the_broker_and_the_database_dying(tmp_path: Path, cluster: Cluster, node: Node) -> None:
    town = Town(tmp_path / "day", cluster.url, amqp=node.url)
    try:
        deaths = (lambda: hub_dies(town), lambda: broker_dies(node), cluster.restart_at_once)
        result, seconds = driven(town, deaths)
        print(f"\n{ORDERS} orders, a hub, the broker and the database killed once each: {seconds:.0f} s")
        assert strays(result) == []
        assert all(counts["duplicates"] == 0 for counts in result.peers.values())
        kept = {id for (id,) in town.query("SELECT id FROM orders")}
        assert {run.order_id for run in result.runs if run.order_id} <= kept
    finally:
        town.close()


def driven(town: Town, deaths: tuple[Callable[[], None], ...]) -> tuple[Result, float]:
    """The mix of the day, the deaths spread evenly over it."""
    runs = day.plan(ORDERS, seed=1)
    step = len(runs) // (len(deaths) + 1)
    began = monotonic()
    result = live(town, runs, also={step * n: death for n, death in enumerate(deaths, start=1)})
    return result, monotonic() - began


def hub_dies(town: Town) -> None:
    town.kill(0)
    town.start(0)


def broker_dies(node: Node) -> None:
    node.kill()
    node.start()
