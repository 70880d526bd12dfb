"""Telling the sender how its order ended: written with the end, never lost, and no burden to the order."""

from __future__ import annotations

from typing import Any

import pytest

from hub import policy
from hub.claim import overdue
from hub.ending import Ending
from hub.outcome import Outcomes
from hub.store.writer import Store
from interfaces.clock import DAY, MINUTE, VirtualClock
from interfaces.failure import Failure
from tests.hub.house import House, act, code, notify
from tests.hub.rows import task


def notice(order: dict[str, Any]) -> dict[str, Any]:
    return task(order["id"], 900, "notify", kind="notify", operation="notify", after=["~end"])


@pytest.fixture
def house(store: Store, clock: VirtualClock) -> House:
    return House(store, clock, Outcomes(clock, policy.bundled(), Ending(notice, lambda channel: False)))


def test_a_sender_out_of_reach_for_days_is_told_when_it_is_back(house: House) -> None:
    order_id = house.accept()
    house.end(house.claim()[0])
    for _ in range(30):
        (row,) = house.claim()
        house.end(row, "failed", failure=Failure("unavailable", "connection refused"), attempted=False)
        house.clock.advance(MINUTE)
    assert (house.order(order_id)["state"], house.fallouts()) == ("completed", [])
    house.end(house.claim()[0])
    assert house.tasks(order_id) == {"one": "completed", "notify": "completed"}


def test_a_sender_that_will_not_hear_it_is_a_persons_business_and_the_order_stays_ended(house: House) -> None:
    order_id = house.accept()
    house.end(house.claim()[0])
    while not house.fallouts():
        (row,) = house.claim()
        house.end(row, "failed", failure=Failure("rejected", "unknown order"))
        house.clock.advance(MINUTE)
    (case,) = house.fallouts()
    assert house.order(order_id)["state"] == "completed"
    said = act(house, case["id"], "cancel", "enough")
    assert isinstance(said, Failure)
    assert code(said) == "conflict"
    assert act(house, case["id"], "skip", "told by telephone") == order_id
    assert (house.tasks(order_id)["notify"], house.order(order_id)["state"]) == ("skipped", "completed")


def test_nobody_calls_back_about_a_notice(house: House) -> None:
    order_id = house.accept()
    house.end(house.claim()[0])
    (row,) = house.claim()
    assert notify(house, row["id"], state="rejected") == "unknown"
    assert house.tasks(order_id)["notify"] == "sending"


def test_a_calendar_that_leaps_moves_no_wait_on_the_real_clock(house: House) -> None:
    """Business time runs days ahead; a time-out of the queue between two machines does not."""
    house.accept("A")
    house.accept("B")
    business, real = house.claim()
    house.end(business, "acknowledged", reply_within=DAY)
    house.end(real, "acknowledged", reply_within=5 * MINUTE, reply_real=True)
    house.clock.advance(40 * DAY)
    assert [row["id"] for row in house.store.write(overdue, house.clock.now())] == [business["id"]]
