"""What an outside system does in a scenario, and what it was told at once.

A play is ``play(hubs, channel, order) -> Told``: ``follow`` names the order to be followed to its end, or ``reached``
says that the end is reached already (a query's answer, a refusal).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from hub.demo import wire
from hub.demo.channels import CHANNELS, GROUP, Answer, call_intake, exchange
from hub.demo.hubs import LOOK_AGAIN, PATIENCE, Hubs, pause
from hub.demo.orders import Order
from interfaces.clock import Deadline
from interfaces.failure import Failure

KNOWN_CUSTOMER: Final = "200000000042"
"""A customer that CRM core is delivered with; so does BILL know what that customer owes."""


@dataclass(frozen=True)
class Told:
    """What the sender knows at once.

    follow   the sender's number of an order that is on its way
    reached  where it ended already, else ""; ``text`` says why
    asked    exchange id of a question, by which the journal knows it
    """

    follow: str = ""
    reached: str = ""
    text: str = ""
    asked: str = ""


Play = Callable[[Hubs, str, Order], Told]


def install(hubs: Hubs, channel: str, order: Order) -> Told:
    """Order a product."""
    return _told(order, CHANNELS[channel](hubs, order))


def install_twice(hubs: Hubs, channel: str, order: Order) -> Told:
    """Order, and order again under the same number: the first answer has to come back."""
    first, second = CHANNELS[channel](hubs, order), CHANNELS[channel](hubs, order)
    if first.taken and first.order_id != second.order_id:
        return Told(reached="duplicate", text=f"{first.order_id}, then {second.order_id}: {second.text}")
    return _told(order, first)


def choose_and_install(hubs: Hubs, channel: str, order: Order) -> Told:
    """Look for the number at the counter, hold it, order with it."""
    asked = {"sourceSystem": "CHAN", "requestId": f"Q-{order.external_id}", "lanId": order.network.area}
    free = call_intake(hubs, "queryNumbers", asked | {"numberPattern": order.number, "maxCount": "1"})
    if order.number not in free.get("accNbr", ()):
        return Told(reached="rejected", text=f"number {order.number} is not offered: {dict(free)}")
    hold = {
        "sourceSystem": "CHAN",
        "requestId": f"H-{order.external_id}",
        "orderNo": f"H-{order.external_id}",
        "lanId": order.network.area,
        "accNbr": order.number,
    }
    held = call_intake(hubs, "reserveNumber", hold)
    if not _good(held):
        return Told(reached="rejected", text=f"number {order.number} is not held: {dict(held)}")
    return install(hubs, channel, order)


Later = tuple[str, Mapping[str, Callable[[Order], Any]]]
"""An action, and what its order says beyond that, made from the first order."""


def then(*actions: str, **changes: Callable[[Order], Any]) -> Play:
    """Install, and when that is through, order ``actions`` on what it brought, each when the one before has ended;
    the last order is followed. ``changes``: what all of them say beyond their action.
    """
    return after_install(*((action, changes) for action in actions))


def after_install(*later: Later) -> Play:
    """The same with orders that differ in more than their action."""

    def play(hubs: Hubs, channel: str, order: Order) -> Told:
        told = _told(order, CHANNELS[channel](hubs, order))
        for action, changes in later:
            if not told.follow:
                return told
            record = ended(hubs, told.follow)
            if record["reached"] != "completed":
                return Told(reached=record["reached"], text=f"{told.follow} before it: {record.get('reason')}")
            made = {name: change(order) for name, change in changes.items()}
            following = order.followed(action, record["product_instance"], **made)
            told = _told(following, CHANNELS[channel](hubs, following))
        return told

    return play


def ended(hubs: Hubs, external_id: str) -> Mapping[str, Any]:
    """The record of an order, once it has reached its end; Failure when it does not within PATIENCE seconds."""
    deadline = Deadline.after(PATIENCE)
    while not deadline.passed:
        for found in hubs.get("/api/v1/orders", external_id=external_id, type="ProductOrder")["items"]:
            if found["reached"]:
                return found  # type: ignore[no-any-return]
        pause(LOOK_AGAIN)
    raise Failure("unavailable", f"order {external_id} stands still", where="the order before the one that is followed")


def ask_arrears(hubs: Hubs, channel: str, order: Order) -> Told:
    """What does the customer owe?"""
    question = {
        "sourceSystem": "CHAN",
        "requestId": f"Q-{order.external_id}",
        "lanId": order.network.area,
        "custId": KNOWN_CUSTOMER,
    }
    return _answered(call_intake(hubs, "queryArrears", question), "amount", question["requestId"])


def ask_customer(hubs: Hubs, channel: str, order: Order) -> Told:
    """Who is the customer? By ContractRoot through SOAP."""
    asked = {"InfoTypeID": "31", "CodeType": "11", "CodeValue": KNOWN_CUSTOMER, "LanID": order.network.area}
    transactions: list[str] = []

    def document() -> bytes:
        transactions.append(wire.transaction_id(GROUP))
        return wire.contract_root(transactions[-1], wire.QUERY, wire.xml({"QryInfoReq": asked}))

    return _answered(exchange(hubs, document), "CustName", transactions[-1])


def bypass_provisioning(hubs: Hubs, channel: str, order: Order) -> Told:
    """A sales channel tries network management directly, which the topology forbids."""
    request = {
        "sourceSystem": "CHAN",
        "requestId": f"R-{order.external_id}",
        "orderNo": order.external_id,
        "lanId": order.network.area,
        "netAction": "OPEN",
        "prodInstId": f"PI{order.customer}",
        "productCode": order.product.code,
    }
    reply = call_intake(hubs, "requestActivation", request)
    return _told(order, Answer(_good(reply), text=str(dict(reply))))


def _told(order: Order, answer: Answer) -> Told:
    if answer.taken:
        return Told(follow=order.external_id)
    return Told(reached="rejected", text=answer.text)


def _answered(reply: Mapping[str, list[str]], proof: str, asked: str) -> Told:
    """A query is answered when the field that was asked for is there."""
    return Told(reached="answered" if reply.get(proof) else "rejected", text=str(dict(reply)), asked=asked)


def _good(reply: Mapping[str, list[str]]) -> bool:
    return "faultstring" not in reply and reply.get("resultCode") == ["0"]
