"""A hub that is a filled store and otherwise writes down what it was asked to do."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast

from hub.config import Limits
from hub.fallout import ACTIONS
from hub.identity.gate import Gate
from hub.intake import Inbound
from hub.runtime import Hub
from hub.store.writer import Store
from hub.telemetry.meters import Meters
from hub.topology import bundled
from interfaces.agreement import Received
from interfaces.clock import VirtualClock
from interfaces.codec import json as strict_json
from interfaces.failure import Failure
from interfaces.message import Message
from interfaces.spec.model import InterfaceSpec, Operation, Side, Transport
from interfaces.wire import WireMessage
from tests.api.world import NOW

SPEC = InterfaceSpec(
    id="order-intake",
    version="1.0.0",
    system="CHAN",
    title={"en": "Orders", "zh": "订单"},
    owner="team:orders",
    lifecycle="production",
    direction="inbound",
    transport=Transport("soap", "soap-plain"),
    operations={"submitOrder": Operation("submitOrder", "request-reply", Side("ProductOrder@1"))},
    masked=("relatedParty.identification.number",),
)


@dataclass
class FakeAgreement:
    """Takes any JSON object with an externalId as a ProductOrder."""

    spec: InterfaceSpec = SPEC

    def read_request(self, wire: WireMessage) -> Received:
        body, _ = strict_json.read(wire.body, wire.content_type)
        if not isinstance(body, dict) or "externalId" not in body:
            fault = {"path": "externalId", "message": "is missing"}
            raise Failure("invalid", "the order is not as agreed", errors=[fault])
        return Received(self.spec.operations["submitOrder"], Message("msg_1", "ProductOrder", "TMF", body), {})


@dataclass
class FakeIntake:
    refused: list[WireMessage] = field(default_factory=list)
    taken: list[Inbound] = field(default_factory=list)

    def submit(self, inbound: Inbound) -> Future[Message]:
        self.taken.append(inbound)
        done: Future[Message] = Future()
        number = inbound.received.message.body["externalId"]
        if number == "OTHER":
            done.set_exception(Failure("conflict", "this number has other content", where="ord_done"))
        else:
            done.set_result(Message("msg_2", "ProductOrderResult", "HUB", {"id": "ord_done", "state": "acknowledged"}))
        return done

    def refuse(self, wire: WireMessage, failure: Failure, endpoint: str, caller: str = "") -> Future[str]:
        self.refused.append(wire)
        done: Future[str] = Future()
        done.set_result("msg_refused")
        return done


@dataclass
class FakeDesk:
    asked: list[tuple[Any, ...]] = field(default_factory=list)

    def act(self, fallout_id: str, action: str, reason: str, who: str, output: Any = None) -> None:
        if fallout_id != "fo_1":
            raise Failure("not_found", f"no fallout {fallout_id}")
        if action not in ACTIONS or not reason:
            raise Failure("invalid", "no such action, or no reason")
        self.asked.append((fallout_id, action, reason, who, output))

    def cancel_order(self, order_id: str, reason: str, who: str) -> None:
        self.asked.append((order_id, "cancel", reason, who))


def local_state(code: str) -> dict[str, Any]:
    if code != "CRM":
        raise Failure("not_found", f"{code} is not in this process")
    return {"customers": {}}


def fake_hub(store: Store) -> Hub:
    limits = Limits(body_bytes=10_000)
    hub = SimpleNamespace(
        meters=Meters(),
        store=store,
        clock=VirtualClock(NOW),
        config=SimpleNamespace(public_url="http://hub.example", limits=limits, peers={"NMS": None}),
        topology=bundled("first-day"),
        registry=SimpleNamespace(get=lambda spec_id, version="": FakeAgreement(), specs=lambda: [SPEC]),
        intake=FakeIntake(),
        gate=Gate(store, on=False),
        fallout=FakeDesk(),
        local_state=local_state,
        consumers=[],
        follower=SimpleNamespace(now=lambda: None),
    )
    return cast(Hub, hub)
