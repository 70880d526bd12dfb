"""Outside systems whose people sit at desks: what the demo has them ask the hub, through their mock peers.

A play here has the signature of hub/demo/plays.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import httpx

from hub.demo.channels import call_own
from hub.demo.hubs import LOOK_AGAIN, PATIENCE, Hubs, pause
from hub.demo.orders import Order
from hub.demo.plays import KNOWN_CUSTOMER, Told
from interfaces.clock import Deadline
from interfaces.failure import Failure

CC: Final = "CC"
KA: Final = "KA"
KNOWN_NUMBER: Final = "0571-80000042"
"""The service number of ``KNOWN_CUSTOMER``."""

Said = Mapping[str, Any]
"""What the desk says: ``{"ok": true, "reply"}`` or ``{"ok": false, "refused"}``."""


def asked(hubs: Hubs, desk: str, operation: str, body: Said) -> Said:
    """Have ``desk`` call the hub; again while no hub answers, with the same numbers."""
    url, deadline = f"{hubs.outside(desk)}/__mock__/call", Deadline.after(PATIENCE)
    while True:
        answer = httpx.post(url, json={"operation": operation, "body": dict(body)}, timeout=60.0, trust_env=False)
        if answer.status_code < 500:
            said: Said = answer.raise_for_status().json()
            return said
        if deadline.passed:
            raise Failure("unavailable", f"{desk} cannot reach the hub: {answer.text[:300]}", where=url)
        pause(LOOK_AGAIN)


def install_for_company(hubs: Hubs, channel: str, order: Order) -> Told:
    """Key accounts order at one stop, and ask how far it is."""
    return _told(order.external_id, asked(hubs, KA, "submitOrder", company_order(order)))


def install_by_phone(hubs: Hubs, channel: str, order: Order) -> Told:
    """The call centre orders for a caller; the agent's hand slips, and the order is sent twice at once."""
    first = asked(hubs, CC, "submitOrder", phone_order(order))
    again = asked(hubs, CC, "submitOrder", phone_order(order))
    if first["ok"] and first["reply"]["hubOrderNo"] != again.get("reply", {}).get("hubOrderNo"):
        return Told(reached="duplicate", text=f"{first}, then {again}")
    return _told(order.external_id, first)


def ask_by_phone(hubs: Hubs, channel: str, order: Order) -> Told:
    """Who calls, by the number he calls from?"""
    number = {"lanId": order.network.area, "codeType": "ACC-NBR", "code": KNOWN_NUMBER}
    request = f"Q-{order.external_id}"
    said = asked(hubs, CC, "queryCustomer", number | {"requestId": request})
    known = said["ok"] and said["reply"].get("custId") == KNOWN_CUSTOMER
    return Told(reached="answered" if known else "rejected", text=str(said), asked=request)


def complain(hubs: Hubs, channel: str, order: Order) -> Told:
    """A caller's line is dead: a trouble ticket."""
    return _told(order.external_id, asked(hubs, CC, "raiseTicket", ticket(order)))


def complain_and_urge(hubs: Hubs, channel: str, order: Order) -> Told:
    """The caller complains, waits, and calls again: the ticket is asked for and urged, and then it goes quickly."""
    taken = asked(hubs, CC, "raiseTicket", ticket(order))
    if not taken["ok"]:
        return _told(order.external_id, taken)
    about = {"hubOrderNo": taken["reply"]["hubOrderNo"], "lanId": order.network.area}
    deadline = Deadline.after(PATIENCE)
    while not asked(hubs, CC, "queryTicket", about)["ok"] and not deadline.passed:
        pause(LOOK_AGAIN)  # fault handling has not heard of it yet
    asked(hubs, CC, "urgeTicket", about | {"ticketNo": f"U-{order.external_id}", "reason": "催修"})
    return _told(order.external_id, taken)


def complain_at_the_counter(hubs: Hubs, channel: str, order: Order) -> Told:
    """A customer at a CRM counter, whose clerk calls the hub's own SOAP API."""
    number = {"sourceSystem": "CRM", "requestId": f"R-{order.external_id}", "ticketNo": order.external_id}
    about = {"area": order.network.area, "ticketType": "slow", "severity": "minor", "serviceNumber": order.number}
    said = call_own(hubs, "raiseTicket", number | about)
    taken = said.get("state") == ["acknowledged"]
    return Told(follow=order.external_id) if taken else Told(reached="rejected", text=str(dict(said)))


def ticket(order: Order) -> Said:
    """``raiseTicket`` of the call centre."""
    return {
        "ticketNo": order.external_id,
        "lanId": order.network.area,
        "faultType": "NO-SERVICE",
        "faultLevel": "MAJOR",
        "accNbr": order.number,
        "addressId": order.address,
        "contactName": order.customer_name,
        "contactPhone": order.phone,
        "faultDesc": "摘机无音",
    }


def phone_order(order: Order) -> Said:
    """``submitOrder`` of the call centre."""
    return _head(order) | {
        "custId": order.customer,
        "custName": order.customer_name,
        "item": [_item(order, "itemNo", "itemAction", "addressId")],
    }


def company_order(order: Order) -> Said:
    """``submitOrder`` of key accounts."""
    return _head(order) | {
        "contractNo": f"HT-{order.external_id}",
        "groupId": order.customer,
        "groupName": f"{order.customer_name}有限公司",
        "urgency": "2",
        "line": [_item(order, "lineNo", "lineAction", "siteCode")],
    }


def _head(order: Order) -> dict[str, Any]:
    return {
        "orderNo": order.external_id,
        "lanId": order.network.area,
        "contactName": order.customer_name,
        "contactPhone": order.phone,
        "apptDate": order.appointment,
        "apptSlot": "AM",
    }


def _item(order: Order, number: str, action: str, place: str) -> dict[str, Any]:
    return {
        number: "1",
        action: "ADD",
        "offerCode": order.product.offer,
        "productCode": order.product.code,
        "accNbr": order.number,
        place: order.address,
        "attr": [{"name": name, "value": value} for name, value in order.product.attributes],
    }


def _told(number: str, said: Said) -> Told:
    return Told(follow=number) if said["ok"] else Told(reached="rejected", text=said["refused"])
