"""Defects of every kind are found by name, and their sound twins pass."""

from importlib.metadata import EntryPoint

import pytest

from interfaces.mapping import named
from tests.proof.parts import proved, rules

BILL = {"type": "BillQueryResult@1"}
MONEY = '- [balance.unit, B, partial: "CNY only"]\n'

# (what is wrong, rows, options, the rule that says so, the rows of the sound twin)
DEFECTS = [
    (
        "two codes become one",
        "- [action, Act, code: CLASH]",
        {},
        "codelist-not-bijective-undeclared",
        "- [action, Act, code: DECLARED]",
    ),
    (
        "a code is missing",
        "- [action, Act, code: THREE]",
        {},
        "codelist-missing-canonical-value",
        "- [action, Act, code: ACTION]",
    ),
    (
        "a code that the canonical type never has",
        "- [action, Act, code: FIVE]",
        {},
        "codelist-unknown-canonical-value",
        "- [action, Act, code: ACTION]",
    ),
    (
        "a code of the contract is not known",
        "- [appointment.date, A]\n- [appointment.slot, OneTwo, code: ONE]",
        {"direction": "inbound"},
        "codelist-missing-wire-value",
        "- [appointment.date, A]\n- [appointment.slot, OneTwo, code: TWO]",
    ),
    (
        "text is cut",
        "- [note, A, text: {max: 12, over: truncate}]",
        {},
        "row-law-broken",
        "- [note, A, text: {max: 12, over: truncate}, lossy: they show twelve bytes]",
    ),
    (
        "text is cut, and nobody says so",
        "- [note, A, text: {max: 12, over: substitute, substitute: long}]",
        {},
        "truncation-not-declared",
        "- [note, A, text: {max: 12, over: refuse}]",
    ),
    (
        "the time of day is lost",
        '- [characteristic, ., fields: {X: A}, lossy: one is enough]\n- [appointment.date, B, date: "yyyyMMdd@UTC"]',
        {},
        "row-never-passes",
        "- [characteristic, ., fields: {X: A}, lossy: one is enough]\n- [appointment.date, B, date: yyyyMMdd]",
    ),
    (
        "leading zeros go",
        '- [service.id, A, pad: {to: 80, with: "0"}]',
        {},
        "row-refuses",
        '- [service.id, A, prefix: "0"]',
    ),
    ("text as a number", "- [note, A, number: int]", {}, "row-never-passes", "- [note, A]"),
    (
        "the third decimal",
        MONEY + '- [balance.value, A, scale: {by: "1/1000", places: 2}]',
        BILL,
        "row-refuses",
        MONEY + '- [balance.value, A, scale: {by: "1/1000", places: 3}]',
    ),
    (
        "a unit that does not divide",
        MONEY + "- [balance.value, A, unit: {from: kbps, to: Mbps, places: 0}]",
        BILL,
        "row-refuses",
        MONEY + "- [balance.value, A, unit: {from: kbps, to: Mbps}]",
    ),
    (
        "a number becomes text",
        MONEY + "- [balance.value, A]",
        BILL,
        "row-law-broken",
        MONEY + "- [balance.value, A, number: int]",
    ),
    (
        "a truth value becomes text",
        '- - "bill[key=period]"\n  - "Item[key=Id]"\n  - each: [[period, Id], [paid, V]]',
        BILL,
        "row-law-broken",
        '- - "bill[key=period]"\n  - "Item[key=Id]"\n  - each: [[period, Id], [paid, V, bool: ["1", "0"]]]',
    ),
    ("one target twice", "- [note, A]\n- [parentOrder, A]", {}, "row-target-written-twice", "- [note, A]"),
    (
        "a container over its parts",
        "- [note, Box]\n- [parentOrder, Box.C]",
        {},
        "row-target-is-prefix-of-another",
        "- [note, Box.D]\n- [parentOrder, Box.C]",
    ),
    (
        "a mandatory element is forgotten",
        "- [externalId, No]\n- [action, Act, code: ACTION]",
        {"whole": True},
        "mandatory-target-without-row",
        "- [externalId, No]\n- [area, Lan]\n- [action, Act, code: ACTION]",
    ),
    (
        "a mandatory canonical field is forgotten",
        "- [externalId, No]\n- [action, Act, code: ACTION]",
        {"whole": True, "direction": "inbound"},
        "mandatory-target-without-row",
        "- [externalId, No]\n- [area, Lan]\n- [action, Act, code: ACTION]",
    ),
    ("a path that is not there", "- [note, Nowhere]", {}, "row-path-not-in-schema", "- [note, A]"),
    ("a canonical path that is not there", "- [remark, A]", {}, "row-path-not-in-schema", "- [note, A]"),
    (
        "a group without a key",
        "- [resource, Item, each: [[id, Id], [value, V]]]",
        {},
        "repeating-group-without-key",
        '- - "resource[key=id]"\n  - "Item[key=Id]"\n  - each: [[id, Id], [value, V]]',
    ),
    (
        "the order of elements matters",
        "- [resource, Item, each: [[id, Id], [value, V]]]",
        {},
        "order-matters",
        '- [resource, Item, ordered: "they stand as they were sent", each: [[id, Id], [value, V]]]',
    ),
    (
        "a condition that the way back cannot decide",
        "- [note, A, when: \"workType == 'install'\"]",
        {},
        "conditional-not-invertible",
        "- [workType, B]\n"
        + "- [note, A, when: \"workType == 'install'\"]\n- [note, Box.C, when: \"workType != 'install'\"]",
    ),
    (
        "a condition that leaves values out",
        "- [workType, B]\n- [note, A, when: \"workType == 'install'\"]",
        {},
        "conditional-not-exhaustive",
        "- [workType, B]\n- [note, A, when: \"workType == 'install'\", lossy: notes of installs only]",
    ),
    (
        "a default hides absence",
        "- [note, A, default-out: none]",
        {},
        "document-not-carried",
        "- [note, A, default-out: none, lossy: they want a word]",
    ),
    (
        "a default on the way in invents a value",
        '- [priority, A, default-in: "5"]',
        {},
        "document-not-carried",
        '- [priority, A, default-in: "5", lossy: five is the usual]',
    ),
    (
        "the contract is shorter",
        "- [note, Short]",
        {},
        "document-refused",
        "- [note, Short, text: {max: 5}]",
    ),
    (
        "the contract has another pattern",
        "- [note, Digits]",
        {},
        "document-refused",
        '- [note, Digits, partial: "it is a number here"]',
    ),
    (
        "the contract has fewer values",
        "- [appointment.date, A]\n- [appointment.slot, OneTwo, code: SLOT]",
        {},
        "document-refused",
        "- [appointment.date, A]\n- [appointment.slot, B, code: SLOT]",
    ),
    (
        "a charset without rare characters",
        "- [note, A]",
        {"encoding": "gbk"},
        "charset-narrower",
        "- [note, A, text: {missing: refuse}]",
    ),
]


NAMES = [defect[0] for defect in DEFECTS]


@pytest.mark.parametrize(("rows", "options", "rule"), [d[1:4] for d in DEFECTS], ids=NAMES)
def test_a_defect_is_found(tmp_path, rows, options, rule):
    assert rule in rules(proved(tmp_path, rows, **options))


@pytest.mark.parametrize(("rows", "options", "rule"), [(d[4], d[2], d[3]) for d in DEFECTS], ids=NAMES)
def test_its_sound_twin_passes(tmp_path, rows, options, rule):
    certificate = proved(tmp_path, rows, **options)
    assert rule not in rules(certificate)
    assert certificate.ok, [finding for finding in certificate.findings if finding.severity == "error"]


class Upper:
    """A converter class that says it keeps what it does not."""

    def out(self, value: str) -> str:
        return value.upper()

    def back(self, value: str) -> str:
        return value

    def domain(self) -> list[str]:
        return ["ABC"]


class Sound(Upper):
    def out(self, value: str) -> str:
        return value[::-1]

    def back(self, value: str) -> str:
        return value[::-1]


@pytest.mark.parametrize(("offered", "found"), [(Upper, True), (Sound, False)])
def test_a_converter_class_is_not_believed(tmp_path, monkeypatch, offered, found):
    point = EntryPoint("own", f"{__name__}:{offered.__name__}", named.GROUP)
    monkeypatch.setattr(named, "offered", lambda: {"own": point})
    assert ("row-law-broken" in rules(proved(tmp_path, "- [note, A, converter: own]"))) == found
