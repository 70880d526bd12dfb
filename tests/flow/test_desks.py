"""People at desks: the call centre and key accounts ask, order and complain, and are told how it ended."""

from __future__ import annotations

from typing import Any

import pytest

from hub.demo import desks
from hub.demo.channels import call_own
from hub.demo.orders import Order
from hub.demo.scenarios import FIBRE, ONE, RINGTONE, SUBSCRIPTION, VOICE
from tests.flow.house import House, Record, until


def caller(house: House) -> Order:
    """Somebody with a telephone."""
    return house.order(ONE, VOICE, chosen=True)


def complained(house: House, order: Order, **more: str) -> str:
    """A ticket that the hub has taken: its order id."""
    said = desks.asked(house.hubs, desks.CC, "raiseTicket", {**desks.ticket(order), **more})
    assert said["ok"], said
    return str(said["reply"]["hubOrderNo"])


def by_phone(house: House, operation: str, **body: Any) -> Any:
    return desks.asked(house.hubs, desks.CC, operation, {"lanId": ONE.area, **body})


def told(house: House, number: str, desk: str = desks.CC) -> Record:
    """What a desk knows of a number of its own, once it was told the end."""
    return until(lambda: house.peers.state(desk)["placed"].get(number, {}), lambda known: "state" in known)


def counted(house: House, number: str, desk: str = desks.CC) -> dict[str, int]:
    """Step -> how often a desk did it under a number of its own."""
    return {e["step"]: e["count"] for e in house.peers.effects(desk)["effects"] if e["key"] == number}


def known_to_fault(house: House, order_id: str) -> Record:
    return until(lambda: house.peers.state("FAULT")["tickets"].get(order_id, {}), bool)


def test_a_complaint_is_an_order_like_any_other_and_its_result_goes_back(house: House) -> None:
    order = caller(house)
    order_id = complained(house, order)
    ended = house.ended(order_id)
    assert (ended["type"], ended["source"], ended["reached"]) == ("TroubleTicket", "CC", "completed")
    assert told(house, order.external_id)["reason"] == "line repaired"
    assert house.calls(order_id, "FAULT") == ["create"]
    assert house.calls(order_id, "CC") == ["notify"]
    listed = house.hubs.get("/api/v1/orders", external_id=order.external_id)["items"]
    assert [item["id"] for item in listed] == [order_id]


def test_a_complaint_sent_twice_is_one_ticket(house: House) -> None:
    order = caller(house)
    order_id = complained(house, order)
    assert complained(house, order) == order_id
    house.ended(order_id)
    told(house, order.external_id)
    assert house.effects(order_id) == {"FAULT": {"create": 1}}
    assert counted(house, order.external_id) == {"complain": 1, "told": 1}


def test_a_second_ticket_for_a_service_is_refused_and_the_first_one_can_be_urged_tested_and_asked_for(
    house: House,
) -> None:
    order, again = caller(house), caller(house)
    service = f"PI-{order.external_id}"
    house.told("FAULT", "create", "late_callback", order.number, args={"seconds": 300})
    order_id = complained(house, order, prodInstId=service)
    second = by_phone(house, "raiseTicket", **{**desks.ticket(again), "prodInstId": service})
    assert not second["ok"]
    assert order_id in second["refused"]

    known_to_fault(house, order_id)
    assert by_phone(house, "testLine", hubOrderNo=order_id)["reply"]["verdict"] == "FAULTY"
    urged = by_phone(house, "urgeTicket", hubOrderNo=order_id, ticketNo=f"U-{order.external_id}")
    assert house.ended(urged["reply"]["hubOrderNo"])["reached"] == "completed"
    assert house.ended(order_id)["reached"] == "completed"
    assert by_phone(house, "queryTicket", hubOrderNo=order_id)["reply"]["ticketState"] == "COMPLETED"
    assert by_phone(house, "testLine", accNbr=order.number)["reply"]["verdict"] == "GOOD"


def test_a_withdrawn_ticket_ends_without_a_repair(house: House) -> None:
    order = caller(house)
    house.told("FAULT", "create", "late_callback", order.number, args={"seconds": 300})
    order_id = complained(house, order)
    known_to_fault(house, order_id)
    by_phone(house, "cancelTicket", hubOrderNo=order_id, ticketNo=f"X-{order.external_id}")
    assert house.ended(order_id)["reached"] == "failed"
    assert told(house, order.external_id)["reason"] == "withdrawn by who raised it"


def test_what_fault_handling_does_not_look_after_comes_back_with_its_reason(house: House) -> None:
    order = caller(house)
    house.told("FAULT", "create", "refuse", order.number, args={"code": "6004"})
    assert house.ended(complained(house, order))["reached"] == "failed"
    end = told(house, order.external_id)
    assert (end["state"], end["reason"]) == ("FAILED", "FAULT answered 6004: this service is not looked after here")


def test_a_result_that_comes_late_while_the_hub_is_away_is_told_again_until_it_is_taken(house: House) -> None:
    order = caller(house)
    house.told("FAULT", "create", "late_callback", order.number, args={"seconds": 0.5})
    order_id = complained(house, order)
    known_to_fault(house, order_id)
    house.kill_hub()
    until(lambda: house.peers.state("FAULT")["tickets"][order_id]["state"], lambda state: state == "30")
    house.start_hub()
    assert house.ended(order_id)["reached"] == "completed"
    told(house, order.external_id)
    assert house.effects(order_id) == {"FAULT": {"create": 1}}
    assert counted(house, order.external_id) == {"complain": 1, "told": 1}


@pytest.mark.parametrize(("desk", "body"), [(desks.CC, desks.phone_order), (desks.KA, desks.company_order)])
def test_an_order_of_a_desk_is_built_and_told_and_its_number_names_it(house: House, desk: str, body: Any) -> None:
    order = house.order()
    first, again = (desks.asked(house.hubs, desk, "submitOrder", body(order)) for _ in range(2))
    order_id = first["reply"]["hubOrderNo"]
    assert again["reply"]["hubOrderNo"] == order_id
    assert house.ended(order_id)["reached"] == "completed"
    assert told(house, order.external_id, desk)["state"] == "COMPLETED"
    assert house.effects(order_id) == FIBRE
    assert counted(house, order.external_id, desk) == {"order": 1, "told": 1}
    asked = desks.asked(house.hubs, desk, "queryOrder", {"orderNo": order.external_id})
    assert asked["reply"]["orderState"] == "COMPLETED"


def test_what_is_subscribed_for_a_number_can_be_asked_by_phone(house: House) -> None:
    order = house.order(ONE, RINGTONE, chosen=True)
    order_id = house.taken(order)
    assert house.ended(order_id)["reached"] == "completed"
    assert house.effects(order_id) == SUBSCRIPTION
    found = by_phone(house, "queryServices", accNbr=order.number)["reply"]["service"]
    assert (found["productCode"], found["serviceState"]) == ("VAS-RINGTONE", "ACTIVE")


def test_a_subscription_that_cannot_be_charged_is_cancelled_at_the_platform(house: House) -> None:
    order = house.order(ONE, RINGTONE, chosen=True)
    house.told("BILL", "sync", "refuse", order.customer, args={"code": "4003"})
    order_id = house.taken(order)
    ended = house.ended(order_id)
    assert (ended["reached"], ended["compensated"]) == ("failed", True)
    assert house.effects(order_id) == {"VAS": {"subscribe": 1, "cancel": 1}}
    assert house.instance(order.customer) == []


@pytest.mark.parametrize("action", ["unsubscribe", "suspend"])
def test_a_change_that_billing_refuses_is_taken_back_at_the_platform(house: House, action: str) -> None:
    order = house.order(ONE, RINGTONE, chosen=True)
    first = house.ended(house.taken(order))
    house.told("BILL", "sync", "refuse", order.number, args={"code": "4003"})
    order_id = house.taken(order.followed(action, first["product_instance"]))
    ended = house.ended(order_id)
    assert (ended["reached"], ended["compensated"]) == ("failed", True)
    steps = {"unsubscribe": {"cancel": 1, "subscribe": 1}, "suspend": {"suspend": 1, "resume": 1}}
    assert house.effects(order_id) == {"VAS": steps[action]}
    assert house.peers.state("VAS")["subscriptions"][first["product_instance"]]["state"] == "active"
    (instance,) = house.instance(order.customer)
    assert instance["state"] == "active"


def test_a_crm_counter_raises_urges_and_follows_a_ticket_by_the_hubs_own_api(house: House) -> None:
    order = caller(house)
    house.told("FAULT", "create", "late_callback", order.number, args={"seconds": 300})
    told = desks.complain_at_the_counter(house.hubs, "soap", order)
    assert told.follow == order.external_id, told.text
    (listed,) = house.hubs.get("/api/v1/orders", external_id=order.external_id)["items"]
    assert (listed["source"], listed["type"]) == ("CRM", "TroubleTicket")

    known_to_fault(house, listed["id"])
    sender, about = {"sourceSystem": "CRM"}, {"orderId": listed["id"], "area": ONE.area}
    progress = call_own(house.hubs, "queryTicket", sender | {"requestId": f"Q-{order.external_id}"} | about)
    assert progress["state"][0] in ("acknowledged", "inProgress")
    number = f"U-{order.external_id}"
    call_own(house.hubs, "urgeTicket", sender | {"requestId": number, "ticketNo": number} | about)
    assert house.ended(listed["id"])["reached"] == "completed"
    after = call_own(house.hubs, "queryTicket", sender | {"requestId": f"E-{order.external_id}"} | about)
    assert (after["state"], after["reasonText"]) == (["completed"], ["line repaired"])


def test_no_desk_finds_a_contradiction(house: House) -> None:
    order = caller(house)
    house.ended(complained(house, order))
    told(house, order.external_id)
    assert [house.verify(peer) for peer in ("CC", "KA", "FAULT", "VAS")] == [[]] * 4
