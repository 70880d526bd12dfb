"""The hub dies at each durable step in turn, exactly there; whoever has no answer sends again."""

from __future__ import annotations

import signal
import threading

import pytest

from hub.demo.scenarios import FIBRE
from hub.failpoint import NAMES
from tests.crash.parts import live, runs_of, strays
from tests.flow.house import LIMIT, House

MIX = ["ftth-install", "voice-97", "rm-refusal", "ftth-contractroot", "duplicate-submit"]
TIMES = {"step.after_claim": 4, "step.before_send": 6, "step.after_send": 7, "step.after_commit": 8}
"""The how-manieth time the hub gets there; elsewhere the first."""


def start_again_when_dead(house: House) -> threading.Thread:
    def wait_and_start() -> None:
        house.hub.wait(LIMIT)
        house.start_hub()

    watcher = threading.Thread(target=wait_and_start, daemon=True)
    watcher.start()
    return watcher


@pytest.mark.parametrize("name", NAMES)
def test_dying_at_a_failpoint_loses_nothing_and_repeats_nothing(house: House, name: str) -> None:
    house.kill_hub()
    dying = house.start_hub(f"{name}:{TIMES.get(name, 1)}")
    watcher = start_again_when_dead(house)

    result = live(house, runs_of(MIX))

    watcher.join(LIMIT)
    assert dying.returncode == -signal.SIGKILL, f"{name} was never reached"
    assert list(strays(result)) == []


@pytest.mark.parametrize(
    ("name", "calls"),
    [("step.before_send", ["sync", "queryOutcome", "sync"]), ("step.after_send", ["sync", "queryOutcome"])],
)
def test_a_sync_that_may_have_reached_billing_is_asked_for_first(house: House, name: str, calls: list[str]) -> None:
    house.kill_hub()
    dying = house.start_hub(f"{name}:12")  # the twelfth call of an FTTH order is the one to billing
    watcher = start_again_when_dead(house)
    order_id = house.taken(house.order())
    dying.wait(LIMIT)
    watcher.join(LIMIT)
    assert house.ended(order_id)["reached"] == "completed"
    assert house.calls(order_id, "BILL") == calls
    assert house.effects(order_id) == FIBRE
