"""What a spec marks as personal is hidden: in the canonical body by path, on the wire by value and by field name."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

from interfaces.failure import Failure
from interfaces.mapping import bare, is_masked
from interfaces.spec.model import InterfaceSpec, Row

MASK = "***"
SHORTEST = 2
"""Characters of the shortest value looked for in a text: the shortest Chinese name."""
MOST = 200
"""Values of one text that are looked for elsewhere in it."""


@dataclass(frozen=True)
class Masker:
    """paths: canonical, marked in the spec, without selectors (every element of a list is hidden).

    names: wire fields that only marked paths are mapped to; shared: wire fields that others are mapped to as well.
    """

    paths: tuple[str, ...] = ()
    names: frozenset[str] = frozenset()
    shared: frozenset[str] = frozenset()

    @classmethod
    def of(cls, spec: InterfaceSpec) -> Masker:
        """The masker of one interface."""
        marked = tuple(sorted({bare(p) for p in spec.masked}))
        mapped = set(_mapped(spec))
        hidden = {name for path, name in mapped if is_masked(path, marked)}
        open_ = {name for path, name in mapped if not is_masked(path, marked)}
        return cls(marked, frozenset(hidden - open_), frozenset(hidden & open_))

    def canonical(self, body: Any) -> Any:
        """A copy of a canonical body with the marked values as ``***``."""
        for path in self.paths:
            body = _masked(body, path.split("."))
        return body

    def text(self, text: str, body: Any) -> str:
        """Wire text with the marked values as ``***``: those of ``body``, and whatever stands in a marked field.

        Without a body (refused before it was mapped) fields that are only sometimes personal are hidden too, and what
        stands in one of them wherever else it stands.
        """
        values = {v for p in self.paths for v in _values(body, p.split(".")) if len(v) >= SHORTEST}
        for value in sorted(values, key=len, reverse=True):
            for form in (value, escape(value), json.dumps(value)[1:-1]):
                text = text.replace(form, MASK)
        if body:
            return self._without_fields(text, self.names)
        fields = self.names | self.shared
        found = {m["value"].strip() for name in fields for m in _field(name).finditer(text)}
        for value in sorted((v for v in found if len(v) >= SHORTEST), key=len, reverse=True)[:MOST]:
            text = text.replace(value, MASK)
        return self._without_fields(text, fields)

    @staticmethod
    def _without_fields(text: str, names: frozenset[str]) -> str:
        for name in names:
            text = _field(name).sub(lambda m: f"{m['field']}{MASK}", text)
        return text

    @classmethod
    def of_any(cls, specs: Iterable[InterfaceSpec]) -> Masker:
        """The masker of a text that belongs to no interface we know: what any of these marks."""
        each = [cls.of(spec) for spec in specs]
        return cls(names=frozenset[str]().union(*(one.names | one.shared for one in each)))

    def failure(self, failure: Failure, body: Any) -> None:
        """Hides in a refusal what it quotes of the request ``body`` that it answers: partners do quote."""
        if not self.paths:
            return
        failure.message = self.text(failure.message, body)
        failure.detail = {k: self.text(v, body) if isinstance(v, str) else v for k, v in failure.detail.items()}
        failure.errors = [{k: self.text(v, body) for k, v in error.items()} for error in failure.errors]


def _mapped(spec: InterfaceSpec) -> Iterator[tuple[str, str]]:
    """Every (bare canonical path, wire field name) of a spec."""
    for operation in spec.operations.values():
        for side in (operation.request, operation.reply):
            yield from _rows(side.mapping or () if side else (), "")


def _rows(rows: Iterable[Row], base: str) -> Iterator[tuple[str, str]]:
    for row in rows:
        path = ".".join(p for p in (base, bare(row.canonical or "")) if p)
        if row.rows:
            yield from _rows(row.rows, path)
        elif row.wire:
            yield path, bare(row.wire).rpartition(".")[2].lstrip("@")


def _field(name: str) -> re.Pattern[str]:
    """``<ns:name ...>value`` (escaped too), ``name="value"`` or ``"name": "value"``: groups ``field`` and ``value``."""
    n = re.escape(name)
    element, escaped = rf"<(?:[\w.-]+:)?{n}(?:\s[^<>]*)?>(?=[^<])", rf"&lt;(?:[\w.-]+:)?{n}(?:\s[^<>]*?)?&gt;(?!&lt;|<)"
    quoted = rf'(?:\s{n}\s*=\s*"|"{n}"\s*:[\s\[]*")(?=[^"])'
    until = r"(?:(?!&lt;)[^<])*"
    return re.compile(rf'(?P<field>{element}|{escaped}|(?P<quote>{quoted}))(?P<value>(?(quote)[^"]+|{until}))')


def _masked(body: Any, path: Sequence[str]) -> Any:
    if not path:
        return MASK
    if isinstance(body, list):
        return [_masked(item, path) for item in body]
    if isinstance(body, Mapping) and path[0] in body:
        return {**body, path[0]: _masked(body[path[0]], path[1:])}
    return body


def _values(body: Any, path: Sequence[str]) -> Iterator[str]:
    """Every text below ``path``."""
    if isinstance(body, list):
        for item in body:
            yield from _values(item, path)
    elif isinstance(body, Mapping):
        for item in [body.get(path[0])] if path else body.values():
            yield from _values(item, path[1:])
    elif isinstance(body, str) and not path:
        yield body
