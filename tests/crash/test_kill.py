"""kill -9 in the middle of the day: every order ends as it has to, and nothing is done twice."""

from __future__ import annotations

from hub.demo.scenarios import SCENARIOS
from tests.crash.parts import live, runs_of, strays
from tests.flow.house import House, running

EVERYTHING = [scenario.name for scenario in SCENARIOS]


def test_a_hub_killed_in_the_middle_and_started_again_finishes_the_day(house: House) -> None:
    def kill_and_start_again() -> None:
        house.kill_hub()
        house.start_hub()

    result = live(house, runs_of(house, EVERYTHING, 4), after=12, do=kill_and_start_again)
    assert strays(result) == []
    assert all(counts["duplicates"] == 0 for counts in result.peers.values())
    assert running(house.data) == [house.hub.pid]


def test_a_hub_killed_again_and_again_finishes_what_it_took(house: House) -> None:
    runs = runs_of(house, ["ftth-install", "voice-97", "rm-refusal", "wfm-returns-once", "ftth-contractroot"], 3)
    killed = []

    def kill_twice() -> None:
        for _ in range(2):
            killed.append(house.hub.pid)
            house.kill_hub()
            house.start_hub()

    result = live(house, runs, after=3, do=kill_twice)
    assert strays(result) == []
    assert len(set(killed)) == 2
