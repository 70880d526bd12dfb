"""Texts that match a regular expression, the shortest first: for values whose schema has a pattern."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from re import _parser as parser  # type: ignore[attr-defined]  # the standard library's own reading of a pattern
from typing import Any

_READABLE = re.compile(r"[A-Za-z0-9]")


def texts(pattern: str, most: int = 40) -> Iterator[str]:
    """Up to ``most`` candidates; the caller checks them (assertions are not looked at). None for a broken pattern."""
    try:
        parsed: Any = parser.parse(pattern)
    except (re.error, RecursionError, OverflowError):
        return
    seen: set[str] = set()
    for turn in range(most):
        text = _sequence(parsed, turn)
        if text not in seen:
            seen.add(text)
            yield text


def _sequence(parts: Any, turn: int) -> str:
    return "".join(_one(str(kind), what, turn) for kind, what in parts)


def _one(kind: str, what: Any, turn: int) -> str:
    maker = _MAKERS.get(kind)
    return maker(what, turn) if maker else ""


def _repeat(what: Any, turn: int) -> str:
    low, high, inner = what
    times = int(min(int(low) + turn, int(high), 10_000))
    return _sequence(inner, turn) * times


def _branch(what: Any, turn: int) -> str:
    branches = what[1]
    return _sequence(branches[turn % len(branches)], turn)


def _set(what: Any, turn: int) -> str:
    kinds = [(str(kind), value) for kind, value in what]
    if kinds and kinds[0][0] == "NEGATE":
        allowed = re.compile(_written(kinds[1:]))
        return next((c for c in "aA0_-. x1\u4e00" if not allowed.fullmatch(c)), "")
    choices = [c for kind, value in kinds for c in _members(kind, value)]
    readable = [c for c in choices if _READABLE.match(c)]
    pool = readable or choices or [""]
    return pool[turn % len(pool)]


def _members(kind: str, value: Any) -> str:
    if kind == "LITERAL":
        return chr(value)
    if kind == "RANGE":
        return "".join(chr(c) for c in range(value[0], min(value[1], value[0] + 40) + 1))
    return {"CATEGORY_DIGIT": "1234567890", "CATEGORY_WORD": "a1", "CATEGORY_SPACE": " "}.get(str(value), "a")


def _written(kinds: list[tuple[str, Any]]) -> str:
    """The members of a set as a pattern again."""
    parts = []
    for kind, value in kinds:
        if kind == "LITERAL":
            parts.append(re.escape(chr(value)))
        elif kind == "RANGE":
            parts.append(f"{re.escape(chr(value[0]))}-{re.escape(chr(value[1]))}")
        else:
            parts.append({"CATEGORY_DIGIT": r"\d", "CATEGORY_WORD": r"\w", "CATEGORY_SPACE": r"\s"}.get(str(value), ""))
    return f"[{''.join(parts)}]"


_MAKERS: dict[str, Callable[[Any, int], str]] = {
    "LITERAL": lambda what, turn: chr(what),
    "NOT_LITERAL": lambda what, turn: "b" if what == ord("a") else "a",
    "ANY": lambda what, turn: "a",
    "IN": _set,
    "BRANCH": _branch,
    "SUBPATTERN": lambda what, turn: _sequence(what[-1], turn),
    "MAX_REPEAT": _repeat,
    "MIN_REPEAT": _repeat,
    "POSSESSIVE_REPEAT": _repeat,
    "ATOMIC_GROUP": lambda what, turn: _sequence(what, turn),
}
