"""Values that a JSON Schema allows: the edges first, then random ones. Seeded, so that a finding can be had again."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, Final

from interfaces.contract.patterns import texts

Schema = Mapping[str, Any]

_PLAIN = "abcdefghijkmnpqrstuvwxyzABCDEFGHIJKLMNPQRSTUVWXYZ0123456789-_/.&<>'\"%"
_CHINESE = "示例市路号装移机宽带客户张王李电信"
_RARE: Final = "𠮷"
"""生僻字: four bytes in UTF-8 and GB18030, absent from GBK."""
_TEXTS = ("0", "1", "42", "007", "202610", "20261015", "aB", "示例", "汉字 & <x> \"'")
_WIDE = frozenset({"utf-8", "utf-16", "gb18030"})
_OFFSETS = ("+08:00", "Z", "+00:00", "-05:00")
_LONGEST = 120
_LARGEST = 10**9


class Samples:
    """``charset``: of the wire; characters it lacks are not sampled, lint speaks of them."""

    def __init__(self, seed: int, charset: str = "utf-8") -> None:
        self.random = random.Random(seed)
        self._letters = _PLAIN + _CHINESE + (_RARE if charset in _WIDE else "")
        self._rare = charset in _WIDE

    def values(self, schema: Schema, most: int) -> list[Any]:
        """At most so many different leaf values."""
        listed = _listed(schema)
        if listed is not None:
            return list(listed)[:most]
        found = {repr(value): value for value in self._edges(schema)}
        for _ in range(4 * most):
            if len(found) >= most:
                break
            value = self.value(schema)
            found.setdefault(repr(value), value)
        return list(found.values())[:most]

    def value(self, schema: Schema) -> Any:
        """One random leaf value."""
        listed = _listed(schema)
        if listed is not None:
            return self.random.choice(listed)
        kind = schema.get("type", "string")
        return _MAKERS.get(kind if isinstance(kind, str) else kind[0], Samples._text)(self, schema)

    # -- kinds ---------------------------------------------------------------------------------------------------

    def _text(self, schema: Schema) -> str:
        if "format" in schema:
            return self._moment(schema["format"])
        if "pattern" in schema:
            return self.random.choice(matching(schema["pattern"]))
        least, most = _lengths(schema)
        length = self.random.randint(least, min(most, max(least, 24)))
        return "".join(self.random.choice(self._letters) for _ in range(length))

    def _moment(self, form: str) -> str:
        moment = datetime(2020, 1, 1, tzinfo=UTC) + timedelta(seconds=self.random.randrange(20 * 365 * 86400))
        text = moment.replace(tzinfo=None).isoformat()
        return text[:10] if form == "date" else text + self.random.choice(_OFFSETS)

    def _integer(self, schema: Schema) -> int:
        low, high, step = int(schema.get("minimum", -999)), int(schema.get("maximum", _LARGEST)), _step(schema)
        return step * self.random.randint(-(-low // step), high // step)

    def _number(self, schema: Schema) -> int | float:
        if "multipleOf" in schema:
            return self._integer(schema)
        return round(self.random.uniform(schema.get("minimum", -999), schema.get("maximum", _LARGEST)), 3)

    def _boolean(self, schema: Schema) -> bool:
        return self.random.random() < 0.5

    def _edges(self, schema: Schema) -> Iterator[Any]:
        kind = schema.get("type", "string")
        if kind in ("integer", "number"):
            step = _step(schema)
            bounds = (schema.get("minimum"), schema.get("maximum"), 0, step, 1000 * step)
            yield from (n for n in bounds if n is not None and _within(schema, n))
            if kind == "number" and "multipleOf" not in schema:
                yield from (n for n in (0.5, 0.125) if _within(schema, n))
        elif kind == "boolean":
            yield from (True, False)
        elif "format" in schema:
            yield from _MOMENTS.get(schema["format"], ())
        elif "pattern" not in schema:
            least, most = _lengths(schema)
            edges = (
                "0",
                "1",
                "42",
                "007",
                "aB",
                "示例",
                "汉字 & <x> \"'",
                "a" * most,
                "汉" * most,
                *((_RARE,) if self._rare else ()),
            )
            yield from (text for text in edges if least <= len(text) <= most)


_MAKERS: Mapping[str, Callable[[Samples, Schema], Any]] = {
    "string": Samples._text,
    "integer": Samples._integer,
    "number": Samples._number,
    "boolean": Samples._boolean,
}
_MOMENTS: Mapping[str, tuple[str, ...]] = {
    "date": ("2028-02-29", "1999-12-31", "2026-01-01"),
    "date-time": (
        "2028-02-29T23:59:59+08:00",
        "2026-12-31T16:00:00Z",
        "2027-01-01T00:00:00+08:00",
        "2026-03-08T02:30:00-05:00",
    ),
}


@cache
def matching(pattern: str) -> list[str]:
    return [text for text in texts(pattern) if re.search(pattern, text)] or [""]


def _listed(schema: Schema) -> tuple[Any, ...] | None:
    if "const" in schema:
        return (schema["const"],)
    return tuple(schema["enum"]) if "enum" in schema else None


def _lengths(schema: Schema) -> tuple[int, int]:
    least: int = schema.get("minLength", 1) or 1
    return least, max(least, min(schema.get("maxLength", _LONGEST), 4000))


def _step(schema: Schema) -> int:
    return max(int(schema.get("multipleOf", 1)), 1)


def _within(schema: Schema, number: float) -> bool:
    least, most = schema.get("minimum", -_LARGEST), schema.get("maximum", _LARGEST)
    return bool((least <= number <= most and number % _step(schema) == 0) or (number % 1 and least <= number <= most))
