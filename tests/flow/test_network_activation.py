"""Network activation between provisioning and network management: a sheet in, a command a network element out."""

from __future__ import annotations

import pytest

from hub.demo.scenarios import ADSL, FIVE
from mocks.caller import Caller, HubRefused
from mocks.peers.na_soap import HUB
from tests.flow.house import House


def test_a_service_is_opened_element_by_element(house: House) -> None:
    order_id = house.taken(house.order(FIVE, ADSL))
    order = house.ended(order_id)
    assert order["reached"] == "completed"
    assert house.calls(order_id, "NA") == ["activate", "notify", "notify"]
    assert house.calls(order_id, "NMS") == ["activate", "activate"]
    service = house.peers.state("NMS")["services"][order["product_instance"]]
    assert (service["state"], service["elements"]) == ("open", ["AAA", "DSLAM"])
    assert len(service["ports"]) == 2, "port and line, told to the access node only"


def test_an_element_that_refuses_takes_the_ones_before_it_back(house: House) -> None:
    house.told("NMS", "activate", "refuse", "AAA", args={"code": "3001"})
    order_id = house.taken(house.order(FIVE, ADSL))
    order = house.ended(order_id)
    assert (order["reached"], order["compensated"]) == ("failed", True)
    assert house.calls(order_id, "NMS") == ["activate", "activate", "deactivate"]
    assert house.peers.state("NMS")["services"][order["product_instance"]]["state"] == "closed"
    assert house.remains(order) == {}
    assert order["product_instance"] not in house.peers.state("RM-LOCAL")["holdings"]


@pytest.mark.parametrize("sender", ["CRM", "CHAN"])
def test_the_door_of_network_activation_is_no_way_round(house: House, sender: str) -> None:
    before = house.peers.effects("NMS")["calls"]
    number = house.order().external_id
    fields = {"exchId": number, "srcSys": sender, "cmdNo": number, "lanId": "8330500", "cmdType": "OPN"}
    caller = Caller(lambda: house.url)
    with pytest.raises(HubRefused, match="reached only through provisioning"):
        caller.call(HUB, "elementCommand", fields | {"element": "DSLAM", "instId": "PI1", "prodCode": "ADSL"})
    caller.close()
    assert house.peers.effects("NMS")["calls"] == before
