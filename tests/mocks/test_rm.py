"""RM gives out numbers, ports and lines, by the agreed contract."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import zeep.exceptions

from interfaces.clock import DAY, MINUTE
from mocks.store import Body
from tests.mocks.conftest import Play

NUMBER = "0571-81000007"
OPS = {"hold": "HLD", "reserve": "RSV", "allot": "ALT", "occupy": "OCC", "preRelease": "PRE", "release": "REL"}


class Rm:
    """RM by zeep on the agreed contract."""

    def __init__(self, play: Callable[..., Play]) -> None:
        self.world = play("RM")
        self.soap = self.world.client("RM", "rm-resource")

    def order(self, step: str, request: str, instance: str = "PI-1", *resources: Body, **more: Any) -> Any:
        fields = {"requestNo": request, "lanId": "8330100", "opType": OPS[step], "prodInstId": instance}
        fields |= {"resInfo": list(resources)} if resources else {}
        return self.soap[f"{step}Resource"](**fields | more)

    def holdings(self) -> Any:
        found = self.world.look("RM", "state")["holdings"]
        return {who: {(r["type"], r["state"]) for r in things} for who, things in found.items()}


@pytest.fixture
def rm(play: Callable[..., Play]) -> Rm:
    return Rm(play)


def number(id: str = NUMBER) -> Body:
    return {"resType": "1", "resNo": id}


def test_a_number_lives_from_the_counter_to_quarantine_and_back(rm: Rm) -> None:
    rm.soap.holdResource(requestNo="h", lanId="8330100", opType="HLD", accNbr=NUMBER)
    rm.order("reserve", "r1", "PI-1", number())
    assert rm.holdings() == {"PI-1": {("number", "reserved")}}
    rm.order("occupy", "r2")
    assert rm.holdings() == {"PI-1": {("number", "occupied")}}
    rm.order("release", "r3")
    assert rm.world.look("RM", "state")["counts"]["8330100"]["number"]["quarantine"] == 1
    assert rm.order("reserve", "r4", "PI-2", number()).resultCode == "1004"
    rm.world.post("RM", "config", {"clock_offset": 91 * DAY})
    assert rm.order("reserve", "r5", "PI-2", number()).resultCode == "0"


def test_a_counter_hold_ends_by_itself(rm: Rm) -> None:
    assert rm.order("hold", "h1", "PI-1", number()).resInfo[0].resStatus == "1"
    assert rm.order("hold", "h2", "PI-2", number()).resultCode == "1002"
    rm.world.post("RM", "config", {"clock_offset": 16 * MINUTE})
    assert rm.order("hold", "h3", "PI-2", number()).resultCode == "0"


def test_a_port_is_allotted_occupied_and_given_back(rm: Rm) -> None:
    (port,) = rm.order("allot", "a", "PI-1", {"resType": "2"}).resInfo
    assert (port.resType, port.resStatus) == ("2", "3")
    assert rm.order("occupy", "o").resInfo[0].resNo == port.resNo
    assert rm.order("preRelease", "p").resInfo[0].resStatus == "5"
    assert rm.order("release", "r").resInfo[0].resStatus == "0"
    assert rm.holdings() == {}


def test_a_port_the_field_found_unusable_is_not_given_out_again(rm: Rm) -> None:
    first = rm.order("allot", "a1", "PI-1", {"resType": "2"}).resInfo[0].resNo
    rm.order("release", "r1", "PI-1", {"resType": "2"}, reasonCode="noFacility")
    assert rm.order("allot", "a2", "PI-1", {"resType": "2"}).resInfo[0].resNo != first
    assert rm.world.look("RM", "state")["counts"]["8330100"]["port"]["faulty"] == 1


def test_the_same_request_again_is_answered_alike_and_done_once(rm: Rm) -> None:
    assert rm.order("allot", "a", "PI-1", {"resType": "2"}) == rm.order("allot", "a", "PI-1", {"resType": "2"})
    assert rm.world.effects("RM") == {("a", "allot"): 1}
    assert rm.soap.queryRequest(requestNo="a", lanId="8330100").procStatus == "S"
    assert rm.soap.queryRequest(requestNo="never", lanId="8330100").procStatus == "N"


@pytest.mark.parametrize(
    ("what", "code"),
    [
        ({"resType": "1", "resNo": "0571-00000000"}, "1003"),
        ({"resType": "1", "resNo": "0574-81000001"}, "1003"),
        (number(), "1002"),
    ],
)
def test_what_cannot_be_given_is_refused_with_a_code(rm: Rm, what: Body, code: str) -> None:
    rm.order("reserve", "mine", "PI-1", number())
    refused = rm.order("reserve", "r", "PI-2", {"resType": "2"}, what)
    assert refused.resultCode == code
    assert "PI-2" not in rm.holdings(), "half a request is not done"
    assert ("r", "reserve") not in rm.world.effects("RM")


@pytest.mark.parametrize("odd", [{"resInfo": [{"resType": "9"}]}, {"accNbr": NUMBER, "holdTime": "99999999999999"}])
def test_what_makes_no_sense_is_refused_in_words(rm: Rm, odd: Body) -> None:
    answer = rm.order("reserve", "r", "PI-1", **odd)
    assert (answer.resultCode, answer.resultMsg[:14]) == ("1400", "not understood")


def test_an_empty_pool_refuses(rm: Rm) -> None:
    with rm.world.peer("RM").store.tx() as tx:
        tx.run("UPDATE thing SET state = 'faulty' WHERE kind = 'line'")
    assert rm.order("allot", "a", "PI-1", {"resType": "3"}).resultCode == "1001"


def test_the_same_customer_gets_the_same_port_in_every_run(rm: Rm) -> None:
    first = rm.order("allot", "a", "PI-9", {"resType": "2"}).resInfo[0].resNo
    rm.world.post("RM", "reset", None)
    assert rm.order("allot", "a", "PI-9", {"resType": "2"}).resInfo[0].resNo == first


def test_numbers_can_be_looked_for(rm: Rm) -> None:
    found = rm.soap.queryResource(lanId="8330200", qryType="1", numPattern="88", maxCount="5")
    assert found.availFlag == "1"
    assert len(found.resInfo) == 5
    assert all("88" in one.resNo and one.resNo.startswith("0574-") for one in found.resInfo)


def test_a_request_against_the_contract_is_a_fault(rm: Rm) -> None:
    with pytest.raises(zeep.exceptions.Fault, match="maxLength"):
        rm.soap.queryRequest(requestNo="x" * 41, lanId="8330100")
