"""Rules of single partners that people would otherwise find out the hard way."""

from __future__ import annotations

import json

import pytest
import yaml

from interfaces.agreement import Agreement
from interfaces.failure import Failure
from interfaces.message import Message
from interfaces.wire import WireMessage
from tests.systems.bundle import bundled
from tests.systems.test_examples import PRODUCT_ORDERS, body, example_of, wire


def written_for_97(**customer: str) -> dict[str, str]:
    spec, _, files = example_of("order97", "install-voice")
    order = body(spec, files["canonical"])
    order["relatedParty"] = [{"role": "customer", "id": "200000000342", **customer}]
    message = Message("msg_1", "ServiceOrder", "CRM", order, key=str(order["externalId"]))
    row: dict[str, str] = json.loads(Agreement(spec).write_request("provision", message).body)
    return row


def test_97_takes_a_name_of_twenty_characters():
    assert written_for_97(name="样" * 20)["YHMC"] == "样" * 20


def test_a_name_too_long_for_97_is_refused_not_cut():
    with pytest.raises(Failure) as caught:
        written_for_97(name="样" * 21)
    assert caught.value.code == "invalid"
    assert "样" not in str(caught.value), "a name is personal data"


def test_a_rare_character_never_becomes_a_question_mark_in_97():
    with pytest.raises(Failure) as caught:
        written_for_97(name="李𠮷")
    assert caught.value.code == "invalid"


def test_a_product_that_97_does_not_know_is_refused():
    spec, _, files = example_of("order97", "install-voice")
    order = body(spec, files["canonical"])
    order["service"]["serviceSpecification"] = "FTTH"
    with pytest.raises(Failure, match="PRODUCT"):
        Agreement(spec).write_request("provision", Message("msg_1", "ServiceOrder", "CRM", order))


def test_every_column_that_is_mapped_stands_in_the_layout_of_97():
    for name in ("order97", "status97"):
        spec = bundled()[name]
        layout = yaml.safe_load((spec.folder / spec.transport.contract).read_text("utf-8"))["tables"]
        for operation in spec.operations.values():
            for side in filter(None, (operation.request, operation.reply)):
                columns = layout[side.wire or operation.wire["request"]]["columns"]
                mapped = {row.wire for row in side.mapping or () if row.wire != "."}
                assert mapped <= set(columns), (name, operation.name)


def portal_order(**changes: object) -> dict[str, object]:
    spec = bundled()["contractroot-order"]
    agreement = Agreement(spec)
    order = {"extCustOrderId": "P-1", "lanId": "8330100", "actionCd": "4010100000", "product": {"productNbr": "FTTH"}}
    return agreement.mapping("submitOrder").to_canonical({"orderReq": order | changes})


@pytest.mark.parametrize(
    ("code", "business", "action"),
    [
        ("4010100000", "install", "add"),
        ("1", "install", "add"),
        ("4020100000", "remove", "delete"),
        ("3", "remove", "delete"),
        ("19", "suspend", "modify"),
        ("1179", "changeAttribute", "modify"),
        ("S1", "subscribe", "add"),
        ("S2", "unsubscribe", "delete"),
    ],
)
def test_an_action_code_of_the_portal_says_what_to_do(code, business, action):
    (item,) = portal_order(actionCd=code)["productOrderItem"]
    assert (item["businessAction"], item["action"]) == (business, action)


def test_an_action_code_nobody_agreed_is_refused():
    with pytest.raises(Failure, match="ACTION_CD"):
        portal_order(actionCd="4711")


def test_attributes_of_the_portal_come_through_as_they_are():
    attributes = [{"cd": "SPEED", "val": "300M"}, {"cd": "WHO_KNOWS", "val": "007"}]
    (item,) = portal_order(product={"productNbr": "FTTH", "attrs": attributes})["productOrderItem"]
    assert item["product"]["productCharacteristic"] == [
        {"name": "SPEED", "value": "300M"},
        {"name": "WHO_KNOWS", "value": "007"},
    ]


def tmf(order: dict[str, object]) -> dict[str, object]:
    wire = WireMessage(json.dumps(order).encode(), "application/json", {":method": "POST", ":path": PRODUCT_ORDERS})
    return dict(Agreement(bundled()["tmf622-order"]).read_request(wire).message.body)


TMF_ORDER = {
    "@type": "ProductOrder",
    "externalId": "T-1",
    "relatedParty": [{"id": "200000000242", "role": "customer", "@referredType": "Organization"}],
    "productOrderItem": [{"id": "1", "action": "add", "productOffering": {"id": "FTTH-500M", "@type": "ref"}}],
}


def test_the_type_attributes_of_tmf_are_taken_and_not_kept():
    assert tmf(TMF_ORDER)["relatedParty"] == [{"id": "200000000242", "role": "customer"}]


@pytest.mark.parametrize("attribute", ["payment", "quote", "agreement"])
def test_what_tmf_can_order_and_we_cannot_is_refused_not_dropped(attribute):
    with pytest.raises(Failure) as caught:
        tmf({**TMF_ORDER, attribute: [{"id": "1"}]})
    assert caught.value.code == "invalid"


@pytest.mark.parametrize(
    ("kind", "reason"),
    [("10", "noFacility"), ("20", "wrongAddress"), ("30", "customer"), ("40", "equipment"), ("90", "other")],
)
def test_a_return_of_field_work_says_which_way_back(kind, reason):
    spec = bundled()["wfm-result"]
    result = {"woNo": "task_1", "stat": "RET", "retCode": "W1", "retType": kind}
    received = Agreement(spec).read_request(WireMessage(json.dumps(result).encode(), "application/json"))
    assert received.message.body["reason"] == {"code": "W1", "class": reason}


def test_an_answer_of_billing_is_known_by_its_correlation_id():
    spec, operation, files = example_of("bill-reply", "done")
    plain = wire(spec, operation, files["request"])
    answer = WireMessage(plain.body, plain.content_type, {"correlation_id": "task_9", "message_id": "m-1"})
    message = Agreement(spec).read_request(answer).message
    assert (message.correlation_id, message.exchange_id) == ("task_9", "m-1")


def test_the_customer_core_refuses_in_its_own_words():
    said = {"failure": {"code": "not_found", "message": "no such customer", "errors": []}}
    asked = Message("msg_1", "CustomerQuery", "CHAN", {"codeType": "customerId", "code": "1"})
    wire = WireMessage(json.dumps(said).encode(), "application/json")
    with pytest.raises(Failure) as caught:
        Agreement(bundled()["crm-core"]).read_reply("queryCustomer", wire, asked)
    assert caught.value.code == "not_found"
