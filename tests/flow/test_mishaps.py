"""What goes wrong at a peer: asked before repeated, taken back without a trace, never done twice."""

from __future__ import annotations

from hub.demo.orders import Order
from hub.demo.scenarios import FIBRE, OLD, ONE, TWO, VOICE
from mocks.peers.sps_flow import ROUNDS
from tests.flow.house import House, Record, until


def test_billing_that_did_it_and_kept_silent_is_asked_and_not_told_again(house: House) -> None:
    """The tests of billing's silence share one wait for the agreed time."""
    done, lost = house.order(), house.order(ONE)
    house.told("BILL", "sync", "timeout_but_done", done.customer)
    house.told("BILL", "sync", "timeout_not_done", lost.customer)
    done_id, lost_id = house.taken(done), house.taken(lost)
    assert house.ended(done_id)["reached"] == house.ended(lost_id)["reached"] == "completed"
    assert house.calls(done_id, "BILL") == ["sync", "queryOutcome"]
    assert house.calls(lost_id, "BILL") == ["sync", "queryOutcome", "sync"]
    assert house.effects(done_id) == house.effects(lost_id) == FIBRE


def test_field_work_that_finds_no_facility_once_gets_another_port(house: House) -> None:
    order = house.order()
    house.told("WFM", "dispatch", "return", order.address, args={"class": "noFacility"})
    order_id = house.taken(order)
    assert house.ended(order_id)["reached"] == "completed"
    assert house.effects(order_id) == FIBRE | {"RM": {"allot": 2, "release": 1, "occupy": 1}, "WFM": {"dispatch": 2}}
    assert len(house.remains(house.record(order_id))["RM"]) == 1


def test_field_work_that_never_finds_one_ends_after_so_many_rounds_with_nothing_left(house: House) -> None:
    order = house.order()
    house.told("WFM", "dispatch", "return", order.address, times=-1, args={"class": "noFacility"})
    order_id = house.taken(order)
    ended = house.ended(order_id)
    assert (ended["reached"], ended["compensated"]) == ("failed", True)
    assert "splitter" in ended["reason"]
    done = house.effects(order_id)
    assert done["WFM"] == {"dispatch": ROUNDS}
    assert done["RM"] == {"allot": ROUNDS, "release": ROUNDS}
    _nothing_is_left(house, order, ended)


def test_a_refusal_of_resource_management_leaves_nothing_behind_anywhere(house: House) -> None:
    order = house.order(TWO, VOICE, chosen=True)
    house.told("RM", "reserve", "refuse", order.number, args={"code": "1001"})
    order_id = house.taken(order)
    ended = house.ended(order_id)
    assert (ended["reached"], ended["compensated"]) == ("failed", True)
    assert "1001" in ended["reason"]
    _nothing_is_left(house, order, ended)


def test_a_refusal_deep_inside_provisioning_is_taken_back_from_there(house: House) -> None:
    order = house.order(TWO)
    house.told("NMS", "activate", "refuse", args={"code": "3001"})
    order_id = house.taken(order)
    ended = house.ended(order_id)
    assert (ended["reached"], ended["compensated"]) == ("failed", True)
    _nothing_is_left(house, order, ended)


def test_a_97_that_returns_the_order_leaves_nothing_behind(house: House) -> None:
    order = house.order(OLD, VOICE, chosen=True)
    house.told("97", "provision", "return", order.number, args={"class": "noFacility"})
    order_id = house.taken(order, "tmf622")
    ended = house.ended(order_id)
    assert (ended["reached"], ended["compensated"]) == ("failed", True)
    assert house.instance(order.customer) == []
    assert "BILL" not in house.effects(order_id)


def test_after_a_failed_order_the_same_number_is_a_new_round(house: House) -> None:
    order = house.order(TWO, VOICE, chosen=True)
    house.told("RM", "reserve", "refuse", order.number, args={"code": "1001"})
    first = house.taken(order, "tmf622")
    house.ended(first)
    second = house.taken(order, "tmf622")
    assert second != first
    assert house.ended(second)["reached"] == "completed"


def _nothing_is_left(house: House, order: Order, ended: Record) -> None:
    """No product at CRM, nothing held at RM, open in the network, charged or under way in the field."""
    assert house.instance(order.customer) == []
    assert until(lambda: house.remains(ended), lambda left: not left) == {}
