"""What breaks when one side rolls out first: by who writes the message, rule by rule."""

import json
import shutil
from dataclasses import replace

import pytest
from click.testing import CliRunner

from hub.cli.interface import group
from interfaces.compat import RULES, compare
from interfaces.docs.lint_cases import CASES, written
from interfaces.spec.loader import load_spec
from tests.proof.parts import XSD, proved
from tests.systems.bundle import bundled

ROWS = """
- [note, A]
- [appointment.date, B, date: yyyyMMdd]
- [parentOrder, Digits, partial: digits]
"""
A = '<xs:element name="A" type="xs:string" minOccurs="0"/>'
B = '<xs:element name="B" type="xs:string" minOccurs="0"/>'
NEW = '<xs:element name="New" type="xs:string" minOccurs="0"/>'
LONG = '<xs:maxLength value="5"/>'
LAN = '<xs:element name="Lan" type="xs:string"/>'
ITEM = 'minOccurs="0" maxOccurs="unbounded"'

# (what, old text, new text, file, rule, hub first, peer first) for an interface that the hub writes
CHANGES = [
    (
        "a required field more",
        A,
        NEW.replace(' minOccurs="0"', "") + A,
        "order.xsd",
        "field-added-required",
        "break",
        "break",
    ),
    ("an optional one less", A, "", "order.xsd", "field-removed-optional", "ok", "break"),
    ("a required one less", LAN, "", "order.xsd", "field-removed-required", "break", "break"),
    ("now required", A, A.replace(' minOccurs="0"', ""), "order.xsd", "field-now-required", "ok", "break"),
    ("now optional", LAN, LAN.replace("/>", ' minOccurs="0"/>'), "order.xsd", "field-now-optional", "break", "ok"),
    ("now many", A, A.replace("/>", ' maxOccurs="3"/>'), "order.xsd", "field-now-many", "break", "ok"),
    ("now single", ITEM, 'minOccurs="0"', "order.xsd", "field-now-single", "ok", "break"),
    ("another type", A, A.replace("xs:string", "xs:int"), "order.xsd", "type-changed", "break", "break"),
    ("another order", A + "\n    " + B, B + A, "order.xsd", "order-changed", "break", "break"),
    ("other digits", "[0-9]*", "[0-7]*", "order.xsd", "pattern-changed", "maybe", "maybe"),
    ("a code remapped", "dispatch: D", "dispatch: Z", "spec.yaml", "code-remapped", "break", "break"),
    ("a code more", "urge: U", "urge: U, dance: T", "spec.yaml", "code-added", "maybe", "ok"),
    ("a code less", ", urge: U", "", "spec.yaml", "code-removed", "ok", "maybe"),
    ("another converter", "date: yyyyMMdd", 'date: "yyyy-MM-dd"', "spec.yaml", "row-changed", "maybe", "maybe"),
    ("a row less", "- [note, A]", "", "spec.yaml", "row-removed", "maybe", "maybe"),
    ("a row more", "- [note, A]", "- [note, A]\n          - [workType, Box.C]", "spec.yaml", "row-added", "ok", "ok"),
    ("another queue", "queue: q", "queue: r", "spec.yaml", "transport-changed", "break", "break"),
    ("another charset", "encoding: utf-8", "encoding: gbk", "spec.yaml", "transport-changed", "break", "break"),
    (
        "no longer idempotent",
        "idempotent: true",
        "idempotent: false",
        "spec.yaml",
        "idempotency-lost",
        "maybe",
        "maybe",
    ),
    (
        "less time",
        "timing: {timeout: 5s}",
        "timing: {timeout: 1s}",
        "spec.yaml",
        "deadline-shorter",
        "ok",
        "maybe",
    ),
    (
        "another type of ours",
        "type: WorkOrder@1",
        "type: ServiceOrder@1",
        "spec.yaml",
        "canonical-type-changed",
        "break",
        "break",
    ),
    (
        "another namespace",
        '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">',
        '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:example:two">',
        "order.xsd",
        "name-changed",
        "break",
        "break",
    ),
    ("a setting of ours", "queue: q", "queue: q, any: notes", "spec.yaml", "settings-changed", "ok", "ok"),
    ("other words", "en: Sample", "en: Other", "spec.yaml", "words-changed", "ok", "ok"),
]
NAMES = [change[0] for change in CHANGES]
SCHEMA = [change for change in CHANGES if change[3] == "order.xsd"]


def two(tmp_path, changes, direction="outbound"):
    """The same spec twice, the second with (file, old text, new text) changed."""
    (tmp_path / "old").mkdir()
    proved(tmp_path / "old", ROWS, direction=direction, documents=0)
    text = (tmp_path / "old" / "spec.yaml").read_text().replace("experimental", "production")
    (tmp_path / "old" / "spec.yaml").write_text(text)
    shutil.copytree(tmp_path / "old", tmp_path / "new")
    for file, old, new in changes:
        text = (tmp_path / "new" / file).read_text("utf-8")
        assert old in text
        (tmp_path / "new" / file).write_text(text.replace(old, new, 1), "utf-8")
    return load_spec(tmp_path / "old"), load_spec(tmp_path / "new")


def found(report, rule):
    return next(one for one in report.findings if one.rule == rule)


@pytest.mark.parametrize(
    ("old", "new", "file", "rule", "hub", "peer"), [c[1:] for c in CHANGES], ids=[c[0] for c in CHANGES]
)
def test_a_change_of_what_the_hub_writes(tmp_path, old, new, file, rule, hub, peer):
    one = found(compare(*two(tmp_path, [(file, old, new)])), rule)
    assert (one.hub_first, one.peer_first) == (hub, peer)
    assert one.advice
    assert one.size == RULES[rule].size


@pytest.mark.parametrize(
    "change", [c for c in CHANGES if c[3] == "order.xsd"], ids=[c[0] for c in CHANGES if c[3] == "order.xsd"]
)
def test_what_the_hub_reads_breaks_in_the_other_order(tmp_path, change):
    _, old, new, file, rule, hub, peer = change
    one = found(compare(*two(tmp_path, [(file, old, new)], direction="inbound")), rule)
    assert (one.hub_first, one.peer_first) == (peer, hub)


def test_a_field_that_the_hub_never_writes_cannot_hurt(tmp_path):
    one = found(compare(*two(tmp_path, [("order.xsd", A, A + NEW)])), "field-added-optional")
    assert (one.hub_first, one.peer_first) == ("ok", "ok")


def test_a_longer_field_hurts_the_old_peer_only_when_it_is_written(tmp_path):
    changes = [("order.xsd", LONG, '<xs:maxLength value="9"/>')]
    one = found(compare(*two(tmp_path, changes)), "value-widened")
    assert (one.where, one.old, one.new) == ("do request Short", "at most 5", "at most 9")
    assert (one.hub_first, one.peer_first) == ("ok", "ok")


def test_a_narrower_field_that_is_written(tmp_path):
    narrow = A.replace(' type="xs:string"', "").replace("/>", "><xs:simpleType><xs:restriction base='xs:string'>")
    narrow += "<xs:maxLength value='3'/></xs:restriction></xs:simpleType></xs:element>"
    one = found(compare(*two(tmp_path, [("order.xsd", A, narrow)])), "value-narrowed")
    assert (one.hub_first, one.peer_first) == ("ok", "break")


def test_the_version_number_must_tell_the_truth(tmp_path):
    remapped = ("spec.yaml", "dispatch: D", "dispatch: Z")
    report = compare(*two(tmp_path, [remapped, ("spec.yaml", "version: 1.0.0", "version: 1.1.0")]))
    assert (report.step, report.needed, report.ok) == ("minor", "major", False)
    assert found(report, "version-too-small").new == "1.1.0"
    shutil.rmtree(tmp_path / "old"), shutil.rmtree(tmp_path / "new")
    words = ("spec.yaml", "en: Sample", "en: Other")
    report = compare(*two(tmp_path, [words, ("spec.yaml", "version: 1.0.0", "version: 1.0.1")]))
    assert (report.step, report.needed, report.ok) == ("patch", "patch", True)


def test_nothing_changed_is_nothing_said():
    for spec in bundled().values():
        assert compare(spec, spec).findings == ()


def test_the_command_tells_both_orders_and_fails_when_one_breaks(tmp_path):
    two(tmp_path, [("order.xsd", LAN, "")])
    asked = ["diff", str(tmp_path / "old"), str(tmp_path / "new")]
    run = CliRunner().invoke(group, [*asked, "--json"])
    record = json.loads(run.stdout.splitlines()[-1])
    assert run.exit_code == 1
    assert record["findings"][0]["rule"] == "field-removed-required"
    assert record["findings"][0]["worst"] == "break"
    assert "field-removed-required" in CliRunner().invoke(group, asked).stdout
    assert XSD.count(LAN) == 1


CODED = "- [appointment.date, A]\n- [appointment.slot, OneTwo, code: SLOT]"
MORE = '<xs:enumeration value="2"/>'


@pytest.mark.parametrize(("value", "found_"), [("4", set()), ("9", {"code-unmapped"})])
def test_a_new_value_that_the_hub_reads_breaks_unless_the_code_list_has_it(tmp_path, value, found_):
    (tmp_path / "old").mkdir()
    proved(tmp_path / "old", CODED, direction="inbound", documents=0)
    shutil.copytree(tmp_path / "old", tmp_path / "new")
    text = (tmp_path / "new" / "order.xsd").read_text("utf-8")
    (tmp_path / "new" / "order.xsd").write_text(text.replace(MORE, f'{MORE}<xs:enumeration value="{value}"/>'), "utf-8")
    report = compare(load_spec(tmp_path / "old"), load_spec(tmp_path / "new"))
    assert {one.rule for one in report.findings} & {"code-unmapped"} == found_
    widened = found(report, "value-widened")
    assert (widened.hub_first, widened.peer_first) == ("ok", "break")


def test_a_field_that_a_row_reads_and_that_no_longer_comes_is_told(tmp_path):
    report = compare(*two(tmp_path, [("order.xsd", B, "")], direction="inbound"))
    one = found(report, "read-field-gone")
    assert (one.where, one.hub_first, one.peer_first) == ("do request B", "ok", "maybe")


SOAP = [
    ("another SOAPAction", 'soapAction="urn:submit"', 'soapAction="urn:other"', "orders.wsdl", "transport-changed"),
    (
        "another version of SOAP",
        "http://schemas.xmlsoap.org/wsdl/soap/",
        "http://schemas.xmlsoap.org/wsdl/soap12/",
        "orders.wsdl",
        "transport-changed",
    ),
    ("another namespace", "urn:example:orders", "urn:example:others", "orders.wsdl", "name-changed"),
    ("elements without namespace", 'elementFormDefault="qualified"', "", "orders.wsdl", "name-changed"),
    ("a fault that no row matches", "match: refused", 'match: "Server.*"', "spec.yaml", "error-changed"),
    ("a promise less", "sla: {p95: 2s}", "sla: {p95: 3s}", "spec.yaml", "sla-worse"),
    ("availability less", "availability: 99.9", "availability: 99.5", "spec.yaml", "sla-worse"),
    ("another window", "window: always", "window: office hours", "spec.yaml", "sla-worse"),
    ("a promise more", "availability: 99.5", "availability: 99.9", "spec.yaml", ""),
    ("another port", 'name="Port"', 'name="Gate"', "orders.wsdl", ""),
    ("another binding", "Binding", "Bound", "orders.wsdl", ""),
    ("another message name", 't:in"', 't:asked"', "orders.wsdl", ""),
    ("another address", "http://peer.example.cn/", "http://other.example.cn/", "orders.wsdl", ""),
]


@pytest.mark.parametrize(("old", "new", "file", "rule"), [c[1:] for c in SOAP], ids=[c[0] for c in SOAP])
def test_of_a_wsdl_the_wire_counts_and_names_do_not(tmp_path, old, new, file, rule):
    folders = tmp_path / "old", tmp_path / "new"
    for folder, text in zip(folders, (old, new), strict=True):
        folder.mkdir()
        written(CASES["fault-unmapped"], (), folder)
        (folder / "spec.yaml").write_text(promised((folder / "spec.yaml").read_text("utf-8"), old), "utf-8")
        said = (folder / file).read_text("utf-8")
        assert old in said
        said = said.replace(old, text)
        said = said.replace('message name="in"', 'message name="asked"') if "asked" in text else said
        (folder / file).write_text(said, "utf-8")
    report = compare(*map(load_spec, folders))
    assert {one.rule for one in report.findings} - {"version-too-small"} == ({rule} if rule else set())


def promised(spec, old):
    """The sample with the promise that a change is about."""
    sla = old if old.startswith("sla") else f"sla: {{{old}}}"
    return (
        spec.replace("  operations:", f"  {sla}\n  operations:")
        if "p95" in old or ": 99" in old or "win" in old
        else spec
    )


def test_a_new_fault_of_the_contract_wants_a_row(tmp_path):
    folders = tmp_path / "old", tmp_path / "new"
    for folder in folders:
        folder.mkdir()
        written(CASES["fault-unmapped"], (), folder)
        file = folder / "spec.yaml"
        file.write_text(file.read_text("utf-8").replace("match: refused", 'match: "Server.*"'), "utf-8")
    wsdl = folders[0] / "orders.wsdl"
    text = wsdl.read_text("utf-8")
    for fault in (
        '<wsdl:fault name="refused" message="t:refusal"/>',
        '\n      <wsdl:fault name="refused"><soap:fault name="refused" use="literal"/></wsdl:fault>',
    ):
        assert fault in text
        text = text.replace(fault, "")
    wsdl.write_text(text, "utf-8")
    one = found(compare(*map(load_spec, folders)), "fault-added")
    assert (one.where, one.new, one.hub_first, one.peer_first) == ("submit.faults.refused", "refused", "ok", "maybe")


SHOWN_ELSEWHERE = {
    "operation-added",
    "operation-removed",
    "pattern-of-exchange-changed",
    "correlation-changed",
    "idempotency-gained",
    "probe-removed",
    "error-changed",
    "less-masked",
    "field-added-optional",
    "value-widened",
    "value-narrowed",
    "version-too-small",
    "proof-worse",
    "code-unmapped",
    "read-field-gone",
    "sla-worse",
    "fault-added",
}
MEANING = [
    ("another pattern", "pattern: one-way", "pattern: request-reply", "pattern-of-exchange-changed"),
    ("other volatile fields", "idempotent: true", "idempotent: true\n      volatile: [note]", "correlation-changed"),
    ("numbers used again", "  direction:", "  recycledNumbers: true\n  direction:", "correlation-changed"),
    (
        "an error row more",
        "  operations:",
        "  errors: {exchange: [{match: Busy, code: unavailable}]}\n  operations:",
        "error-changed",
    ),
]


@pytest.mark.parametrize(("old", "new", "rule"), [c[1:] for c in MEANING], ids=[c[0] for c in MEANING])
def test_a_change_of_what_is_meant_is_told(tmp_path, old, new, rule):
    assert found(compare(*two(tmp_path, [("spec.yaml", old, new)])), rule).advice


@pytest.mark.parametrize(
    ("rule", "old", "new"),
    [
        ("operation-removed", {}, {"drop": True}),
        ("operation-added", {"drop": True}, {}),
        ("less-masked", {"masked": ("note",)}, {}),
        ("idempotency-gained", {"idempotent": False}, {}),
        ("probe-removed", {"probe": "ask"}, {}),
    ],
)
def test_what_one_version_has_and_the_other_has_not(tmp_path, rule, old, new):
    (tmp_path / "one").mkdir()
    proved(tmp_path / "one", ROWS, documents=0)
    spec = load_spec(tmp_path / "one")
    assert rule in {one.rule for one in compare(made(spec, **old), made(spec, **new)).findings}


def made(spec, drop=False, masked=(), **changes):
    op = replace(spec.operations["do"], **changes)
    twin = {} if drop else {"again": replace(op, name="again", request=replace(op.request))}
    return replace(spec, operations={"do": op, **twin}, masked=masked)


def test_every_rule_of_the_table_is_shown_by_a_test():
    assert {change[4] for change in CHANGES} | SHOWN_ELSEWHERE == set(RULES)
