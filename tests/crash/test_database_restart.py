"""PostgreSQL is restarted as after a crash in the middle of the day: nothing taken is lost, nothing done twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from hub.demo.scenarios import SCENARIOS
from tests.cluster import private_cluster
from tests.crash.parts import live, runs_of, strays
from tests.crash.town import Town


@pytest.mark.needs("postgres")
@pytest.mark.timeout(300)
def test_a_database_that_crashes_in_the_middle_and_comes_back_loses_nothing(tmp_path: Path) -> None:
    with private_cluster() as cluster:
        town = Town(tmp_path / "day", cluster.url)
        try:
            runs = runs_of(town, [scenario.name for scenario in SCENARIOS], 2)
            result = live(town, runs, after=5, do=cluster.restart_at_once)
            assert strays(result) == []
            assert all(counts["duplicates"] == 0 for counts in result.peers.values())
            acknowledged = {run.order_id for run in runs if run.order_id}
            kept = {id for (id,) in town.query("SELECT id FROM orders")}
            assert acknowledged <= kept
        finally:
            town.close()
