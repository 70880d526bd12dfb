"""One behaviour, several instances: each with its own port, state, queues and tables."""

from __future__ import annotations

from collections.abc import Callable

from interfaces.amqp import AmqpMessage
from mocks.amqp import open_broker
from mocks.consumer import message
from tests.mocks.conftest import Play, until

OPEN = {"lan_id": "8330400", "oper_type": "A", "acct_id": "A1", "cust_id": "1", "eff_date": "2026-11-01 00:00:00"}


def test_two_billing_systems_take_what_is_theirs_and_answer_in_their_own_queues(play: Callable[..., Play]) -> None:
    world = play("BILL", "BILL-PHS")
    assert world.running.to_json()["places"] == {"BILL-PHS": {"queues": "bill-phs."}}
    broker = open_broker(world.running.amqp)
    for prefix in ("", "bill-phs."):
        broker.declare(f"{prefix}hub.bill.reply")
        asked = message(f"{prefix}bill.sync", OPEN | {"request_id": f"{prefix}k", "prod_inst_id": f"{prefix}PI"}, "c")
        reply_to = f"{prefix}hub.bill.reply"
        broker.publish([AmqpMessage(asked.body, asked.routing_key, message_id=asked.message_id, reply_to=reply_to)])
    for code, prefix in (("BILL", ""), ("BILL-PHS", "bill-phs.")):
        until(lambda prefix=prefix: broker.get(f"{prefix}hub.bill.reply"))  # type: ignore[misc]
        assert world.effects(code) == {(f"{prefix}k", "sync"): 1}
        assert [s["instance"] for s in world.look(code, "state")["subscriptions"]] == [f"{prefix}PI"]
    broker.close()


def test_a_second_97_has_tables_of_its_own(play: Callable[..., Play]) -> None:
    places = play("97", "97-DATA").running.to_json()["places"]
    assert {code: place["table"].rpartition("/")[2] for code, place in places.items()} == {
        "97": "97.db",
        "97-DATA": "97-DATA.db",
    }
