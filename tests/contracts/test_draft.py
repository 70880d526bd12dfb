"""A contract becomes the beginning of a spec: it loads, its examples are valid, and what is to do is listed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hub.cli.main import cli
from interfaces.agreement import Agreement
from interfaces.failure import Failure
from interfaces.message import Message
from interfaces.skeleton import Draft, Options, drafts
from interfaces.spec.lint import lint_file
from interfaces.spec.loader import load_spec
from interfaces.spec.model import InterfaceSpec
from interfaces.spec.trial import Trial
from interfaces.wire import WireMessage
from tests.contracts.parts import write, xsd
from tests.contracts.test_corpus import HERE, ROWS, main

SERVED = [name for name, _, _, operations, *codes in ROWS if int(operations) and "message-untested" not in codes]
WITHOUT_EXAMPLE = {"known-wss"}
"""Must hold an element that its contract leaves open, which no row can make up."""


def drafted(name: str, folder: Path, **options: object) -> Draft:
    (made,) = drafts(main(name), main(name).parent, Options(system="RM", **options))  # type: ignore[arg-type]
    load(made, folder)
    return made


@pytest.mark.parametrize("name", SERVED)
def test_what_lint_says_of_a_draft_is_what_it_lists(name: str, tmp_path: Path) -> None:
    made = drafted(name, tmp_path)
    for finding in lint_file(tmp_path):
        assert (
            f"{finding.where.removeprefix(f'{tmp_path}/')}: {finding.rule}: {finding.message}; {finding.fix}"
            in made.todos
        )
        assert finding.rule not in (
            "spec-invalid",
            "spec-does-not-compile",
            "example-invalid",
            "row-path-not-in-schema",
        )


@pytest.mark.parametrize("name", [name for name in SERVED if name not in WITHOUT_EXAMPLE])
def test_every_operation_has_an_example_that_is_written_as_it_reads(name: str, tmp_path: Path) -> None:
    drafted(name, tmp_path)
    spec = load_spec(tmp_path)
    agreement = Agreement(spec)
    assert {example["operation"] for example in spec.examples} == set(spec.operations)
    for example in spec.examples:
        wire = (tmp_path / example["request"]).read_bytes()
        body = Trial(agreement, example["operation"]).to_canonical(wire)
        assert body == json.loads((tmp_path / example["canonical"]).read_bytes())
        message = Message("msg_1", "Draft", "HUB", body)
        assert agreement.write_request(example["operation"], message).body == wire


def test_required_parts_are_mapped_and_the_optional_ones_told(tmp_path: Path) -> None:
    text = drafted("document-wrapped", tmp_path).files["spec.yaml"].decode()
    assert "- [orderNo, orderNo]" in text
    assert "# optional, left out: remark" in text
    assert "remark, remark" not in text


def test_an_optional_part_is_mapped_on_demand(tmp_path: Path) -> None:
    text = drafted("document-wrapped", tmp_path, wanted=frozenset({"remark"})).files["spec.yaml"].decode()
    assert "- [remark, remark]" in text


def test_a_fault_of_the_contract_is_told_by_its_element(tmp_path: Path) -> None:
    drafted("document-wrapped", tmp_path)
    agreement = Agreement(load_spec(tmp_path))
    fault = b"""<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body><e:Fault>
      <faultcode>e:Server</faultcode><faultstring>no</faultstring>
      <detail><refused xmlns="urn:example:orders">no</refused></detail></e:Fault></e:Body></e:Envelope>"""
    request = Message("msg_1", "Draft", "HUB", {"orderNo": "1"})
    with pytest.raises(Failure) as caught:
        agreement.read_reply("submit", WireMessage(fault, "text/xml", {":status": "500"}), request)
    assert (caught.value.code, caught.value.detail["code"]) == ("rejected", "refused")


def test_a_fault_without_a_row_is_a_finding(tmp_path: Path) -> None:
    drafted("document-wrapped", tmp_path)
    path = tmp_path / "spec.yaml"
    path.write_text(path.read_text("utf-8").replace("match: refused", "match: other"), "utf-8")
    assert "fault-unmapped" in {finding.rule for finding in lint_file(tmp_path)}


def test_an_operation_of_the_contract_that_is_lost_is_a_finding(tmp_path: Path) -> None:
    drafted("partly-bound", tmp_path)
    (found,) = [finding for finding in lint_file(tmp_path) if finding.rule == "contract-finding"]
    assert found.message.startswith("operation-not-bound: operation withdraw of port type Orders")


def test_files_above_the_main_one_keep_their_place(tmp_path: Path) -> None:
    source = tmp_path / "vendor"
    text = main("back-slashes").read_text("utf-8").replace("types\\Order.xsd", "..\\types\\Order.xsd")
    write(source, "wsdl/orders.wsdl", text)
    write(source, "types/Order.xsd", (HERE / "corpus/back-slashes/types/Order.xsd").read_text("utf-8"))
    (made,) = drafts(source / "wsdl/orders.wsdl", source, Options())
    assert {"wsdl/orders.wsdl", "types/Order.xsd"} < set(made.files)
    assert made.files["wsdl/orders.wsdl"] == text.encode()
    assert not [todo for todo in made.todos if "import" in todo or "example" in todo]


def run(*words: object) -> Result:
    return CliRunner().invoke(cli, ["interface", "import-wsdl", *map(str, words)])


def test_the_command_writes_a_folder_and_refuses_to_write_it_twice(tmp_path: Path) -> None:
    words = (main("chain-of-three").parent, "--to", tmp_path, "--id", "rm-orders", "--system", "RM", "--json")
    result = run(*words)
    assert result.exit_code == 0
    (line,) = [json.loads(line) for line in result.stdout.splitlines()]
    assert (line["id"], line["operations"]) == ("rm-orders", ["submit"])
    assert (tmp_path / "rm-orders/port-type.wsdl").exists()
    assert "owner is team:TODO" in "".join(line["todos"])
    assert load_spec(Path(line["spec"])).system == "RM"
    again = run(*words)
    assert (again.exit_code, json.loads(again.stdout)["error"]["code"]) == (1, "conflict")
    assert run(*words, "--overwrite").exit_code == 0


def test_what_cannot_be_drafted_is_said_and_nothing_is_written(tmp_path: Path) -> None:
    result = run(main("laughs"), main("missing-element"), "--to", tmp_path)
    assert result.exit_code == 1
    assert "file-doctype" in result.stdout
    assert "operation-element-missing" in result.stdout
    assert list(tmp_path.iterdir()) == []


def test_an_inbound_draft_asks_for_role_and_route(tmp_path: Path) -> None:
    made = drafted("document-wrapped", tmp_path, direction="inbound")
    assert {"role-missing"} <= {todo.split(": ")[1] for todo in made.todos if todo.startswith("spec.yaml")}


@pytest.mark.parametrize(("name", "words"), [
    ("soap12", "binds it to SOAP 1.2, soap-plain speaks 1.1"),
    ("headers", "the header session is declared; soap-plain neither writes nor reads it"),
    ("jms", "the same body fits an amqp interface"),
])  # fmt: skip
def test_what_soap_plain_does_not_do_is_told(name: str, words: str, tmp_path: Path) -> None:
    assert words in "\n".join(drafted(name, tmp_path).todos)


def test_one_way_has_no_reply_and_an_empty_answer_is_one(tmp_path: Path) -> None:
    drafted("one-way", tmp_path / "a")
    drafted("empty-messages", tmp_path / "b")
    one_way, empty = (load_spec(tmp_path / name).operations["submit"] for name in "ab")
    assert (one_way.pattern, one_way.reply) == ("one-way", None)
    assert empty.pattern == "request-reply"
    agreement = Agreement(load_spec(tmp_path / "b"))
    wire = agreement.write_request("submit", Message("msg_1", "Draft", "HUB", {}))
    assert b"Body/>" in wire.body
    received = agreement.read_request(wire)
    assert received.operation.name == "submit"
    answer = agreement.write_reply(received, Message("msg_2", "Draft", "RM", {}))
    assert agreement.read_reply("submit", answer, received.message).body == {}
    with pytest.raises(Failure):
        agreement.read_reply(
            "submit", WireMessage(wire.body.replace(b"Body/>", b"Body><a/></soap:Body>")), received.message
        )


def test_two_files_of_one_name_are_both_kept(tmp_path: Path) -> None:
    source = tmp_path / "vendor"
    for space in ("a", "b"):
        xsd(source, f'<xs:simpleType name="No"><xs:restriction base="xs:string"/></xs:simpleType><!-- {space} -->',
            f"{space}/types.xsd", f"urn:example:{space}")  # fmt: skip
    body = """<xs:import namespace="urn:example:a" schemaLocation="a/types.xsd"/>
      <xs:import namespace="urn:example:b" schemaLocation="b/types.xsd"/>
      <xs:element name="order"><xs:complexType><xs:sequence><xs:element name="one" type="a:No"/>
      <xs:element name="two" type="b:No"/></xs:sequence></xs:complexType></xs:element>"""
    more = 'xmlns:a="urn:example:a" xmlns:b="urn:example:b"'
    (made,) = drafts(xsd(source, body, more=more), source, Options())
    assert {"order.xsd", "a/types.xsd", "b/types.xsd"} < set(made.files)
    assert made.files["a/types.xsd"] != made.files["b/types.xsd"]


def test_a_main_file_that_must_be_named_anew_takes_no_other_ones_name(tmp_path: Path) -> None:
    xsd(tmp_path, '<xs:simpleType name="No"><xs:restriction base="xs:string"/></xs:simpleType>', "the_order.xsd")
    body = '<xs:include schemaLocation="the_order.xsd"/><xs:element name="order" type="t:No"/>'
    (made,) = drafts(xsd(tmp_path, body, "the order.xsd"), tmp_path, Options(id="order"))
    assert load(made, tmp_path / "out").transport.contract == "the_order-2.xsd"
    assert "the_order.xsd" in made.files


@pytest.mark.parametrize("name", ["spec.yaml", "examples/orders.yaml"])
def test_a_contract_that_is_called_as_a_draft_is_lies_in_a_folder_of_its_own(name: str, tmp_path: Path) -> None:
    body = {"content": {"application/json": {"schema": {"$ref": f"{'../' * name.count('/')}parts.yml#/Order"}}}}
    operation = {"requestBody": body, "responses": {"200": {"description": "done"}}}
    text = json.dumps({"openapi": "3.0.0", "info": {"title": "Order"}, "paths": {"/orders": {"post": operation}}})
    write(tmp_path / "in", "parts.yml", "Order: {type: object, properties: {no: {type: string}}}")
    (made,) = drafts(write(tmp_path / "in", name, text), tmp_path / "in", Options())
    assert made.files[f"contract/{name}"] == text.encode()
    spec = load(made, tmp_path / "out")
    assert (spec.transport.contract, list(spec.operations)) == (f"contract/{name}", ["postOrders"])


def test_a_yml_file_keeps_its_name_and_counts_for_the_version(tmp_path: Path) -> None:
    text = json.dumps({"openapi": "3.0.0", "info": {"title": "Order"}, "paths": {"/a": {"post": {"responses": {}}}}})
    (made,) = drafts(write(tmp_path / "in", "api.yml", text), tmp_path / "in", Options(system="RM"))
    first = load(made, tmp_path / "out")
    Agreement(first)
    (tmp_path / "out/api.yml").write_text(text + " ")
    assert first.transport.contract == "api.yml"
    assert load_spec(tmp_path / "out").hash != first.hash


def load(made: Draft, folder: Path) -> InterfaceSpec:
    for file, body in made.files.items():
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).write_bytes(body)
    return load_spec(folder)
