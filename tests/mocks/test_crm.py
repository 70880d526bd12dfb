"""The CRMs of other levels, by ContractRoot: what is agreed is taken, what is not is said in the header."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest

from interfaces.agreement import Agreement
from interfaces.message import Message
from interfaces.spec.loader import load_folder
from interfaces.wire import WireMessage
from mocks.store import Body
from tests.mocks.conftest import SYSTEMS, Play

EXAMPLES = [
    ("CRM-GROUP", "group-result", "built"),
    ("CRM-GROUP", "group-result", "failed"),
    ("CRM-LOCAL", "customer-sync", "new-customer"),
    ("CRM-LOCAL", "customer-sync", "withdrawn"),
]


@cache
def agreement(code: str, interface: str) -> Agreement:
    return Agreement(next(s for s in load_folder(SYSTEMS / code) if s.id == interface))


def example(code: str, interface: str, name: str) -> Body:
    found: Body = json.loads((SYSTEMS / code / interface / "examples" / f"{name}.request.json").read_text("utf-8"))
    return found


def sent(world: Play, code: str, interface: str, document: Any) -> Body:
    answer = world.http.post(f"{world.urls[code]}/{interface}", json=document)
    found: Body = answer.json()["ContractRoot"]
    return found


@pytest.mark.parametrize(("code", "interface", "name"), EXAMPLES)
def test_what_is_agreed_is_taken_and_answered_as_agreed(
    code: str, interface: str, name: str, play: Callable[..., Play]
) -> None:
    world, ours = play(code), agreement(code, interface)
    shown = next(e for e in ours.spec.examples if e["name"] == name)
    body = json.loads((ours.spec.folder / shown["canonical"]).read_text("utf-8"))
    asked = Message(id="m", type="", source="CRM", body=body, key=body["externalId"], area=body["area"])
    request = ours.write_request(shown["operation"], asked)
    headers = {"content-type": request.content_type}
    raw = world.http.post(f"{world.urls[code]}/{interface}", content=request.body, headers=headers)
    reply = ours.read_reply(shown["operation"], WireMessage(raw.content, raw.headers["content-type"]), asked)
    assert reply.body["externalId"] == body["externalId"]
    assert world.look(code, "verify")["ok"]


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda root: root["TcpCont"].pop("BusCode"), "9002"),
        (lambda root: root["TcpCont"].update(ServiceCode="SVC99999"), "9002"),
        (lambda root: root["SvcCont"]["orderState"].pop("statusCd"), "9006"),
        (lambda root: root["SvcCont"]["orderState"].update(colour="red"), "9006"),
        (lambda root: root.pop("SvcCont"), "9241"),
    ],
)
def test_what_is_not_agreed_is_said_in_the_header(
    spoil: Callable[[Body], Any], code: str, play: Callable[..., Play]
) -> None:
    world, document = play("CRM-GROUP"), example("CRM-GROUP", "group-result", "built")
    spoil(document["ContractRoot"])
    said = sent(world, "CRM-GROUP", "group-result", document)["TcpCont"]
    assert (said["ActionCode"], said["Response"]["RspCode"]) == ("1", code)
    assert world.effects("CRM-GROUP") == {}


def test_an_end_told_again_is_a_repetition_and_another_end_a_finding(play: Callable[..., Play]) -> None:
    world, document = play("CRM-GROUP"), example("CRM-GROUP", "group-result", "built")
    answers = [sent(world, "CRM-GROUP", "group-result", document)["SvcCont"]["orderStateResp"] for _ in range(2)]
    assert [answer["recvFlag"] for answer in answers] == ["0", "1"]
    assert world.effects("CRM-GROUP") == {("GRP-20261012-0042", "told"): 1}
    sent(world, "CRM-GROUP", "group-result", example("CRM-GROUP", "group-result", "failed"))
    (finding,) = world.look("CRM-GROUP", "verify")["findings"]
    assert "two ways" in finding


def test_a_copy_of_the_customer_is_kept_once_and_a_withdrawn_product_is_gone(play: Callable[..., Play]) -> None:
    world, document = play("CRM-LOCAL"), example("CRM-LOCAL", "customer-sync", "new-customer")
    for _ in range(2):
        assert sent(world, "CRM-LOCAL", "customer-sync", document)["SvcCont"]["syncResp"]["resultCode"] == "0"
    assert world.look("CRM-LOCAL", "state")["customers"] == {"200000000042": ["PI0000000000000042"]}
    assert list(world.effects("CRM-LOCAL").values()) == [1]
    withdrawn = example("CRM-LOCAL", "customer-sync", "withdrawn")
    withdrawn["ContractRoot"]["SvcCont"]["syncReq"]["syncNbr"] = "W1"
    sent(world, "CRM-LOCAL", "customer-sync", withdrawn)
    assert world.look("CRM-LOCAL", "state")["customers"] == {"200000000042": []}


def test_a_business_refusal_stands_in_the_content_and_the_exchange_is_good(play: Callable[..., Play]) -> None:
    world, document = play("CRM-GROUP"), example("CRM-GROUP", "group-result", "built")
    world.fault("CRM-GROUP", "refuse", code="1003", text="no such order")
    said = sent(world, "CRM-GROUP", "group-result", document)
    assert said["TcpCont"]["Response"]["RspCode"] == "0000"
    assert said["SvcCont"]["orderStateResp"]["resultCode"] == "1003"
