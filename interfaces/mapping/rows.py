"""Rows prepared for the compiler: paths parsed, ``fields`` written out, converters chosen, every row numbered."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from interfaces.failure import Failure
from interfaces.mapping.converters import Converter, Settings, converter
from interfaces.mapping.runtime import at, pick
from interfaces.mapping.template import Template
from interfaces.spec.model import Row

_STEP = re.compile(r"(?P<name>[@#]?\w[\w:-]*)(\[(?P<inside>[^\[\]]+)\])?")
_WHEN = re.compile(r"(?P<path>\S+) (?P<op>==|!=) (?:'(?P<text>[^']*)'|(?P<number>-?[0-9.]+)|(?P<flag>true|false))")


@dataclass(frozen=True, slots=True)
class Step:
    """One part of a path: ``name``, ``name[0]``, ``name[role=customer]`` or ``name[key=id]``."""

    name: str
    index: int | None = None
    select: tuple[str, str] | None = None
    key: str = ""


Path = tuple[Step, ...]


@lru_cache(maxsize=4096)
def parse_path(text: str) -> Path:
    """``resource[0].id`` -> steps; ``.`` -> () (the thing itself); ValueError when it is no path."""
    return () if text == "." else tuple(_step(part) for part in split_path(text))


def find(thing: Any, path: Path) -> Any:
    """What stands at a path of a body or a wire tree, None when nothing does."""
    for step in path:
        thing = thing.get(step.name) if isinstance(thing, Mapping) else None
        if step.index is not None:
            thing = at(thing, step.index)
        elif step.select is not None:
            thing = pick(thing, *step.select)
    return thing


def split_path(text: str) -> list[str]:
    """At the dots outside brackets."""
    return re.split(r"\.(?![^\[]*\])", text)


def _step(part: str) -> Step:
    match = _STEP.fullmatch(part)
    if match is None:
        raise ValueError(f"{part!r} is no step of a path")
    name, inside = match["name"], match["inside"]
    if inside is None:
        return Step(name)
    if inside.isdecimal():
        return Step(name, index=int(inside))
    attribute, equals, literal = inside.partition("=")
    if not equals or not _STEP.fullmatch(attribute):
        raise ValueError(f"[{inside}] is neither an index nor field=value")
    return Step(name, key=literal) if attribute == "key" else Step(name, select=(attribute, literal))


@dataclass(frozen=True, slots=True)
class Condition:
    """``when: "action == 'reserve'"``."""

    text: str
    path: str
    equal: bool
    literal: str | int | float | bool


def parse_when(text: str) -> Condition:
    """``action != 'release'`` -> Condition; ValueError when it is not of that form."""
    match = _WHEN.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is not: path == literal, or path != literal")
    literal: str | int | float | bool = match["text"] or ""
    if match["number"]:
        literal = float(match["number"]) if "." in match["number"] else int(match["number"])
    elif match["flag"]:
        literal = match["flag"] == "true"
    return Condition(text, match["path"], match["op"] == "==", literal)


@dataclass(frozen=True, slots=True)
class Prepared:
    """One row, ready to compile.

    label       its number for people: ``3``, or ``3.2`` inside the group of row 3
    canonical   path text and steps from the scope's top; None when the side is constant
    full_canonical, full_wire  paths from the very top, for errors and masking
    parts       paths below one side's path that make up the other side's one value (``join``, ``split``)
    """

    label: str
    row: Row
    canonical: Path | None
    wire: Path | None
    converter: Converter
    full_canonical: str
    full_wire: str
    when: Condition | None = None
    rows: tuple[Prepared, ...] = ()
    known: tuple[str, ...] = field(default=())
    parts: tuple[Path, ...] = ()

    @property
    def several(self) -> str:
        """The side that has the parts: canonical, wire, or "" for neither."""
        return "" if not self.parts else _SEVERAL["join" if "join" in self.row.options else "split"]


_SEVERAL = {"join": "canonical", "split": "wire"}


def prepare(rows: tuple[Row, ...], settings: Settings, file: str) -> tuple[Prepared, ...]:
    """All rows of one message; Failure(invalid) naming ``file:line`` for what cannot be compiled."""
    return tuple(_Preparer(settings, file).all(rows, "", "", ""))


class _Preparer:
    def __init__(self, settings: Settings, file: str) -> None:
        self.settings = settings
        self.file = file

    def all(self, rows: tuple[Row, ...], label: str, canonical: str, wire: str) -> Iterator[Prepared]:
        for row in rows:
            number = f"{label}{row.number}"
            try:
                for part in written_out(row):
                    yield self.one(part, number, canonical, wire)
            except ValueError as error:
                raise Failure(
                    "invalid",
                    f"row {number} {row.canonical} <-> {row.wire}: {error}",
                    where=f"{self.file}:{row.line}",
                    reason="structure",
                ) from error

    def one(self, row: Row, number: str, canonical: str, wire: str) -> Prepared:
        _check_form(row)
        full_canonical = _join(canonical, row.canonical)
        full_wire = _join(wire, row.wire)
        return Prepared(
            label=number,
            row=row,
            canonical=None if row.canonical is None else parse_path(row.canonical),
            wire=None if row.wire is None else parse_path(row.wire),
            converter=converter(row.options, self.settings),
            full_canonical=full_canonical,
            full_wire=full_wire,
            when=parse_when(row.options["when"]) if "when" in row.options else None,
            rows=tuple(self.all(row.rows, f"{number}.", full_canonical, full_wire)),
            known=tuple(row.options.get("known", ())),
            parts=tuple(parse_path(part) for part in parts_of(row)),
        )


def written_out(row: Row) -> Iterator[Row]:
    """A ``fields`` row as one row per characteristic; any other row as it is."""
    fields: Mapping[str, str] | None = row.options.get("fields")
    if fields is None:
        yield row
        return
    rest = {name: value for name, value in row.options.items() if name != "fields"}
    known = () if "lossy" in rest else tuple(fields)
    for name, target in fields.items():
        options = rest | {"known": known}
        yield replace(
            row,
            canonical=f"{row.canonical}[name={name}].value",
            wire=_join(_base(row.wire), target),
            options=options,
        )
        known = ()  # one check per list is enough


def parts_of(row: Row) -> tuple[str, ...]:
    """The names between the braces of a ``join`` or ``split`` row; () for any other."""
    text = row.options.get("join") or row.options.get("split")
    return Template(text).parts if text else ()


def touched(row: Row) -> Iterator[Row]:
    """A row as one row per pair of paths it reads or writes: ``fields`` written out, ``join`` and ``split`` by part."""
    for part in written_out(row):
        names = parts_of(part)
        if "join" in part.options:
            yield from (replace(part, canonical=_join(_base(part.canonical), name)) for name in names)
        elif names:
            yield from (replace(part, wire=_join(_base(part.wire), name)) for name in names)
        else:
            yield part


def _base(path: str | None) -> str:
    return "" if path in (None, ".") else str(path)


def _check_form(row: Row) -> None:
    constant = "const" in row.options
    if (row.canonical is None) == (row.wire is None) and constant:
        raise ValueError("const stands on one side: make exactly one path ~")
    if (row.canonical is None or row.wire is None) and not constant:
        raise ValueError("a row without one of its paths needs const")
    if row.rows and constant:
        raise ValueError("each and const do not go together")


def _join(base: str, path: str | None) -> str:
    if path is None:
        return "~"
    if path == ".":
        return base or "."
    return f"{base}.{path}" if base else path
