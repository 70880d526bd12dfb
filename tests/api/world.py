"""An invented store: one order of each kind that people look at."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from hub import case, journal
from hub.store import schema
from hub.store.writer import Store
from interfaces.clock import MINUTE, SECOND
from interfaces.failure import Failure
from interfaces.message import Message
from interfaces.wire import WireMessage

NOW = 1_790_000_000 * SECOND
AREA = "8330100"
ID_NUMBER = "330100190001010000"

BODY = {
    "externalId": "WEB-1",
    "area": AREA,
    "relatedParty": [
        {"role": "customer", "name": "Zhao <b>Yi</b>", "identification": {"type": "idCard", "number": ID_NUMBER}}
    ],
    "productOrderItem": [
        {
            "id": "1",
            "action": "add",
            "productOffering": {"id": "ftth-100"},
            "product": {
                "productCharacteristic": [{"name": "speed", "value": "100M"}],
                "place": [{"id": "A-1", "name": "1 Lake Road"}],
                "serviceNumber": "057100000001",
            },
        }
    ],
}

XML = (
    f'<?xml version="1.0" encoding="GBK"?><o><name>赵一</name><certNo>{ID_NUMBER}</certNo><script>alert(1)</script></o>'
)


def order(id_: str, state: str, minute: int, **more: Any) -> dict[str, Any]:
    return {
        "id": id_,
        "type": "ProductOrder",
        "source": "CHAN",
        "channel": "order-intake",
        "external_id": id_.removeprefix("ord_"),
        "area": AREA,
        "state": state,
        "outcome": "",
        "product_instance": "P1",
        "parent_order": "",
        "reason": "",
        "created_at": NOW + minute * MINUTE,
        "updated_at": NOW + minute * MINUTE,
        "completed_at": NOW + (minute + 1) * MINUTE if state in ("completed", "failed", "cancelled") else 0,
        "body": BODY | {"externalId": id_},
    } | more


def task(id_: str, order_id: str, state: str, **more: Any) -> dict[str, Any]:
    fields = {
        "id": id_,
        "name": f"do.{id_}",
        "function": "RM",
        "operation": "hold",
        "type": "ResourceOrder",
        "state": state,
        "peer": "RM",
        "interface": "rm-resource@1.0.1",
        "body": {},
        "updated_at": NOW,
        "title": {"en": "Hold a number", "zh": "预占号码"},
    }
    return case.new_task(order_id, 0, **(fields | more))


def message(id_: str, raw: bytes, **more: Any) -> dict[str, Any]:
    canonical = Message(id_, "ProductOrder", "CHAN", BODY, key="WEB-1", area=AREA)
    wire = WireMessage(raw, more.pop("content_type", "text/xml"))
    columns = {"peer": "CHAN", "interface": "order-intake@1.0.1", "operation": "submitOrder", "outcome": "accepted"}
    return journal.row("in", wire, canonical, at=NOW, **(columns | more))


def rows() -> dict[str, list[dict[str, Any]]]:
    failure = Failure("unavailable", "RM refused the connection").to_json()
    return {
        "order_lane": [
            {"lane": "CHAN|P1", "no": no, "order_id": f"ord_{name}"}
            for no, name in enumerate(("done", "retry", "next", "stuck", "child", "undone"), 1)
        ],
        "orders": [
            order("ord_done", "completed", 0, external_id="WEB-1"),
            order("ord_retry", "running", 1),
            order("ord_next", "queued", 2),
            order("ord_stuck", "fallout", 3, area="8330300", source="PORTAL"),
            order("ord_child", "running", 4, parent_order="ord_retry", type="ResourceOrder", source="SPS"),
            order("ord_undone", "failed", 5, compensated=1, reason="no free port"),
        ],
        "task": [
            task("tk_done", "ord_done", "completed"),
            task("tk_retry", "ord_retry", "ready", attempt=2, due_at=NOW + MINUTE, reason="RM refused the connection"),
            task("tk_stuck", "ord_stuck", "fallout", peer="BILL", reason="BILL gave an unknown code <i>77</i>"),
            task("tk_wait", "ord_child", "waiting", peer="WFM", deadline_at=NOW + 60 * MINUTE),
        ],
        "fallout": [
            {
                "id": "fo_1",
                "order_id": "ord_stuck",
                "task_id": "tk_stuck",
                "state": "open",
                "category": "data",
                "signature": "BILL/sync/internal/77",
                "reason": "BILL gave an unknown code <i>77</i>",
                "failure": failure,
                "created_at": NOW,
            }
        ],
        "message": [
            message("msg_in", XML.encode("gb18030"), order_id="ord_done"),
            message("msg_bad", b"\xff<html><script>alert(2)</script>", **journal.failed(Failure("invalid", "not XML"))),
            message("msg_none", b"", order_id="ord_child", outcome="unavailable", type="", in_reply_to="msg_out"),
            message("msg_out", b"{}", order_id="ord_child", task_id="tk_wait", outcome="ok", type="WorkOrder"),
        ],
        "peer_state": [
            {"peer": "RM", "breaker": "open", "since": NOW, "probe_at": NOW + 2 * MINUTE, "reason": "refused"},
            {"peer": "VAS", "held": 1},
        ],
    }


def fill(store: Store) -> None:
    """Put the rows into an empty store."""

    def put(connection: sa.Connection, items: Sequence[dict[str, list[dict[str, Any]]]]) -> list[None]:
        for name, lines in items[0].items():
            table = schema.metadata.tables[name]
            for line in lines:
                connection.execute(sa.insert(table), line)
        return [None]

    store.write(put, rows())
