"""One value of a simple type: the first candidate that its facets allow."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from itertools import islice
from typing import Any

from interfaces.contract.names import local
from interfaces.contract.patterns import texts

MOST = 300
"""Candidates looked at for one value."""

_LENGTH = 10_000

_USUAL = {
    "boolean": ("true",),
    "date": ("2026-01-31",),
    "dateTime": ("2026-01-31T08:00:00", "2026-01-31T08:00:00+08:00", "2026-01-31T08:00:00Z"),
    "time": ("08:00:00",),
    "duration": ("P1D",),
    "gYear": ("2026",),
    "gYearMonth": ("2026-01",),
    "gMonth": ("--01",),
    "gMonthDay": ("--01-31",),
    "gDay": ("---31",),
    "anyURI": ("urn:example:1",),
    "base64Binary": ("AQID",),
    "hexBinary": ("0102",),
    "QName": ("name",),
    "language": ("zh",),
    "float": ("1.5", "1"),
    "double": ("1.5", "1"),
}
_NUMBERS = ("decimal", "float", "double")


def value_of(kind: Any) -> str | None:
    """A text that is valid for an xmlschema simple type, rather not an empty one; None when none was found."""
    good = (text for text in islice(candidates(kind), MOST) if _valid(kind, text))
    first = next(good, None)
    return first if first or first is None else next(filter(None, good), first)


def candidates(kind: Any) -> Iterator[str]:
    """Texts that may be valid, likeliest first."""
    yield from _enumerated(kind)
    if kind.is_union():
        for member in kind.member_types:
            yield from islice(candidates(member), 40)
    if kind.is_list():
        yield from _list(kind)
    yield from _patterned(kind)
    root = local(kind.root_type.name or "") if kind.root_type is not None else ""
    yield from _USUAL.get(root, ())
    if root in _NUMBERS:
        yield from _numbers(kind)
    yield from _words(kind)


def _valid(kind: Any, text: str) -> bool:
    try:
        return bool(kind.is_valid(text))
    except Exception:  # a schema that breaks XSD's own rules fails in many ways, and each of them means no
        return False


def _enumerated(kind: Any) -> Iterator[str]:
    facets = kind.get_facet("{http://www.w3.org/2001/XMLSchema}enumeration") if hasattr(kind, "get_facet") else None
    for value in facets.enumeration if facets is not None else ():
        yield _lexical(value)


def _lexical(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return " ".join(map(_lexical, value)) if isinstance(value, list) else str(value)


def _list(kind: Any) -> Iterator[str]:
    item = value_of(kind.item_type) or ""
    least = max(kind.min_length or 0, 1)
    yield " ".join([item] * min(least, _LENGTH))


def _patterned(kind: Any) -> Iterator[str]:
    patterns = kind.patterns
    for pattern in patterns.patterns if patterns is not None else ():
        yield from texts(pattern.pattern)


def _numbers(kind: Any) -> Iterator[str]:
    """Within the bounds: at them, and a step inside."""
    for bound in (kind.min_value, kind.max_value):
        try:
            number = Decimal(str(bound)) if bound is not None else Decimal(1)
        except InvalidOperation:
            continue
        for step in ("0", "1", "-1", "0.1", "-0.1", "0.01", "-0.01"):
            yield format(number + Decimal(step), "f")
    yield from ("1", "0", "-1", "10", "100", "0.1")


def _words(kind: Any) -> Iterator[str]:
    yield from ("text", "a", "A1", "1", "", "true", "2026-01-31")
    least, most = kind.min_length or 0, kind.max_length
    if least <= _LENGTH:
        yield from ("a" * least, "1" * least, "01" * least, "AAAA" * least)
    if most is not None and most <= _LENGTH:
        yield "a" * most
