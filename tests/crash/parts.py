"""A day's orders through a house whose hub dies, and what has to be true afterwards."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hub.demo import day
from hub.demo.result import Result, Run
from hub.demo.scenarios import SCENARIOS
from tests.flow.house import House

SERIALS = iter(range(1, 100_000))


def runs_of(names: Sequence[str], times: int = 1) -> list[Run]:
    """Orders of these scenarios, by new customers."""
    chosen = [s for s in SCENARIOS if s.name in names]
    return [Run(scenario, scenario.order(next(SERIALS))) for _ in range(times) for scenario in chosen]


def live(house: House, runs: list[Run], *, after: int = 0, do: object = None) -> Result:
    """The day as the demo drives it; ``do`` is called once, when ``after`` orders have reached their end."""
    ended = iter(range(1, len(runs) + 1))

    def tick() -> None:
        if next(ended) == after and callable(do):
            do()

    return day.live(runs, house.hubs, house.peers, tick)


def strays(result: Result) -> Iterator[str]:
    """Every order that did not end as it had to, and every effect too many or too few, in words."""
    for run in result.runs:
        if not run.as_expected:
            yield f"{run.scenario.name} {run.order.external_id}: {run.reached} instead of {run.scenario.expected}"
    yield from result.differences
