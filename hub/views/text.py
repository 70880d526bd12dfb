"""Bytes of the journal as text for people: decoded with their charset, masked where the spec says so."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from interfaces.codec import charset
from interfaces.failure import Failure
from interfaces.spec.model import InterfaceSpec, Row

SHOWN = 65_536
"""Characters of one message that are shown; the rest is in ``/raw``."""

MASK = "***"
_DECLARED = re.compile(rb"""^\s*<\?xml[^>]{0,80}encoding\s*=\s*["']([\w.-]{1,40})["']""")
_INDEX = re.compile(r"\[[^\]]*\]")


def charset_of(raw: bytes, content_type: str) -> str:
    """Byte order mark, else the transport's word, else the XML declaration, else UTF-8 if it is that."""
    declared = _DECLARED.match(raw)
    witnesses = (
        charset.of_mark(raw),
        _allowed(charset.of_header, content_type),
        _allowed(charset.allowed, declared[1].decode("ascii")) if declared else "",
    )
    return next((said for said in witnesses if said in charset.ALLOWED), "") or _guess(raw)


def _allowed(read: Callable[[str], str], said: str) -> str:
    """What a sender says, "" when no door would take it: people may look at refused messages too."""
    try:
        return read(said)
    except Failure:
        return ""


def _guess(raw: bytes) -> str:
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return charset.GB18030
    return charset.UTF8


def decode(raw: bytes, said: str) -> str:
    """Text for display: undecodable bytes become U+FFFD, it never fails, at most ``SHOWN`` characters."""
    return raw.decode(said, "replace").lstrip("\ufeff")[:SHOWN]


@dataclass(frozen=True)
class Masker:
    """Hides what a spec marks as personal: ``paths`` canonical, ``names`` their wire fields."""

    paths: tuple[str, ...] = ()
    names: tuple[str, ...] = ()

    @classmethod
    def of(cls, spec: InterfaceSpec | None) -> Masker:
        """The masker of one interface; without a spec nothing is known to be personal."""
        if spec is None:
            return cls()
        marked = {_bare(p) for p in spec.masked}
        names = {name for path, name in _mapped(spec) if path in marked}
        return cls(tuple(sorted(marked)), tuple(sorted(names)))

    def canonical(self, body: Any) -> Any:
        """A copy of a canonical body with the marked leaves as ``***``."""
        for path in self.paths:
            body = _masked(body, path.split("."))
        return body

    def text(self, text: str, body: Any) -> str:
        """Wire text with the marked values (found in the canonical body, or by wire name) as ``***``."""
        values = {v for p in self.paths for v in _values(body, p.split(".")) if len(v) > 3}
        for value in sorted(values, key=len, reverse=True):
            text = text.replace(value, MASK)
        for name in self.names:
            text = _field(name).sub(lambda m: f"{m[1] or m[2]}{MASK}", text)
        return text


def _bare(path: str) -> str:
    return _INDEX.sub("", path)


def _mapped(spec: InterfaceSpec) -> Iterator[tuple[str, str]]:
    """Every (bare canonical path, wire field name) of a spec."""
    for operation in spec.operations.values():
        for side in (operation.request, operation.reply):
            yield from _rows(side.mapping or () if side else (), "")


def _rows(rows: Iterable[Row], base: str) -> Iterator[tuple[str, str]]:
    for row in rows:
        path = ".".join(p for p in (base, _bare(row.canonical or "")) if p)
        if row.rows:
            yield from _rows(row.rows, path)
        elif row.wire:
            yield path, _bare(row.wire).rpartition(".")[2].lstrip("@")


def _field(name: str) -> re.Pattern[str]:
    """``<ns:name ...>value``, ``name="value"`` or ``"name": "value"``; the value follows the group."""
    n = re.escape(name)
    return re.compile(rf'(<(?:[\w.-]+:)?{n}(?:\s[^>]*)?>)[^<]+|((?:\s{n}\s*=\s*"|"{n}"\s*:\s*"))[^"]+')


def _masked(body: Any, path: Sequence[str]) -> Any:
    if not path:
        return MASK
    if isinstance(body, list):
        return [_masked(item, path) for item in body]
    if isinstance(body, Mapping) and path[0] in body:
        return {**body, path[0]: _masked(body[path[0]], path[1:])}
    return body


def _values(body: Any, path: Sequence[str]) -> Iterator[str]:
    if isinstance(body, list):
        for item in body:
            yield from _values(item, path)
    elif isinstance(body, Mapping) and path:
        yield from _values(body.get(path[0]), path[1:])
    elif isinstance(body, str) and not path:
        yield body
