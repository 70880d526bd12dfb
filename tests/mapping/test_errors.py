"""What an error tells: file, row and line, both paths, the value (unless masked)."""

import pytest

from interfaces.failure import Failure
from tests.mapping.helper import compiled


def refusal(call, *args):
    with pytest.raises(Failure) as caught:
        call(*args)
    return caught.value


def test_an_error_names_row_line_both_paths_and_the_value():
    failure = refusal(compiled("- [id, No]\n- [type, Head.T, code: TYPE]").to_canonical, {"Head": {"T": "9"}})
    assert failure.code == "invalid"
    assert failure.reason == "structure"
    assert failure.where == "spec.yaml:16"
    assert failure.message == "row 2 type <-> Head.T: is not in code list TYPE; known: 1, 2, 03, but is '9'"
    assert failure.errors == [{"path": "Head.T", "message": "is not in code list TYPE; known: 1, 2, 03"}]


def test_a_row_inside_a_group_is_named_by_both_numbers():
    mapping = compiled('- [id, No]\n- ["r[key=id]", "L.R[key=N]", each: [[id, N], [type, T, code: TYPE]]]')
    failure = refusal(mapping.to_wire, {"r": [{"id": "1", "type": "moon"}]})
    assert failure.message.startswith("row 2.2 r[key=id].type <-> L.R[key=N].T: ")
    assert failure.errors[0]["path"] == "r[key=id].type"


def test_a_masked_value_is_not_shown():
    mapping = compiled(
        '- ["relatedParty[role=customer].identification.number", Id, number: int]',
        masked=("relatedParty.identification.number",),
    )
    failure = refusal(mapping.to_canonical, {"Id": "secret-330100"})
    assert "secret" not in str(failure.to_json())
    assert "(masked)" in failure.message


@pytest.mark.parametrize("tree", [{"Head": "text"}, {"Head": ["x"]}, {"Head": 5}])
def test_another_shape_is_refused_and_shows_no_value(tree):
    failure = refusal(compiled("- [secret, S]\n- [a, Head.A]").to_canonical, {"S": "hidden", **tree})
    assert "has another shape than agreed" in failure.message
    assert "hidden" not in failure.message


def test_two_elements_with_one_key_are_refused():
    mapping = compiled('- ["r[key=id]", "R[key=N]", each: [[id, N]]]')
    assert "two elements with the same N" in refusal(mapping.to_canonical, {"R": [{"N": "1"}, {"N": "1"}]}).message


def test_a_gap_before_an_index_is_refused_because_it_would_move_the_element():
    mapping = compiled('- ["r[0].id", A]\n- ["r[1].id", B]')
    assert "an element before it is missing" in refusal(mapping.to_canonical, {"B": "2"}).message


def test_a_constant_that_is_not_the_constant_is_refused():
    assert (
        "must be 'RSV', but is 'REL'" in refusal(compiled("- [~, Op, const: RSV]").to_canonical, {"Op": "REL"}).message
    )


def test_a_characteristic_without_a_field_is_not_lost_silently():
    body = {"characteristic": [{"name": "SPEED", "value": "1"}, {"name": "COLOUR", "value": "red"}]}
    failure = refusal(compiled("- [characteristic, ., fields: {SPEED: S}]").to_wire, body)
    assert "names without a field: COLOUR" in failure.message
    lossy = compiled("- [characteristic, ., fields: {SPEED: S}, lossy: agreed]")
    assert lossy.to_wire(body) == {"S": "1"}


CANNOT_COMPILE = {
    "- [a, A, code: NOWHERE]": "there is no code list NOWHERE; there are TYPE",
    "- [a, A, code: TYPE, number: int]": "a row has one converter, not code and number",
    "- [a, A, const: X]": "const stands on one side",
    "- [a, ~]": "needs const",
    '- ["a[b]", A]': "neither an index nor field=value",
    '- [a, A, date: "yy"]': "is no date pattern",
    '- [a, A, date: "yyyyMMddHHmmss@Moon/Base"]': "no time zone 'Moon/Base'",
    '- [a, A, bool: ["1", "1"]]': "need different forms",
    '- [a, A, text: {max: 4, missing: substitute, substitute: "?"}]': "and not ?",
    "- [a, A, when: \"b == 'x'\"]": "cannot be decided on the way back: map b by a row without when",
}


@pytest.mark.parametrize(("row", "message"), CANNOT_COMPILE.items())
def test_a_row_that_cannot_be_is_refused_with_its_line(row, message):
    failure = refusal(compiled, row)
    assert message in failure.message
    assert failure.where.startswith("spec.yaml")


def test_names_from_a_spec_never_become_code():
    mapping = compiled('- ["a[b=x\'); raise SystemExit(\'].c", "D[e=\\"+\'].f"]')
    assert mapping.to_wire({"a": [{"b": "x'); raise SystemExit('", "c": "1"}]}) == {"D": [{"e": "\"+'", "f": "1"}]}
