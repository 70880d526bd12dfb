"""Every task a plan may hold, and its undo, can be said in the agreement of the system that serves it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import interfaces
from crm_core.catalogue import bundled_catalogue
from crm_core.order import decompose
from interfaces.agreement import Agreement
from interfaces.message import Body, Message
from interfaces.plan import Plan
from interfaces.spec.loader import load_spec
from tests.crm_core.orders import ADSL, CHOSEN, FTTH, NEW_NETWORK, OLD_NETWORK, RINGTONE, ids, order, stamped

SYSTEMS = Path(interfaces.__file__).parent / "systems"
NEW = {
    "CRM": "CRM/crm-core",
    "SPS": "SPS/sps-service",
    "RM": "RM/rm-resource",
    "BILL": "BILL/bill-sync",
    "VAS": "VAS/vas-subscription",
}
OLD = NEW | {"SPS": "97/order97"}
FULL: dict[str, Any] = {
    "appointment": {"date": "2026-10-15", "slot": "AM"},
    "requestedCompletionDate": "2026-10-20T00:00:00+08:00",
    "priority": "5",
}


@cache
def agreement(name: str) -> Agreement:
    return Agreement(load_spec(SYSTEMS / name))


def said(plan: Plan) -> Iterator[tuple[str, str, str, Body]]:
    for task in plan.tasks:
        yield task.function, task.operation, task.type, task.body
        if task.undo:
            yield task.function, task.undo.operation, task.undo.type, task.undo.body


@pytest.mark.parametrize(
    ("wanted", "network", "systems"),
    [
        (FTTH, NEW_NETWORK, NEW),
        (CHOSEN, NEW_NETWORK, NEW),
        (CHOSEN, OLD_NETWORK, OLD),
        (ADSL, OLD_NETWORK, OLD),
        (RINGTONE, OLD_NETWORK, OLD),
    ],
    ids=["fibre", "voice", "voice on 97", "copper on 97", "ring-back tone"],
)
def test_every_task_and_its_undo_can_be_sent(
    wanted: dict[str, Any], network: dict[str, frozenset[str]], systems: dict[str, str]
) -> None:
    plan = decompose(order(wanted, **FULL), bundled_catalogue(), network.get, ids)

    for function, operation, type_name, body in said(plan):
        message = Message("msg_1", type_name, "CRM", stamped(type_name, body), key="tsk_1", area="8330100")
        assert agreement(systems[function]).write_request(operation, message).body
