"""Steps that a peer reports on the way let others begin; behind a point of no return nothing is taken back."""

from __future__ import annotations

from typing import Any

import pytest

from hub.accept import accept
from hub.events import Events
from interfaces.failure import Failure
from tests.hub.house import House, act, event, notify
from tests.hub.rows import acceptance

STOPPED = "provision:serviceStopped"


def removal(house: House, **more: Any) -> str:
    """provision, and billing that waits for a step of it only; then what cannot be undone, then the record."""
    item = acceptance("R1", tasks=["provision", "bill", "release", "record"], **more)
    _, bill, release, record = item.tasks
    bill |= {"after": [STOPPED], "inputs": [["provision", "completionDate", "chargeEnd"]]}
    release |= {"after": ["provision", "bill"], "undo": None, "point_of_no_return": "hard"}
    record |= {"after": ["release"]}
    house.store.write(accept, item)
    return str(item.order["id"])


def step(house: House, order_id: str, name: str, exchange_id: str = "") -> str:
    """Provisioning reports a step on the way."""
    told = event(key_of(house, order_id), "inProgress", exchange_id=exchange_id)
    told.body |= {"step": name, "completionDate": "2026-11-20T08:00:00Z"}
    return house.store.write(Events(house.outcomes).apply, told)


def key_of(house: House, order_id: str) -> str:
    return f"{order_id.replace('ord', 'tk')}00"


def ready(house: House) -> list[str]:
    return [row["name"] for row in house.claim()]


@pytest.fixture
def under_way(house: House) -> str:
    """A removal that provisioning has acknowledged."""
    order_id = removal(house)
    house.end(house.claim()[0], "acknowledged", reply_within=10**12)
    return order_id


def test_a_step_on_the_way_lets_begin_what_waits_for_no_more(house: House, under_way: str) -> None:
    assert ready(house) == []
    assert step(house, under_way, "crewSent") == "progress"
    assert ready(house) == []
    assert step(house, under_way, "serviceStopped") == "progress"
    (bill,) = house.claim()
    assert (bill["name"], bill["body"]["chargeEnd"]) == ("bill", "2026-11-20T08:00:00Z")
    assert house.tasks(under_way)["provision"] == "waiting"


def test_a_step_reported_twice_or_before_another_counts_once(house: House, under_way: str) -> None:
    for name in ("serviceStopped", "serviceStopped", "crewSent"):
        step(house, under_way, name)
    assert ready(house) == ["bill"]


def test_the_end_of_a_task_has_all_its_steps_behind_it(house: House, under_way: str) -> None:
    notify(house, key_of(house, under_way))
    assert ready(house) == ["bill"]


def test_what_fails_behind_the_point_of_no_return_needs_a_person_and_goes_on(house: House, under_way: str) -> None:
    notify(house, key_of(house, under_way))
    for name in ("bill", "release"):
        (row,) = house.claim()
        assert row["name"] == name
        house.end(row)
    house.end(house.claim()[0], "failed", failure=Failure("rejected", "no such record"))
    assert house.order(under_way)["state"] == "fallout"
    assert "point of no return is passed: release" in house.order(under_way)["reason"]
    (case,) = house.fallouts()
    assert case["category"] == "refused"
    refused = act(house, under_way, "cancel", "customer changed his mind")
    assert isinstance(refused, Failure)
    act(house, case["id"], "retry", "")
    house.end(house.claim()[0])
    assert house.order(under_way)["state"] == "completed"


def test_what_fails_before_it_is_taken_back(house: House, under_way: str) -> None:
    step(house, under_way, "serviceStopped")
    house.end(house.claim()[0], "failed", failure=Failure("rejected", "closed month"))
    assert house.order(under_way)["state"] == "undoing"
    assert ready(house) == ["undo provision"]
