from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from adapters.crm_core.channel import CrmChannel
from adapters.crm_core.planner import build
from interfaces.channel import Peer
from interfaces.clock import Deadline
from interfaces.failure import Failure
from interfaces.message import Message
from interfaces.spec.model import InterfaceSpec, Operation, Side, Transport
from interfaces.wire import WireMessage
from tests.crm_core.orders import CHOSEN, CUSTOMER, FTTH, NEW_NETWORK, OLD_NETWORK, item, order

SPEC = InterfaceSpec("crm-core", "1.0.0", "CRM", {}, "", "", "outbound", Transport("local", "local"), {})


def at(network: dict[str, frozenset[str]]) -> Callable[[str, str], frozenset[str] | None]:
    """What systems can do in a network where every product family is served alike."""
    return lambda function, family: network.get(function)


CHANGE = {"externalId": "t1", "orderId": "ord_1", "area": "8330100", "action": "create"}


@pytest.fixture
def channel(tmp_path: Path) -> Iterator[CrmChannel]:
    opened = CrmChannel(SPEC, Peer("CRM", f"sqlite:///{tmp_path}/crm.db"))
    yield opened
    opened.close()


def call(channel: CrmChannel, operation: str, body: Any, seconds: float = 5.0) -> Any:
    wire = WireMessage(json.dumps(body).encode(), "application/json")
    named = Operation(operation, "request-reply", Side("InventoryChange@1"))
    reply = channel.call(named, wire, Deadline.after(seconds))
    answer = json.loads(reply.body)
    assert reply.content_type == "application/json"
    return answer


def instances(channel: CrmChannel) -> dict[str, Any]:
    owner = next(c for c in channel.state()["customers"] if c["id"] == CUSTOMER["id"])
    return {instance["id"]: instance for instance in owner["instances"]}


def message(*items: dict[str, Any], source: str = "PORTAL", **parts: Any) -> Message:
    body = order(*items, **parts)
    return Message("msg_1", "ProductOrder", source, body, key=body["externalId"], area=body["area"])


def test_the_tasks_of_a_plan_reach_the_inventory(channel: CrmChannel) -> None:
    plan = build(None).plan(message(FTTH), at(NEW_NETWORK))
    create, activate = plan.tasks[0], plan.tasks[2]
    added = {"area": "8330100", "orderId": "ord_1"}

    call(channel, create.operation, {**create.body, **added, "externalId": "t1"})
    call(channel, activate.operation, {**activate.body, **added, "externalId": "t2"})

    assert {"offer": "FTTH-300M", "state": "active"}.items() <= instances(channel)[plan.product_instance].items()


def test_a_customer_is_queried_in_canonical_json(channel: CrmChannel) -> None:
    found = call(channel, "queryCustomer", {"codeType": "customerId", "code": "200000000042"})

    assert found["name"] == "张示例"


@pytest.mark.parametrize(
    ("operation", "body", "code"),
    [
        ("queryCustomer", {"codeType": "customerId", "code": "1"}, "not_found"),
        ("queryCustomer", {"codeType": "shoe", "code": "1"}, "invalid"),
        ("activate", {**CHANGE, "product": {"id": "PI-1"}}, "not_found"),
        ("create", {**CHANGE, "product": {}}, "invalid"),
        ("create", {"externalId": "t1"}, "invalid"),
        ("terminate", {**CHANGE, "product": {"id": "910200001"}}, "rejected"),
    ],
)
def test_a_refusal_is_an_answer(channel: CrmChannel, operation: str, body: dict[str, Any], code: str) -> None:
    answer = call(channel, operation, body)

    assert answer["failure"]["code"] == code
    assert answer["failure"]["message"]


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b"\xff", b"1"])
def test_what_is_no_document_is_refused(channel: CrmChannel, raw: bytes) -> None:
    operation = Operation("create", "request-reply", Side("InventoryChange@1"))

    answer = json.loads(channel.call(operation, WireMessage(raw), Deadline.after(5)).body)

    assert answer["failure"]["code"] == "invalid"


def test_closing_twice_is_fine(channel: CrmChannel) -> None:
    channel.close()
    channel.close()


def test_a_peer_may_start_without_customers() -> None:
    empty = CrmChannel(SPEC, Peer("CRM", "sqlite://", {"seed": "none"}))

    assert empty.state() == {"customers": []}


def test_the_planner_plans_what_it_may() -> None:
    planner = build(None)

    assert [t.function for t in planner.plan(message(CHOSEN), at(NEW_NETWORK)).tasks] == [
        *("CRM", "RM", "SPS", "CRM", "BILL")
    ]
    assert [t.function for t in planner.plan(message(CHOSEN), at(OLD_NETWORK)).tasks] == [
        *("CRM", "SPS", "CRM", "BILL")
    ]


def test_the_planner_refuses_with_every_fault() -> None:
    with pytest.raises(Failure) as caught:
        build(None).plan(message(item("NONE"), relatedParty=[]), at(NEW_NETWORK))

    assert caught.value.code == "rejected"
    assert [fault["path"] for fault in caught.value.errors] == [
        "relatedParty[role=customer]",
        "productOrderItem[0].productOffering.id",
    ]
    assert "and 1 more" in caught.value.message


def test_the_same_order_of_the_same_source_always_gets_the_same_instance() -> None:
    planner = build(None)
    first = planner.plan(message(FTTH), at(NEW_NETWORK)).product_instance

    assert planner.plan(message(FTTH), at(NEW_NETWORK)).product_instance == first
    assert planner.plan(message(FTTH, source="TMF"), at(NEW_NETWORK)).product_instance != first
    assert planner.plan(message(FTTH, externalId="other"), at(NEW_NETWORK)).product_instance != first
    assert len(first) == 18
    assert first.startswith("PI")


def test_what_a_system_can_do_is_asked_for_the_product_family_that_the_order_will_be_bound_by() -> None:
    """Data may be provisioned by another system than voice: fibre is refused only where that one has none."""

    def fibre_pilot(function: str, family: str) -> frozenset[str] | None:
        return (NEW_NETWORK if family == "BROADBAND" else OLD_NETWORK).get(function)

    planner = build(None)
    assert planner.plan(message(FTTH), fibre_pilot).product_family == "BROADBAND"
    assert "RM" not in {task.function for task in planner.plan(message(CHOSEN), fibre_pilot).tasks}
