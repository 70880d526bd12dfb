"""One small contract per shape and per breakage; corpus.txt says what must come of each."""

from __future__ import annotations

from pathlib import Path

import pytest
from lxml import etree

from interfaces.codec.xml import XmlContract
from interfaces.contract.check import check

HERE = Path(__file__).parent
ROWS = [line.split() for line in (HERE / "corpus.txt").read_text("utf-8").splitlines() if not line.startswith("#")]


def main(name: str) -> Path:
    return next((HERE / "corpus" / name).glob("main.*"))


@pytest.mark.parametrize("row", ROWS, ids=[row[0] for row in ROWS])
def test_a_contract_is_judged_as_the_table_says(row: list[str]) -> None:
    name, ok, declared, operations, *codes = row
    report = check(main(name))
    assert {finding.code for finding in report.findings} == set(codes)
    assert (report.ok, report.declared, report.operations) == (ok == "ok", int(declared), int(operations))


@pytest.mark.parametrize("row", ROWS, ids=[row[0] for row in ROWS])
def test_every_operation_is_read_or_named_with_place_and_advice(row: list[str]) -> None:
    report = check(main(row[0]))
    named = [finding for finding in report.findings if finding.code.startswith("operation-")]
    assert report.declared == report.operations + len(named)
    for finding in report.findings:
        assert str(HERE / "corpus" / row[0]) in finding.where or "catalogue" in finding.where
        assert "; " in finding.message


def test_the_table_knows_every_contract() -> None:
    assert sorted(row[0] for row in ROWS) == sorted(path.name for path in (HERE / "corpus").iterdir())


def operation(name: str, wanted: str = "submit"):
    return XmlContract.load(main(name)).operations[wanted]


def test_rpc_style_becomes_one_element_around_its_parts() -> None:
    contract = XmlContract.load(main("rpc-literal"))
    read = contract.operations["submit"]
    assert (read.input, read.output) == ("{urn:example:rpc}submit", "{urn:example:rpc}submitResponse")
    element = contract.element(read.input).build({"orderNo": "1", "customer": {"id": "2"}})
    assert [child.tag for child in element] == ["orderNo", "customer"]
    assert element[1][0].tag == "{urn:example:orders}id"
    assert contract.validate(element) == []


def test_headers_of_both_directions_and_faults_are_told() -> None:
    read = operation("headers")
    assert read.headers == read.reply_headers == ("{urn:example:orders}session",)
    assert read.faults == {"refused": "{urn:example:orders}refused"}
    assert operation("header-in-same-message").input == "{urn:example:orders}submit"


def test_overloads_go_by_names_of_their_own() -> None:
    operations = XmlContract.load(main("overloads")).operations
    assert {name: read.soap_action for name, read in operations.items()} == {"find": "urn:1", "Port.find": "urn:2"}


def test_one_way_and_empty_messages_differ() -> None:
    assert (operation("one-way").one_way, operation("one-way").output) == (True, "")
    assert (operation("empty-messages").one_way, operation("empty-messages").input) == (False, "")


def test_jms_is_told_and_soap_over_http_comes_first() -> None:
    assert operation("jms").transport == "jms"
    assert operation("net-asmx").version == "1.1"
    assert operation("soap12").version == "1.2"


def test_wsdl_2_tells_what_a_caller_needs() -> None:
    contract = XmlContract.load(main("wsdl20"))
    read = contract.operations["submit"]
    assert (read.soap_action, read.version, read.faults) == (
        "urn:submit",
        "1.2",
        {"refused": "{urn:example:orders}refused"},
    )
    assert contract.wsdl is not None
    assert contract.wsdl.address == "http://peer.example.cn/orders"


def test_a_schema_that_libxml2_refuses_still_judges_messages() -> None:
    contract = XmlContract.load(main("ambiguous-content"))
    codec = contract.element("submitResponse")
    assert contract.validate(codec.build({"code": "7"})) == []
    wrong = etree.fromstring('<submitResponse xmlns="urn:example:orders"><code>x</code></submitResponse>')
    assert contract.validate(wrong) == [{"path": "code", "message": "does not follow the contract"}]


def test_a_contract_is_compiled_once() -> None:
    assert XmlContract.load(main("document-wrapped")) is XmlContract.load(main("document-wrapped"))
