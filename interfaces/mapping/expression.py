"""Cross-system id expressions of linked order lists: ``:getCustIdByExtId(8330100,,C-17,$-1$)``.

Arguments are ``(area, system, peer's id, otherwise)``; each may be an expression itself. ``$-1$`` is a temporary key:
the object that the same list makes under it. Canonical is the plain id, or the temporary key as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from interfaces.mapping.converter import Converter, Settings
from interfaces.mapping.errors import ConversionError
from interfaces.mapping.lookup import Context

TEMPORARY = re.compile(r"\$-?[0-9]{1,9}\$")
_DEEPEST = 8
_NAME = re.compile(r":([A-Za-z][A-Za-z0-9_]{0,63})\(")
_PLAIN = re.compile(r"[^,()]*")


@dataclass(frozen=True, slots=True)
class Call:
    """One expression taken apart."""

    function: str
    arguments: tuple[str | Call, ...]


def parse(text: str) -> str | Call:
    """An id or an expression; ConversionError for what is neither."""
    found, end = _term(text, 0, 0)
    if end != len(text):
        raise ConversionError("is no id expression: something stands behind its end")
    return found


def _term(text: str, at: int, depth: int) -> tuple[str | Call, int]:
    match = _NAME.match(text, at)
    if match is None:
        plain = _PLAIN.match(text, at)
        assert plain is not None  # it matches nothing, too
        return plain[0].strip(), plain.end()
    if depth == _DEEPEST:
        raise ConversionError(f"is nested deeper than {_DEEPEST}")
    arguments, end = [], match.end()
    while True:
        argument, end = _term(text, end, depth + 1)
        arguments.append(argument)
        if text[end : end + 1] == ")":
            return Call(match[1], tuple(arguments)), end + 1
        if text[end : end + 1] != ",":
            raise ConversionError("is no id expression: a ) is missing")
        end += 1


def id_expression(options: Mapping[str, Any], settings: Settings) -> Converter:
    """``{functions: {getCustIdByExtId: customer, ...}, write: getCustIdByExtId}``.

    functions  name in the expression -> kind of id in the cross-reference
    write      the function used on the way out, "" = ids are written plain
    """
    kinds: Mapping[str, str] = options["functions"]
    write = options.get("write", "")
    if write and write not in kinds:
        raise ValueError(f"write: {write} is none of functions")

    def back(value: Any, context: Context) -> str:
        return _resolve(parse(str(value)), kinds, settings.system, context)

    def out(value: Any, context: Context) -> str:
        if not write or TEMPORARY.fullmatch(str(value)):
            return str(value)
        found = context.lookup.find(kinds[write], settings.system, context.area, str(value), "wire")
        return str(value) if found is None else f":{write}({context.area},,{found},)"

    return Converter("idExpression", out, back, contextual=True)


def _resolve(term: str | Call, kinds: Mapping[str, str], system: str, context: Context) -> str:
    if isinstance(term, str):
        return term
    if term.function not in kinds:
        raise ConversionError(f"asks for a function that is not agreed; agreed are {', '.join(kinds)}")
    area, other, peer_id, otherwise = _four(_resolve(part, kinds, system, context) for part in term.arguments)
    found = context.lookup.find(kinds[term.function], other or system, area or context.area, peer_id, "canonical")
    if found or otherwise:
        return found or otherwise
    raise ConversionError(f"names no known {kinds[term.function]} and no temporary key")


def _four(parts: Iterator[str]) -> tuple[str, str, str, str]:
    given = [*parts]
    if len(given) != 4:
        raise ConversionError("needs four arguments: area, system, id, otherwise")
    return given[0], given[1], given[2], given[3]
