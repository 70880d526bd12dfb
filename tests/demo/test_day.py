"""The first day, for real: hub and mock peers as processes, orders over every channel."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from hub import runfile
from hub.demo.hubs import Hubs
from hub.demo.scenarios import SCENARIOS
from tests.demo import readme
from tests.demo.day import MBOSS, free_port, kill_hub, last_object, started

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


@dataclass
class Day:
    url: str
    result: dict[str, Any]


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Day]:
    """One of each scenario, and the house left running."""
    folder, port = tmp_path_factory.mktemp("day"), free_port()
    arguments = ["demo", "--serve", "--json", "--port", str(port), "--data", str(folder / "data")]
    with started(*arguments, log=folder / "log") as process:
        yield Day(f"http://127.0.0.1:{port}", last_object(process.stdout))
    assert process.returncode == 0
    assert runfile.read(folder / "data") == {"hubs": []}


def mboss(day: Day, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"MBOSS_URL": day.url}
    return subprocess.run([*MBOSS, *arguments], capture_output=True, text=True, env=environment, check=False)


def test_every_order_ends_as_expected(day: Day) -> None:
    ends = {s["name"]: s["reached"] for s in day.result["scenarios"]}
    assert ends == {s.name: s.expected for s in SCENARIOS}
    assert day.result["as_expected"] == day.result["orders"]
    assert "differences" not in day.result


def test_no_peer_saw_an_effect_twice(day: Day) -> None:
    assert {peer["duplicates"] for peer in day.result["peers"].values()} == {0}


def test_a_billing_system_that_timed_out_is_asked_and_not_told_again(day: Day) -> None:
    calls = {s["name"]: s["peers"] for s in day.result["scenarios"]}
    assert calls["bill-does-it-and-times-out"]["BILL"] == 2
    assert calls["ftth-install"]["BILL"] == 1


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


def test_a_hub_that_is_killed_in_the_middle_loses_nothing_and_does_nothing_twice(tmp_path: Path) -> None:
    data, port = tmp_path / "data", free_port()
    arguments = ["demo", "--json", "--orders", "40", "--port", str(port), "--data", str(data)]
    with started(*arguments, log=tmp_path / "log") as demo:
        _await_orders(data, 10)
        kill_hub(data)
        with started("serve", "--data", str(data), log=tmp_path / "second"):
            result = last_object(demo.stdout)
            assert demo.wait(60) == 0
    assert result["as_expected"] == 40
    assert {peer["duplicates"] for peer in result["peers"].values()} == {0}


def _await_orders(data: Path, count: int) -> None:
    """Return when the hub has taken that many orders."""
    hubs = Hubs(data)
    while hubs.get("/api/v1/orders", type="ProductOrder", limit=1)["total"] < count:
        pass
    hubs.close()


def test_the_same_day_ends_in_the_same_state_whatever_the_order_of_arrival(day: Day, tmp_path: Path) -> None:
    dump = tmp_path / "state.json"
    arguments = ["demo", "--json", "--seed", "7", "--port", str(free_port()), "--dump-state", str(dump)]
    said = subprocess.run([*MBOSS, *arguments], capture_output=True, text=True, check=True)
    assert json.loads(said.stdout.splitlines()[-1])["final_state"] == day.result["final_state"]
    assert json.loads(dump.read_text(encoding="utf-8"))
