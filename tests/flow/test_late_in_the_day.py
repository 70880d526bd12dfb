"""Orders that come back, are given up half-way, or whose peers went silent: nothing is left, nothing is done twice."""

from __future__ import annotations

import httpx

from hub.demo.scenarios import FIBRE, OLD, TWO, VOICE
from tests.flow.house import House, until


def test_an_order_that_provisioning_gave_up_may_come_again_under_its_number(house: House) -> None:
    """The second round has the first one's product instance: RM, SPS, NMS and CRM take it up anew."""
    order = house.order(TWO)
    house.told("NMS", "activate", "refuse", args={"code": "3001"})
    first = house.taken(order, "tmf622")
    assert house.ended(first)["reached"] == "failed"
    second = house.taken(order, "tmf622")
    ended = house.ended(second)
    assert (second != first, ended["reached"]) == (True, "completed")
    assert ended["product_instance"] == house.record(first)["product_instance"]
    assert house.effects(second) == FIBRE
    assert [i["state"] for i in house.instance(order.customer)] == ["active"]


def test_an_order_that_a_97_returned_may_come_again_under_its_number(house: House) -> None:
    order = house.order(OLD, VOICE, chosen=True)
    house.told("97", "provision", "return", order.number, args={"class": "noFacility"})
    first = house.taken(order, "tmf622")
    assert house.ended(first)["reached"] == "failed"
    second = house.taken(order, "tmf622")
    assert house.ended(second)["reached"] == "completed"
    assert [i["state"] for i in house.instance(order.customer)] == ["active"]


def test_an_order_given_up_while_a_97_works_on_it_is_taken_back_there(house: House) -> None:
    """The 97 cancels by another row of its table, and says so by a callback of its own."""
    order = house.order(OLD, VOICE, chosen=True)
    house.told("97", "provision", "no_callback", order.number)
    order_id = house.taken(order)
    until(lambda: house.calls(order_id, "97"), lambda calls: calls == ["provision"])
    until(lambda: _state(house, order_id), lambda state: state == "waiting")
    _cancel(house, order_id)
    ended = house.ended(order_id)
    assert (ended["reached"], ended["compensated"]) == ("cancelled", True)
    assert house.instance(order.customer) == []


def test_an_order_given_up_while_field_work_is_out_is_taken_back_everywhere(house: House) -> None:
    order = house.order(TWO)
    house.told("WFM", "dispatch", "slow", order.address, args={"seconds": 3})
    order_id = house.taken(order)
    until(lambda: house.calls(order_id, "WFM"), lambda calls: calls == ["dispatch"])
    _cancel(house, order_id)
    ended = house.ended(order_id)
    assert (ended["reached"], ended["compensated"]) == ("cancelled", True)
    assert until(lambda: house.remains(ended), lambda left: not left) == {}
    assert house.instance(order.customer) == []


def _cancel(house: House, order_id: str) -> None:
    answer = httpx.post(
        f"{house.url}/api/v1/orders/{order_id}/cancel", json={"reason": "the customer moved away"}, trust_env=False
    )
    assert answer.status_code == 200, answer.text


def _state(house: House, order_id: str) -> str:
    return next(str(t["state"]) for t in house.record(order_id)["tasks"] if t["name"] == "sps.provision")
