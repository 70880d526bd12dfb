"""CC and KA are clients of the hub: people make them call, and they keep what they are told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.mocks.conftest import Play
from tests.mocks.fake_hub import FakeHub

DESKS = ["CC", "KA"]
ITEM: dict[str, dict[str, Any]] = {
    "CC": {"item": [{"itemNo": "1", "itemAction": "ADD", "offerCode": "FTTH-300M"}]},
    "KA": {"groupName": "示例有限公司", "line": [{"lineNo": "1", "lineAction": "ADD", "offerCode": "FTTH-300M"}]},
}


def call(world: Play, code: str, operation: str, **body: Any) -> Any:
    return world.post(code, "call", {"operation": operation, "body": body})


def tell(world: Play, code: str, number: str, state: str = "COMPLETED") -> Any:
    return world.client(code, f"{code.lower()}-result").orderResultNotify(orderNo=number, orderState=state)


@pytest.fixture(params=DESKS)
def code(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def world(code: str, play: Callable[..., Play], hub: FakeHub) -> Play:
    hub.ack = {"resultCode": "0", "hubOrderNo": "ord_1"}
    return play(code, hub=hub.url)


def order(world: Play, code: str, number: str = "N-1") -> Any:
    return call(world, code, "submitOrder", orderNo=number, lanId="8330100", **ITEM[code])


def test_an_order_is_sent_as_a_person_asks_and_its_end_is_kept(world: Play, code: str, hub: FakeHub) -> None:
    assert order(world, code).json()["reply"]["hubOrderNo"] == "ord_1"
    (sent,) = hub.orders
    assert (sent["orderNo"], sent["sourceSystem"]) == ("N-1", code)
    assert tell(world, code, "N-1").recvFlag == "R"
    assert world.look(code, "state")["placed"]["N-1"] == {"hubOrderNo": "ord_1", "state": "COMPLETED", "reason": None}
    assert world.effects(code) == {("N-1", "order"): 1, ("N-1", "told"): 1}


def test_sending_again_and_being_told_again_changes_nothing(world: Play, code: str) -> None:
    order(world, code), order(world, code)
    tell(world, code, "N-1"), tell(world, code, "N-1")
    assert world.effects(code) == {("N-1", "order"): 1, ("N-1", "told"): 1}
    assert world.look(code, "verify")["ok"]


def test_two_orders_for_one_number_are_a_finding(world: Play, code: str, hub: FakeHub) -> None:
    order(world, code)
    hub.ack |= {"hubOrderNo": "ord_2"}
    order(world, code)
    (finding,) = world.look(code, "verify")["findings"]
    assert "N-1 was taken twice" in finding


def test_being_told_of_what_was_never_placed_is_a_finding(world: Play, code: str) -> None:
    tell(world, code, "N-9")
    (finding,) = world.look(code, "verify")["findings"]
    assert "N-9" in finding


def test_a_refusal_of_the_hub_is_shown_and_counts_as_nothing(world: Play, code: str, hub: FakeHub) -> None:
    hub.fault = "Client"
    said = order(world, code).json()
    assert not said["ok"]
    assert "not like this" in said["refused"]
    assert world.effects(code) == {}


def test_a_hub_that_is_away_and_calls_that_nobody_makes_are_said(world: Play, code: str, hub: FakeHub) -> None:
    hub.down = 1
    away = order(world, code)
    assert (away.status_code, away.json()["code"]) == (500, "unavailable")
    unknown = call(world, code, "stealOrder")
    assert unknown.status_code == 400
    assert "queryOrder" in unknown.json()["advice"]
