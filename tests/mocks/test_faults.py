"""Behaviours are data: the request that carries a value meets its mishap, as often as told."""

from __future__ import annotations

import socket
from collections.abc import Callable

import httpx
import pytest
from lxml import etree

from mocks import rules
from mocks.caller import envelope, tree
from mocks.peers.rm_soap import SERVICE
from mocks.shell import ENVELOPE
from tests.mocks.conftest import Play

HEADERS = {"content-type": "text/xml; charset=utf-8"}


@pytest.fixture
def world(play: Callable[..., Play]) -> Play:
    return play("RM")


def ask(world: Play, request: str = "R1", timeout: float = 20) -> httpx.Response:
    fields = {"requestNo": request, "lanId": "8330100", "opType": "ALT", "prodInstId": "PI-1"}
    document = envelope(SERVICE, "allotResource", fields)
    return world.http.post(f"{world.urls['RM']}/rm-resource", content=document, headers=HEADERS, timeout=timeout)


def body(response: httpx.Response) -> etree._Element:
    found = etree.fromstring(response.content).find(f"{ENVELOPE}Body")
    assert found is not None
    return found[0]


def done(world: Play) -> int:
    return sum(world.effects("RM").values())


def test_a_refusal_carries_the_code_and_does_nothing(world: Play) -> None:
    world.fault("RM", "refuse", "PI-1", "allot", code="1001", text="none left")
    answer = tree(body(ask(world)))
    assert (answer["resultCode"], answer["resultMsg"]) == ("1001", "none left")
    assert done(world) == 0
    assert tree(body(ask(world)))["resultCode"] == "0", "once, and no more"


@pytest.mark.parametrize(("do", "effects"), [("timeout_but_done", 1), ("timeout_not_done", 0), ("reset", 1)])
def test_no_answer_leaves_the_caller_in_doubt(world: Play, do: str, effects: int) -> None:
    world.fault("RM", do, seconds=0.02)
    with pytest.raises(httpx.TransportError):
        ask(world)
    assert done(world) == effects


def test_a_caller_that_gives_up_frees_the_line(world: Play) -> None:
    world.fault("RM", "timeout_but_done", seconds=600)
    with pytest.raises(httpx.TimeoutException):
        ask(world, timeout=0.1)
    assert ask(world).status_code == 200


@pytest.mark.parametrize(
    ("do", "effects"), [("wrong_root", 1), ("missing_field", 1), ("http_500", 0), ("http_503", 0), ("fault", 0)]
)
def test_an_answer_can_break_the_contract(world: Play, do: str, effects: int) -> None:
    world.fault("RM", do, field="resultCode")
    answer = ask(world)
    told = {
        "wrong_root": lambda: etree.QName(body(answer)).localname == "somethingElse",
        "missing_field": lambda: "resultCode" not in tree(body(answer)),
        "http_500": lambda: (answer.status_code, answer.text[:6]) == (500, "<html>"),
        "http_503": lambda: (answer.status_code, answer.text[:6]) == (503, "<html>"),
        "fault": lambda: (answer.status_code, body(answer).findtext("faultcode")) == (500, "s:Server"),
    }
    assert told[do]()
    assert done(world) == effects


@pytest.mark.parametrize("do", ["slow", "header_drip", "body_drip"])
def test_a_late_answer_is_whole_for_those_who_wait(world: Play, do: str) -> None:
    world.fault("RM", do, seconds=0.05 if do == "slow" else 0.0001)
    assert tree(body(ask(world)))["resultCode"] == "0"


@pytest.mark.parametrize("do", ["header_drip", "body_drip"])
def test_a_drip_comes_byte_by_byte(world: Play, do: str) -> None:
    world.fault("RM", do, seconds=0.002)
    document = envelope(SERVICE, "queryRequest", {"requestNo": "R", "lanId": "8330100"})
    head = f"POST / HTTP/1.1\r\nhost: rm\r\ncontent-type: text/xml\r\ncontent-length: {len(document)}\r\n\r\n"
    with socket.create_connection(("127.0.0.1", int(world.urls["RM"].rpartition(":")[2])), timeout=20) as line:
        line.sendall(head.encode() + document)
        first, reads = line.recv(4096), 1
        while line.recv(4096):
            reads += 1
    assert (b"\r\n\r\n" in first) == (do == "body_drip"), "a reader that is late finds two bytes, never the whole head"
    assert reads > 100


def test_rules_match_the_operation_or_any_leaf_of_the_request(world: Play) -> None:
    world.fault("RM", "fault", "PI-2")
    world.fault("RM", "fault", "", "occupy")
    assert ask(world).status_code == 200
    assert len(world.look("RM", "faults")["rules"]) == 2
    world.fault("RM", "fault", "PI-1", "allotResource")
    assert ask(world, "R2").status_code == 500


def test_a_star_stands_for_any_operation_and_any_value(world: Play) -> None:
    world.fault("RM", "fault", "*", "*")
    assert ask(world).status_code == 500
    assert ask(world, "R2").status_code == 200


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ({"do": "explode"}, "explode"),
        ({"do": "slow", "value": "x", "colour": "red"}, "colour"),
        ({"do": "slow", "times": "often"}, "times"),
        ("slow", "object"),
    ],
)
def test_a_wrong_rule_is_refused_in_words(world: Play, rule: object, said: str) -> None:
    answer = world.post("RM", "faults", rule)
    assert answer.status_code == 400
    assert said in answer.json()["message"]


def test_every_behaviour_is_explained() -> None:
    assert all(rules.DO.values())
    assert rules.NOT_DONE <= rules.ON_THE_WIRE <= set(rules.DO)
