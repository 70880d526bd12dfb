"""The JSON reader and writer: exact numbers, one meaning per document."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interfaces.codec import json
from interfaces.failure import Failure


def test_numbers_stay_exact_both_ways() -> None:
    value, charset = json.read(b'{"amount":12.50,"count":3,"small":1E-7}')
    assert value == {"amount": Decimal("12.50"), "count": 3, "small": Decimal("1E-7")}
    assert json.write(value) == b'{"amount":12.50,"count":3,"small":1E-7}'
    assert charset == "utf-8"


@pytest.mark.parametrize("charset", ["gbk", "gb18030", "utf-16"])
def test_another_allowed_charset_is_read_when_the_header_names_it(charset: str) -> None:
    body = '{"地址":"喆"}'.encode(charset)
    assert json.read(body, f"application/json; charset={charset}")[0] == {"地址": "喆"}


BROKEN = {
    "empty": b"",
    "name twice": b'{"a":1,"a":1}',
    "NaN": b'{"a":NaN}',
    "Infinity": b"[-Infinity]",
    "huge exponent": b"[1e400]",
    "tiny exponent": b"[1e-400]",
    "10,000 digits": b"1" * 10_000,
    "more than 64 bits": b"[9223372036854775808]",
    "half a surrogate pair": b'["\\ud83d"]',
    "half a surrogate pair as name": b'{"\\ud83d":1}',
    "escaped NUL": b'["\\u0000"]',
    "raw NUL": b'["\0"]',
    "escaped control character, which XML cannot carry": b'["a\\u0001b"]',
    "escaped form feed": b'["\\f"]',
    "noncharacter": '["a\uffff"]'.encode(),
    "raw control character": b'["\n"]',
    "not UTF-8": b'["\xff"]',
    "overlong UTF-8": b'["\xc0\xaf"]',
    "UTF-16 nobody named": '{"a":1}'.encode("utf-16-le"),
    "two documents": b"{}{}",
    "trailing comma": b"[1,]",
}


@pytest.mark.parametrize("body", BROKEN.values(), ids=BROKEN.keys())
def test_what_is_not_strict_json_is_invalid(body: bytes) -> None:
    with pytest.raises(Failure) as caught:
        json.read(body)
    assert (caught.value.code, caught.value.reason) == ("invalid", "json")


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 65 + b"]" * 65,
        b"[" * 200_000,
        b'{"a":' * 5_000 + b"1" + b"}" * 5_000,
        b" " * (1 << 20) + b"1",
        b"[" + b"1," * 50_000 + b"1]",
    ],
)
def test_what_is_too_deep_long_or_many_is_too_large(body: bytes) -> None:
    with pytest.raises(Failure) as caught:
        json.read(body)
    assert caught.value.code == "too_large"


def test_a_charset_the_sender_made_up_is_refused() -> None:
    with pytest.raises(Failure, match="charset") as caught:
        json.read(b"{}", "application/json; charset=punycode")
    assert caught.value.reason == "json"


@pytest.mark.parametrize("value", [{"a": float("nan")}, [object()], {"a": {1, 2}}, ["\ud800"], [Decimal("Infinity")]])
def test_what_json_cannot_carry_is_not_written(value: Any) -> None:
    with pytest.raises(Failure) as caught:
        json.write(value)
    assert caught.value.reason == "json"


def test_a_text_that_looks_like_the_writers_mark_stays_a_text() -> None:
    value = ['\\u0000aa:1"', "12.50", Decimal("12.50")]
    assert json.read(json.write(value))[0] == value


LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-(10**18), 10**18)
    | st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"))
    | st.decimals(-(10**12), 10**12, places=4).map(lambda d: d + Decimal("0.0001"))
)


@given(
    st.recursive(
        LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abc喆", max_size=3), inner)
    )
)
def test_everything_written_is_read_back_the_same(value: Any) -> None:
    assert json.read(json.write(value))[0] == value
