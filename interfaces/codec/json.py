"""The only JSON reader and writer for anything that crosses a boundary.

Reading is strict where Python's is not: one charset of the allow-list, no name twice, no NaN, no lone surrogates or
NUL, bounded size, depth and number of values. Fractions are Decimal and stay exact on the way out.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from interfaces.codec import charset
from interfaces.codec.limits import DEFAULT, Limits
from interfaces.failure import Failure

MAX_EXPONENT = 60
"""Larger powers of ten are an attack on whoever turns them into an integer."""

MAX_DIGITS = 100
"""Characters of one number that is no integer."""

MAX_INTEGER = 1 << 63
"""What a store, and every other JSON library, can hold: 64 bits."""

_NOT_CARRIED = "a text holds a control character, NUL or half a surrogate pair"
_MARK = f"\0{secrets.token_hex(8)}:"
_MARKED = re.compile(re.escape('"\\u0000' + _MARK[1:]) + '([^"]*)"')
BAD_TEXT = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""What XML cannot carry, and so no peer that speaks it: refused here, not found out when the order is half done."""


def read(body: bytes, content_type: str = "", limits: Limits = DEFAULT) -> tuple[Any, str]:
    """(value, charset that came in: ``utf-8``, ``utf-16`` or ``gb18030``).

    Failure(invalid, reason="json") or Failure(too_large), whose ``header`` tells the charset.
    """
    if len(body) > limits.size:
        raise _too_large(f"the document has {len(body)} bytes, {limits.size} are allowed")
    try:
        found = charset.agreed(charset.of_mark(body), charset.of_header(content_type), "")
        text = charset.decode(body, found)
    except Failure as failure:
        failure.reason = "json"
        raise
    try:
        return read_text(text, limits), found
    except Failure as failure:
        failure.header = {":encoding": found}
        raise


def read_text(text: str, limits: Limits = DEFAULT) -> Any:
    """JSON text -> dict, list, str, int, Decimal, bool or None; Failure as ``read``."""
    if text.count(",") >= limits.values:
        raise _too_large(f"more than {limits.values} values")
    try:
        value = json.loads(
            text, parse_float=_decimal, parse_int=_integer, parse_constant=_refuse, object_pairs_hook=_once
        )
    except RecursionError:
        raise _too_large(f"nested deeper than {limits.depth}") from None
    except ValueError as error:
        raise _broken(_said(error)) from None
    # Only escapes smuggle such a character past this search, only many brackets can be deep, and only long documents
    # hold long texts: others need no walk.
    if BAD_TEXT.search(text):
        raise _broken(_NOT_CARRIED)
    if "\\" in text or len(text) > limits.text or text.count("[") + text.count("{") > limits.depth:
        _check(value, limits.depth, limits.text)
    return value


def write(value: Any, encoding: str = "utf-8") -> bytes:
    """Value -> compact bytes; Failure(invalid, reason="json") for what JSON or the charset cannot carry."""
    try:
        return write_text(value).encode(encoding)
    except UnicodeEncodeError as error:
        raise _broken(f"a character that {encoding} lacks, at offset {error.start}") from None


def write_text(value: Any) -> str:
    """Value -> compact JSON text. Decimals are written digit for digit."""
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=_marked)
    except (TypeError, ValueError, RecursionError) as error:
        raise _broken(f"cannot be written as JSON: {type(error).__name__}") from None
    return _MARKED.sub(r"\1", text)


def _integer(text: str) -> int:
    value = int(text)
    if not -MAX_INTEGER <= value < MAX_INTEGER:
        raise ValueError("a number is out of range")
    return value


def _decimal(text: str) -> Decimal:
    value = Decimal(text) if len(text) <= MAX_DIGITS else Decimal("Infinity")
    if not value.is_finite() or abs(value.adjusted()) > MAX_EXPONENT:
        raise ValueError("a number is out of range")
    return value


def _marked(value: Any) -> str:
    """A Decimal as a text that no sender can guess; ``write_text`` takes the quotes off again."""
    if isinstance(value, Decimal) and value.is_finite():
        return f"{_MARK}{value}"
    raise TypeError(type(value).__name__)


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is no JSON number")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name stands twice in one object")
    return found


def _said(error: ValueError) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"not JSON: {error.msg.lower()} at line {error.lineno}, column {error.colno}"
    said = str(error)
    return said if said.startswith("a n") or "no JSON" in said else "a number is out of range"


def _check(value: Any, depth: int, longest: int) -> None:
    if isinstance(value, str):
        if BAD_TEXT.search(value):
            raise _broken(_NOT_CARRIED)
        if len(value) > longest:
            raise _too_large(f"a text longer than {longest} characters")
    elif isinstance(value, dict | list):
        if depth == 0:
            raise _too_large("nested too deeply")
        for part in _parts(value):
            _check(part, depth - 1, longest)


def _parts(value: dict[str, Any] | list[Any]) -> Iterator[Any]:
    if isinstance(value, dict):
        yield from value.keys()
        yield from value.values()
    else:
        yield from value


def _broken(message: str) -> Failure:
    return Failure("invalid", message, where="JSON", reason="json")


def _too_large(message: str) -> Failure:
    return Failure("too_large", message, where="JSON", advice="send it in smaller parts", reason="json")
