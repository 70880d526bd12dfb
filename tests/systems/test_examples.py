"""Every example of every bundled agreement: wire and canonical say the same, both ways."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from functools import cache

import pytest

from interfaces import canonical
from interfaces.agreement import Agreement
from interfaces.message import Message
from interfaces.spec.model import InterfaceSpec, Operation, Side
from interfaces.wire import WireMessage
from tests.systems.bundle import bundled

EXAMPLES = [(name, example["name"]) for name, spec in bundled().items() for example in spec.examples]
INBOUND = [(name, example) for name, example in EXAMPLES if bundled()[name].direction == "inbound"]
SENDER = {
    "order-intake": "CHAN",
    "hub": "CHAN",
    "sps-orders": "SPS",
    "na-orders": "NA",
    "fault-result": "FAULT",
    "cc-service": "CC",
    "ka-order": "KA",
}
"""Interfaces whose bodies name the sender."""


PRODUCT_ORDERS = "/tmf-api/productOrderingManagement/v4/productOrder"

PORTAL = {
    "SrcOrgID": "100000",
    "SrcSysID": "1000000206",
    "SrcSysSign": "123",
    "DstOrgID": "609903",
    "DstSysID": "6099030001",
}
"""Header values of a ContractRoot client; a spec of the hub's own side has none."""


@cache
def agreement(name: str) -> Agreement:
    spec = bundled()[name]
    settings = {**spec.transport.settings, "as": PORTAL}
    return Agreement(replace(spec, transport=replace(spec.transport, settings=settings)))


def example_of(name: str, example: str) -> tuple[InterfaceSpec, Operation, Mapping[str, str]]:
    spec = bundled()[name]
    found = next(e for e in spec.examples if e["name"] == example)
    return spec, spec.operations[found["operation"]], found


def wire(spec: InterfaceSpec, operation: Operation, file: str) -> WireMessage:
    """The example as it would stand on the wire, with what its transport says beside the body."""
    body = (spec.folder / file).read_bytes() if file else b""
    kinds = {".xml": "text/xml; charset=utf-8", ".txt": "text/plain"}
    kind = kinds.get(file[-4:], "application/json")
    said = {key: str(value) for key, value in operation.wire.items()}
    headers = {
        "amqp": {"type": said.get("type", "")},
        "table": {"table": said.get("request", "")},
        "local": {"operation": operation.name},
        "rest": {
            ":method": said.get("method", ""),
            ":path": spec.transport.settings.get("base", "") + said.get("path", ""),
        },
    }.get(spec.transport.kind, {})
    return WireMessage(body, kind, {key: value for key, value in headers.items() if value})


def body(spec: InterfaceSpec, file: str) -> dict[str, object]:
    loaded: dict[str, object] = json.loads((spec.folder / file).read_text("utf-8"))
    return loaded


def message(side: Side, content: dict[str, object], spec: InterfaceSpec) -> Message:
    return Message(
        id="msg_1",
        type=side.type_name,
        version=side.type_version,
        source=spec.system,
        body=content,
        key=str(content.get("externalId", "")),
        exchange_id="EX-1",
        area=str(content.get("area", "")),
    )


def read_request(spec: InterfaceSpec, operation: Operation, wire: WireMessage) -> object:
    """The canonical body that the receiving side makes of a request."""
    if spec.transport.kind == "table":  # all operations of 97 are rows of one table
        return agreement(spec.id).mapping(operation.name).to_canonical(json.loads(wire.body))
    received = agreement(spec.id).read_request(wire)
    assert received.operation.name == operation.name
    return received.message.body


@pytest.mark.parametrize("name", bundled())
def test_every_operation_has_a_request_and_a_reply_to_show(name):
    spec = bundled()[name]
    for operation in spec.operations.values():
        shown = [e for e in spec.examples if e["operation"] == operation.name]
        assert any("canonical" in e for e in shown), operation.name
        assert operation.reply is None or any("reply" in e for e in shown), operation.name


@pytest.mark.parametrize(("name", "example"), EXAMPLES)
def test_the_canonical_side_is_of_its_type(name, example):
    spec, operation, files = example_of(name, example)
    for side, file in ((operation.request, files.get("canonical")), (operation.reply, files.get("canonicalReply"))):
        if side and file:
            assert canonical.validator(side.type_name, side.type_version).check(body(spec, file)) == []


@pytest.mark.parametrize(("name", "example"), EXAMPLES)
def test_the_request_on_the_wire_is_read_as_the_canonical_request(name, example):
    spec, operation, files = example_of(name, example)
    if "request" in files:
        got = read_request(spec, operation, wire(spec, operation, files["request"]))
        assert got == body(spec, files["canonical"])


@pytest.mark.parametrize(("name", "example"), EXAMPLES)
def test_the_canonical_request_comes_back_from_the_wire_unchanged(name, example):
    spec, operation, files = example_of(name, example)
    content = body(spec, files["canonical"])
    written = agreement(name).write_request(operation.name, message(operation.request, content, spec))
    assert read_request(spec, operation, written) == content


@pytest.mark.parametrize(("name", "example"), [e for e in INBOUND if e[0] in SENDER])
def test_a_body_that_names_its_sender_and_its_exchange_is_known_by_them(name, example):
    spec, operation, files = example_of(name, example)
    received = agreement(name).read_request(wire(spec, operation, files["request"]))
    assert received.message.source == SENDER[name]
    assert received.message.exchange_id


@pytest.mark.parametrize(("name", "example"), INBOUND)
def test_what_the_hub_answers_is_read_back_as_it_was_meant(name, example):
    spec, operation, files = example_of(name, example)
    if "canonicalReply" not in files or "request" not in files:
        return
    asked = agreement(name).read_request(wire(spec, operation, files["request"]))
    reply = message(operation.reply, body(spec, files["canonicalReply"]), spec)
    answer = agreement(name).write_reply(asked, reply)
    assert agreement(name).read_reply(operation.name, answer, asked.message).body == reply.body


@pytest.mark.parametrize(("name", "example"), EXAMPLES)
def test_the_example_reply_is_read_as_the_canonical_reply(name, example):
    spec, operation, files = example_of(name, example)
    if "reply" not in files:
        return
    asked = message(operation.request, body(spec, files["canonical"]), spec)
    got = agreement(name).read_reply(operation.name, wire(spec, operation, files["reply"]), asked)
    assert got.body == body(spec, files["canonicalReply"])
