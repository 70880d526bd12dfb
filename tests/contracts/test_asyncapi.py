"""AsyncAPI documents: what is read, what is named, and that drafted specs speak over a broker."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from adapters.channels.amqp import AmqpChannel, open_broker
from hub.cli.main import cli
from interfaces.agreement import Agreement
from interfaces.amqp import AmqpMessage
from interfaces.channel import Peer
from interfaces.clock import Deadline
from interfaces.contract.check import Report, check
from interfaces.message import Message
from interfaces.skeleton import Draft, Options, drafts
from interfaces.spec.lint import lint_file
from interfaces.spec.loader import load_spec
from interfaces.wire import WireMessage
from tests.contracts.parts import write

BODY = {"type": "object", "required": ["no"], "properties": {"no": {"type": "string"}, "note": {"type": "string"}}}
RECORD = {"type": "record", "name": "Order", "fields": [{"name": "no", "type": "string"}]}
AVRO = {"payload": RECORD, "schemaFormat": "application/vnd.apache.avro;version=1.9.0"}
REF = {"$ref": "#/components/messages/Order"}
ORDERS = {"$ref": "#/channels/orders"}
PARTS = {"components": {"messages": {"Order": {"payload": BODY}}}}


def message(**more: Any) -> dict[str, Any]:
    return {"payload": BODY, **more}


def old(action: str = "publish", operation: Any = None, version: Any = "2.6.0", **more: Any) -> dict[str, Any]:
    """One operation of 2.x; ``channel_*`` goes to its channel."""
    channel = {name.removeprefix("channel_"): more.pop(name) for name in [*more] if name.startswith("channel_")}
    held = {"message": message()} if operation is None else operation
    channels = {"wfm.order": {action: held, **channel}}
    return {"asyncapi": version, "info": {"title": "Work"}, "channels": channels, **more}


def new(held: Any = None, version: Any = "3.0.0", **operation: Any) -> dict[str, Any]:
    """One operation of 3.x. held: the messages of its channel."""
    channel = {"address": "wfm.order", "messages": {"order": message()} if held is None else held}
    one = {"action": "receive", "channel": ORDERS, **operation}
    parts = {"channels": {"orders": channel}, "operations": {"order": one}, **PARTS}
    return {"asyncapi": version, "info": {"title": "Work"}, **parts}


def server(*protocols: str) -> dict[str, Any]:
    return {"servers": {f"s{number}": {"url": "mq", "protocol": name} for number, name in enumerate(protocols)}}


RING = {"a": {"$ref": "#/channels/b"}, "b": {"$ref": "#/channels/a"}}
MULTI = {"schemaFormat": "application/vnd.aai.asyncapi+json;version=3.0.0", "schema": BODY}

SHAPES: dict[str, tuple[Any, int, int, set[str]]] = {
    "publish": (old(), 1, 1, set()),
    "subscribe": (old("subscribe"), 1, 1, set()),
    "both ways": (old(channel_subscribe={"message": message()}), 2, 2, set()),
    "version as a number": (old(version=2.0), 1, 1, set()),
    "release candidate": (old(version="2.0.0-rc2"), 1, 1, set()),
    "message by reference": (old(operation={"message": REF}) | PARTS, 1, 1, set()),
    "one of several messages": (old(operation={"message": {"oneOf": [message(name="a"), REF]}}) | PARTS, 1, 1, set()),
    "messages in a list": (old(operation={"message": [message(), message()]}), 1, 1, set()),
    "messages with an s": (old(operation={"messages": {"a": message(), "b": message()}}), 1, 1, set()),
    "message under its own name": (old(operation={"Order": message()}), 1, 1, set()),
    "payload at the operation": (old(operation={"payload": BODY}), 1, 1, set()),
    "no message": (old(operation={}), 1, 0, {"operation-without-messages"}),
    "no payload": (old(operation={"message": {"name": "ping"}}), 1, 1, set()),
    "operation that is no object": (old(operation="x"), 1, 0, {"operation-reference"}),
    "message that is no object": (old(operation={"message": "x"}), 1, 0, {"operation-reference"}),
    "message that is not there": (old(operation={"message": REF}), 1, 0, {"operation-reference"}),
    "payload from a trait": (old(operation={"message": {"traits": [{"payload": BODY}]}}), 1, 1, set()),
    "trait that is not there": (old(operation={"message": message(traits=[REF])}), 1, 1, {"reference-missing"}),
    "avro": (old(operation={"message": AVRO}), 1, 0, {"operation-content-type"}),
    "one of two messages is avro": (old(operation={"message": {"oneOf": [message(), AVRO]}}), 1, 0,
                                    {"operation-content-type"}),
    "xml body": (old(operation={"message": message(contentType="application/xml")}), 1, 0, {"operation-content-type"}),
    "xml bodies by default": (old(defaultContentType="text/xml"), 1, 0, {"operation-content-type"}),
    "text body": (old(operation={"message": {"payload": {"type": "string"}}}), 1, 0, {"operation-body"}),
    "missing schema": (old(operation={"message": {"payload": {"$ref": "#/nowhere"}}}), 1, 1, {"reference-missing"}),
    "definitions of a schema's own": (
        old(operation={"message": {"payload": {**BODY, "properties": {"no": {"$ref": "#/definitions/No"}},
                                               "definitions": {"No": {"type": "string"}}}}}), 1, 1, set()),
    "fragment that is no path": (old(operation={"message": {"payload": {"$ref": "#https://peer.example.cn/a"}}}), 1, 1,
                                 {"reference-missing"}),
    "schema by url": (old(operation={"message": {"payload": {"$ref": "https://peer.example.cn/a.json"}}}), 1, 1,
                      {"reference-missing"}),
    "kafka": (old(**server("kafka")), 1, 1, {"protocol"}),
    "amqp in capitals beside kafka": (old(**server("AMQP", "kafka")), 1, 1, set()),
    "web socket": (old(**server("wss")), 1, 0, {"operation-binding"}),
    "limited to another server": (old(channel_servers=["s1"], **server("amqp", "ws")), 1, 0, {"operation-binding"}),
    "parameter": (old(channels={"wfm.{area}": {"publish": {"message": message()}}}), 1, 1, {"channel-parameter"}),
    "parameter with one value": (
        old(channels={"wfm.{area}": {"parameters": {"area": {"schema": {"enum": ["gz"]}}},
                                     "publish": {"message": message()}}}), 1, 1, set()),
    "channels in a circle": (old(channels=RING), 0, 0, {"channel-unused"}),
    "no channel used": (old(channels={"wfm.order": {"description": "later"}}), 0, 0, {"channel-unused"}),
    "channels that are a list": (old(channels=[]), 0, 0, set()),
    "receive": (new(), 1, 1, set()),
    "send": (new(action="send"), 1, 1, set()),
    "action of 2.x": (new(action="publish"), 1, 1, set()),
    "no action": (new(action=""), 1, 0, {"operation-reference"}),
    "version 3 as a number": (new(version=3), 1, 1, set()),
    "channel by name": ({**new(), "operations": {"order": {"action": "send", "channel": "orders"}}}, 1, 1, set()),
    "channel that is not there": ({**new(), "channels": {}}, 1, 0, {"operation-reference"}),
    "no channel": ({**new(), "operations": {"order": {"action": "send"}}}, 1, 0, {"operation-reference"}),
    "operations in a list": ({**new(), "operations": [{"action": "send", "channel": ORDERS}]}, 1, 1, set()),
    "publish in a channel of 3.x": (
        {"asyncapi": "3.0.0", "channels": {"a": {"publish": {"message": message()}}}}, 1, 1, set()),
    "messages of the channel": (new({"a": REF, "b": message()}), 1, 1, set()),
    "message of components": (new(messages=[REF]), 1, 1, set()),
    "no messages at all": (new({}), 1, 0, {"operation-without-messages"}),
    "payload of several formats": (new({"a": {"payload": MULTI}}), 1, 1, set()),
    "protobuf": (new({"a": {"payload": {"schemaFormat": "application/vnd.google.protobuf", "schema": "x"}}}), 1, 0,
                 {"operation-content-type"}),
    "reply": (new(reply={"channel": ORDERS, "messages": [REF]}), 1, 1, set()),
    "reply that is not there": (new(reply={"channel": {"$ref": "#/channels/gone"}}), 1, 0, {"operation-reference"}),
    "reply in avro": (new(reply={"channel": ORDERS, "messages": [AVRO]}), 1, 0, {"operation-content-type"}),
    "security": (new() | {"components": {"securitySchemes": {"user": {"type": "userPassword"}}}}, 1, 1, {"security"}),
    "version 1": ({"asyncapi": "1.2.0", "topics": {}}, 0, 0, {"file-not-a-contract"}),
    "version 4": ({"asyncapi": "4.0.0"}, 0, 0, {"file-not-a-contract"}),
}  # fmt: skip


def judged(folder: Path, data: Any) -> Report:
    return check(write(folder, "api.json", json.dumps(data)), folder)


@pytest.mark.parametrize("name", SHAPES)
def test_a_document_is_judged_as_the_table_says(name: str, tmp_path: Path) -> None:
    data, declared, operations, codes = SHAPES[name]
    report = judged(tmp_path, data)
    assert {finding.code for finding in report.findings} == codes
    assert (report.declared, report.operations) == (declared, operations)
    named = [finding for finding in report.findings if finding.code.startswith("operation-")]
    assert report.declared == report.operations + len(named)


# -- drafts ------------------------------------------------------------------------------------------------------

WORK = """
asyncapi: 3.0.0
info: {title: Field Work, version: 1.0.0}
defaultContentType: application/json
servers: {main: {host: 'mq.example.cn:5672', protocol: amqp}}
channels:
  orders:
    address: wfm.orders
    bindings: {amqp: {is: queue, queue: {name: wfm.orders, durable: true}}}
    messages:
      dispatch: {$ref: 'parts.yaml#/messages/Dispatch'}
      cancel: {payload: {$ref: 'parts.yaml#/schemas/Number'}, bindings: {amqp: {messageType: CAN}}}
  results:
    address: null
    messages: {outcome: {$ref: 'parts.yaml#/messages/Outcome'}}
  alarms:
    address: alarm.{area}.raised
    bindings: {amqp: {is: routingKey, exchange: {name: wfm.alarms, type: topic}}}
    messages: {alarm: {payload: {$ref: 'parts.yaml#/schemas/Number'}}}
operations:
  order:
    action: receive
    channel: {$ref: '#/channels/orders'}
    reply: {channel: {$ref: '#/channels/results'}, address: {location: '$message.header#/replyTo'}}
  alarm: {action: send, channel: {$ref: '#/channels/alarms'}}
"""
PARTS_FILE = """
schemas:
  Number: {type: object, required: [woNo], properties: {woNo: {type: string, maxLength: 20}}}
messages:
  Dispatch:
    headers: {properties: {type: {const: NEW}, x-trace: {type: string}, correlationId: {type: string}}}
    payload:
      allOf:
        - {$ref: '#/schemas/Number'}
        - {type: object, required: [addr], properties: {addr: {type: string}, note: {type: string}}}
  Outcome:
    correlationId: {location: '$message.header#/correlationId'}
    payload: {type: object, required: [state], properties: {state: {enum: [DONE, BACK]}}}
"""


def drafted(folder: Path, text: str = WORK, **options: Any) -> dict[str, Draft]:
    write(folder / "in", "parts.yaml", PARTS_FILE)
    made = drafts(write(folder / "in", "work.yaml", text), folder / "in", Options(system="WFM", **options))
    for one in made:
        for name, body in one.files.items():
            (folder / one.id / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / one.id / name).write_bytes(body)
    return {one.id: one for one in made}


def test_what_is_sent_and_each_queue_that_is_read_is_a_spec_of_its_own(tmp_path: Path) -> None:
    made = drafted(tmp_path)
    specs = {name: load_spec(tmp_path / name) for name in made}
    told = {name: (spec.direction, dict(spec.transport.settings)) for name, spec in specs.items()}
    alarms = {"queue": "hub.alarm.area.raised", "exchange": "wfm.alarms", "routingKey": "alarm.*.raised"}
    assert told == {
        "field-work": ("outbound", {"format": "json", "replyQueue": "hub.field-work.reply"}),
        "field-work-callbacks": ("inbound", {"format": "json", "queue": "hub.field-work.reply"}),
        "field-work-alarm-area-raised": ("inbound", {"format": "json", **alarms}),
    }
    sent = specs["field-work"].operations
    assert {name: (op.pattern, dict(op.wire)) for name, op in sent.items()} == {
        "orderDispatch": ("async-request-reply", {"routingKey": "wfm.orders", "type": "NEW"}),
        "orderCancel": ("async-request-reply", {"routingKey": "wfm.orders", "type": "CAN"}),
    }
    (answer,) = specs["field-work-callbacks"].operations.values()
    assert (answer.pattern, answer.role, answer.correlate) == ("callback", "event", "correlation_id")


def test_a_document_of_our_own_is_read_the_other_way_round(tmp_path: Path) -> None:
    drafted(tmp_path, direction="inbound")
    ours, sent = load_spec(tmp_path / "field-work"), load_spec(tmp_path / "field-work-sent")
    assert (ours.direction, ours.transport.settings["queue"]) == ("inbound", "wfm.orders")
    assert sorted(ours.operations) == ["orderCancel", "orderDispatch"]
    assert sent.direction == "outbound"
    assert sent.operations["alarm"].wire == {"exchange": "wfm.alarms", "routingKey": "alarm.{area}.raised"}


def test_what_lint_says_of_a_draft_and_what_is_to_be_agreed_on_is_listed(tmp_path: Path) -> None:
    made = drafted(tmp_path)
    for name, one in made.items():
        found = {finding.rule for finding in lint_file(tmp_path / name)}
        assert found == {todo.split(": ")[1] for todo in one.todos if todo.startswith("spec.yaml:")}
        assert not found & {"spec-invalid", "spec-does-not-compile", "example-invalid", "example-missing"}
        assert {"work.yaml", "parts.yaml"} < set(one.files)
    told = "\n".join(todo for one in made.values() for todo in one.todos)
    assert "channel-parameter" in told
    assert "x-trace" in told
    assert "correlationId" not in told


def test_one_queue_for_several_messages_asks_for_a_type(tmp_path: Path) -> None:
    text = WORK.replace("{amqp: {messageType: CAN}}", "{}").replace("type: {const: NEW}, ", "")
    made = drafted(tmp_path, text, only=("order",))
    assert load_spec(tmp_path / "field-work").operations["orderCancel"].wire["type"] == "orderCancel"
    assert "header type of this one is orderCancel" in "\n".join(made["field-work"].todos)


def test_a_channel_for_both_ways_asks_for_a_queue_each(tmp_path: Path) -> None:
    text = yaml.safe_dump(old(channel_subscribe={"message": message(payload={"type": "object"})}))
    made = drafted(tmp_path, text)
    assert "wfm.order, which it also writes to" in "\n".join(made["work-wfm-order"].todos)


def test_what_comes_to_a_reply_queue_is_an_answer(tmp_path: Path) -> None:
    asks = {"message": message(), "bindings": {"amqp": {"replyTo": "hub.work.done"}}}
    data = old(operation=asks)
    data["channels"]["hub.work.done"] = {"subscribe": {"operationId": "done", "message": message(name="Done")}}
    made = drafted(tmp_path, yaml.safe_dump(data))
    sent, read = (load_spec(tmp_path / name).operations for name in made)
    assert [(op.pattern, op.wire["replyTo"]) for op in sent.values()] == [("async-request-reply", "hub.work.done")]
    assert [(op.name, op.pattern, op.correlate) for op in read.values()] == [("done", "callback", "correlation_id")]


def test_an_answer_that_is_an_operation_too_is_drafted_once(tmp_path: Path) -> None:
    text = WORK + "  outcome: {action: send, channel: {$ref: '#/channels/results'}}\n"
    drafted(tmp_path, text)
    (answer,) = load_spec(tmp_path / "field-work-callbacks").operations.values()
    assert (answer.name, answer.pattern) == ("outcome", "callback")


def test_the_documents_that_the_hub_writes_of_itself_are_read(tmp_path: Path) -> None:
    folder = tmp_path / "docs"
    assert CliRunner().invoke(cli, ["interface", "docs", "--to", str(folder)]).exit_code == 0
    report = check(folder / "asyncapi.json")
    assert (report.ok, report.findings) == (True, [])
    assert report.operations == report.declared > 0
    made = drafts(folder / "asyncapi.json", folder, Options(direction="inbound"))
    queues = set()
    for one in made:
        for name, body in one.files.items():
            (tmp_path / one.id / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / one.id / name).write_bytes(body)
        spec = load_spec(tmp_path / one.id)
        queues |= {(spec.direction, str(spec.transport.settings.get("queue") or op.wire["routingKey"]))
                   for op in spec.operations.values()}  # fmt: skip
    assert {("outbound", "bill.sync"), ("inbound", "hub.bill.reply"), ("outbound", "wfm.dispatch")} <= queues


def test_a_drafted_order_goes_to_its_queue_and_its_answer_is_read(tmp_path: Path) -> None:
    drafted(tmp_path)
    sent, read = (load_spec(tmp_path / name) for name in ("field-work", "field-work-callbacks"))
    address = f"amqp+file://{tmp_path / 'amqp.db'}"
    broker = open_broker(address)
    broker.declare("wfm.orders")
    message = Message("msg_1", "Draft", "HUB", {"woNo": "7", "addr": "west"}, key="TSK1")
    channel = AmqpChannel(sent, Peer("WFM", address))
    agreement = Agreement(sent)
    operation = agreement.operation("orderDispatch")
    channel.call(operation, agreement.write_request("orderDispatch", message), Deadline.after(10))
    (taken,) = broker.get("wfm.orders")
    assert json.loads(taken.body) == {"woNo": "7", "addr": "west"}
    assert (taken.reply_to, taken.correlation_id) == ("hub.field-work.reply", "TSK1")
    assert taken.headers == {"type": "NEW"}
    broker.declare(taken.reply_to)
    broker.publish([AmqpMessage(b'{"state": "DONE"}', taken.reply_to, correlation_id=taken.correlation_id)])
    (answer,) = broker.get(str(read.transport.settings["queue"]))
    received = Agreement(read).read_request(WireMessage(answer.body, "", {"correlation_id": answer.correlation_id}))
    assert (received.message.body, received.message.correlation_id) == ({"state": "DONE"}, "TSK1")
    channel.close()
    broker.close()


def test_the_command_judges_a_folder_and_drafts_every_spec(tmp_path: Path) -> None:
    write(tmp_path / "in", "work.yaml", WORK)
    write(tmp_path / "in", "parts.yaml", PARTS_FILE)
    write(tmp_path / "in", "rest.yaml", yaml.safe_dump({"openapi": "3.0.0", "paths": {}}))
    words = ["interface", "import-asyncapi", str(tmp_path / "in"), "--json"]
    result = CliRunner().invoke(cli, [*words, "--check"])
    (line,) = [json.loads(line) for line in result.stdout.splitlines()]
    assert (result.exit_code, line["ok"], line["declared"], line["operations"]) == (0, True, 2, 2)
    result = CliRunner().invoke(cli, [*words, "--to", str(tmp_path / "out")])
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert [line["operations"] for line in lines] == [["orderDispatch", "orderCancel"], ["orderReply"], ["alarm"]]
    assert all(Path(line["spec"]).exists() for line in lines)
    again = CliRunner().invoke(cli, [*words, "--to", str(tmp_path / "out")])
    assert again.exit_code == 1
