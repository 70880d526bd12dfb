"""A peer played from its spec alone, asked from outside: zeep, raw HTTP, queues, and a hub that takes callbacks."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
import zeep

from interfaces.amqp import AmqpMessage
from interfaces.spec.loader import load_spec
from interfaces.spec.registry import bundled
from interfaces.wire import WireMessage
from mocks import runner
from mocks.amqp import open_broker
from mocks.generic.peer import GenericPeer
from mocks.generic.smoke import smoke
from mocks.peer import Setting
from tests.mocks.conftest import Play, until
from tests.mocks.fake_hub import FakeHub

SYSTEMS = Path(__file__).parents[3] / "interfaces" / "systems"
XML = {"content-type": "text/xml; charset=utf-8"}
Up = Callable[..., Play]


@pytest.fixture
def up(tmp_path: Path) -> Iterator[Up]:
    """``up("rm-resource", hub=url)``: generic peers on free ports."""
    started: list[Play] = []

    def start(*interfaces: str, hub: str = "") -> Play:
        started.append(Play(runner.up((), tmp_path, hub, interfaces=interfaces)))
        return started[-1]

    yield start
    for one in started:
        one.running.stop()
        one.http.close()


def example(interface: str, name: str) -> bytes:
    (file,) = SYSTEMS.glob(f"*/{interface}/examples/{name}")
    return file.read_bytes()


@pytest.mark.parametrize("spec", bundled(), ids=lambda spec: spec.id)
def test_every_operation_of_every_bundled_spec_is_answered_in_memory(spec: Any) -> None:
    came = smoke(spec)

    assert [one.operation for one in came] == list(spec.operations)
    assert {one.operation: str(one.failure) for one in came if one.failure} == {}


def test_a_zeep_client_uses_the_contract_with_the_mocks_own_address(up: Up) -> None:
    play = up("rm-resource")
    client = zeep.Client(f"{play.urls['rm-resource']}/rm-resource?wsdl")

    reply = client.service.reserveResource(
        requestNo="R-77", lanId="8330200", opType="RSV", resInfo=[{"resType": "1", "resNo": "057188880077"}]
    )

    assert (reply.requestNo, reply.resultCode) == ("R-77", "0")
    assert reply.resInfo[0].resNo == "057188880077"
    assert play.effects("rm-resource") == {("R-77", "reserve"): 1}


def test_the_same_key_again_gets_the_first_answer_and_has_one_effect(up: Up) -> None:
    play = up("rm-resource")
    request = example("rm-resource", "reserve.request.xml")

    first, second = (play.http.post(play.urls["rm-resource"], content=request, headers=XML).content for _ in range(2))

    assert first == second
    assert list(play.effects("rm-resource").values()) == [1]
    outcomes = [row["outcome"] for row in play.look("rm-resource", "journal")["items"] if row["direction"] == "in"]
    assert outcomes == ["done", "again"]


def test_the_journal_has_the_wire_and_the_canonical_form(up: Up) -> None:
    play = up("rm-resource")
    play.http.post(play.urls["rm-resource"], content=example("rm-resource", "hold.request.xml"), headers=XML)

    asked, answered = play.look("rm-resource", "journal")["items"]

    assert "holdResource" in asked["body"]["wire"]
    assert asked["body"]["canonical"]["action"] == "hold"
    assert "resultCode" in answered["body"]["wire"]
    assert answered["body"]["canonical"]["state"] == "completed"


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ((b"<rm:lanId>8330100</rm:lanId>", b"<rm:lanId>1</rm:lanId><rm:lanId>2</rm:lanId>"), "lanId"),
        ((b">RSV<", b">XXX<"), "opType"),
        ((b"reserveResource", b"unknownResource"), "unknownResource"),
        ((b"</", b"<"), "XML"),
    ],
    ids=["twice", "code", "operation", "broken"],
)
def test_what_breaks_the_contract_is_a_soap_fault_that_names_the_place(
    up: Up, change: tuple[bytes, bytes], place: str
) -> None:
    play = up("rm-resource")
    request = example("rm-resource", "reserve.request.xml").replace(*change)
    assert request != example("rm-resource", "reserve.request.xml")

    answer = play.http.post(play.urls["rm-resource"], content=request, headers=XML)

    assert answer.status_code == 500
    assert "Client" in answer.text
    assert place in answer.text
    assert play.look("rm-resource", "journal")["items"][0]["outcome"].startswith("refused: ")
    assert play.look("rm-resource", "effects")["effects"] == []


def test_a_doctype_and_another_content_type_are_refused(up: Up) -> None:
    url = up("rm-resource").urls["rm-resource"]
    bomb = b'<!DOCTYPE x [<!ENTITY a "b">]>' + example("rm-resource", "hold.request.xml").partition(b"?>")[2]

    doctype = httpx.post(url, content=bomb, headers=XML, trust_env=False)
    soap12 = httpx.post(url, content=b"<a/>", headers={"content-type": "application/soap+xml"}, trust_env=False)

    assert doctype.status_code == soap12.status_code == 500
    assert "DOCTYPE" in doctype.text
    assert "VersionMismatch" in soap12.text


@pytest.mark.parametrize(
    ("do", "args", "said"),
    [
        ("refuse", {"code": "1002", "text": "held"}, "resultCode>1002<"),
        ("wrong_root", {}, "somethingElse"),
        ("fault", {"code": "Server.Busy", "text": "later"}, "Server.Busy"),
        ("http_503", {}, "<html>"),
    ],
)
def test_the_rules_of_other_peers_hold(up: Up, do: str, args: dict[str, str], said: str) -> None:
    play = up("rm-resource")
    play.fault("rm-resource", do, operation="reserve", **args)

    answers = [
        play.http.post(
            play.urls["rm-resource"], content=example("rm-resource", "reserve.request.xml"), headers=XML
        ).text
        for _ in range(2)
    ]

    assert said in answers[0]
    assert "resultCode>0<" in answers[1]


def test_rest_methods_and_paths_of_the_spec(up: Up) -> None:
    play = up("tmf622-order")
    base = play.urls["tmf622-order"]
    spec = next(spec for spec in bundled() if spec.id == "tmf622-order")
    path = str(spec.transport.settings.get("base", "")) + str(spec.operations["submitOrder"].wire["path"])
    body = example("tmf622-order", "install-ftth.request.json")
    number = json.loads(body)["externalId"]

    good = play.http.post(base + path, content=body, headers={"content-type": "application/json"})
    bad = play.http.post(base + path, json={"productOrderItem": 3})
    nowhere = play.http.get(f"{base}/nowhere")

    assert good.status_code == spec.operations["submitOrder"].wire.get("status", 200)
    assert good.json()["externalId"] == number
    assert bad.status_code == 400
    assert bad.headers["content-type"] == "application/problem+json"
    assert any("productOrderItem" in error["path"] for error in bad.json()["errors"])
    assert nowhere.status_code == 404
    assert "/nowhere" in nowhere.text


def work_order(number: str) -> bytes:
    body = json.loads(example("wfm-dispatch", "dispatch.request.json"))
    return json.dumps(body | {"woNo": number}).encode()


def test_a_queue_peer_calls_back_to_reply_to_with_the_correlation(up: Up, tmp_path: Path) -> None:
    up("wfm-dispatch")
    broker = open_broker(f"amqp+file://{tmp_path / 'amqp.db'}")
    broker.declare("mine")
    headers = {"type": "NEW"}
    broker.publish(
        [AmqpMessage(work_order("W-1"), "wfm.dispatch", "", "m-1", "c-1", "mine", "application/json", headers)]
    )

    (delivery,) = until(lambda: broker.get("mine"))

    assert json.loads(delivery.body)["woNo"] == "W-1"
    assert json.loads(delivery.body)["stat"] == "DONE"
    assert delivery.correlation_id == "W-1"
    broker.close()


def test_a_queue_peer_tells_the_sender_what_is_wrong_and_keeps_the_message(up: Up, tmp_path: Path) -> None:
    up("wfm-dispatch")
    broker = open_broker(f"amqp+file://{tmp_path / 'amqp.db'}")
    broker.declare("mine")
    broker.publish([AmqpMessage(b'{"woNo": 7}', "wfm.dispatch", "", "m-1", "c-1", "mine", "application/json")])

    (told,) = until(lambda: broker.get("mine"))
    (dead,) = until(lambda: broker.get("wfm.dispatch.dead"))

    assert told.correlation_id == "c-1"
    assert told.headers["type"] == "failure"
    assert json.loads(told.body)["code"] == "invalid"
    assert dead.body == b'{"woNo": 7}'
    broker.close()


def test_an_asynchronous_soap_operation_calls_back_through_the_systems_callback_interface(up: Up, hub: FakeHub) -> None:
    play = up("sps-service", hub=hub.url)
    play.post("sps-service", "config", {"callback_seconds": "0"}).raise_for_status()
    play.http.post(play.urls["sps-service"], content=example("sps-service", "install-ftth.request.xml"), headers=XML)

    (callback,) = until(lambda: hub.callbacks)
    rows = until(lambda: [row for row in play.look("sps-service", "journal")["items"] if row["operation"] == "notify"])

    asked = play.look("sps-service", "journal")["items"][0]["body"]["canonical"]
    assert callback["soNbr"] == asked["externalId"]
    assert rows[0]["outcome"] == "sent"
    assert rows[0]["body"]["canonical"]["state"] == "completed"


def test_no_callback_and_a_returned_one(up: Up, hub: FakeHub) -> None:
    play = up("sps-service", hub=hub.url)
    play.fault("sps-service", "no_callback")
    play.fault("sps-service", "return")
    for number in ("SO-1", "SO-2"):
        request = example("sps-service", "install-ftth.request.xml")
        own = play.peer("sps-service").agreement.read_request
        key = own(_wire(request)).message.key
        play.http.post(
            play.urls["sps-service"], content=request.replace(key.encode(), number.encode()), headers=XML
        ).raise_for_status()

    (callback,) = until(lambda: hub.callbacks)
    rows = until(lambda: [row for row in play.look("sps-service", "journal")["items"] if row["operation"] == "notify"])

    assert callback["soNbr"] == "SO-2"
    assert rows[0]["body"]["canonical"]["state"] == "returned"


def _wire(body: bytes) -> Any:
    from interfaces.wire import WireMessage

    return WireMessage(body, "text/xml")


def test_the_peer_of_an_inbound_interface_calls_the_hub_when_told(up: Up, hub: FakeHub) -> None:
    play = up("sps-orders", hub=hub.url)

    said = play.post("sps-orders", "call", {"operation": "notify", "example": "completed"}).json()
    unknown = play.post("sps-orders", "call", {"operation": "notify", "example": "none"})

    assert said["ok"], said
    assert said["reply"]["canonical"]["externalId"] == said["request"]["canonical"]["externalId"]
    assert "serviceOrderNotify" in said["request"]["wire"]
    assert said["reply"]["wire"]
    assert len(hub.callbacks) == 1
    assert unknown.status_code == 404
    assert "completed" in unknown.json()["advice"]


def test_what_it_holds_is_there_after_a_restart_and_gone_after_a_reset(up: Up, tmp_path: Path) -> None:
    play = up("rm-resource")
    play.http.post(play.urls["rm-resource"], content=example("rm-resource", "hold.request.xml"), headers=XML)
    before = play.effects("rm-resource")
    play.running.stop()

    again = up("rm-resource")

    assert again.effects("rm-resource") == before
    assert before
    again.post("rm-resource", "reset", None).raise_for_status()
    assert again.effects("rm-resource") == {}


def test_a_mock_answers_as_late_as_its_spec_says(tmp_path: Path) -> None:
    late = replace(load_spec(SYSTEMS / "BILL" / "bill-query"), mock_delay=0.25)
    peer = GenericPeer(Setting(tmp_path), late)
    wire = WireMessage(example("bill-query", "arrears.request.xml"), "text/xml")
    try:
        assert json.loads(peer.serve(wire).manner) == {"do": "slow", "key": "", "seconds": 0.25}
    finally:
        peer.stop()
