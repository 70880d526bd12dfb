"""Small makers of rows for kernel tests: an order with tasks, ready to be accepted."""

from __future__ import annotations

from typing import Any

from hub import journal
from hub.accept import Acceptance
from hub.case import new_task
from interfaces.ids import new_id
from interfaces.message import Message
from interfaces.wire import WireMessage

AT = 1_790_000_000_000_000


def task(order_id: str, pos: int, name: str, **fields: Any) -> dict[str, Any]:
    made = {
        "function": "SPS",
        "operation": name,
        "type": "ServiceOrder",
        "peer": "SPS",
        "interface": "sps-service@1.0.0",
        "body": {"externalId": f"{order_id}-{name}"},
    }
    return new_task(order_id, pos, name=name, **(made | fields))


def undo(operation: str) -> dict[str, Any]:
    return {"operation": operation, "interface": "sps-service@1.0.0", "type": "ServiceOrder", "body": {}, "inputs": []}


def acceptance(external_id: str = "X1", *, tasks: list[str] | None = None, **fields: Any) -> Acceptance:
    """An install of one product instance; ``tasks`` run one after the other, each with an undo."""
    order_id = new_id("ord")
    instance = fields.pop("instance", f"PI-{external_id}")
    digest = fields.pop("digest", "d1")
    exchange_id = fields.pop("exchange_id", "")
    on_repeat = fields.pop("on_repeat", "replay")
    lanes = fields.pop("lanes", [f"CRM|{instance}"])
    order = {
        "id": order_id,
        "type": "ProductOrder",
        "source": "CHAN",
        "channel": "order-intake",
        "external_id": external_id,
        "area": "8330100",
        "state": "running",
        "action": "install",
        "product_instance": instance,
        "product_family": "",
        "parent_order": "",
        "parent_task": "",
        "priority": 5,
        "reply_to": "",
        "plan_version": "t",
        "created_at": AT,
        "updated_at": AT,
        "message_id": "",
        "body": {"externalId": external_id},
    } | fields
    names = tasks or ["one"]
    rows = [
        task(order_id, i, name, after=names[i - 1 : i] if i else [], undo=undo(f"undo-{name}"))
        for i, name in enumerate(names)
    ]
    message = Message(
        id=new_id("msg"),
        type="ProductOrder",
        source=order["source"],
        body=order["body"],
        key=external_id,
        area="8330100",
    )
    row = journal.row("in", WireMessage(b"<order/>"), message, at=AT)
    answer = {"id": order_id, "externalId": external_id, "state": "acknowledged"}
    return Acceptance(order, rows, row, digest, answer, lanes, exchange_id, on_repeat)
