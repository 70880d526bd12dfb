"""Rows in both directions: what goes out comes back the same."""

import pytest

from interfaces.failure import Failure
from interfaces.wire import NIL
from tests.mapping.helper import compiled

ROUND_TRIPS = {
    "copy": ("- [externalId, Head.No]", {"externalId": "007"}, {"Head": {"No": "007"}}),
    "code list": ("- [type, T, code: TYPE]", {"type": "line"}, {"T": "03"}),
    "index": ('- ["resource[0].id", No]', {"resource": [{"id": "5"}]}, {"No": "5"}),
    "two indexes": (
        '- ["resource[0].id", A]\n- ["resource[1].id", B]',
        {"resource": [{"id": "5"}, {"id": "6"}]},
        {"A": "5", "B": "6"},
    ),
    "selection": (
        '- ["relatedParty[role=customer].id", Cust.Id]\n- ["relatedParty[role=contact].name", Contact]',
        {"relatedParty": [{"role": "customer", "id": "c1"}, {"role": "contact", "name": "李示例"}]},
        {"Cust": {"Id": "c1"}, "Contact": "李示例"},
    ),
    "attributes": (
        '- [id, Order.@no]\n- [name, "Order.#text"]',
        {"id": "1", "name": "x"},
        {"Order": {"@no": "1", "#text": "x"}},
    ),
    "selected wire element": (
        '- [speed, "ATTR[@CD=100000007].@VAL"]\n- [term, "ATTR[@CD=100000002].@VAL"]',
        {"speed": "100M", "term": "3"},
        {"ATTR": [{"@CD": "100000007", "@VAL": "100M"}, {"@CD": "100000002", "@VAL": "3"}]},
    ),
    "keyed group": (
        '- ["resource[key=id]", "List.Res[key=No]", each: [[id, No], [type, T, code: TYPE]]]',
        {"resource": [{"id": "1", "type": "port"}, {"id": "2", "type": "number"}]},
        {"List": {"Res": [{"No": "1", "T": "2"}, {"No": "2", "T": "1"}]}},
    ),
    "group of bare values": (
        "- [resource, No, each: [[id, .], [type, ~, const: number]]]",
        {"resource": [{"id": "1", "type": "number"}, {"id": "2", "type": "number"}]},
        {"No": ["1", "2"]},
    ),
    "group in a group": (
        '- ["item[key=id]", "I[key=N]", each: [[id, N], ["res[key=id]", "R[key=N]", each: [[id, N]]]]]',
        {"item": [{"id": "a", "res": [{"id": "1"}, {"id": "2"}]}, {"id": "b"}]},
        {"I": [{"N": "a", "R": [{"N": "1"}, {"N": "2"}]}, {"N": "b"}]},
    ),
    "characteristics": (
        "- [characteristic, Attrs, fields: {SPEED: Speed, ADDRESS_ID: Addr}]",
        {"characteristic": [{"name": "SPEED", "value": "300M"}, {"name": "ADDRESS_ID", "value": "A1"}]},
        {"Attrs": {"Speed": "300M", "Addr": "A1"}},
    ),
    "characteristics beside other fields": (
        "- [characteristic, ., fields: {SPEED: Speed}]\n- [id, No]",
        {"characteristic": [{"name": "SPEED", "value": "300M"}], "id": "1"},
        {"Speed": "300M", "No": "1"},
    ),
    "wire constant": ("- [~, Op, const: RSV]\n- [id, No]", {"id": "1"}, {"Op": "RSV", "No": "1"}),
    "canonical constant": ("- [action, ~, const: reserve]\n- [id, No]", {"id": "1", "action": "reserve"}, {"No": "1"}),
}


@pytest.mark.parametrize(("rows", "body", "tree"), ROUND_TRIPS.values(), ids=ROUND_TRIPS)
def test_what_goes_out_comes_back_the_same(rows, body, tree):
    mapping = compiled(rows)
    assert mapping.to_wire(body) == tree
    assert mapping.to_canonical(tree) == body


def test_absent_values_leave_no_empty_elements():
    mapping = compiled('- [id, Head.No]\n- ["resource[0].id", Res.No]\n- ["note[key=id]", N.M, each: [[id, I]]]')
    assert mapping.to_wire({}) == {}
    assert mapping.to_canonical({"Head": {}, "Res": NIL, "N": {"M": []}}) == {}


def test_a_canonical_constant_alone_makes_no_container():
    mapping = compiled("- [arrears.value, Owed, money: 2]\n- [arrears.unit, ~, const: CNY]")
    assert mapping.to_canonical({}) == {}
    assert mapping.to_canonical({"Owed": "1.50"}) == {"arrears": {"value": 150, "unit": "CNY"}}


@pytest.mark.parametrize("absent", [{}, {"A": ""}, {"A": NIL}])
def test_an_absent_an_empty_and_a_nil_element_all_read_as_absent(absent):
    assert compiled("- [a, A]").to_canonical(absent) == {}


@pytest.mark.parametrize(("presence", "tree"), [("absent", {}), ("empty", {"A": ""}), ("nil", {"A": NIL})])
def test_presence_says_how_absence_looks_on_the_wire(presence, tree):
    assert compiled(f"- [a, A, presence: {presence}]").to_wire({}) == tree


def test_empty_text_is_a_value_where_the_row_says_so():
    assert compiled("- [a, A, presence: value]").to_canonical({"A": ""}) == {"a": ""}


def test_defaults_stand_for_absence_one_per_direction():
    mapping = compiled('- [a, A, default-out: "X", default-in: "y"]')
    assert mapping.to_wire({}) == {"A": "X"}
    assert mapping.to_canonical({}) == {"a": "y"}
    assert mapping.to_wire({"a": "z"}) == {"A": "z"}


def test_a_condition_chooses_the_row_on_both_sides():
    mapping = compiled(
        "- [type, T, code: TYPE]\n- [id, Number, when: \"type == 'number'\"]\n- [id, Port, when: \"type != 'number'\"]"
    )
    for body, tree in [
        ({"type": "number", "id": "1"}, {"T": "1", "Number": "1"}),
        ({"type": "port", "id": "1"}, {"T": "2", "Port": "1"}),
    ]:
        assert mapping.to_wire(body) == tree
        assert mapping.to_canonical(tree) == body


def test_a_condition_chooses_constants_too():
    mapping = compiled(
        '- ["item[0].kind", K]\n'
        '- ["item[0].action", ~, const: add, when: "item[0].kind == \'install\'"]\n'
        '- ["item[0].action", ~, const: delete, when: "item[0].kind == \'remove\'"]'
    )
    assert mapping.to_canonical({"K": "remove"}) == {"item": [{"kind": "remove", "action": "delete"}]}
    assert mapping.to_canonical({}) == {}
    with pytest.raises(Failure, match="must be 'add'"):
        mapping.to_wire({"item": [{"kind": "install", "action": "delete"}]})


def test_a_condition_inside_a_group_looks_at_its_element():
    mapping = compiled(
        '- ["r[key=id]", "R[key=N]", each: [[id, N], [type, T], [level, L, when: "type == \'number\'"]]]'
    )
    body = {"r": [{"id": "1", "type": "number", "level": "A"}, {"id": "2", "type": "port", "level": "B"}]}
    tree = mapping.to_wire(body)
    assert [r.get("L") for r in tree["R"]] == ["A", None]
    assert [r.get("level") for r in mapping.to_canonical(tree)["r"]] == ["A", None]


def test_json_leaves_keep_their_types_where_the_wire_is_json():
    mapping = compiled("- [n, N]\n- [b, B]\n- [sub, S]", lexical=False)
    body = {"n": 5, "b": True, "sub": {"x": [1]}}
    assert mapping.to_wire(body) == {"N": 5, "B": True, "S": {"x": [1]}}
    assert mapping.to_canonical({"N": 5, "B": True, "S": {"x": [1]}}) == body


def test_numbers_and_booleans_become_text_where_the_wire_is_text():
    assert compiled("- [n, N]\n- [b, B]").to_wire({"n": 5, "b": True}) == {"N": "5", "B": "true"}


def test_one_element_may_come_bare():
    mapping = compiled('- ["r[key=id]", "R[key=N]", each: [[id, N]]]\n- ["first[0]", F]')
    assert mapping.to_canonical({"R": {"N": "1"}, "F": "x"}) == {"r": [{"id": "1"}], "first": ["x"]}


def test_the_documents_given_in_are_not_changed():
    body = {"resource": [{"id": "5"}]}
    compiled('- ["resource[0].id", No]').to_wire(body)
    assert body == {"resource": [{"id": "5"}]}


def test_rows_left_out_mean_the_wire_is_canonical():
    from interfaces.mapping import compile_mapping

    identity = compile_mapping(None, {})
    assert identity.to_wire({"a": 1}) == {"a": 1}
    assert identity.to_canonical({"a": 1}) == {"a": 1}
