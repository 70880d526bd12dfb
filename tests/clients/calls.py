"""What every client asks of every SOAP address, and what it must be told: one table per address, the same for all.

``tag`` tells the clients' orders apart, ``number`` is a service number that nobody else asks for. Arguments stand in
the contract's order. An expectation is a text (told exactly so), a check, or None (left out of the answer).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.envelope.messages import document, header

Tree = dict[str, Any]
Answers = Mapping[str, Mapping[str, str]]
Check = Callable[[str, Answers], bool]
Expected = Mapping[str, str | Check | None]

AREA = "8330100"
LONG = "00012345678901234567890123456789"
"""Too long for any number type, and with zeros that one would lose."""
TEXT = "厅台受理 <急> & \"加急\" '𠮷'"

HUB_FAULT = "detail.HubFault."


@dataclass(frozen=True)
class Call:
    """One call. reply: path in the answer -> what stands there; fault: the same for a refusal."""

    name: str
    operation: str
    arguments: Tree
    reply: Expected = field(default_factory=dict)
    fault: Expected = field(default_factory=dict)


def some(text: str, _: Answers) -> bool:
    return text != ""


def at(moment: str) -> Check:
    """The same instant, however the client writes it."""
    return lambda text, _: datetime.fromisoformat(text) == datetime.fromisoformat(moment)


def a_moment(text: str, _: Answers) -> bool:
    return datetime.fromisoformat(text).tzinfo is not None


def holds(part: str) -> Check:
    return lambda text, _: part in text


def same_as(call: str, path: str) -> Check:
    return lambda text, answers: text == answers[call][path]


def hub_calls(tag: str, number: str) -> list[Call]:
    """/soap/hub: one ``request``, one ``result``, refusals in the declared HubFault."""
    order_no = f"{LONG}-{tag}"

    def call(name: str, operation: str, request: Tree, **expected: Expected) -> Call:
        who = {"sourceSystem": "CHAN", "requestId": f"hub-{tag}-{name.replace(' ', '-')}"}
        roots = {"reply": "result.", "fault": HUB_FAULT}
        said = {kind: {roots[kind] + path: value for path, value in e.items()} for kind, e in expected.items()}
        return Call(name, operation, {"request": {**who, **request}}, **said)

    small = {
        "orderNo": order_no,
        "area": AREA,
        "customerId": "200000000042",
        "item": [{"itemNo": "1", "action": "add", "offerCode": "FTTH-300M", "attribute": _address(tag)}],
    }
    return [
        call(
            "an order without any option",
            "submitOrder",
            small,
            reply={"orderId": some, "orderNo": order_no, "state": "acknowledged", "reasonCode": None},
        ),
        call(
            "the same order again",
            "submitOrder",
            small,
            reply={"orderId": same_as("an order without any option", "result.orderId"), "orderNo": order_no},
        ),
        call(
            "another order under its number",
            "submitOrder",
            small | {"customerId": "200000000101"},
            fault={"code": "conflict", "message": some, "incident": some},
        ),
        call(
            "an order with everything",
            "submitOrder",
            {
                "orderNo": f"FULL-{tag}",
                "area": AREA,
                "remark": TEXT,
                "priority": "3",
                "requiredTime": "2031-12-16T18:00:00+08:00",
                "channelId": "HALL-0101",
                "staffId": "0010086",
                "customerId": f"2100{tag}",
                "customerName": "李𠮷示例",
                "customerType": "individual",
                "certificateType": "1",
                "certificateNo": "110101199001010001",
                "contactName": "李示例",
                "contactPhone": "018900000042",
                "appointmentDate": "2031-12-15",
                "appointmentSlot": "AM",
                "item": [
                    {
                        "itemNo": "1",
                        "action": "add",
                        "businessAction": "install",
                        "productCode": "FTTH",
                        "offerCode": "FTTH-300M",
                        "addressId": "330100-ADDR-0042",
                        "address": "示例市示例路42号",
                        "attribute": [{"name": "SPEED", "value": "300M"}, *_address(tag)],
                    },
                    {"itemNo": "2", "action": "add", "offerCode": "VOICE-STD", "attribute": _address(tag)},
                ],
            },
            reply={"orderId": some, "state": "acknowledged"},
        ),
        call(
            "how far it is",
            "queryOrder",
            {"orderNo": f"FULL-{tag}", "area": AREA},
            reply={
                "orderId": same_as("an order with everything", "result.orderId"),
                "area": AREA,
                "acceptedAt": a_moment,
            },
        ),
        call(
            "an order nobody placed",
            "queryOrder",
            {"orderNo": f"NONE-{tag}"},
            fault={"code": "not_found", "advice": some, "incident": some, "error.path": None},
        ),
        call(
            "a customer with several products",
            "queryCustomer",
            {"codeType": "customerId", "code": "200000000102"},
            reply={
                "customerId": "200000000102",
                "name": "示例制造有限公司",
                "account.accountId": "510000102",
                "product.productInstance": "910200102",
                "product[1].serviceNumber": "0571-77000103",
                "product[2].productInstance": None,
            },
        ),
        call(
            "a customer with one product",
            "queryCustomer",
            {"area": AREA, "codeType": "serviceNumber", "code": "0571-77000101"},
            reply={"name": "李示例", "product.offerCode": "VOICE-BASIC", "product[1].offerCode": None},
        ),
        call(
            "a customer by an id with zeros before it",
            "queryCustomer",
            {"codeType": "customerId", "code": "000200000000042"},
            fault={"code": "not_found", "partnerCode": some},
        ),
        call(
            "a debt",
            "queryArrears",
            {"area": AREA, "customerId": "200000000101"},
            reply={"amount": "86.40", "currency": "CNY", "since": at("2026-09-01T00:00:00+08:00"), "inArrears": "true"},
        ),
        call(
            "no debt",
            "queryArrears",
            {"area": AREA, "customerId": "200000000042"},
            reply={"amount": "0.00", "inArrears": "false", "since": None},
        ),
        call(
            "a number held",
            "reserveNumber",
            {"orderNo": f"N-{tag}", "area": AREA, "serviceNumber": number},
            reply={"state": "completed", "serviceNumber": number, "holdUntil": a_moment},
        ),
        call(
            "a number that somebody holds",
            "reserveNumber",
            {"orderNo": f"M-{tag}", "area": AREA, "serviceNumber": number},
            fault={"code": "rejected", "partnerCode": "1002", "message": holds("held by another order")},
        ),
        call(
            "an offer that there is not",
            "submitOrder",
            small | {"orderNo": f"BAD-{tag}", "item": [{"itemNo": "1", "action": "add", "offerCode": "NOPE"}]},
            fault={"code": "rejected", "error.path": holds("productOffering"), "advice": some},
        ),
        call(
            "an area that is none",
            "queryArrears",
            {"area": "no area!", "customerId": "200000000101"},
            fault={"code": "invalid", "error.path": "request.area", "error.message": some, "incident": some},
        ),
    ]


def intake_calls(tag: str, number: str) -> list[Call]:
    """/soap/order-intake, a registered WSDL: everything beside each other, codes of the channels' own."""
    order_no = f"I{LONG}-{tag}"

    def call(name: str, operation: str, request: Tree, **expected: Expected) -> Call:
        who = {"sourceSystem": "CHAN", "requestId": f"intake-{tag}-{name.replace(' ', '-')}"}
        return Call(name, operation, {**who, **request}, **expected)

    attributes = [{"name": "SPEED", "value": "300M"}, *_address(tag)]
    small = {
        "orderNo": order_no,
        "lanId": AREA,
        "custName": "李𠮷示例",
        "orderItem": [{"itemNo": "1", "itemAction": "ADD", "offerCode": "FTTH-300M", "attr": attributes}],
    }
    refused = {"string": holds("incident msg_"), HUB_FAULT + "incident": some}
    return [
        call(
            "an order",
            "submitOrder",
            {"orderNo": order_no, "lanId": AREA, "remark": TEXT, **small},
            reply={"orderNo": order_no, "hubOrderId": some, "resultCode": "0", "orderState": "ACKNOWLEDGED"},
        ),
        call(
            "the same order again",
            "submitOrder",
            {"orderNo": order_no, "lanId": AREA, "remark": TEXT, **small},
            reply={"hubOrderId": same_as("an order", "hubOrderId")},
        ),
        call(
            "another order under its number", "submitOrder", small, fault=refused | {"detail.HubFault.code": "conflict"}
        ),
        call(
            "how far it is",
            "queryOrder",
            {"orderNo": order_no, "lanId": AREA},
            reply={"hubOrderId": same_as("an order", "hubOrderId"), "acceptTime": a_moment, "reasonCode": None},
        ),
        call("an order nobody placed", "queryOrder", {"orderNo": f"NONE-{tag}"}, fault=refused),
        call(
            "a customer",
            "queryCustomer",
            {"lanId": AREA, "codeType": "CUST", "code": "200000000102"},
            reply={"custName": "示例制造有限公司", "custKind": "COMPANY", "product[1].accNbr": "0571-77000103"},
        ),
        call(
            "a debt",
            "queryArrears",
            {"lanId": AREA, "custId": "200000000101"},
            reply={"amount": "86.40", "currency": "CNY", "inArrears": "true"},
        ),
        call(
            "a choice of numbers",
            "queryNumbers",
            {"lanId": AREA, "maxCount": "3"},
            reply={"number.accNbr": some, "number[2].accNbr": some, "number[3].accNbr": None},
        ),
        call(
            "no number to choose",
            "queryNumbers",
            {"lanId": AREA, "numberPattern": "0999-", "maxCount": "3"},
            reply={"resultCode": "0", "number.accNbr": None},
        ),
        call(
            "a number held",
            "reserveNumber",
            {"orderNo": f"IN-{tag}", "lanId": AREA, "accNbr": number},
            reply={"taskState": "COMPLETED", "accNbr": number, "holdUntil": a_moment},
        ),
        call(
            "a number that somebody holds",
            "reserveNumber",
            {"orderNo": f"IM-{tag}", "lanId": AREA, "accNbr": number},
            fault=refused | {HUB_FAULT + "partnerCode": "1002"},
        ),
        call(
            "an area that is none",
            "queryArrears",
            {"lanId": "no area!"},
            fault=refused | {"detail.HubFault.code": "invalid"},
        ),
    ]


def exchange_calls(tag: str, number: str) -> list[Call]:
    """/soap/exchange: one text in, one text out, and never a Fault."""
    question = "<QryInfoReq><InfoTypeID>31</InfoTypeID><CodeType>11</CodeType><CodeValue>200000000042</CodeValue>"
    fields = header(TransactionID=f"100000002020261012{number.rpartition('-')[2]:0>10}")
    asked = document(fields, f"{question}<LanID>{AREA}</LanID></QryInfoReq>").decode()
    return [
        Call("a customer", "exchange", {"in0": asked}, reply={"out": holds("<CustName>张示例</CustName>")}),
        Call("the same transaction", "exchange", {"in0": asked}, reply={"out": holds("<RspCode>9018</RspCode>")}),
        Call("no document", "exchange", {"in0": "hello"}, reply={"out": holds("<RspCode>9241</RspCode>")}),
        Call("nothing", "exchange", {"in0": ""}, reply={"out": holds("<RspCode>9241</RspCode>")}),
    ]


def _address(tag: str) -> list[dict[str, str]]:
    return [{"name": "ADDRESS_ID", "value": f"330100-ADDR-{tag}"}]


CALLS: Mapping[str, Callable[[str, str], list[Call]]] = {
    "hub": hub_calls,
    "order-intake": intake_calls,
    "exchange": exchange_calls,
}
