"""What breaks when one side rolls out first: by who writes the message, rule by rule."""

import json
import shutil

import pytest
from click.testing import CliRunner

from hub.cli.interface import group
from interfaces.compat import RULES, compare
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
