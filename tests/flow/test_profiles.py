"""One day under every bindings profile: other systems are touched, and the customers end up with the same."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest

from hub.demo import day
from hub.demo.final_state import digest_of
from hub.demo.hubs import Hubs
from hub.demo.orders import Network
from hub.demo.peers import Peers
from hub.demo.processes import house
from hub.demo.result import Result
from hub.demo.scenarios import FIVE, FOUR, OLD, SCENARIOS, Scenario
from hub.topology import bundled
from tests.flow.house import reserved_port

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]

CENTRAL = {"SPS", "RM", "WFM", "NA"}
LOCAL = {"SPS-LOCAL", "RM-LOCAL", "WFM-LOCAL", "NA"}
LEGACY = {"97", "97-DATA"}
TOUCHED: Mapping[str, set[str]] = {
    "mode-1": CENTRAL,
    "mode-3": LOCAL,
    "mode-4": LOCAL | {"CRM-LOCAL"},
    "evolution-2": {"SPS", "RM-INTERIM", "WFM", "NA"},
    "evolution-3": LEGACY,
    "evolution-4": {"SPS-EXT", "RM-LOCAL", "WFM-LOCAL", "NA"},
    "path-3": LEGACY | {"SPS-EXT", "RM-LOCAL", "WFM-LOCAL", "NA"},
}
"""Profile -> which of the systems that profiles choose between serve the three networks that they decide. Those whose
bindings are the same as another's are not run again (tests/systems/test_profiles.py)."""
CHOICE = set().union(*TOUCHED.values())
DECIDED: tuple[Network, ...] = (OLD, FOUR, FIVE)


def decided() -> list[tuple[int, Scenario]]:
    """The smallest day: what happens in the networks that a profile decides, each customer the one of the whole day."""
    return [(n + 1, s) for n, s in enumerate(SCENARIOS) if s.network in DECIDED or s.name == "crm-to-nms-refused"]


def lived(profile: str, data: Path) -> Result:
    with reserved_port() as port, ExitStack() as stack:
        running = stack.enter_context(house(data, port.getsockname()[1], profile=profile))
        hubs, peers = Hubs(data), Peers(running.peers)
        stack.callback(hubs.close)
        stack.callback(peers.close)
        runs = [day.Run(scenario, scenario.order(serial)) for serial, scenario in decided()]
        return day.live(runs, hubs, peers, lambda: None, bundled(profile))


@pytest.fixture(scope="module")
def days(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Result]:
    folder = tmp_path_factory.mktemp("profiles")
    with ThreadPoolExecutor(2) as pool:
        return dict(zip(TOUCHED, pool.map(lambda name: lived(name, folder / name), TOUCHED), strict=True))


def test_every_order_ends_as_expected_and_every_peer_did_what_was_needed_once(days: Mapping[str, Result]) -> None:
    strays = {name: [*result.differences, *_strays(result)] for name, result in days.items()}
    assert {name: found for name, found in strays.items() if found} == {}


def test_the_customers_end_up_with_the_same_whoever_served_them(days: Mapping[str, Result]) -> None:
    assert len({digest_of(result.state) for result in days.values()}) == 1


def test_the_peers_touched_are_those_that_the_profile_says(days: Mapping[str, Result]) -> None:
    touched = {name: {code for code in CHOICE if result.peers[code]["effects"]} for name, result in days.items()}
    assert touched == TOUCHED


def _strays(result: Result) -> list[str]:
    return [f"{run.scenario.name}: {run.reached} {run.text}" for run in result.runs if not run.as_expected]
