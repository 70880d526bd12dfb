"""Giving an order up while peers still work on it: nothing is left open, nothing is sent again."""

from __future__ import annotations

import sqlalchemy as sa

from hub.claim import overdue
from hub.lifecycle import TASK_END
from hub.store import schema
from interfaces.clock import DAY, SECOND
from interfaces.failure import Failure
from tests.hub.house import House, act
from tests.hub.rows import acceptance


def without_undo(house: House) -> str:
    from hub.accept import accept

    item = acceptance("W1")
    for task in item.tasks:
        task["undo"] = None
    house.store.write(accept, item)
    return str(item.order["id"])


def test_a_wait_that_nothing_takes_back_ends_with_its_order(house: House) -> None:
    order_id = without_undo(house)
    house.end(house.claim()[0], "acknowledged", reply_within=SECOND)
    act(house, order_id, "cancel", "customer left")
    assert house.order(order_id)["state"] == "cancelled"
    assert set(house.tasks(order_id).values()) <= TASK_END
    house.clock.advance(8 * DAY)
    assert house.store.write(overdue, house.clock.now()) == []


def test_a_fallout_that_nothing_takes_back_ends_with_its_order(house: House) -> None:
    order_id = without_undo(house)
    house.end(house.claim()[0], "failed", failure=Failure("invalid", "odd"))
    act(house, house.fallouts()[0]["id"], "cancel", "customer left")
    assert house.order(order_id)["state"] == "cancelled"
    assert set(house.tasks(order_id).values()) <= TASK_END


def test_what_is_being_taken_back_is_not_sent_again_when_its_time_runs_out(house: House) -> None:
    order_id = house.accept()
    house.end(house.claim()[0], "acknowledged", reply_within=SECOND)
    act(house, order_id, "cancel", "customer left")
    house.clock.advance(8 * DAY)
    assert house.store.write(overdue, house.clock.now()) == []
    assert [row["name"] for row in house.claim()] == ["undo one"]


def test_every_fallout_of_an_ended_order_is_closed(house: House) -> None:
    order_id = house.accept(tasks=["one", "two"])
    house.end(house.claim()[0])
    (row,) = house.claim()
    act(house, order_id, "cancel", "customer left")
    house.end(row, "failed", failure=Failure("invalid", "odd"))
    while rows := house.claim():
        house.end(rows[0])
    assert house.order(order_id)["state"] == "cancelled"
    with house.store.read() as connection:
        assert connection.scalar(sa.select(sa.func.count()).where(schema.fallout.c.state == "open")) == 0


def test_an_undo_that_a_person_skips_is_not_called_compensated(house: House) -> None:
    order_id = house.accept(tasks=["one", "two"])
    house.end(house.claim()[0])
    house.end(house.claim()[0], "failed", failure=Failure("rejected", "no"))
    house.end(house.claim()[0], "failed", failure=Failure("rejected", "too late"))
    act(house, house.fallouts()[0]["id"], "skip", "the customer keeps it")
    assert (house.order(order_id)["state"], house.order(order_id)["compensated"]) == ("failed", 0)


def test_an_order_that_goes_on_has_no_reason_to_stand_still(house: House) -> None:
    order_id = house.accept(tasks=["one", "two"])
    house.end(house.claim()[0], "failed", failure=Failure("invalid", "name too long"))
    act(house, house.fallouts()[0]["id"], "retry", "")
    assert (house.order(order_id)["state"], house.order(order_id)["reason"]) == ("running", "")
