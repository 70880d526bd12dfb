"""Converters: each is a pair; what it does not know is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interfaces.failure import Failure
from interfaces.mapping import Context, InMemoryLookup
from tests.mapping.helper import compiled

SHANGHAI = '"yyyyMMddHHmmss@Asia/Shanghai"'
PAIRS = [
    ("number: int", 42, "42"),
    ("number: int", -7, "-7"),
    ("number: decimal", 1.5, "1.5"),
    ("number: decimal", 3, "3"),
    ("money: 2", 1250, "12.50"),
    ("money: 2", 5, "0.05"),
    ("money: 2", -5, "-0.05"),
    ("money: 0", 7, "7"),
    ('bool: ["1", "0"]', True, "1"),
    ('bool: ["Y", "N"]', False, "N"),
    (f"date: {SHANGHAI}", "2026-10-15T16:45:02+08:00", "20261015164502"),
    ("date: yyyyMMdd", "2026-10-15", "20261015"),
    ('date: "yyyyMMdd@Asia/Shanghai"', "2026-10-15T00:00:00+08:00", "20261015"),
    ('date: "yyyy-MM-dd HH:mm:ss@UTC"', "2026-10-15T08:45:02+00:00", "2026-10-15 08:45:02"),
    ("date: \"yyyy-MM-dd'T'HH:mm:ss.SSSXXX\"", "2026-10-15T08:45:02.250000+08:00", "2026-10-15T08:45:02.250+08:00"),
    ("text: {max: 6}", "汉字", "汉字"),
]


@pytest.mark.parametrize(("option", "own", "wire"), PAIRS)
def test_a_converter_is_a_pair(option, own, wire):
    mapping = compiled(f"- [a, A, {option}]")
    assert mapping.to_wire({"a": own}) == {"A": wire}
    assert mapping.to_canonical({"A": wire}) == {"a": own}


OUTSIDE = [
    ("number: int", "out", "12"),
    ("number: int", "back", "1.5"),
    ("number: int", "back", "9" * 5000),
    ("number: decimal", "back", "1e400"),
    ("number: decimal", "back", "NaN"),
    ("money: 2", "out", 1.5),
    ("money: 2", "back", "1.234"),
    ("money: 2", "back", "12,50"),
    ('bool: ["1", "0"]', "back", "yes"),
    ('bool: ["1", "0"]', "out", "1"),
    (f"date: {SHANGHAI}", "back", "20261399000000"),
    (f"date: {SHANGHAI}", "back", "2026-10-15"),
    (f"date: {SHANGHAI}", "out", "2026-10-15T00:00:00"),
    (f"date: {SHANGHAI}", "out", 5),
    ("code: TYPE", "out", ["number"]),
    ("code: TYPE", "back", {"x": 1}),
    ("text: {max: 6}", "out", "三个汉"),
]


@pytest.mark.parametrize(("option", "direction", "value"), OUTSIDE)
def test_what_is_outside_the_domain_is_refused(option, direction, value):
    mapping = compiled(f"- [a, A, {option}]", charset="utf-8")
    with pytest.raises(Failure) as caught:
        mapping.to_wire({"a": value + "字" if option.startswith("text") else value}) if direction == "out" else (
            mapping.to_canonical({"A": value})
        )
    assert caught.value.code == "invalid"


def test_times_keep_the_moment_whatever_their_offset():
    mapping = compiled(f"- [a, A, date: {SHANGHAI}]")
    assert mapping.to_wire({"a": "2026-10-15T08:45:02Z"}) == {"A": "20261015164502"}


@pytest.mark.parametrize(
    ("policy", "text", "wire"),
    [
        ("max: 5, over: truncate", "汉字汉", "汉字"),
        ("max: 4, over: truncate", "a汉字", "a汉"),
        ("max: 4, over: substitute, substitute: 略", "汉字汉字", "略"),
        ("missing: substitute", "a\U00020000b", "a〓b"),
        ("max: 3, over: truncate, missing: substitute", "\U00020000\U00020000", "〓"),
    ],
)
def test_text_is_counted_in_bytes_and_never_cuts_a_character(policy, text, wire):
    mapping = compiled(f"- [a, A, text: {{{policy}}}]", charset="gbk")
    assert mapping.to_wire({"a": text}) == {"A": wire}


def test_a_rare_character_is_refused_unless_a_policy_says_otherwise():
    with pytest.raises(Failure, match="1 character\\(s\\) that gbk lacks"):
        compiled("- [a, A, text: {max: 40}]", charset="gbk").to_wire({"a": "王\U00020000"})


@given(st.text(max_size=60), st.integers(1, 40))
def test_truncated_text_always_fits_and_is_a_prefix(text, limit):
    mapping = compiled(f"- [a, A, text: {{max: {limit}, over: truncate}}]", charset="gb18030")
    try:
        text.encode("gb18030")
    except UnicodeEncodeError:
        return
    out = mapping.to_wire({"a": text}).get("A", "")
    assert len(out.encode("gb18030")) <= limit
    assert text.startswith(out)


@given(st.integers(-(10**14), 10**14))
def test_money_comes_back_to_the_last_minor_unit(amount):
    mapping = compiled("- [a, A, money: 2]")
    assert mapping.to_canonical(mapping.to_wire({"a": amount})) == {"a": amount}


LOOKUP = InMemoryLookup(
    {("customer", "PORTAL", ""): {"c-1": "200042"}, ("customer", "PORTAL", "8330200"): {"c-1": "900042"}}
)
XREF = "- [id, CustId, xref: {{kind: customer, system: PORTAL{0}}}]"


def test_an_id_is_looked_up_in_both_directions_and_per_area():
    mapping = compiled(XREF.format(""))
    assert mapping.to_wire({"id": "c-1"}, Context(LOOKUP)) == {"CustId": "200042"}
    assert mapping.to_wire({"id": "c-1"}, Context(LOOKUP, "8330200")) == {"CustId": "900042"}
    assert mapping.to_canonical({"CustId": "200042"}, Context(LOOKUP)) == {"id": "c-1"}


@pytest.mark.parametrize(("policy", "expected"), [(", else: same", {"CustId": "c-9"}), (", else: absent", {})])
def test_an_unknown_id_follows_the_rows_policy(policy, expected):
    assert compiled(XREF.format(policy)).to_wire({"id": "c-9"}, Context(LOOKUP)) == expected


def test_an_unknown_id_is_refused_without_a_policy():
    with pytest.raises(Failure, match="is no known id of a customer at PORTAL"):
        compiled(XREF.format("")).to_wire({"id": "c-9"}, Context(LOOKUP))
