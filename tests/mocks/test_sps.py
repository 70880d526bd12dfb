"""SPS works service orders off through the hub and calls back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import requests

from mocks.store import Body
from tests.mocks.conftest import Play, until
from tests.mocks.fake_hub import FakeHub

PORT = {"orderState": "10C", "resInfo": [{"resType": "PORT", "resNo": "P-1", "resStatus": "ALT"}]}
OTHER_PORT = {"orderState": "10C", "resInfo": [{"resType": "PORT", "resNo": "P-2", "resStatus": "ALT"}]}
NO_FACILITY = {"orderState": "10R", "reasonClass": "R1", "reasonCode": "W101", "reasonText": "no free port"}
NOT_HOME = {"orderState": "10R", "reasonClass": "R3", "reasonCode": "W301"}


def service_order(number: str = "T1", **more: Any) -> Body:
    fixed = {"soNbr": number, "lanId": "8330100", "workType": "01", "prodInstId": f"PI-{number}", "prodSpec": "FTTH"}
    return fixed | {"addrId": "ADDR-1", "contactPhone": "18900000001"} | more


def sps_with(hub: FakeHub, play: Callable[..., Play]) -> Play:
    world = play("SPS", hub=hub.url)
    hub.tell = lambda result: world.peer("SPS").receive("orderResultNotify", result)
    return world


def submit(world: Play, **order: Any) -> Body:
    reply = world.peer("SPS").receive("submitServiceOrder", service_order(**order)).body
    assert reply is not None
    return reply


def test_a_fibre_install_goes_to_rm_the_field_nms_and_rm_and_then_completes(
    hub: FakeHub, play: Callable[..., Play]
) -> None:
    hub.answers["ALT"] = [PORT]
    world = sps_with(hub, play)
    assert submit(world)["resultCode"] == "0"
    (callback,) = until(lambda: hub.callbacks)
    assert hub.steps == ["ALT", "NEW", "OPEN", "OCC"]
    assert (callback["soNbr"], callback["soState"]) == ("T1", "10C")
    assert callback["resInfo"]["resNo"] == "P-1"
    assert callback["finishTime"]
    assert {order["soNbr"] for order in hub.orders} == {"T1"}, "every own order names the service order"
    assert hub.orders[1]["addrId"] == "ADDR-1"
    assert hub.orders[2]["resInfo"] == {"resType": "PORT", "resNo": "P-1"}
    assert world.effects("SPS") == {("T1", "provision"): 1}


def test_voice_needs_no_field_work_and_keeps_the_chosen_number(hub: FakeHub, play: Callable[..., Play]) -> None:
    world = sps_with(hub, play)
    chosen = [{"resType": "NBR", "resNo": "0571-81000001"}]
    submit(world, prodSpec="VOICE", accNbr="0571-81000001", resInfo=chosen)
    (callback,) = until(lambda: hub.callbacks)
    assert hub.steps == ["ALT", "OPEN", "OCC"]
    assert callback["accNbr"] == "0571-81000001"


def test_no_facility_means_another_port_and_the_field_once_more(hub: FakeHub, play: Callable[..., Play]) -> None:
    hub.answers |= {"ALT": [PORT, OTHER_PORT], "NEW": [NO_FACILITY, {"orderState": "10C"}]}
    world = sps_with(hub, play)
    submit(world)
    (callback,) = until(lambda: hub.callbacks)
    assert hub.steps == ["ALT", "NEW", "REL", "ALT", "NEW", "OPEN", "OCC"]
    assert hub.orders[2]["reasonCode"] == "noFacility"
    assert callback["soState"] == "10C"
    assert callback["resInfo"]["resNo"] == "P-2"
    assert "reasonCode" not in callback


def test_no_facility_twice_gives_the_order_back(hub: FakeHub, play: Callable[..., Play]) -> None:
    hub.answers |= {"ALT": [PORT], "NEW": [NO_FACILITY]}
    submit(sps_with(hub, play))
    (callback,) = until(lambda: hub.callbacks)
    assert hub.steps == ["ALT", "NEW", "REL", "ALT", "NEW", "REL"]
    assert (callback["soState"], callback["reasonClass"]) == ("10R", "R1")


def test_another_return_undoes_what_was_done(hub: FakeHub, play: Callable[..., Play]) -> None:
    hub.answers |= {"ALT": [PORT], "NEW": [NOT_HOME]}
    submit(sps_with(hub, play))
    (callback,) = until(lambda: hub.callbacks)
    assert hub.steps == ["ALT", "NEW", "REL"]
    assert callback["soState"] == "10R"


def test_a_refusal_by_rm_fails_the_order_with_nothing_left_behind(hub: FakeHub, play: Callable[..., Play]) -> None:
    hub.answers["ALT"] = [{"orderState": "10F", "reasonCode": "1001", "reasonClass": "R8"}]
    submit(sps_with(hub, play))
    (callback,) = until(lambda: hub.callbacks)
    assert hub.steps == ["ALT"]
    assert (callback["soState"], callback["reasonCode"]) == ("10F", "1001")


def test_a_late_failure_closes_the_network_and_releases(hub: FakeHub, play: Callable[..., Play]) -> None:
    hub.answers |= {"ALT": [PORT], "OCC": [{"orderState": "10F"}]}
    submit(sps_with(hub, play))
    until(lambda: hub.callbacks)
    assert hub.steps == ["ALT", "NEW", "OPEN", "OCC", "CLOSE", "REL"]


def test_an_order_the_hub_refuses_at_once_fails_too(hub: FakeHub, play: Callable[..., Play]) -> None:
    hub.ack = {"resultCode": "403", "resultMsg": "not allowed"}
    submit(sps_with(hub, play))
    (callback,) = until(lambda: hub.callbacks)
    assert (callback["soState"], callback["reasonText"]) == ("10F", "not allowed")


def test_a_hub_that_is_away_is_asked_again_with_the_same_number(hub: FakeHub, play: Callable[..., Play]) -> None:
    hub.down = 3
    submit(sps_with(hub, play))
    until(lambda: hub.callbacks)
    assert hub.steps == ["ALT", "NEW", "OPEN", "OCC"]


def test_what_is_left_over_is_done_after_a_restart(hub: FakeHub, play: Callable[..., Play]) -> None:
    hub.down = 10_000
    world = sps_with(hub, play)
    submit(world)
    world.running.stop()
    sps_with(hub, play)
    hub.down = 0  # only now: an order taken earlier would be told to the peer that is gone
    (callback,) = until(lambda: hub.callbacks)
    assert callback["soState"] == "10C"


def test_the_same_order_again_gets_the_first_answer(hub: FakeHub, play: Callable[..., Play]) -> None:
    world = sps_with(hub, play)
    assert submit(world) == submit(world)
    assert world.effects("SPS") == {("T1", "provision"): 1}


def test_a_result_told_twice_moves_the_order_once(hub: FakeHub, play: Callable[..., Play]) -> None:
    world = sps_with(hub, play)
    submit(world)
    until(lambda: hub.callbacks)
    again = {"orderNbr": hub.orders[0]["orderNbr"], "orderState": "10C"}
    assert world.peer("SPS").receive("orderResultNotify", again).body["recvFlag"] == "D"
    assert world.peer("SPS").receive("orderResultNotify", again | {"orderNbr": "nobody"}).body["recvFlag"] == "U"
    assert len(hub.orders) == 4


def test_cancelling_a_finished_order_takes_everything_back_and_is_told_under_its_own_number(
    hub: FakeHub, play: Callable[..., Play]
) -> None:
    hub.answers["ALT"] = [PORT]
    world = sps_with(hub, play)
    submit(world)
    until(lambda: hub.callbacks)
    cancel = {"soNbr": "T2", "lanId": "8330100", "workType": "01", "prodInstId": "PI-T1"}
    assert world.peer("SPS").receive("cancelServiceOrder", cancel).body["soState"] == "10A"
    until(lambda: len(hub.callbacks) == 2)
    assert world.look("SPS", "state")["orders"]["T1"]["state"] == "10X"
    assert hub.steps[4:] == ["CLOSE", "REL"]
    assert [(c["soNbr"], c["soState"]) for c in hub.callbacks] == [("T1", "10C"), ("T2", "10X")]


def test_cancelling_an_order_in_the_field_recalls_the_crew(hub: FakeHub, play: Callable[..., Play]) -> None:
    hub.answers |= {"ALT": [PORT], "NEW": [{}]}
    world = sps_with(hub, play)
    submit(world)
    until(lambda: hub.steps == ["ALT", "NEW"])
    cancel = {"soNbr": "T2", "lanId": "8330100", "workType": "01", "prodInstId": "PI-T1", "origSoNbr": "T1"}
    world.peer("SPS").receive("cancelServiceOrder", cancel)
    until(lambda: "CAN" in hub.steps)
    assert hub.orders[2]["origOrderNbr"] == hub.orders[1]["orderNbr"]
    hub.tell({"orderNbr": hub.orders[1]["orderNbr"], "orderState": "10X"})
    until(lambda: len(hub.callbacks) == 2)
    assert {(c["soNbr"], c["soState"]) for c in hub.callbacks} == {("T1", "10X"), ("T2", "10X")}
    assert hub.steps == ["ALT", "NEW", "CAN", "REL"]


def test_provisioning_itself_can_return_an_order(hub: FakeHub, play: Callable[..., Play]) -> None:
    world = sps_with(hub, play)
    world.fault("SPS", "return", "ADDR-1", "provision", **{"class": "wrongAddress"})
    submit(world)
    (callback,) = until(lambda: hub.callbacks)
    assert (callback["soState"], callback["reasonClass"]) == ("10R", "R2")
    assert hub.orders == []


def test_an_order_the_hub_can_never_take_fails(hub: FakeHub, play: Callable[..., Play]) -> None:
    hub.fault = "Client"
    world = sps_with(hub, play)
    submit(world)
    until(lambda: world.look("SPS", "state")["orders"]["T1"]["state"] == "10F")
    assert world.look("SPS", "verify")["findings"] == []


def test_the_callback_can_come_twice(hub: FakeHub, play: Callable[..., Play]) -> None:
    world = sps_with(hub, play)
    world.fault("SPS", "duplicate_callback", operation="provision")
    submit(world)
    until(lambda: len(hub.callbacks) == 2)


def test_an_acknowledgement_that_is_lost_does_not_cost_the_callback(hub: FakeHub, play: Callable[..., Play]) -> None:
    world = sps_with(hub, play)
    world.fault("SPS", "timeout_but_done", operation="provision", seconds=0.01)
    with pytest.raises(requests.RequestException):
        world.client("SPS", "sps-service").submitServiceOrder(**service_order())
    assert until(lambda: hub.callbacks)[0]["soState"] == "10C"


def test_the_callback_can_overtake_the_acknowledgement(hub: FakeHub, play: Callable[..., Play]) -> None:
    world = sps_with(hub, play)
    world.fault("SPS", "callback_before_ack", value="PI-T1")
    world.client("SPS", "sps-service").submitServiceOrder(**service_order())
    assert [callback["soState"] for callback in hub.callbacks] == ["10C"]
