"""A workbook -> rows and code lists for one spec, with everything that stays open named by its cell."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from interfaces import canonical
from interfaces.agreement import Agreement
from interfaces.failure import Failure
from interfaces.mapping.rows import parts_of
from interfaces.sheet.book import Cell, Tab, read_book
from interfaces.sheet.cells import options_of
from interfaces.sheet.columns import Heading, heading_of
from interfaces.sheet.match import Candidate, Paths, split_group
from interfaces.sheet.paths import dotted, is_tree, trees
from interfaces.spec.lint_rules import reads
from interfaces.spec.model import CodeList, InterfaceSpec, Row
from interfaces.spec.rewrite import Change, Todo
from interfaces.spec.shapes import JsonShape

DRAFT = "Draft"
_LIST = re.compile(r"[A-Z][A-Z0-9_]*")


@dataclass(frozen=True, slots=True)
class Open:
    """What a person must decide. cell: ``Tab!F23``; text as it stands there; why it was not taken."""

    cell: str
    text: str
    why: str
    candidates: tuple[Candidate, ...] = ()


@dataclass(slots=True)
class Sheet:
    """What a workbook says of a spec.

    changes    per message (operation, reply) its canonical type, rows and TODOs
    mandatory  "what path" of mandatory fields that no row writes
    ignored    tabs in which there is nothing to map
    """

    changes: list[Change] = field(default_factory=list)
    code_lists: dict[str, CodeList] = field(default_factory=dict)
    open: list[Open] = field(default_factory=list)
    mandatory: list[str] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        messages = [
            {"operation": c.operation, "message": "reply" if c.reply else "request", "type": c.type, "rows": c.count}
            for c in self.changes
        ]
        return {
            "messages": messages,
            "matched": sum(change.count for change in self.changes),
            "code_lists": len(self.code_lists),
            "open": [asdict(one) for one in self.open],
            "mandatory": self.mandatory,
            "ignored": self.ignored,
        }


@dataclass(frozen=True, slots=True)
class Told:
    """One sheet row, its columns by role. canonical, wire: in our form, None where there is no path."""

    cell: str
    canonical: str | None
    wire: str | None
    said: Mapping[str, str]
    text: str


def read_sheet(path: Path, spec: InterfaceSpec, operation: str = "", reply: bool = False, type_ref: str = "") -> Sheet:
    """All tabs of a workbook. ``operation``, ``reply``, ``type_ref``: where a tab does not tell it by itself.

    Failure(invalid) naming the cell for a workbook that cannot be read, and for a tab of which nobody can tell which
    message it is about.
    """
    tabs = read_book(path)
    headed = [(tab, heading) for tab in tabs if (heading := heading_of(tab)) is not None]
    found = Sheet(ignored=[tab.name for tab in tabs if heading_of(tab) is None])
    for tab, heading in headed:
        if _is_codes(heading):
            found.code_lists |= _codes(tab, heading, found)
    reader = _Reader(path.name, spec, found, operation, reply, type_ref)
    for tab, heading in headed:
        if not _is_codes(heading):
            reader.tab(tab, heading)
    return found


def _is_codes(heading: Heading) -> bool:
    return {"own code", "wire code"} <= heading.columns.keys()


def _codes(tab: Tab, heading: Heading, found: Sheet) -> dict[str, CodeList]:
    """One list per name in the list column; without such a column the tab's name is the list's."""
    lists: dict[str, dict[str, str]] = {}
    reasons: dict[str, str] = {}
    also: dict[str, dict[str, str]] = {}
    for cells in tab.rows[heading.row + 1 :]:
        own, wire = heading.cell(cells, "own code"), heading.cell(cells, "wire code")
        if own is None or wire is None:
            continue
        name = list_name(heading.cell(cells, "list"), tab.name)
        way = heading.cell(cells, "direction")
        if way is not None and way.value == "read":
            also.setdefault(name, {})[wire.value] = own.value
        elif lists.setdefault(name, {}).setdefault(own.value, wire.value) != wire.value:
            found.open.append(Open(f"{tab.name}!{own.at}", own.value, f"code list {name} has it twice"))
        if lossy := heading.cell(cells, "lossy"):
            reasons[name] = lossy.value
    return {name: CodeList(name, codes, reasons.get(name, ""), also.get(name, {})) for name, codes in lists.items()}


def list_name(cell: Cell | None, tab: str) -> str:
    """``LOV order type`` -> ``ORDER_TYPE``: the form of names that specs have."""
    text = cell.value if cell else tab
    if _LIST.fullmatch(text):
        return text
    words = "".join(c if c.isascii() and c.isalnum() else " " for c in text.upper()).split()
    kept = [w for w in words if w not in ("LOV", "CODE", "CODES", "LIST", "CODELIST")] or words
    name = "_".join(kept) or "CODES"
    return name if name[0].isalpha() else f"L_{name}"


class _Reader:
    def __init__(
        self, file: str, spec: InterfaceSpec, found: Sheet, operation: str, reply: bool, type_ref: str
    ) -> None:
        self._file, self._spec, self._found = file, spec, found
        self._asked, self._type = (operation, reply) if operation else None, type_ref
        self._agreement = Agreement(spec)
        self._lists = {**spec.code_lists, **found.code_lists}

    def tab(self, tab: Tab, heading: Heading) -> None:
        told = list(self._told(tab, heading))
        if not told:
            self._found.ignored.append(tab.name)
            return
        operation, reply = self._message(tab, told)
        op = self._spec.operations[operation]
        side = op.reply if reply else op.request
        assert side is not None, "_message answers only what there is"
        wire = Paths(self._agreement.shape(side))
        if _turned(told, wire):
            told = [replace(one, canonical=one.wire, wire=one.canonical) for one in told]
        type_ref = self._type or (side.type if side.type_name != DRAFT else _best_type(told))
        own = Paths(_canonical(type_ref)) if type_ref else None
        written = not reads(self._spec, op, side)
        taken, todos = self._rows(tab, told, own, wire, written)
        rows = _numbered(_grouped(taken))
        self._found.changes.append(Change(operation, reply, type_ref or side.type, rows, tuple(todos)))
        what = f"{operation} {'reply' if reply else 'request'}"
        target, column = (wire, "wire") if written else (own, "canonical")
        there = {str(row.wire if written else row.canonical).partition(".")[0].partition("[")[0] for row in rows}
        missing = sorted((target.required() if target else frozenset()) - there)
        self._found.mandatory += [f"{what}: {column} {name}" for name in missing]

    # -- cells -----------------------------------------------------------------------------------------------------

    def _told(self, tab: Tab, heading: Heading) -> Iterator[Told]:
        body = tab.rows[heading.row + 1 :]
        wire_column = next((heading.columns[r] for r in ("wire", "target") if r in heading.columns), None)
        tree: dict[int, str] = {}
        if heading.levels or (wire_column is not None and is_tree([cells[wire_column] for cells in body])):
            tree = {number: path for number, _, path in trees(body, wire_column, heading.levels)}
        for number, cells in enumerate(body):
            said = {role: cell.value for role in heading.columns if (cell := heading.cell(cells, role)) is not None}
            own = said.get("canonical", said.get("source", ""))
            wire = tree.get(number, "") or said.get("wire", said.get("target", ""))
            if own or (wire and (own or "converter" in said or "const" in said)):
                at = next((c.at for c in cells if c.value), cells[0].at)
                yield Told(f"{tab.name}!{at}", dotted(own or "~"), dotted(wire or "~"), said, f"{own} -> {wire}")
            elif wire and "rule" in said:
                at = cells[heading.columns["rule"]].at
                self._found.open.append(Open(f"{tab.name}!{at}", said["rule"], f"{wire} has no canonical path"))

    def _message(self, tab: Tab, told: Sequence[Told]) -> tuple[str, bool]:
        """Which message a tab is about: as asked, as its name says, or the one that has most of its paths."""
        if self._asked is not None:
            return self._there(tab, *self._asked)
        sides = [
            (op.name, side is op.reply)
            for op in self._spec.operations.values()
            for side in (op.request, op.reply)
            if side
        ]
        named = [one for one in sides if tab_name(*one).lower() == tab.name.lower()]
        if named or len(sides) == 1:
            return (named or sides)[0]
        scored = sorted(((self._hits(told, *one), one) for one in sides), key=lambda pair: -pair[0])
        if scored[0][0] and scored[0][0] > scored[1][0]:
            return scored[0][1]
        raise Failure(
            "invalid",
            "nobody can tell which message this sheet maps",
            where=f"{self._file}!{tab.name}",
            advice=f"name the sheet '{tab_name(*sides[0])}', or say --operation: {', '.join(self._spec.operations)}",
        )

    def _there(self, tab: Tab, operation: str, reply: bool) -> tuple[str, bool]:
        op = self._agreement.operation(operation)
        if reply and op.reply is None:
            raise Failure("invalid", f"{operation} has no reply", where=f"{self._file}!{tab.name}")
        return operation, reply

    def _hits(self, told: Sequence[Told], operation: str, reply: bool) -> int:
        op = self._spec.operations[operation]
        wire = Paths(self._agreement.shape(op.reply if reply and op.reply else op.request))
        columns = ([one.wire for one in told], [one.canonical for one in told])
        return max(sum(path not in (None, "~", ".") and wire.find(path) is not None for path in c) for c in columns)

    # -- rows ------------------------------------------------------------------------------------------------------

    def _rows(
        self, tab: Tab, told: Sequence[Told], own: Paths | None, wire: Paths, written: bool
    ) -> tuple[list[Row], list[Todo]]:
        rows: list[Row] = []
        todos: list[Todo] = []
        for one in told:
            taken = self._row(one, own, wire, written)
            if isinstance(taken, Row):
                rows.append(taken)
            else:
                self._found.open.append(taken)
                todos.append(Todo(taken.cell, f"{one.text}: {taken.why}"))
        return rows, todos

    def _row(self, one: Told, own: Paths | None, wire: Paths, written: bool) -> Row | Open:
        try:
            options = options_of(one.said, self._lists, written)
            parts_of(Row(0, one.canonical, one.wire, options))
        except ValueError as error:
            return Open(one.cell, one.text, str(error))
        paths = []
        for side, path, schema in (("canonical", one.canonical, own), ("wire", one.wire, wire)):
            found = schema.find(path) if schema and path else path
            if path is None or found is None:
                near = tuple(schema.candidates(path or "")) if schema and path else ()
                return Open(one.cell, one.text, f"the {side} schema has no such path", near)
            paths.append(None if found == "~" else found)
        if None not in paths and "fields" not in options and _repeats(paths[0]) != _repeats(paths[1]):
            return Open(one.cell, one.text, "repeats on one side only: name the key, [key=field], or one element, [0]")
        if paths == [None, None] or ((None in paths) and "const" not in options):
            return Open(one.cell, one.text, "one of its paths is missing, and no constant is given")
        return Row(0, paths[0], paths[1], options)


def _repeats(path: str | None) -> bool:
    return split_group(path or "") is not None


def tab_name(operation: str, reply: bool) -> str:
    """What ``write_sheet`` calls the tab of a message; Excel takes 31 characters."""
    return f"{operation[:23]} {'reply' if reply else 'request'}"


def _turned(told: Sequence[Told], wire: Paths) -> bool:
    """Source and target the other way round: the wire's names stand in the other column."""

    def hits(paths: Iterator[str | None]) -> int:
        return sum(path not in (None, "~", ".") and wire.find(str(path)) is not None for path in paths)

    if any("canonical" in one.said or "wire" in one.said for one in told):
        return False
    return hits(one.canonical for one in told) > hits(one.wire for one in told)


def _canonical(type_ref: str) -> JsonShape:
    name, _, version = type_ref.partition("@")
    schema = canonical.schema(name, int(version or 1))
    return JsonShape(schema, schema)


def _best_type(told: Sequence[Told]) -> str:
    """The one canonical type that has all paths of the sheet; "" when there is none, or more than one."""
    wanted = {one.canonical for one in told} - {None, "~", "."}
    whole = [
        f"{name}@{version}"
        for name, version in canonical.types()
        if name != DRAFT and wanted and all(Paths(_canonical(f"{name}@{version}")).find(str(p)) for p in wanted)
    ]
    return whole[0] if len(whole) == 1 else ""


def _grouped(rows: Sequence[Row]) -> list[Row]:
    """Rows whose paths lead through the same list on both sides, as one row with the others inside."""
    made: list[Row] = []
    for row in rows:
        own, wire = split_group(row.canonical or ""), split_group(row.wire or "")
        ends = {own[0] if own else "", wire[0] if wire else ""}
        last = made[-1] if made else None
        if not own and not wire:
            made.append(row)
        elif own and wire and not own[1] and not wire[1]:
            made.append(replace(row, canonical=own[0], wire=wire[0]))
        elif last is not None and ends <= {last.canonical, last.wire, ""}:
            made[-1] = replace(last, rows=(*last.rows, _inner(row, own, wire)))
        elif own and wire:
            made.append(Row(0, own[0], wire[0], {}, (_inner(row, own, wire),)))
        else:
            made.append(row)
    return [_finished(row) for row in made]


def _inner(row: Row, own: tuple[str, str] | None, wire: tuple[str, str] | None) -> Row:
    canonical_path = (own[1] or ".") if own else row.canonical
    wire_path = (wire[1] or ".") if wire else row.wire
    return replace(row, canonical=canonical_path, wire=wire_path)


def _finished(row: Row) -> Row:
    inner = tuple(_grouped(row.rows))
    paths = [path.removesuffix("[]") if path else path for path in (row.canonical, row.wire)]
    return replace(row, canonical=paths[0], wire=paths[1], rows=inner)


def _numbered(rows: Sequence[Row]) -> tuple[Row, ...]:
    return tuple(replace(row, number=n, rows=_numbered(row.rows)) for n, row in enumerate(rows, start=1))
