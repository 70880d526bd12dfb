"""AMQP, REST, table rows and in-process documents: the same agreement on both sides."""

import json
from pathlib import Path

import pytest

from interfaces.agreement import Agreement
from interfaces.failure import Failure
from interfaces.message import Message
from interfaces.spec.loader import parse_spec
from interfaces.wire import WireMessage

HEAD = """\
apiVersion: mboss/v1
kind: Interface
metadata: {{id: sample, version: 1.0.0, system: WFM, owner: "team:x", lifecycle: production, title: {{en: Sample}}}}
spec:
  direction: outbound
  transport: {transport}
  operations:
"""
ROWS = "[[externalId, no], [area, lan], [action, oper]]"
OPERATION = """\
    {name}:
      pattern: request-reply
      wire: {wire}
      request: {{type: WorkOrder@1, mapping: {rows}}}
      reply: {{type: WorkOrderResult@1, mapping: [[externalId, no], [state, st]]}}
"""
BODY = {"externalId": "W/1", "area": "8330100", "action": "dispatch"}
REQUEST = Message(id="msg_1", type="WorkOrder", source="HUB", body=BODY, key="W/1")
RESULT = Message(id="msg_2", type="WorkOrderResult", source="WFM", body={"externalId": "W/1", "state": "completed"})


def agreement(transport: str, **wires: str) -> Agreement:
    operations = "".join(OPERATION.format(name=name, wire=wire, rows=ROWS) for name, wire in wires.items())
    return Agreement(parse_spec(HEAD.format(transport=transport) + operations, Path("nowhere/sample.yaml")))


AMQP = agreement(
    "{kind: amqp, envelope: amqp, settings: {replyQueue: hub.reply}}", dispatch="{type: NEW}", cancel="{type: CAN}"
)
REST = agreement(
    "{kind: rest, envelope: rest, settings: {base: /wfm/v1}}",
    dispatch='{method: PUT, path: "/orders/{no}", status: 201}',
    look='{method: GET, path: "/orders/{no}"}',
)
TABLE = agreement("{kind: table, envelope: table}", dispatch="{request: IF_GD}")
LOCAL = agreement("{kind: local, envelope: local}", dispatch="{}", cancel="{}")
ALL = {"amqp": AMQP, "rest": REST, "table": TABLE, "local": LOCAL}


@pytest.mark.parametrize("one", ALL.values(), ids=ALL)
def test_what_one_side_writes_the_other_reads_both_ways(one):
    received = one.read_request(one.write_request("dispatch", REQUEST))
    assert received.operation.name == "dispatch"
    assert received.message.body == BODY
    answer = one.read_reply("dispatch", one.write_reply(received, RESULT), REQUEST)
    assert answer.body == RESULT.body


@pytest.mark.parametrize("one", ALL.values(), ids=ALL)
@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"a":NaN}', b"\xff\xfe\x00", b'{"no":{"x":1}}'])
def test_what_is_not_the_agreed_document_is_refused_and_never_crashes(one, body):
    headers = {":method": "PUT", ":path": "/wfm/v1/orders/1", "type": "NEW", "operation": "dispatch"}
    with pytest.raises(Failure) as caught:
        one.read_request(WireMessage(body, "application/json", headers))
    assert caught.value.code == "invalid"


@pytest.mark.parametrize("one", ALL.values(), ids=ALL)
def test_a_broken_reply_leaves_the_outcome_unknown(one):
    with pytest.raises(Failure) as caught:
        one.read_reply("dispatch", WireMessage(b"[1", "application/json", {":status": "200"}), REQUEST)
    assert (caught.value.code, caught.value.reason) == ("timeout", "reply")


@pytest.mark.parametrize("one", ALL.values(), ids=ALL)
def test_a_failure_is_written_and_understood_as_one(one):
    written = one.write_failure(None, Failure("rejected", "no crew"), "422")
    with pytest.raises(Failure):
        one.read_reply("dispatch", written, REQUEST)


def test_amqp_names_the_task_the_reply_queue_and_the_operation():
    headers = AMQP.write_request("cancel", REQUEST).headers
    assert headers["correlation_id"] == "W/1"
    assert headers["reply_to"] == "hub.reply"
    assert headers["type"] == "CAN"


def test_amqp_takes_no_address_from_the_message():
    wire = AMQP.write_request("dispatch", REQUEST)
    received = AMQP.read_request(
        WireMessage(wire.body, wire.content_type, {**wire.headers, "reply_to": "amq.rabbitmq.x"})
    )
    assert received.message.reply_to == ""


def test_rest_writes_the_path_and_escapes_what_is_in_it():
    headers = REST.write_request("dispatch", REQUEST).headers
    assert (headers[":method"], headers[":path"]) == ("PUT", "/wfm/v1/orders/W%2F1")
    assert headers["idempotency-key"] == "W/1"


def test_rest_without_a_body_carries_the_rest_in_the_query():
    wire = REST.write_request("look", REQUEST)
    assert (wire.body, wire.headers[":query"]) == (b"", "lan=8330100&oper=dispatch")
    assert REST.read_request(wire).message.body == BODY


@pytest.mark.parametrize(
    ("status", "code"),
    [("503", "unavailable"), ("429", "unavailable"), ("409", "conflict"), ("422", "rejected"), ("500", "timeout")],
)
def test_rest_judges_the_status(status, code):
    with pytest.raises(Failure) as caught:
        REST.read_reply("dispatch", WireMessage(b"{}", "application/json", {":status": status}), REQUEST)
    assert caught.value.code == code
    assert caught.value.detail["code"] == status


def test_rest_errors_are_problem_json():
    failure = Failure(
        "invalid", "wrong", errors=[{"path": "no", "message": "is required"}], detail={"incident": "inc_1"}
    )
    wire = REST.write_failure(None, failure, "400")
    problem = json.loads(wire.body)
    assert wire.content_type == "application/problem+json"
    assert (problem["type"], problem["status"], problem["instance"]) == ("urn:mboss:problem:invalid", 400, "inc_1")
    assert problem["errors"] == [{"path": "no", "message": "is required"}]


def test_a_path_that_nobody_serves_is_not_found():
    with pytest.raises(Failure) as caught:
        REST.read_request(WireMessage(b"{}", "application/json", {":method": "POST", ":path": "/else"}))
    assert caught.value.code == "not_found"


def test_a_table_row_names_its_table():
    assert TABLE.write_request("dispatch", REQUEST).headers["table"] == "IF_GD"
