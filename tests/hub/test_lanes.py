"""Lanes: what is queued keeps its order, whatever happens to the orders before it."""

from __future__ import annotations

from typing import Any

from hub.accept import accept
from hub.fallout import Action, Actions
from hub.lifecycle import ORDER_END
from interfaces.clock import SECOND
from interfaces.failure import Failure
from tests.hub.house import House, act, code
from tests.hub.rows import acceptance

SAME = {"type": "ResourceOrder", "source": "SPS", "lanes": ["SPS|PI"], "action": "allot", "instance": "PI"}


def queued(house: House, n: int, **more: Any) -> list[str]:
    return [house.accept(f"S{i}", **(SAME | more)) for i in range(n)]


def test_fifty_orders_of_one_lane_run_one_after_the_other_in_order(house: House) -> None:
    """Some are refused, some cancelled while they wait, some of them first need a person: nobody is overtaken."""
    orders = queued(house, 50)
    ran, seen = [], set()
    for n in range(5, 50, 10):
        act(house, orders[n], "cancel", "no longer wanted")
    while rows := house.claim():
        (row,) = rows
        number = orders.index(row["order_id"])
        if row["kind"] == "do" and row["order_id"] not in ran:
            ran.append(row["order_id"])
        if number % 10 == 3:
            house.end(row, "failed", failure=Failure("rejected", "no free port"))
        elif number % 10 == 7 and number not in seen:
            seen.add(number)
            house.end(row, "failed", failure=Failure("invalid", "odd"))
            assert house.claim() == [], "the lane waits for the one that needs a person"
            (case,) = [f for f in house.fallouts() if f["state"] == "open"]
            act(house, case["id"], "retry" if number % 20 == 7 else "skip", "looked at")
        else:
            house.end(row)
    assert ran == [one for n, one in enumerate(orders) if n % 10 != 5]
    assert {house.order(one)["state"] for one in orders} <= ORDER_END


def test_a_queued_order_that_is_cancelled_lets_nobody_overtake(house: House) -> None:
    first, second, third = queued(house, 3)
    act(house, second, "cancel", "no longer wanted")
    assert (house.order(second)["state"], house.order(third)["state"]) == ("cancelled", "queued")
    house.end(house.claim()[0])
    assert house.order(first)["state"] == "completed"
    assert [row["order_id"] for row in house.claim()] == [third]


def test_an_order_in_fallout_holds_its_own_lane_only(house: House) -> None:
    stuck, behind = queued(house, 2)
    house.end(house.claim()[0], "failed", failure=Failure("invalid", "odd"))
    other = house.accept("T1", **(SAME | {"lanes": ["SPS|PJ"], "instance": "PJ"}))
    assert [row["order_id"] for row in house.claim()] == [other]
    assert (house.order(stuck)["state"], house.order(behind)["state"]) == ("fallout", "queued")


def test_an_order_of_two_instances_takes_its_turn_on_both_lanes(house: House) -> None:
    first = house.accept("S1", **SAME)
    other = house.accept("S2", **(SAME | {"lanes": ["SPS|PJ"], "instance": "PJ"}))
    both = house.accept("S3", **(SAME | {"lanes": ["SPS|PI", "SPS|PJ"]}))
    behind = house.accept("S4", **(SAME | {"lanes": ["SPS|PJ"], "instance": "PJ"}))
    one, two = house.claim()
    house.end(one)
    assert house.claim() == [], "one of its lanes is still busy"
    assert {house.order(o)["state"] for o in (both, behind)} == {"queued"}
    house.end(two)
    assert [row["order_id"] for row in house.claim()] == [both]
    assert {house.order(o)["state"] for o in (first, other)} == {"completed"}
    assert house.order(behind)["state"] == "queued"


def test_a_customers_order_is_refused_when_any_of_its_instances_is_busy(house: House) -> None:
    open_one = house.accept("X1", instance="PI-1")
    refused = house.store.write(accept, acceptance("X2", lanes=["CRM|PI-2", "CRM|PI-1"]))
    assert isinstance(refused, Failure)
    assert refused.detail["order"] == open_one


def test_the_lane_goes_on_only_when_the_undo_is_through(house: House) -> None:
    first = house.accept("S1", tasks=["one", "two"], **SAME)
    second = house.accept("S2", **SAME)
    house.end(house.claim()[0])
    (row,) = house.claim()
    act(house, first, "cancel", "customer left")
    assert [r["order_id"] for r in house.claim()] == []
    house.end(row, "acknowledged", reply_within=SECOND)
    while house.order(second)["state"] == "queued":
        (row,) = house.claim()
        assert row["order_id"] == first
        house.end(row)
    assert house.order(first)["state"] == "cancelled"


def test_a_fallout_is_worked_once_though_two_people_try_together(house: House) -> None:
    house.accept()
    house.end(house.claim()[0], "failed", failure=Failure("invalid", "odd"))
    actions = Actions(house.clock, house.outcomes)
    wished = [Action(house.fallouts()[0]["id"], name, "op", "agreed") for name in ("retry", "skip", "cancel")]
    said = [f.result(10) for f in [house.store.submit(actions.apply, one) for one in wished]]
    assert [isinstance(one, Failure) and code(one) for one in said] == [False, "conflict", "conflict"]
