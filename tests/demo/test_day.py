"""The first day, for real: hub and mock peers as processes, orders over every channel; once undisturbed, and once in
another order of arrival with the hub killed in the middle and started by hand."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from hub import runfile
from hub.demo.final_state import digest_of
from hub.demo.processes import child
from hub.demo.result import needs_of
from hub.demo.scenarios import SCENARIOS
from hub.topology import bundled
from mocks.peers import PEERS
from tests.demo import readme
from tests.demo.day import MBOSS, free_port, last_object, started
from tests.flow.house import LIMIT, Record, running, until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

ORDERS = 2 * len(SCENARIOS)
SCENARIO_KEYS = ["name", "channel", "area", "expected", "reached", "peers", "ms"]


@dataclass
class Day:
    """result: the object that the command's standard output ended with; state: what it dumped."""

    url: str
    result: Record
    state: Record


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Day]:
    """The whole mix, and the house left running."""
    folder, port = tmp_path_factory.mktemp("day"), free_port()
    state = folder / "state.json"
    arguments = ["--orders", str(ORDERS), "--port", str(port), "--data", str(folder / "data")]
    with started("demo", "--serve", "--json", *arguments, "--dump-state", str(state), log=folder / "log") as process:
        result = last_object(process.stdout)
        yield Day(f"http://127.0.0.1:{port}", result, json.loads(state.read_text("utf-8")))
    assert process.returncode == 0
    assert runfile.read(folder / "data") == {"hubs": []}


@dataclass
class Killed(Day):
    """code: the demo's; second: the hub that took over, and that the demo did not start."""

    code: int
    second: subprocess.Popen[bytes]


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Killed]:
    folder, port = tmp_path_factory.mktemp("killed"), free_port()
    data, state = folder / "data", folder / "state.json"
    arguments = ["--orders", str(ORDERS), "--seed", "7", "--port", str(port), "--data", str(data)]
    with started("demo", "--json", *arguments, "--dump-state", str(state), log=folder / "log") as demo:
        (first,) = until(lambda: runfile.read(data)["hubs"], lambda hubs: len(hubs) == 1)
        until(lambda: _ended(first["url"]), lambda count: count >= 3)
        os.kill(first["pid"], signal.SIGKILL)
        until(lambda: running(data), lambda pids: pids == [])
        with child(["hub.cli.main", "serve", "--data", str(data)], data / "second.log") as second:
            until(lambda: running(data), lambda pids: pids == [second.pid])
            result = last_object(demo.stdout)
            code = demo.wait(LIMIT)
            yield Killed(first["url"], result, json.loads(state.read_text("utf-8")), code, second)


def _ended(url: str) -> int:
    """Orders that have reached their end at this hub so far."""
    try:
        listed = httpx.get(f"{url}/api/v1/orders", params={"type": "ProductOrder", "limit": 200}, trust_env=False)
        return sum(bool(order["reached"]) for order in listed.json()["items"])
    except httpx.TransportError:
        return 0


def mboss(day: Day, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"MBOSS_URL": day.url}
    return subprocess.run([*MBOSS, *arguments], capture_output=True, text=True, env=environment, check=False)


def test_every_order_ends_as_expected(day: Day) -> None:
    ends = {s["name"]: s["reached"] for s in day.result["scenarios"]}
    assert ends == {s.name: s.expected for s in SCENARIOS}
    assert (day.result["orders"], day.result["as_expected"]) == (ORDERS, ORDERS)
    assert "differences" not in day.result


def test_no_peer_saw_an_effect_twice(day: Day) -> None:
    assert {peer["duplicates"] for peer in day.result["peers"].values()} == {0}


def test_a_billing_system_that_timed_out_is_asked_and_not_told_again(day: Day) -> None:
    calls = {s["name"]: s["peers"] for s in day.result["scenarios"]}
    assert calls["bill-does-it-and-times-out"]["BILL"] == 2
    assert calls["ftth-install"]["BILL"] == 1


def test_questions_count_the_peers_they_were_asked_on(day: Day) -> None:
    peers = {s["name"]: s["peers"] for s in day.result["scenarios"]}
    assert peers["arrears-query"] == {"BILL": 1}
    assert peers["customer-query"] == {"CRM": 1}
    assert peers["crm-to-nms-refused"] == {}
    assert peers["voice-97"] == {"97": 1, "BILL": 1, "CRM": 2}


def test_what_was_refused_leaves_nothing_behind(day: Day) -> None:
    [refused] = [s.order(n + 1) for n, s in enumerate(SCENARIOS) if s.name == "rm-refusal"]
    hubs = json.loads(mboss(day, "order", "show", refused.external_id, "--json").stdout)
    assert hubs["compensated"]
    assert not [c for c in _customers(day) if c["id"] == refused.customer and c["instances"]]


def _customers(day: Day) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = httpx.get(f"{day.url}/api/v1/peers/CRM/state").json()["customers"]
    return found


def test_the_tour_of_the_readme_works(day: Day) -> None:
    for arguments in readme.commands("curl"):
        assert readme.curl(arguments, day.url).is_success, arguments
    tour = readme.commands("mboss")
    assert len(tour) > 6
    for _, *arguments in tour:
        said = mboss(day, *arguments)
        assert said.returncode == 0, said.stderr
        assert said.stdout.strip()


def test_a_day_is_not_run_twice_in_one_folder(tmp_path: Path) -> None:
    (tmp_path / "mocks").mkdir()
    said = subprocess.run([*MBOSS, "demo", "--data", str(tmp_path)], capture_output=True, text=True, check=False)
    assert said.returncode == 1
    assert "every day begins with empty systems" in said.stderr


def test_the_result_is_one_object_of_the_agreed_shape(day: Day) -> None:
    assert list(day.result) == ["orders", "as_expected", "final_state", "scenarios", "peers"]
    assert all(list(scenario) == SCENARIO_KEYS for scenario in day.result["scenarios"])
    assert all(set(counts) == {"calls", "effects", "duplicates"} for counts in day.result["peers"].values())
    assert set(day.result["peers"]) == set(PEERS)


def test_every_scenario_was_played_in_its_network_and_by_its_channel(day: Day) -> None:
    played = {(s["name"], s["channel"], s["area"], s["expected"]) for s in day.result["scenarios"]}
    assert played == {(s.name, s.channel, s.network.area, s.expected) for s in SCENARIOS}


def test_peers_did_what_the_orders_needed_and_nothing_twice(day: Day) -> None:
    wanted = Counter[str]()
    for scenario in day.result["scenarios"]:
        needs = needs_of(next(s for s in SCENARIOS if s.name == scenario["name"]), bundled("first-day"))
        wanted.update({peer: sum(steps.values()) for peer, steps in needs.items()})
    done = Counter({peer: counts["effects"] for peer, counts in day.result["peers"].items()})
    assert done == wanted  # as counters: a peer that nobody needed did nothing
    assert {counts["duplicates"] for counts in day.result["peers"].values()} == {0}


def test_the_final_state_is_the_digest_of_the_dumped_state(day: Day) -> None:
    assert day.result["final_state"] == digest_of(day.state)
    customer = next(name for name, instances in day.state.items() if instances)
    (instance,) = day.state[customer]
    assert set(instance) == {"offer", "state", "number", "suspensions", "subscription", "charged", "ended"}
    for other in ({**instance, "state": "suspended"}, {**instance, "charged": not instance["charged"]}):
        assert digest_of(day.state | {customer: [other]}) != day.result["final_state"]


def test_a_day_whose_hub_is_killed_goes_on_with_the_next_hub_and_does_nothing_twice(killed: Killed) -> None:
    assert (killed.code, killed.result["as_expected"]) == (0, ORDERS)
    assert {counts["duplicates"] for counts in killed.result["peers"].values()} == {0}


def test_the_demo_ends_no_process_that_it_did_not_start(killed: Killed) -> None:
    assert killed.second.poll() is None


def test_the_same_day_ends_in_the_same_state_whatever_the_order_of_arrival(day: Day, killed: Killed) -> None:
    assert killed.result["final_state"] == day.result["final_state"]
    assert killed.state == day.state
