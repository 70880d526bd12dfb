"""Converters of the everyday mapping sheet: scales, units, affixes, padding, parts, id expressions, Python classes."""

from importlib.metadata import EntryPoint

import pytest

from interfaces.failure import Failure
from interfaces.mapping import Context, InMemoryLookup
from interfaces.mapping import named as named_converters
from tests.mapping.helper import compiled

PAIRS = [
    ('scale: "1/1000"', 300000, "300"),
    ('scale: "1/1000"', 1500, "1.5"),
    ('scale: {by: "0.5", places: 1}', 3, "1.5"),
    ('scale: "-2"', 4, "-8"),
    ("unit: {from: kbps, to: Mbps, places: 0}", 300000, "300"),
    ("unit: {from: fen, to: yuan}", 1250, "12.5"),
    ("unit: {from: h, to: min}", 1.5, "90"),
    ('prefix: "0"', "571", "0571"),
    ('prefix: {drop: "+86"}', "+8618900000042", "18900000042"),
    ('suffix: "M"', "300", "300M"),
    ("suffix: {drop: M}", "300M", "300"),
    ("pad: {to: 8}", "42", "00000042"),
    ('pad: {to: 6, with: " ", side: right}', "HALL", "HALL  "),
    ("pad: {to: 4}", "0", "0000"),
]


@pytest.mark.parametrize(("option", "own", "wire"), PAIRS)
def test_a_converter_is_a_pair(option, own, wire):
    mapping = compiled(f"- [a, A, {option}]")
    assert mapping.to_wire({"a": own}) == {"A": wire}
    assert mapping.to_canonical({"A": wire}) == {"a": own}


def test_a_json_wire_gets_scaled_numbers():
    mapping = compiled('- [a, A, scale: "1/1000"]', lexical=False)
    assert mapping.to_wire({"a": 1500}) == {"A": 1.5}
    assert mapping.to_canonical({"A": 1.5}) == {"a": 1500}


OUTSIDE = [
    ("unit: {from: kbps, to: Mbps, places: 0}", "out", 1500),
    ('scale: "1/3"', "out", 1),
    ('scale: "1/1000"', "out", "300"),
    ('scale: "1/1000"', "back", "3e5"),
    ('prefix: "0"', "back", "571"),
    ('prefix: "0"', "back", "0"),
    ('prefix: "0"', "out", 571),
    ('prefix: {drop: "+86"}', "out", "18900000042"),
    ("suffix: M", "back", "300"),
    ("pad: {to: 4}", "out", "00042"),
    ("pad: {to: 4}", "out", "042"),
    ("pad: {to: 4}", "out", 42),
    ("pad: {to: 4}", "back", "00042"),
]


@pytest.mark.parametrize(("option", "direction", "value"), OUTSIDE)
def test_what_it_does_not_know_is_refused(option, direction, value):
    mapping = compiled(f"- [a, A, {option}]")
    with pytest.raises(Failure) as caught:
        mapping.to_wire({"a": value}) if direction == "out" else mapping.to_canonical({"A": value})
    assert caught.value.code == "invalid"
    assert "row 1 a <-> A" in caught.value.message


WRONG = [
    'scale: "0"',
    "unit: {from: kbps, to: yuan}",
    "unit: {from: kbps, to: knots}",
    'join: "{a}{b}"',
    'join: "a"',
    'split: "{a}-{a}"',
    "converter: nobodyOffersThis",
    "idExpression: {functions: {f: customer}, write: g}",
]


@pytest.mark.parametrize("option", WRONG)
def test_a_row_that_cannot_be_is_refused_when_compiled(option):
    with pytest.raises(Failure, match="row 1 a <-> A"):
        compiled(f"- [a, A, {option}]")


def test_join_makes_one_wire_text_of_parts():
    mapping = compiled('- [phone, Tel, join: "({area}) {number}"]')
    assert mapping.to_wire({"phone": {"area": "0571", "number": "88000042"}}) == {"Tel": "(0571) 88000042"}
    assert mapping.to_canonical({"Tel": "(0571) 88000042"}) == {"phone": {"area": "0571", "number": "88000042"}}
    assert mapping.to_wire({}) == {}


def test_split_makes_wire_parts_of_one_text_beside_other_rows():
    mapping = compiled('- [number, Line, split: "{Area}-{No}"]\n- [kind, Line.Kind]\n- [id, ".", split: "{Sys}:{Id}"]')
    body = {"number": "0571-88000042", "kind": "voice", "id": "CRM:17"}
    tree = {"Line": {"Area": "0571", "No": "88000042", "Kind": "voice"}, "Sys": "CRM", "Id": "17"}
    assert mapping.to_wire(body) == tree
    assert mapping.to_canonical(tree) == body


@pytest.mark.parametrize("phone", [{"area": "0571"}, {"area": "05-71", "number": "8"}])
def test_parts_that_could_not_be_taken_apart_again_are_refused(phone):
    with pytest.raises(Failure, match="row 1 phone <-> Tel"):
        compiled('- [phone, Tel, join: "{area}-{number}"]').to_wire({"phone": phone})


def test_parts_inside_groups_and_under_conditions():
    rows = """
    - [action, Act]
    - - "line[key=id]"
      - "L[key=No]"
      - each:
        - [id, No]
        - [number, Num, split: "{A}-{N}"]
    - [phone, Tel, join: "{area}-{number}", when: "action == 'add'"]
    """
    mapping = compiled("\n".join(line[4:] for line in rows.strip("\n").splitlines()))
    body = {"action": "add", "line": [{"id": "1", "number": "a-b"}], "phone": {"area": "1", "number": "2"}}
    tree = {"Act": "add", "L": [{"No": "1", "Num": {"A": "a", "N": "b"}}], "Tel": "1-2"}
    assert mapping.to_wire(body) == tree
    assert mapping.to_canonical(tree) == body
    assert "Tel" not in mapping.to_wire(body | {"action": "remove"})


# -- id expressions ------------------------------------------------------------------------------------------

IDS = Context(InMemoryLookup({("customer", "RM", "8330100"): {"200000000042": "C-17"}}), "8330100")
EXPRESSION = "- [a, A, idExpression: {functions: {getCustIdByExtId: customer}%s}]"


@pytest.mark.parametrize(
    ("wire", "own"),
    [
        ("200000000042", "200000000042"),
        ("$-1$", "$-1$"),
        (":getCustIdByExtId(8330100,,C-17,$-1$)", "200000000042"),
        (":getCustIdByExtId(,,C-17,)", "200000000042"),
        (":getCustIdByExtId(8330100,,C-99,$-1$)", "$-1$"),
        (":getCustIdByExtId(8330100,,C-99,:getCustIdByExtId(8330100,,C-17,))", "200000000042"),
    ],
)
def test_an_id_expression_is_resolved_by_the_cross_reference(wire, own):
    assert compiled(EXPRESSION % "").to_canonical({"A": wire}, IDS) == {"a": own}


@pytest.mark.parametrize(
    "wire",
    [
        ":getCustIdByExtId(8330100,,C-99,)",
        ":dropTable(8330100,,C-17,)",
        ":getCustIdByExtId(8330100,,C-17",
        ":getCustIdByExtId(8330100)",
        ":getCustIdByExtId(8330100,,C-17,)x",
        ":getCustIdByExtId(" * 20,
    ],
)
def test_an_id_expression_that_leads_nowhere_is_refused(wire):
    with pytest.raises(Failure, match="row 1 a <-> A"):
        compiled(EXPRESSION % "").to_canonical({"A": wire}, IDS)


def test_what_the_hub_sends_is_an_expression_where_the_row_says_so():
    mapping = compiled(EXPRESSION % ", write: getCustIdByExtId")
    assert mapping.to_wire({"a": "200000000042"}, IDS) == {"A": ":getCustIdByExtId(8330100,,C-17,)"}
    assert mapping.to_wire({"a": "$-2$"}, IDS) == {"A": "$-2$"}
    assert mapping.to_wire({"a": "unknown"}, IDS) == {"A": "unknown"}


# -- Python classes --------------------------------------------------------------------------------------------


class Reversed:
    """A converter as an installed package would offer it."""

    def __init__(self, mark: str = "") -> None:
        self.mark = mark

    def out(self, value: str) -> str:
        return self.mark + value[::-1]

    def back(self, value: str) -> str:
        return value.removeprefix(self.mark)[::-1]

    def domain(self):
        return ["abc", "1"]


def test_a_converter_class_of_an_installed_package(monkeypatch):
    point = EntryPoint("reversed", f"{__name__}:Reversed", named_converters.GROUP)
    monkeypatch.setattr(named_converters, "offered", lambda: {"reversed": point})
    mapping = compiled('- [a, A, converter: reversed]\n- [b, B, converter: {name: reversed, with: {mark: "~"}}]')
    assert mapping.to_wire({"a": "abc", "b": "abc"}) == {"A": "cba", "B": "~cba"}
    assert mapping.to_canonical({"A": "cba", "B": "~cba"}) == {"a": "abc", "b": "abc"}
    with pytest.raises(Failure, match="cannot be made: TypeError"):
        compiled("- [a, A, converter: {name: reversed, with: {unknown: 1}}]")
