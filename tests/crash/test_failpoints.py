"""The hub dies at each durable step in turn, exactly there; whoever has no answer sends again."""

from __future__ import annotations

import signal

import pytest

from hub.demo.scenarios import FIBRE
from hub.failpoint import NAMES
from tests.crash.parts import live, runs_of, start_again_when_dead, strays
from tests.flow.house import LIMIT, House

MIX = ["ftth-install", "voice-97", "rm-refusal", "duplicate-submit"]
TIMES = {"step.after_claim": 4, "step.before_send": 6, "step.after_send": 7, "step.after_commit": 8}
"""The how-manieth time the hub gets there; elsewhere the first."""


@pytest.mark.parametrize("name", NAMES)
def test_dying_at_a_failpoint_loses_nothing_and_repeats_nothing(house: House, name: str) -> None:
    house.kill_hub()
    dying = house.start_hub(f"{name}:{TIMES.get(name, 1)}")
    watcher = start_again_when_dead(house)

    result = live(house, runs_of(house, MIX))

    watcher.join(LIMIT)
    assert dying.returncode == -signal.SIGKILL, f"{name} was never reached"
    assert strays(result) == []


@pytest.mark.parametrize(
    ("name", "billing", "calls"),
    [
        ("step.before_send", "", ["sync", "queryOutcome", "sync"]),
        ("step.after_send", "timeout_but_done", ["sync", "queryOutcome"]),
    ],
)
def test_a_sync_that_may_have_reached_billing_is_asked_for_first(
    house: House, name: str, billing: str, calls: list[str]
) -> None:
    house.kill_hub()
    dying = house.start_hub(f"{name}:12")  # the twelfth call of an FTTH order is the one to billing
    watcher = start_again_when_dead(house)
    order = house.order()
    if billing:
        house.told("BILL", "sync", billing, order.customer)
    order_id = house.taken(order)
    dying.wait(LIMIT)
    watcher.join(LIMIT)
    assert house.ended(order_id)["reached"] == "completed"
    assert house.calls(order_id, "BILL") == calls
    assert house.effects(order_id) == FIBRE
