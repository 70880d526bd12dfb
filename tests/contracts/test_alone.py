"""A schema alone says what travels and nothing else: somebody picks the messages, the command says the transport."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hub.cli.main import cli
from interfaces.agreement import Agreement
from interfaces.contract.alone import exchanges
from interfaces.failure import Failure
from interfaces.message import Message
from interfaces.spec.lint import lint_file
from interfaces.spec.loader import load_spec
from tests.contracts.parts import write, xsd

ORDER = """<xs:include schemaLocation="types.xsd"/><xs:element name="orderRequest" type="t:Order"/>
<xs:element name="orderResponse"><xs:complexType><xs:sequence><xs:element name="code" type="xs:int"/></xs:sequence>
</xs:complexType></xs:element>%s"""
TYPES = """<xs:complexType name="Order"><xs:sequence><xs:element name="no" type="xs:string"/></xs:sequence>
</xs:complexType>"""
NUMBER = {"type": "object", "required": ["no"], "properties": {"no": {"type": "string"}}}
PARTS = {"$schema": "http://json-schema.org/draft-07/schema#", "definitions": {
    "Order": NUMBER, "OrderResult": {**NUMBER, "properties": {"no": {"$ref": "#/definitions/No"}}},
    "No": {"type": "string"}, "Alarm": NUMBER}}  # fmt: skip


def run(command: str, *words: object) -> Result:
    return CliRunner().invoke(cli, ["interface", f"import-{command}", *map(str, words)])


def schema(folder: Path, more: str = "") -> Path:
    xsd(folder, TYPES, "types.xsd")
    return xsd(folder, ORDER % more)


@pytest.mark.parametrize(("picked", "made"), [
    ((), [("order", "orderRequest", "orderResponse")]),
    (("orderResponse",), [("orderResponse", "orderResponse", "")]),
    (("orderRequest", "orderRequest"), [("order", "orderRequest", "orderResponse")]),
])  # fmt: skip
def test_an_answer_is_told_by_its_name(picked: tuple[str, ...], made: list[tuple[str, str, str]]) -> None:
    found = exchanges(["orderRequest", "orderResponse"], picked, "order.xsd")
    assert [(one.name, one.request, one.reply) for one in found] == made


PAIRS = [("Order", "OrderResult"), ("QryReq", "QryRsp"), ("take", "take_ack"), ("A-rq", "a-RS")]


@pytest.mark.parametrize("pair", PAIRS)
def test_names_of_every_house_make_a_pair(pair: tuple[str, str]) -> None:
    (one,) = exchanges(pair, (), "order.xsd")
    assert (one.request, one.reply) == pair


def test_an_xsd_becomes_a_soap_interface_that_writes_and_reads(tmp_path: Path) -> None:
    path = schema(tmp_path / "in")
    result = run("wsdl", path.parent, "--to", tmp_path, "--system", "RM", "--json")
    assert result.exit_code == 0, result.output
    (line,) = [json.loads(line) for line in result.stdout.splitlines()]
    assert "that orderResponse answers orderRequest is guessed from its name" in "".join(line["todos"])
    spec = load_spec(tmp_path / "order")
    agreement = Agreement(spec)
    wire = agreement.write_request("order", Message("msg_1", "Draft", "HUB", {"no": "7"}))
    received = agreement.read_request(wire)
    assert (received.operation.name, received.message.body) == ("order", {"no": "7"})
    reply = agreement.write_reply(received, Message("msg_2", "Draft", "RM", {"code": "0"}))
    assert agreement.read_reply("order", reply, received.message).body == {"code": "0"}
    assert "example-invalid" not in {finding.rule for finding in lint_file(tmp_path / "order")}


def test_with_more_than_one_choice_the_messages_are_listed_and_nothing_is_written(tmp_path: Path) -> None:
    path = schema(tmp_path / "in", '<xs:element name="alarm" type="xs:string"/>')
    result = run("wsdl", path, "--to", tmp_path / "out")
    assert result.exit_code == 1
    assert "--operation NAME" in result.output
    assert "alarm, orderRequest, orderResponse" in result.output
    assert not (tmp_path / "out").exists()
    picked = ("--operation", "alarm", "--operation", "orderRequest")
    assert run("wsdl", path, "--to", tmp_path / "out", *picked).exit_code == 0
    assert sorted(load_spec(tmp_path / "out/order").operations) == ["alarm", "order"]
    assert "no message alerm" in run("wsdl", path, "--to", tmp_path / "out", "--operation", "alerm").output


def test_a_json_schema_becomes_a_rest_interface(tmp_path: Path) -> None:
    path = write(tmp_path, "order.schema.json", json.dumps({"title": "Order", **NUMBER}))
    assert run("openapi", path, "--to", tmp_path, "--system", "RM").exit_code == 0
    operation = load_spec(tmp_path / "order").operations["order"]
    assert (operation.pattern, operation.wire) == ("one-way", {"method": "POST", "path": "/order"})


def test_parts_of_a_json_schema_become_messages_on_queues(tmp_path: Path) -> None:
    path = write(tmp_path, "parts.yaml", json.dumps(PARTS))
    assert "Alarm, No, Order, OrderResult" in run("asyncapi", path, "--to", tmp_path).output
    assert run("asyncapi", path, "--to", tmp_path, "--operation", "Order", "--system", "RM").exit_code == 0
    sent, read = load_spec(tmp_path / "parts"), load_spec(tmp_path / "parts-callbacks")
    assert sent.operations["order"].pattern == "async-request-reply"
    assert sent.transport.settings["replyQueue"] == read.transport.settings["queue"]
    assert read.operations["orderReply"].correlate == "correlation_id"


@pytest.mark.parametrize(("command", "advice"), [("wsdl", "import-openapi"), ("openapi", "import-wsdl")])
def test_a_command_says_which_other_one_reads_a_file(command: str, advice: str, tmp_path: Path) -> None:
    files = {"wsdl": write(tmp_path, "a.json", json.dumps(NUMBER)), "openapi": schema(tmp_path)}
    result = run(command, files[command], "--to", tmp_path / "out")
    assert result.exit_code == 1
    assert advice in result.output


@pytest.mark.parametrize(("text", "code"), [("[]", "file-not-a-contract"), ('{"type": 7}', "schema-unreadable")])
def test_what_is_no_json_schema_is_told(text: str, code: str, tmp_path: Path) -> None:
    (line,) = run("openapi", write(tmp_path, "a.json", text), "--check", "--json").stdout.splitlines()
    told = json.loads(line)
    assert (told["ok"], [finding["code"] for finding in told["findings"]]) == (False, [code])


def test_a_failure_crosses_to_another_process_whole() -> None:
    sent = Failure("invalid", "it is wrong", where="a:1", advice="correct it", errors=[{"path": "a", "message": "b"}])
    got = pickle.loads(pickle.dumps(sent))
    assert (got.to_json(), str(got)) == (sent.to_json(), str(sent))
