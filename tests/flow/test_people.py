"""What a person does about an order, through the API: cancel it, work its fallout."""

from __future__ import annotations

import httpx

from hub.demo.scenarios import TWO, VOICE
from tests.flow.house import House, Record, until


def test_an_order_cancelled_while_it_waits_leaves_nothing_behind(house: House) -> None:
    order = house.order()
    house.told("WFM", "dispatch", "slow", order.address, args={"seconds": 300})
    order_id = house.taken(order)
    until(lambda: house.calls(order_id, "WFM"), lambda calls: calls == ["dispatch"])
    told = _post(house, f"/api/v1/orders/{order_id}/cancel", {"reason": "the customer moved away"})
    assert told.status_code == 200, told.text
    ended = house.ended(order_id)
    assert (ended["reached"], ended["compensated"]) == ("cancelled", True)
    assert house.instance(order.customer) == []
    assert until(lambda: house.remains(ended), lambda left: not left) == {}


def test_cancelling_needs_a_reason(house: House) -> None:
    order_id = house.taken(house.order())
    told = _post(house, f"/api/v1/orders/{order_id}/cancel", {"reason": " "})
    assert (told.status_code, told.json()["type"]) == (400, "urn:mboss:problem:invalid")
    assert house.ended(order_id)["reached"] == "completed"


def test_a_release_that_was_refused_waits_for_a_person_and_goes_on_when_told(house: House) -> None:
    order = house.order(TWO, VOICE, chosen=True)
    house.told("SPS", "provision", "return", order.number, args={"class": "customer"})
    house.told("RM", "release", "refuse", order.number, args={"code": "1004"})
    order_id = house.taken(order)
    stuck = house.ended(order_id)
    assert stuck["reached"] == "fallout"
    (case,) = _cases(house, order_id)
    assert case["category"] == "refused"
    assert "1004" in case["reason"]

    told = _post(house, f"/api/v1/fallout/{case['id']}/retry", {"reason": "released by hand first"})
    assert told.status_code == 200, told.text
    ended = until(lambda: house.record(order_id), lambda seen: seen["reached"] == "failed")
    assert ended["compensated"]
    assert house.instance(order.customer) == []
    assert house.remains(ended) == {}
    assert _cases(house, order_id) == []


def _cases(house: House, order_id: str) -> list[Record]:
    listed = house.hubs.get("/api/v1/fallout", state="open")["items"]
    return [case for case in listed if case["order_id"] == order_id]


def _post(house: House, path: str, body: Record) -> httpx.Response:
    return httpx.post(house.url + path, json=body, trust_env=False, timeout=30.0)
