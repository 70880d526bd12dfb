"""A day's orders through a house whose hub dies, and what has to be true afterwards."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from hub.demo import day
from hub.demo.hubs import Hubs
from hub.demo.peers import Peers
from hub.demo.result import Result, Run
from hub.demo.scenarios import SCENARIOS
from tests.flow.house import LIMIT, House


class Driven(Protocol):
    """What a day is driven through: one hub or several, and the peers."""

    hubs: Hubs
    peers: Peers

    def serial(self) -> int: ...


def runs_of(house: Driven, names: Sequence[str], times: int = 1) -> list[Run]:
    """Orders of these scenarios, by new customers."""
    chosen = [s for s in SCENARIOS if s.name in names]
    return [Run(scenario, scenario.order(house.serial())) for _ in range(times) for scenario in chosen]


def live(
    house: Driven,
    runs: list[Run],
    *,
    after: int = 0,
    do: Callable[[], None] = lambda: None,
    also: Mapping[int, Callable[[], None]] | None = None,
) -> Result:
    """The day as the demo drives it; ``do`` is called once, when ``after`` orders have reached their end, and what
    ``also`` names when so many have."""
    ended = iter(range(1, len(runs) + 1))
    happens = {after: do, **(also or {})}

    def tick() -> None:
        happens.get(next(ended), lambda: None)()

    return day.live(runs, house.hubs, house.peers, tick)


def strays(result: Result) -> list[str]:
    """Every order that did not end as it had to, and every effect too many or too few, in words."""
    wrong = [run for run in result.runs if not run.as_expected]
    return [f"{r.scenario.name}: {r.reached} ({r.text}), not {r.scenario.expected}" for r in wrong] + result.differences


def start_again_when_dead(house: House) -> threading.Thread:
    """Somebody who starts the hub again, once, as soon as it has died."""

    def wait_and_start() -> None:
        house.hub.wait(LIMIT)
        house.start_hub()

    watcher = threading.Thread(target=wait_and_start, daemon=True)
    watcher.start()
    return watcher
