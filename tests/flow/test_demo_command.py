"""``mboss demo`` as people and programs run it: once undisturbed, once with its hub killed and started by hand."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from hub import runfile
from hub.demo.final_state import digest_of
from hub.demo.processes import child
from hub.demo.result import needs_of
from hub.demo.scenarios import SCENARIOS
from hub.topology import bundled
from mocks.peers import PEERS
from tests.flow.house import LIMIT, Record, reserved_port, running, until

ORDERS = 2 * len(SCENARIOS)
SCENARIO_KEYS = ["name", "channel", "area", "expected", "reached", "peers", "ms"]


@dataclass
class Day:
    """What a demo left: its exit code, the last line of its standard output, the dumped state."""

    code: int
    told: Record
    state: Record


class Demo:
    """A running ``mboss demo``."""

    def __init__(self, data: Path, port: int) -> None:
        self.data = data
        self._dump = data / "state.json"
        data.mkdir()
        command = [sys.executable, "-m", "hub.cli.main", "demo", "--json", "--orders", str(ORDERS), "--seed", "7"]
        where = ["--data", str(data), "--port", str(port), "--dump-state", str(self._dump)]
        self.process = subprocess.Popen([*command, *where], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)

    def day(self) -> Day:
        out, _ = self.process.communicate(timeout=2 * LIMIT)
        return Day(self.process.returncode, json.loads(out.splitlines()[-1]), json.loads(self._dump.read_text("utf-8")))


@pytest.fixture(scope="module")
def quiet(tmp_path_factory: pytest.TempPathFactory) -> Day:
    with reserved_port() as port:
        return Demo(tmp_path_factory.mktemp("quiet") / "day", port.getsockname()[1]).day()


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Day, subprocess.Popen[bytes]]]:
    """The same day; in the middle its hub is killed and another one is started, not by the demo."""
    data = tmp_path_factory.mktemp("killed") / "day"
    with reserved_port() as port:
        demo = Demo(data, port.getsockname()[1])
        (first,) = until(lambda: runfile.read(data)["hubs"], lambda hubs: len(hubs) == 1)
        until(lambda: _ended(first["url"]), lambda count: count >= 3)
        os.kill(first["pid"], signal.SIGKILL)
        until(lambda: running(data), lambda pids: pids == [])
        with child(["hub.cli.main", "serve", "--data", str(data)], data / "second.log") as second:
            until(lambda: running(data), lambda pids: pids == [second.pid])
            yield demo.day(), second


def test_every_order_of_the_day_ends_as_expected(quiet: Day) -> None:
    assert quiet.code == 0
    assert (quiet.told["orders"], quiet.told["as_expected"]) == (ORDERS, ORDERS)


def test_the_last_line_is_one_object_of_the_agreed_shape(quiet: Day) -> None:
    assert list(quiet.told) == ["orders", "as_expected", "final_state", "scenarios", "peers"]
    assert all(list(scenario) == SCENARIO_KEYS for scenario in quiet.told["scenarios"])
    assert all(set(counts) == {"calls", "effects", "duplicates"} for counts in quiet.told["peers"].values())
    assert set(quiet.told["peers"]) == set(PEERS)


def test_every_scenario_was_played_in_its_network_and_by_its_channel(quiet: Day) -> None:
    played = {(s["name"], s["channel"], s["area"], s["expected"]) for s in quiet.told["scenarios"]}
    assert played == {(s.name, s.channel, s.network.area, s.expected) for s in SCENARIOS}


def test_questions_count_the_peers_they_were_asked_on(quiet: Day) -> None:
    peers = {s["name"]: s["peers"] for s in quiet.told["scenarios"]}
    assert peers["arrears-query"] == {"BILL": 1}
    assert peers["customer-query"] == {"CRM": 1}
    assert peers["crm-to-nms-refused"] == {}
    assert peers["voice-97"] == {"97": 1, "BILL": 1, "CRM": 2}
    assert peers["bill-does-it-and-times-out"]["BILL"] == 2


def test_peers_did_what_the_orders_needed_and_nothing_twice(quiet: Day) -> None:
    wanted = Counter[str]()
    for scenario in quiet.told["scenarios"]:
        needs = needs_of(next(s for s in SCENARIOS if s.name == scenario["name"]), bundled("first-day"))
        wanted.update({peer: sum(steps.values()) for peer, steps in needs.items()})
    assert {peer: counts["effects"] for peer, counts in quiet.told["peers"].items()} == wanted
    assert {counts["duplicates"] for counts in quiet.told["peers"].values()} == {0}


def test_the_final_state_is_the_digest_of_the_dumped_state(quiet: Day) -> None:
    assert quiet.told["final_state"] == digest_of(quiet.state)
    customer = next(name for name, instances in quiet.state.items() if instances)
    (instance,) = quiet.state[customer]
    assert set(instance) == {"offer", "state", "number", "subscription", "charged"}
    for other in ({**instance, "state": "suspended"}, {**instance, "charged": not instance["charged"]}):
        assert digest_of(quiet.state | {customer: [other]}) != quiet.told["final_state"]


def test_a_day_whose_hub_was_killed_goes_on_with_the_next_hub(killed: tuple[Day, subprocess.Popen[bytes]]) -> None:
    day, _ = killed
    assert (day.code, day.told["as_expected"]) == (0, ORDERS)
    assert {counts["duplicates"] for counts in day.told["peers"].values()} == {0}


def test_the_demo_ends_no_process_that_it_did_not_start(killed: tuple[Day, subprocess.Popen[bytes]]) -> None:
    assert killed[1].poll() is None


def test_two_days_with_one_seed_leave_the_same_final_state(
    quiet: Day, killed: tuple[Day, subprocess.Popen[bytes]]
) -> None:
    assert killed[0].told["final_state"] == quiet.told["final_state"]
    assert killed[0].state == quiet.state


def _ended(url: str) -> int:
    """Orders that have reached their end at this hub so far."""
    try:
        listed = httpx.get(f"{url}/api/v1/orders", params={"type": "ProductOrder", "limit": 200}, trust_env=False)
        return sum(bool(order["reached"]) for order in listed.json()["items"])
    except httpx.TransportError:
        return 0
