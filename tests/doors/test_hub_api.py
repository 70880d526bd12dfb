"""The hub's own SOAP API: spyne behind the guard, in front of the same agreement and intake as every other door."""

from __future__ import annotations

import json
from typing import Any

import pytest
from lxml import etree

from adapters.doors.asgi import build
from adapters.spyne_side import hub_api
from interfaces.agreement import Agreement
from interfaces.contract.wsdl import with_address
from interfaces.envelope.soap_plain import SOAP
from interfaces.failure import Failure
from interfaces.message import Message
from interfaces.spec.loader import load_spec
from interfaces.wire import WireMessage
from tests.doors.parts import fake_hub, fetch
from tests.doors.test_real_agreements import SYSTEMS

FOLDER = SYSTEMS / "HUB/hub"
SPEC = load_spec(FOLDER / "spec.yaml")
AGREEMENT = Agreement(SPEC)
EXAMPLES = {example["operation"]: example for example in SPEC.examples}
PATH = "/soap/hub"
XML = {"content-type": "text/xml; charset=utf-8"}


def file(operation: str, part: str) -> str:
    return (FOLDER / EXAMPLES[operation][part]).read_text("utf-8")


ORDER = file("submitOrder", "request")


@pytest.fixture
def hub() -> Any:
    hub = fake_hub({"hub": AGREEMENT})
    hub.intake.outcome = lambda inbound: answered(inbound.received.operation)
    return hub


@pytest.fixture
def door(hub: Any) -> Any:
    return build(hub)["/soap"]


def answered(operation: Any) -> Message:
    """What the agreement's own example answers."""
    return Message("msg_2", operation.reply.type_name, "HUB", json.loads(file(operation.name, "canonicalReply")))


def post(door: Any, body: str | bytes, headers: dict[str, str] | None = None) -> Any:
    return fetch(door, "POST", PATH, body if isinstance(body, bytes) else body.encode(), headers or XML)


def told(answer: Any) -> dict[str, Any]:
    """The declared detail of a Fault: name -> text, ``error`` -> its paths."""
    (detail,) = etree.fromstring(answer.content).iter("detail")
    (fault,) = detail
    assert fault.tag == f"{{{hub_api.t.NAMESPACE}}}HubFault"
    fields = {etree.QName(child).localname: child.text for child in fault}
    return fields | {"error": [path.text for path in fault.iter("{*}path")]}


def canonical(xml: bytes) -> bytes:
    return etree.tostring(etree.fromstring(xml), method="c14n")


def test_the_service_shows_the_contract_that_the_agreement_holds() -> None:
    """After a change: python -m adapters.spyne_side.hub_api > interfaces/systems/HUB/hub/hub.wsdl"""
    assert canonical(hub_api.contract()) == canonical((FOLDER / "hub.wsdl").read_bytes())


def test_the_wsdl_has_the_configured_address_whatever_the_host_header_says(door: Any) -> None:
    """The address of parts.fake_hub; the caller names another host."""
    wsdl = fetch(door, "GET", f"{PATH}?wsdl").content
    assert canonical(wsdl) == canonical(with_address(hub_api.contract(), f"http://hub.example.cn:8080{PATH}"))


def test_the_wsdl_offers_soap_1_1_alone(door: Any) -> None:
    wsdl = fetch(door, "GET", f"{PATH}?wsdl").text
    assert "soap12" not in wsdl
    assert wsdl.count(":address ") == 1


@pytest.mark.parametrize("operation", hub_api.OPERATIONS)
def test_each_operation_is_answered_as_the_agreement_says(door: Any, hub: Any, operation: str) -> None:
    answer = post(door, file(operation, "request"))
    assert answer.status_code == 200
    (inbound,) = hub.intake.submitted
    asked = inbound.received.message
    assert asked.body == json.loads(file(operation, "canonical"))
    assert (asked.source, asked.exchange_id) == ("CHAN", "CHAN-RQ-000000311")
    assert inbound.wire.body == file(operation, "request").encode()
    read = AGREEMENT.read_reply(operation, WireMessage(answer.content, XML["content-type"]), asked)
    assert read.body == answered(AGREEMENT.operation(operation)).body


def test_a_gbk_caller_is_answered_in_gb18030(door: Any) -> None:
    text = file("queryCustomer", "request").partition("?>")[2]
    answer = post(door, text.encode("gbk"), {"content-type": "text/xml; charset=GBK"})
    assert answer.headers["content-type"] == "text/xml; charset=gb18030"
    assert "张示例" in answer.content.decode("gb18030")


def test_a_refusal_is_told_in_the_declared_detail(door: Any, hub: Any) -> None:
    def refuse(_: Any) -> Message:
        raise Failure("rejected", "no such offer", where="item 1", advice="see the catalogue", detail={"code": "1001"})

    hub.intake.outcome = refuse
    answer = post(door, ORDER)
    assert answer.status_code == 500
    said = told(answer)
    assert (said["code"], said["message"]) == ("rejected", "no such offer")
    assert (said["where"], said["advice"], said["partnerCode"]) == ("item 1", "see the catalogue", "1001")
    assert said["incident"]


def test_a_refusal_keeps_the_contract(door: Any, hub: Any) -> None:
    answer = post(door, ORDER.replace(">add<", ">destroy<"))
    (fault,) = next(iter(etree.fromstring(answer.content).iter("detail")))
    wsdl = etree.parse(FOLDER / "hub.wsdl")
    (schema,) = wsdl.iter("{http://www.w3.org/2001/XMLSchema}schema")
    assert etree.XMLSchema(etree.fromstring(etree.tostring(schema))).validate(fault)


def test_an_error_of_our_own_tells_nothing_but_its_incident(door: Any, hub: Any) -> None:
    def fail(_: Any) -> Message:
        raise KeyError("a customer's name")

    hub.intake.outcome = fail
    answer = post(door, ORDER)
    assert told(answer)["code"] == "internal"
    assert "customer's" not in answer.text


ENVELOPE = f'<s:Envelope xmlns:s="{SOAP}"><s:Body>{{}}</s:Body></s:Envelope>'
BROKEN = {
    "a field without its number": ORDER.replace(":orderNo>", ":number>"),
    "a value that is none": ORDER.replace(">add<", ">destroy<"),
    "no item": ORDER.partition("<tns:item>")[0] + ORDER.partition("</tns:item>")[2],
    "an empty request": ENVELOPE.format('<submitOrder xmlns="urn:mboss:hub:v1"/>'),
    "an unknown operation": ORDER.replace("submitOrder", "destroyOrder"),
    "an answer as a question": ORDER.replace("submitOrder", "submitOrderResponse"),
    "a reference": ORDER.replace("<tns:item>", '<tns:item href="#a">'),
    "an attribute nobody agreed": ORDER.replace("<tns:item>", '<tns:item id="a">'),
    "nil where nothing may be": ORDER.replace(
        "<tns:remark>厅台受理</tns:remark>",
        '<tns:remark xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:nil="true"/>',
    ),
    "doctype": '<!DOCTYPE a [<!ENTITY b "c">]>' + ORDER.partition("?>")[2],
    "two bodies": f'<s:Envelope xmlns:s="{SOAP}"><s:Body/><s:Body/></s:Envelope>',
    "empty body": ENVELOPE.format(""),
    "nothing": "",
    "json": "{}",
}


@pytest.mark.parametrize("body", BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_request_is_a_fault_with_an_incident(door: Any, hub: Any, body: str) -> None:
    answer = post(door, body)
    said = told(answer)
    assert (answer.status_code, said["code"], said["incident"]) == (500, "invalid", "msg_refused1")
    assert hub.intake.submitted == []


def test_every_fault_of_a_request_is_named_and_no_value_is_quoted(door: Any) -> None:
    wrong = ORDER.replace(">add<", ">destroy<").replace("110101199001010000", "110101199001010000" * 4)
    answer = post(door, wrong)
    assert [path.rpartition(".")[2] for path in told(answer)["error"]] == ["certificateNo", "action"]
    assert "110101199001010000" not in answer.text


def test_an_action_that_names_another_operation_is_refused(door: Any, hub: Any) -> None:
    answer = post(door, ORDER, XML | {"soapaction": '"urn:mboss:hub:v1/queryOrder"'})
    assert "SOAPAction" in told(answer)["message"]
    assert hub.intake.submitted == []


@pytest.mark.parametrize("action", ["", '""', '"urn:mboss:hub:v1/submitOrder"'])
def test_an_action_may_be_left_out_or_right(door: Any, action: str) -> None:
    assert post(door, ORDER, XML | {"soapaction": action}).status_code == 200
