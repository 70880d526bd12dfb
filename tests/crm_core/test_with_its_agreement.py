"""The CRM core behind the agreement the hub uses: what a caller of the gateway sees."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import interfaces
from adapters.crm_core.channel import CrmChannel
from interfaces.agreement import Agreement
from interfaces.channel import Peer
from interfaces.clock import Deadline
from interfaces.failure import Failure
from interfaces.message import Body, Message
from interfaces.spec.loader import load_spec
from tests.crm_core.orders import CUSTOMER

SPEC = load_spec(Path(interfaces.__file__).parent / "systems" / "CRM" / "crm-core")


class Caller:
    """A gateway in three lines."""

    def __init__(self) -> None:
        self.agreement = Agreement(SPEC)
        self.channel = CrmChannel(SPEC, Peer("CRM", "sqlite://"))

    def call(self, operation: str, body: Body) -> dict[str, Any]:
        request = Message("msg_1", SPEC.operations[operation].request.type_name, "HUB", body, key="tsk_1")
        wire = self.agreement.write_request(operation, request)
        reply = self.channel.call(SPEC.operations[operation], wire, Deadline.after(5))
        return dict(self.agreement.read_reply(operation, reply, request).body)


@pytest.fixture
def crm() -> Iterator[Caller]:
    caller = Caller()
    yield caller
    caller.channel.close()


def change(action: str, **product: str) -> Body:
    base = {"externalId": f"tsk_{action}", "orderId": "ord_1", "area": "8330100", "action": action}
    offered = {"productOffering": {"id": "FTTH-300M"}, "productSpecification": {"id": "FTTH"}}
    return {**base, "relatedParty": [CUSTOMER], "product": {"id": "PI-1", **offered, **product}}


def test_an_instance_is_created_and_activated(crm: Caller) -> None:
    assert crm.call("create", change("create"))["state"] == "completed"
    assert crm.call("activate", change("activate"))["product"]["status"] == "active"


def test_a_customer_is_found(crm: Caller) -> None:
    assert crm.call("queryCustomer", {"codeType": "customerId", "code": CUSTOMER["id"]})["name"] == CUSTOMER["name"]


@pytest.mark.parametrize(
    ("operation", "body", "code"),
    [
        ("queryCustomer", {"codeType": "customerId", "code": "1"}, "not_found"),
        ("activate", change("activate"), "not_found"),
        ("create", change("create", serviceNumber="0571-80000042"), "conflict"),
    ],
)
def test_a_refusal_reaches_the_caller_with_its_code(crm: Caller, operation: str, body: Body, code: str) -> None:
    with pytest.raises(Failure) as caught:
        crm.call(operation, body)
    assert caught.value.code == code
