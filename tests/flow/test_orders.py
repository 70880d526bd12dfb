"""Orders go end to end over real wires, by every channel."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from hub.demo import channels
from hub.demo.scenarios import FIBRE, LINE, OLD, ONE, TWO, VOICE
from tests.flow.house import COMBINED, House

PRODUCT_ORDER = "/tmf-api/productOrderingManagement/v4/productOrder"


@pytest.mark.parametrize("channel", channels.CHANNELS)
def test_an_ftth_order_is_completed_by_every_channel(house: House, channel: str) -> None:
    order_id = house.taken(house.order(), channel)
    assert house.ended(order_id)["reached"] == "completed"
    assert house.effects(order_id) == FIBRE


def test_a_voice_order_gets_the_number_its_customer_chose(house: House) -> None:
    order = house.order(TWO, VOICE, chosen=True)
    order_id = house.taken(order)
    assert house.ended(order_id)["reached"] == "completed"
    assert house.effects(order_id) == LINE | {"RM": {"reserve": 1, "allot": 1, "occupy": 1}}
    (instance,) = house.instance(order.customer)
    assert (instance["number"], instance["state"]) == (order.number, "active")


def test_a_voice_order_of_the_97_network_is_one_combined_order(house: House) -> None:
    order = house.order(OLD, VOICE, chosen=True)
    order_id = house.taken(order, "tmf622")
    assert house.ended(order_id)["reached"] == "completed"
    assert house.effects(order_id) == COMBINED
    (instance,) = house.instance(order.customer)
    assert instance["number"] == order.number


def test_what_97_cannot_serve_is_refused_with_a_reason_and_leaves_nothing(house: House) -> None:
    order = house.order(OLD)
    answer = house.submit(order)
    assert not answer.taken
    assert "FTTH" in answer.text
    assert house.instance(order.customer) == []


def test_twenty_submits_of_one_order_at_once_are_one_order(house: House) -> None:
    order = house.order()
    with ThreadPoolExecutor(20) as pool:
        answers = set(pool.map(lambda _: house.submit(order).order_id, range(20)))
    assert len(answers) == 1
    (order_id,) = answers
    assert house.ended(order_id)["reached"] == "completed"
    assert house.effects(order_id) == FIBRE
    listed = house.hubs.get("/api/v1/orders", external_id=order.external_id, type="ProductOrder")["items"]
    assert [item["id"] for item in listed] == [order_id]


@pytest.mark.parametrize("channel", ["soap", "http-exchange", "tmf622"])
def test_other_content_under_a_used_number_is_a_conflict_that_names_the_order(house: House, channel: str) -> None:
    order = house.order()
    order_id = house.taken(order, channel)
    answer = house.submit(replace(order, address=f"{order.address}-B"), channel)
    assert not answer.taken
    assert order_id in answer.text
    assert house.ended(order_id)["reached"] == "completed"


def test_two_orders_under_one_request_id_are_not_told_that_both_were_taken(house: House) -> None:
    first, second = house.order(), house.order()
    order_id = house.taken(first)
    reply = channels.call_intake(
        house.hubs, "submitOrder", channels.intake_tree(second) | {"requestId": f"R-{first.external_id}"}
    )
    assert order_id in reply["faultstring"][0]
    assert house.ended(house.taken(second))["reached"] == "completed"


def test_a_tmf622_order_can_be_read_back(house: House) -> None:
    order = house.order(ONE)
    order_id = house.taken(order, "tmf622")
    house.ended(order_id)
    read = house.hubs.get(f"{PRODUCT_ORDER}/{order_id}")
    assert (read["id"], read["externalId"], read["state"]) == (order_id, order.external_id, "completed")
    assert _offers(read) == [order.product.offer]
    assert [item["id"] for item in house.hubs.get(PRODUCT_ORDER, externalId=order.external_id)] == [order_id]


def test_the_timeline_shows_what_provisioning_did_for_the_order(house: House) -> None:
    order = _installed(house)
    assert house.calls(order, "RM") == ["allot", "occupy"]
    assert house.calls(order, "NMS") == ["activate"]
    assert house.calls(order, "BILL") == ["sync"]


def _installed(house: House) -> str:
    order_id = house.taken(house.order())
    house.ended(order_id)
    return order_id


def _offers(read: dict[str, list[dict[str, dict[str, str]]]]) -> list[str]:
    return [item["productOffering"]["id"] for item in read["productOrderItem"]]
