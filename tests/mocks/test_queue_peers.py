"""WFM and BILL live on queues: orders in, results out some time later."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from interfaces.amqp import AmqpMessage
from mocks.amqp_embedded import Broker
from tests.mocks.conftest import SYSTEMS, Play, until


class Queues:
    """The hub's end of the queue file."""

    def __init__(self, path: Path) -> None:
        self.broker = Broker(path)
        for queue in ("hub.wfm.result", "hub.bill.reply"):
            self.broker.declare(queue)

    def send(self, queue: str, body: object, key: str = "") -> None:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        lost = self.broker.publish([AmqpMessage(raw, queue, "", f"m-{key}", key, "hub.bill.reply")])
        assert lost == []

    def read(self, queue: str, count: int = 1) -> list[tuple[str, Any]]:
        found: list[Any] = []

        def more() -> bool:
            found.extend(self.broker.get(queue, 10))
            return len(found) >= count

        until(more)
        return [(one.correlation_id, json.loads(one.body)) for one in found]


@pytest.fixture
def queues(tmp_path: Path) -> Iterator[Queues]:
    queues = Queues(tmp_path / "amqp.db")
    yield queues
    queues.broker.close()


def work(number: str, **more: Any) -> dict[str, Any]:
    fixed = {"woNo": number, "lanId": "8330100", "oper": "NEW", "woType": "IN", "prodInstId": "PI-1"}
    return fixed | {"addr": {"code": "ADDR-1"}} | more


def sync(number: str, **more: Any) -> dict[str, Any]:
    fixed = {"request_id": number, "lan_id": "8330100", "oper_type": "A", "prod_inst_id": "PI-1", "cust_id": "C-1"}
    return fixed | {"offer_id": "FTTH-300M", "eff_date": "2026-11-23 10:00:00"} | more


def agreed(path: str, document: object) -> None:
    jsonschema.validate(document, json.loads((SYSTEMS / path).read_text("utf-8")))


def test_a_work_order_is_done_some_time_later(queues: Queues, play: Callable[..., Play]) -> None:
    world = play("WFM")
    queues.send("wfm.dispatch", work("W1"), "W1")
    ((key, result),) = queues.read("hub.wfm.result")
    assert (key, result["woNo"], result["stat"]) == ("W1", "W1", "DONE")
    agreed("WFM/wfm-result/work-result.schema.json", result)
    assert world.effects("WFM") == {("W1", "dispatch"): 1}


def test_the_field_returns_an_order_with_its_reason(queues: Queues, play: Callable[..., Play]) -> None:
    world = play("WFM")
    rule = {"operation": "dispatch", "value": "ADDR-1", "do": "return", "args": {"class": "noFacility"}}
    world.post("WFM", "scenario", rule)
    queues.send("wfm.dispatch", work("W1"), "W1")
    queues.send("wfm.dispatch", work("W2"), "W2")
    results = dict(queues.read("hub.wfm.result", 2))
    first, second = results["W1"], results["W2"]
    assert (first["stat"], first["retType"]) == ("RET", "10")
    assert second["stat"] == "DONE", "the second visit succeeds"
    agreed("WFM/wfm-result/work-result.schema.json", first)


def test_a_work_order_sent_twice_is_one_visit(queues: Queues, play: Callable[..., Play]) -> None:
    world = play("WFM")
    for _ in range(2):
        queues.send("wfm.dispatch", work("W1"), "W1")
    queues.read("hub.wfm.result")
    until(lambda: world.look("WFM", "effects")["calls"] == 2)
    assert world.effects("WFM") == {("W1", "dispatch"): 1}


def test_a_crew_can_be_recalled(queues: Queues, play: Callable[..., Play]) -> None:
    world = play("WFM")
    world.post("WFM", "config", {"work_seconds": 60})
    queues.send("wfm.dispatch", work("W1"), "W1")
    queues.send("wfm.dispatch", work("W2", oper="CAN", origWoNo="W1"), "W2")
    results = {result["woNo"]: result["stat"] for _, result in queues.read("hub.wfm.result", 2)}
    assert results == {"W1": "CAN", "W2": "DONE"}
    queues.send("wfm.dispatch", work("W3", oper="CAN", origWoNo="W1"), "W3")
    ((_, refused),) = queues.read("hub.wfm.result")
    assert refused["stat"] == "REJ", "too late"


def test_what_is_not_understood_goes_to_the_dead_letter(queues: Queues, play: Callable[..., Play]) -> None:
    play("WFM")
    for body in (b"not json", b"[1]", b"{}", {"woNo": "W1", "lanId": "8330100", "oper": "DANCE"}):
        queues.send("wfm.dispatch", body)
    until(lambda: len(queues.broker.get("wfm.dispatch.dead", 9, lease_seconds=0.001)) == 4)


def test_billing_answers_the_reply_queue_with_our_correlation(queues: Queues, play: Callable[..., Play]) -> None:
    world = play("BILL")
    queues.send("bill.sync", sync("B1"), "B1")
    ((key, reply),) = queues.read("hub.bill.reply")
    assert (key, reply["sync_state"]) == ("B1", "S")
    agreed("BILL/bill-reply/reply.schema.json", reply)
    (subscription,) = world.look("BILL", "state")["subscriptions"]
    assert (subscription["instance"], subscription["state"]) == ("PI-1", "active")
    assert subscription["charge_start"] == "2026-11-23 10:00:00"


def test_billing_counts_a_sync_sent_twice_as_a_duplicate(queues: Queues, play: Callable[..., Play]) -> None:
    world = play("BILL")
    for _ in range(2):
        queues.send("bill.sync", sync("B1"), "B1")
    queues.read("hub.bill.reply", 2)
    assert world.look("BILL", "effects")["duplicates"] == 1
    assert world.look("BILL", "verify")["findings"] == ["sync of B1 was done 2 times"]


def test_billing_can_do_it_and_keep_silent_and_be_asked(queues: Queues, play: Callable[..., Play]) -> None:
    world = play("BILL")
    world.fault("BILL", "timeout_but_done", "C-1", "sync")
    world.fault("BILL", "timeout_not_done", "C-2", "sync")
    queues.send("bill.sync", sync("B1"), "B1")
    queues.send("bill.sync", sync("B2", cust_id="C-2", prod_inst_id="PI-2"), "B2")
    until(lambda: world.look("BILL", "effects")["calls"] == 2)
    soap = world.client("BILL", "bill-query")
    assert soap.qrySyncResult(request_id="B1", lan_id="8330100").sync_state == "S"
    assert soap.qrySyncResult(request_id="B2", lan_id="8330100").sync_state == "N"
    assert world.effects("BILL") == {("B1", "sync"): 1}
    assert queues.broker.get("hub.bill.reply") == []


def test_billing_refuses_a_change_of_what_it_does_not_know(queues: Queues, play: Callable[..., Play]) -> None:
    play("BILL")
    queues.send("bill.sync", sync("B1", oper_type="D"), "B1")
    ((_, reply),) = queues.read("hub.bill.reply")
    assert (reply["sync_state"], reply["fail_code"]) == ("R", "4002")
    agreed("BILL/bill-reply/reply.schema.json", reply)


def test_a_senseless_sync_is_refused_and_does_not_stop_the_queue(queues: Queues, play: Callable[..., Play]) -> None:
    play("BILL")
    queues.send("bill.sync", sync("B1", oper_type="?"), "B1")
    queues.send("bill.sync", sync("B2"), "B2")
    states = [reply["sync_state"] for _, reply in queues.read("hub.bill.reply", 2)]
    assert sorted(states) == ["R", "S"]


def test_arrears_and_balance_can_be_asked(play: Callable[..., Play]) -> None:
    soap = play("BILL").client("BILL", "bill-query")
    owing = soap.qryArrears(lan_id="8330100", cust_id="200000000101")
    assert (owing.owe_amount, owing.owe_flag, owing.acct_id) == ("86.40", "1", "A200000000101")
    assert soap.qryArrears(lan_id="8330100", acct_id="A200000000042").owe_flag == "0"
    assert soap.qryArrears(lan_id="8330100", cust_id="nobody").result_code == "4001"
    balance = soap.qryBalance(lan_id="8330100", cust_id="200000000042")
    assert (balance.balance, balance.bill[0].paid_flag) == ("35.50", "1")
