"""NMS opens, changes and closes services, by the agreed contract."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.mocks.conftest import Play

PORT = [{"resKind": "PORT", "resCode": "P-1"}]


def command(id: str, user: str = "PI-1", **more: Any) -> dict[str, Any]:
    return {"cmdId": id, "lanId": "8330100", "userId": user, **more}


def test_a_service_is_opened_changed_and_closed(play: Callable[..., Play]) -> None:
    world = play("NMS")
    soap = world.client("NMS", "nms-activation")
    speed = [{"paramName": "SPEED", "paramValue": "300M"}]
    assert soap.openService(**command("c1", res=PORT, param=speed)).resultCode == "0"
    soap.modifyService(**command("c2", param=[{"paramName": "SPEED", "paramValue": "500M"}]))
    assert world.look("NMS", "state")["services"]["PI-1"]["params"] == {"SPEED": "500M"}
    soap.closeService(**command("c3"))
    assert world.look("NMS", "state")["services"]["PI-1"]["state"] == "closed"
    assert world.effects("NMS") == {("c1", "activate"): 1, ("c2", "change"): 1, ("c3", "deactivate"): 1}


def test_a_command_again_is_done_once_and_can_be_asked_for(play: Callable[..., Play]) -> None:
    world = play("NMS")
    soap = world.client("NMS", "nms-activation")
    assert soap.openService(**command("c1")) == soap.openService(**command("c1"))
    assert world.effects("NMS") == {("c1", "activate"): 1}
    assert soap.queryCommand(cmdId="c1", lanId="8330100").cmdState == "0"
    assert soap.queryCommand(cmdId="c2", lanId="8330100").cmdState == "9"


def test_an_unknown_user_is_refused(play: Callable[..., Play]) -> None:
    soap = play("NMS").client("NMS", "nms-activation")
    assert soap.closeService(**command("c1")).resultCode == "3003"


def test_one_port_is_not_opened_for_two(play: Callable[..., Play]) -> None:
    world = play("NMS")
    soap = world.client("NMS", "nms-activation")
    soap.openService(**command("c1", res=PORT))
    assert soap.openService(**command("c2", "PI-2", res=PORT)).resultCode == "3002"
    assert list(world.look("NMS", "state")["services"]) == ["PI-1"]
    assert world.look("NMS", "verify")["ok"]
