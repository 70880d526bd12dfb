"""The intake: who may ask for what, whose name counts, and that a message is kept whatever becomes of it."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa

from hub import topology
from hub.events import Events
from hub.intake import Inbound, Intake
from hub.outcome import Outcomes
from hub.routing import Router
from hub.store import schema
from hub.store.writer import Store
from interfaces.agreement import Received
from interfaces.clock import VirtualClock
from interfaces.failure import Failure
from interfaces.ids import new_id
from interfaces.message import Message
from interfaces.spec.model import Operation, Role, Route, Side
from interfaces.wire import WireMessage

OPERATIONS = {"allot": object(), "activate": object(), "dispatch": object()}


class Gateway:
    """Every interface does ``allot``, ``activate`` and ``dispatch``."""

    def offers(self, refs: tuple[str, ...], name: str) -> bool:
        return name in OPERATIONS

    def find_operation(self, refs: tuple[str, ...], name: str) -> tuple[str, object]:
        if name not in OPERATIONS:
            raise Failure("internal", f"no {name}")
        return f"{refs[0]}@1", OPERATIONS[name]


class Calls:
    """Answers at once; the ``asked`` are kept."""

    def __init__(self) -> None:
        self.asked: list[Message] = []

    def ask(self, question: Any, message: Message, route: Route, reply: Any, done: Future[Message]) -> None:
        self.asked.append(message)
        done.set_result(reply({}))


@pytest.fixture
def calls() -> Calls:
    return Calls()


@pytest.fixture
def intake(store: Store, clock: VirtualClock, outcomes: Outcomes, calls: Calls) -> Intake:
    router = Router(topology.bundled("first-day"), Gateway(), None)  # type: ignore[arg-type]
    return Intake(store, clock, router, Events(outcomes), calls, topology.systems())  # type: ignore[arg-type]


def inbound(role: Role, function: str, *, source: str = "SPS", system: str = "SPS", **fields: Any) -> Inbound:
    """A request by the interface of ``system`` that says it comes from ``source``."""
    side = Side("ResourceOrder@1")
    operation = Operation("work", "request-reply", side, side, role=role, route=Route(function, "$action"))
    body = {"externalId": "S1", "area": "8330100", "action": "allot"} | fields
    message = Message(new_id("msg"), "ResourceOrder", source, body, area="8330100", reply_to=source, at=1)
    spec = SimpleNamespace(id="i", ref="i@1", system=system, transport=SimpleNamespace(envelope="soap-plain"))
    return Inbound(Received(operation, message, {}), SimpleNamespace(spec=spec), WireMessage(b"<q/>"), "soap:/i")  # type: ignore[arg-type]


def refused(asked: Future[Message]) -> Failure:
    with pytest.raises(Failure) as caught:
        asked.result(10)
    return caught.value


def rows(store: Store, table: sa.Table) -> list[dict[str, Any]]:
    with store.read() as connection:
        return [dict(r) for r in connection.execute(sa.select(table)).mappings()]


@pytest.mark.parametrize("role", ["order", "call"])
def test_who_may_not_reach_the_network_is_refused_and_audited_once(
    intake: Intake, store: Store, calls: Calls, role: Role
) -> None:
    said = refused(intake.submit(inbound(role, "NMS", source="CRM", system="CHAN", action="activate")))
    assert (said.code, calls.asked) == ("forbidden", [])
    (message,), (audit,) = rows(store, schema.message), rows(store, schema.audit)
    assert (message["outcome"], message["id"]) == ("forbidden", said.detail["incident"])
    assert (audit["who"], audit["object"], audit["detail"]["message"]) == ("CRM", "CRM -> NMS", message["id"])


@pytest.mark.parametrize("role", ["order", "call"])
def test_a_channel_does_not_become_provisioning_by_saying_so(intake: Intake, store: Store, role: Role) -> None:
    said = refused(intake.submit(inbound(role, "NMS", source="SPS", system="CHAN", action="activate")))
    assert (said.code, said.where) == ("forbidden", "CHAN -> NMS")
    assert rows(store, schema.orders) == []


def test_provisioning_itself_may(intake: Intake, store: Store) -> None:
    intake.submit(inbound("order", "NMS", action="activate")).result(10)
    assert [o["state"] for o in rows(store, schema.orders)] == ["running"]


def test_a_number_of_the_partners_list_becomes_the_systems_code_everywhere(intake: Intake, store: Store) -> None:
    intake.submit(inbound("order", "RM", source="1000000206", system="PORTAL")).result(10)
    tables = (schema.orders, schema.message, schema.business_key, schema.order_lane)
    (order,), (message,), (key,), (turn,) = (rows(store, t) for t in tables)
    assert (order["source"], order["reply_to"], turn["lane"].split("|")[0]) == ("PORTAL", "PORTAL", "PORTAL")
    assert (message["peer"], key["source"]) == ("PORTAL", "PORTAL")


def test_a_number_nobody_listed_stays_as_it_is(intake: Intake, store: Store) -> None:
    intake.submit(inbound("order", "RM", source="1000009999", system="PORTAL")).result(10)
    assert rows(store, schema.orders)[0]["source"] == "1000009999"


def test_work_that_nobody_there_does_is_refused_for_good(intake: Intake, store: Store) -> None:
    said = refused(intake.submit(inbound("order", "WFM", action="urge")))
    assert (said.code, said.message) == ("rejected", "WFM does not do 'urge'")


def broken(*_: Any) -> Any:
    raise KeyError("an unforeseen hole")


@pytest.mark.parametrize("role", ["order", "event"])
def test_a_message_whose_write_fails_is_journalled_and_may_come_again(
    intake: Intake, store: Store, monkeypatch: pytest.MonkeyPatch, role: Role
) -> None:
    monkeypatch.setattr(intake, "_accept", broken)
    monkeypatch.setattr(intake._events, "apply", broken)
    said = refused(intake.submit(inbound(role, "RM")))
    assert said.code == "internal"
    (message,) = rows(store, schema.message)
    assert (message["outcome"], message["id"]) == ("internal", said.detail["incident"])


@pytest.mark.parametrize("name", ["source", "reply_to", "key", "exchange_id", "correlation_id", "area"])
def test_a_name_longer_than_the_store_keeps_is_refused_and_kept_in_part(
    intake: Intake, store: Store, name: str
) -> None:
    asked = inbound("order", "RM")
    message = replace(asked.received.message, **{name: "x" * 5000})
    said = refused(intake.submit(replace(asked, received=replace(asked.received, message=message))))
    assert (said.code, said.errors[0]["path"]) == ("invalid", name)
    (row,) = rows(store, schema.message)
    assert row["id"] == said.detail["incident"]
