"""How an order reaches the hub: one function per channel, each an outside system with its own manners.

``submit(hubs, order) -> Answer``: sent until answered; the same order sent twice carries the same business key.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import httpx

from hub.demo import wire
from hub.demo.hubs import LOOK_AGAIN, PATIENCE, Hubs, pause
from hub.demo.orders import Order
from interfaces.clock import Deadline
from interfaces.codec import safe_xml
from interfaces.wire import WireMessage

ITEM_ACTION: Final = {"install": "add", "subscribe": "add", "remove": "delete", "unsubscribe": "delete"}
ITEM: Final = {"add": "ADD", "modify": "MODIFY", "delete": "DELETE"}
BUSINESS: Final = {
    "changeSpeed": "SPEED",
    "changeNumber": "NUMBER",
    "changeAttribute": "ATTR",
    "changeOffer": "OFFER",
}
"""Business action -> the channels' own word, where it is not the same in capitals."""
ACTION_CODES: Final = {"install": "4010100000", "remove": "4020100000", "suspend": "19", "resume": "20"}
PORTAL: Final = "1000000206"
GROUP: Final = "1000000020"
GROUP_CRM: Final = "1000000001"
XML: Final = {"Content-Type": "text/xml; charset=utf-8"}


@dataclass(frozen=True)
class Answer:
    """What came back: whether the business was taken, the hub's order id where told, and the words."""

    taken: bool
    order_id: str = ""
    text: str = ""


Submit = Callable[[Hubs, Order], Answer]


def call_intake(hubs: Hubs, operation: str, tree: Mapping[str, Any], sender: str = "") -> Mapping[str, list[str]]:
    """One operation of the channels' SOAP interface; the reply's leaves by name. A fault has ``faultstring``."""
    return _call(hubs, "/soap/order-intake", wire.INTAKE, operation, tree, sender)


def call_own(hubs: Hubs, operation: str, request: Mapping[str, Any]) -> Mapping[str, list[str]]:
    """The same of the hub's own SOAP API."""
    return _call(hubs, "/soap/hub", wire.OWN, operation, {"request": request})


def _call(
    hubs: Hubs, path: str, namespace: str, operation: str, tree: Mapping[str, Any], sender: str = ""
) -> Mapping[str, list[str]]:
    body = wire.soap(namespace, operation, tree)
    action = {"SOAPAction": f'"{namespace}/{operation}"'}
    return _patiently(lambda: hubs.post(path, lambda: body, XML | action, sender))


def by_soap(hubs: Hubs, order: Order) -> Answer:
    """A sales channel with a SOAP client."""
    reply = call_intake(hubs, "submitOrder", intake_tree(order), order.sender)
    return Answer("faultstring" not in reply and _ok(reply, "resultCode"), _first(reply, "hubOrderId"), str(reply))


def by_tmf622(hubs: Hubs, order: Order) -> Answer:
    """A TM Forum client."""
    body = wire.to_json(_tmf622(order))
    answer = hubs.post(
        "/tmf-api/productOrderingManagement/v4/productOrder", lambda: body, {"Content-Type": "application/json"}
    )
    taken = answer.status_code in (200, 201)
    return Answer(taken, answer.json().get("id", "") if taken else "", answer.text)


def by_http_exchange(hubs: Hubs, order: Order) -> Answer:
    """The web portal: ContractRoot by HTTP, the order as JSON in CDATA."""
    return _exchanged(_patiently(lambda: hubs.post("/http/exchange", lambda: _portal(order), XML)))


def by_soap_exchange(hubs: Hubs, order: Order) -> Answer:
    """The same order through the SOAP operation ``exchange``."""
    return _exchanged(exchange(hubs, lambda: _portal(order)))


def by_group(hubs: Hubs, order: Order) -> Answer:
    """The group CRM: a cross-region order, the whole ContractRoot as JSON. The outcome goes to it as a new request."""
    deadline = Deadline.after(PATIENCE)
    while True:
        answer = hubs.post("/http/exchange", lambda: _cross_region(order), {"Content-Type": "application/json"}).json()
        said, content = answer["ContractRoot"]["TcpCont"]["Response"], answer["ContractRoot"].get("SvcCont") or {}
        if said["RspCode"] != "9016" or deadline.passed:
            break
        pause(LOOK_AGAIN)
    result = content.get("crossOrderResp", {})
    taken = said["RspCode"] == "0000" and result.get("resultCode") == "0"
    return Answer(taken, result.get("provOrderNbr", ""), str(answer))


def exchange(hubs: Hubs, document: Callable[[], bytes]) -> Mapping[str, list[str]]:
    """One ContractRoot document through SOAP ``exchange``; the leaves of the document that came back."""
    return _patiently(
        lambda: hubs.post(
            "/soap/exchange",
            lambda: wire.soap(wire.EXCHANGE, "exchange", {"in0": document().decode()}),
            XML | {"SOAPAction": '"exchange"'},
        )
    )


def _patiently(send: Callable[[], httpx.Response]) -> Mapping[str, list[str]]:
    """The leaves of an answer; sent again while something behind the hub is away and nothing was done."""
    deadline = Deadline.after(PATIENCE)
    while True:
        answer = send()
        leaves = _leaves(answer.content, answer.headers.get("content-type", ""))
        if text := _first(leaves, "out"):  # a document in a document
            leaves = _leaves(text.encode(), "text/xml; charset=utf-8")
        if (_first(leaves, "RspCode") != "9016" and "unavailable" not in leaves.get("code", ())) or deadline.passed:
            return leaves
        pause(LOOK_AGAIN)


CHANNELS: Final[Mapping[str, Submit]] = {
    "soap": by_soap,
    "tmf622": by_tmf622,
    "http-exchange": by_http_exchange,
    "soap-exchange": by_soap_exchange,
    "group": by_group,
}


def intake_tree(order: Order) -> dict[str, Any]:
    """``submitOrder`` of the channels' SOAP interface, as a tree."""
    return {
        "sourceSystem": order.sender,
        "requestId": f"R-{order.external_id}",
        "orderNo": order.external_id,
        "lanId": order.network.area,
        "custId": order.customer,
        "custName": order.customer_name,
        "custKind": "PERSON",
        "certType": "1",
        "certNo": order.certificate,
        "contactName": order.customer_name,
        "contactPhone": order.phone,
        "apptDate": order.appointment,
        "apptSlot": "AM",
        "orderItem": {
            "itemNo": "1",
            "itemAction": ITEM[_item_action(order)],
            "businessType": BUSINESS.get(order.action, order.action.upper()),
            "prodInstId": order.instance,
            "productCode": order.product.code,
            "offerCode": order.product.offer,
            "accNbr": order.number,
            "addressId": order.address,
            "attr": [{"name": name, "value": value} for name, value in order.attributes],
        },
    }


def _tmf622(order: Order) -> dict[str, Any]:
    product: dict[str, Any] = {
        "productSpecification": {"id": order.product.code},
        "productCharacteristic": [{"name": name, "value": value} for name, value in order.attributes],
    }
    product |= {"serviceNumber": order.number} if order.number else {}
    product |= {"id": order.instance} if order.instance else {}
    item: dict[str, Any] = {"id": "1", "action": _item_action(order), "businessAction": order.action}
    item |= {"productOffering": {"id": order.product.offer}} if order.product.offer else {}
    return {
        "externalId": order.external_id,
        "area": order.network.area,
        "relatedParty": [{"id": order.customer, "name": order.customer_name, "role": "customer"}],
        "productOrderItem": [item | {"product": product}],
    }


def _item_action(order: Order) -> str:
    """TM Forum's word for what happens to the item."""
    return ITEM_ACTION.get(order.action, "modify")


def _portal(order: Order) -> bytes:
    document = {
        "orderReq": {
            "extCustOrderId": order.external_id,
            "lanId": order.network.area,
            "actionCd": ACTION_CODES[order.action],
            "cust": {
                "extCustId": order.customer,
                "custName": order.customer_name,
                "certType": "1",
                "certNbr": order.certificate,
            },
            "product": _present(
                productNbr=order.product.code,
                prodInstId=order.instance,
                offerNbr=order.product.offer,
                attrs=[{"cd": name, "val": value} for name, value in order.attributes],
            ),
            "appointment": {"date": order.appointment, "slot": "AM"},
            "contact": {"name": order.customer_name, "phone": order.phone},
        }
    }
    return wire.contract_root(wire.transaction_id(PORTAL), wire.ORDER, wire.cdata(document))


def _present(**fields: Any) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value}


def _cross_region(order: Order) -> bytes:
    item = _present(
        itemNbr="1",
        itemType="A",
        busiType="4010100000",
        prodNbr=order.product.code,
        offerNbr=order.product.offer,
        accNbr=order.number,
        attrs=[{"cd": name, "val": value} for name, value in order.attributes],
    )
    customer = {"groupCustId": order.customer, "custName": order.customer_name, "custType": "1200"}
    content = {
        "crossOrder": {
            "groupOrderNbr": order.external_id,
            "itemGroupNbr": f"G-{order.external_id}",
            "lanId": order.network.area,
            "cust": customer | {"certType": "1", "certNbr": order.certificate},
            "contact": {"name": order.customer_name, "phone": order.phone},
            "appointment": {"date": order.appointment, "slot": "AM"},
            "items": [item],
        }
    }
    header = wire.header(wire.transaction_id(GROUP_CRM), wire.CROSS)
    return wire.to_json({"ContractRoot": {"TcpCont": header, "SvcCont": content}})


def _exchanged(reply: Mapping[str, list[str]]) -> Answer:
    """Two levels: the exchange (RspCode), and in SvcCont what became of the business."""
    if _first(reply, "RspCode") != "0000":
        return Answer(False, text=str(dict(reply)))
    result = json.loads(_first(reply, "SvcCont"))["orderResp"]
    return Answer(result["resultCode"] == "0", result.get("orderId", ""), str(result))


def _ok(reply: Mapping[str, list[str]], name: str) -> bool:
    return _first(reply, name) == "0"


def _first(reply: Mapping[str, list[str]], name: str) -> str:
    return next(iter(reply.get(name, ())), "")


def _leaves(body: bytes, content_type: str) -> Mapping[str, list[str]]:
    """Local name -> texts of all leaf elements of that name, in document order."""
    found: dict[str, list[str]] = {}
    for element in safe_xml.parse(WireMessage(body, content_type)).iter():
        if len(element) == 0:
            found.setdefault(str(element.tag).rpartition("}")[2], []).append(element.text or "")
    return found
