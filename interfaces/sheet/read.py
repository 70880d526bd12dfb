"""A workbook -> rows and code lists for one spec, with everything that stays open named by its cell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from interfaces.agreement import Agreement
from interfaces.failure import Failure
from interfaces.mapping.rows import parts_of
from interfaces.sheet.book import Tab, read_book
from interfaces.sheet.cells import options_of
from interfaces.sheet.codes import Twice, code_lists, is_codes
from interfaces.sheet.columns import Heading, heading_of
from interfaces.sheet.limits import Limits
from interfaces.sheet.match import Candidate, Paths, split_group
from interfaces.sheet.message import Message, Messages, tab_name
from interfaces.sheet.paths import dotted, is_tree, trees
from interfaces.sheet.types import DRAFT, fitting, shape_of, stated
from interfaces.spec.lint_rules import reads
from interfaces.spec.model import CodeList, InterfaceSpec, Row, Side
from interfaces.spec.rewrite import Change, Todo

_ABOVE = 20
"""Cells above a tab's headings that may say what it is about."""
_MUST = frozenset({"m", "mandatory", "required", "must", "y", "yes", "true", "1", "1..1", "1..n", "x", "peer"})
_MUST |= frozenset({"是", "必填", "必选", "必须", "√"})
_YES = frozenset({"y", "yes", "true", "x", "k", "pk", "key", "1", "是", "√", "主键"})


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


def read_sheet(
    path: Path, spec: InterfaceSpec, operation: str = "", reply: bool = False, types: Sequence[str] = ()
) -> Sheet:
    """All tabs of a workbook. ``operation``, ``reply``, ``types`` (``WorkOrder@1`` for all messages, ``bookVisit
    reply=WorkOrderResult@1`` for one): where a tab does not tell it by itself.

    Failure(invalid) naming the cell for a workbook that cannot be read, and for a tab of which nobody can tell which
    message it is about.
    """
    tabs = read_book(path)
    headed = [(tab, heading) for tab in tabs if (heading := heading_of(tab)) is not None]
    found = Sheet(ignored=[tab.name for tab in tabs if heading_of(tab) is None])
    twice: list[Twice] = []
    for tab, heading in headed:
        if is_codes(heading):
            found.code_lists |= code_lists(tab, heading, twice)
    found.open += [Open(one.cell, one.code, f"code list {one.list} has it twice") for one in twice]
    reader = _Reader(path.name, spec, found, operation, reply, types)
    for tab, heading in headed:
        if not is_codes(heading):
            reader.tab(tab, heading)
    reader.finish()
    return found


Taken = tuple[Row, Told]
"""A row, and the sheet's row that it was."""


@dataclass(frozen=True, slots=True)
class _Part:
    """Rows of one message. texts: what the tab is called, what stands above its headings, and they themselves."""

    texts: tuple[str, ...]
    operation: str
    reply: bool
    told: tuple[Told, ...]


class _Reader:
    def __init__(
        self, file: str, spec: InterfaceSpec, found: Sheet, operation: str, reply: bool, types: Sequence[str]
    ) -> None:
        self._file, self._spec, self._found = file, spec, found
        self._asked = (operation, reply) if operation else None
        self._agreement = Agreement(spec)
        self._messages = Messages(self._agreement)
        self._types = dict(_asked_type(text, self._messages.all) for text in types)
        self._lists = {**spec.code_lists, **found.code_lists}
        self._parts: list[_Part] = []

    def tab(self, tab: Tab, heading: Heading) -> None:
        told = list(self._told(tab, heading))
        if not told:
            self._found.ignored.append(tab.name)
        above = [cell.value for cells in tab.rows[: heading.row] for cell in cells if cell.value][:_ABOVE]
        headings = [cell.value for cell in tab.rows[heading.row]]
        for about, rows in self._split(told):
            operation, reply = self._message(tab, (about, tab.name, *above), rows)
            self._parts.append(_Part((about, tab.name, *above, *headings), operation, reply, tuple(rows)))

    def finish(self) -> None:
        """Requests first: what a reply is about is told by its request, where it is not told by itself."""
        for part in sorted(self._parts, key=lambda part: part.reply):
            self._take(part)

    def _take(self, part: _Part) -> None:
        op = self._spec.operations[part.operation]
        side = op.reply if part.reply else op.request
        assert side is not None, "_message answers only what there is"
        wire, told = Paths(self._agreement.shape(side)), part.told
        if _turned(told, wire):
            told = tuple(replace(one, canonical=one.wire, wire=one.canonical) for one in told)
        what = f"{op.name} {'reply' if part.reply else 'request'}"
        type_ref = self._type_of(part, side, told, what)
        own = Paths(shape_of(type_ref)) if type_ref else None
        written = not reads(self._spec, op, side)
        taken, todos = self._rows(told, own, wire, written)
        limit = Limits(own, wire, self._spec.system) if own and written else None
        whole = [
            limit.declared(row, self._must(one, row, own)) if limit and own else row
            for (_, one), row in zip(taken, _keyed(taken), strict=True)
        ]
        rows = _numbered(_grouped(whole))
        self._found.changes.append(Change(op.name, part.reply, type_ref or side.type, rows, tuple(todos)))
        target, column = (wire, "wire") if written else (own, "canonical")
        there = {str(row.wire if written else row.canonical).partition(".")[0].partition("[")[0] for row in rows}
        missing = sorted((target.required() if target else frozenset()) - there)
        self._found.mandatory += [f"{what}: {column} {name}" for name in missing]

    def _type_of(self, part: _Part, side: Side, told: Sequence[Told], what: str) -> str:
        """As asked, as the sheet says, as the spec has it, else the only one that fits; "" leaves the draft's."""
        message = (part.operation, part.reply)
        asked = self._types.get(message, self._types.get(None, "")) or stated(part.texts)
        if asked or side.type_name != DRAFT:
            return asked or side.type
        request = next((c.type for c in self._found.changes if c.operation == part.operation and not c.reply), "")
        paths = [one.canonical for one in told if one.canonical not in (None, "~", ".")]
        found = fitting([str(p) for p in paths], self._guessed(told), self._lists, request if part.reply else "")
        if len(found.types) == 1:
            return found.types[0]
        why = (
            f"{len(found.types)} canonical types fit equally well" if found.types else "no canonical type has its paths"
        )
        how = f"write the type into a cell above the headings, or say --type '{what}=...'"
        where = part.told[0].cell.partition("!")[0]
        told_how = f"{why}: {how}; `mboss interface types` lists them"
        self._found.open.append(Open(where, what, told_how, found.nearest))
        return ""

    def _must(self, one: Told, row: Row, own: Paths) -> bool:
        """The sheet calls it mandatory; what its code list lacks is another matter, and stays to be seen."""
        return _called(one.said, "required", _MUST) and not any(_gaps(one, row, own, self._lists))

    def _guessed(self, told: Sequence[Told]) -> list[Row]:
        """Constants and code lists, as far as they can be read."""
        rows: list[Row] = []
        for one in told:
            with suppress(ValueError):
                rows.append(Row(0, one.canonical, one.wire, options_of(one.said, self._lists, True)))
        return rows

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

    def _split(self, told: Sequence[Told]) -> Iterator[tuple[str, list[Told]]]:
        """A tab of several messages, told apart by columns for operation and message, else by the element that paths
        begin with; a row that does not say belongs to the one before it."""
        about, found = "", dict[str, list[Told]]()
        for one in told:
            said = " ".join(one.said[role] for role in ("operation", "message") if role in one.said)
            roots = [self._messages.root(path) for path in (one.wire, one.canonical) if path]
            root = next((f"{name} {'reply' if reply else 'request'}" for name, reply in filter(None, roots)), "")
            about = said or root or about
            found.setdefault(about, []).append(one)
        if len(found) > 1 and "" in found:  # rows above the first one that says
            first = found.pop("")
            name = next(iter(found))
            found[name] = first + found[name]
        yield from found.items()

    def _message(self, tab: Tab, texts: Sequence[str], told: Sequence[Told]) -> Message:
        """Which message these rows are about: as asked, as the tab says, or the one that has most of their paths."""
        if self._asked is not None:
            return self._there(tab, *self._asked)
        named = [one for one in self._messages.all if tab_name(*one).lower() == tab.name.lower()]
        paths = [path for one in told for path in (one.wire, one.canonical) if path not in (None, "~", ".")]
        found = named[0] if named else self._messages.of(texts, [str(path) for path in paths])
        if found is None:
            names = ", ".join(f"'{tab_name(*one)}'" for one in self._messages.all)
            raise Failure(
                "invalid",
                "nobody can tell which message this sheet maps",
                where=f"{self._file}!{tab.name}",
                advice=f"call the tab one of {names}, write that above its headings, or say --operation and --reply",
            )
        return found

    def _there(self, tab: Tab, operation: str, reply: bool) -> Message:
        op = self._agreement.operation(operation)
        if reply and op.reply is None:
            raise Failure("invalid", f"{operation} has no reply", where=f"{self._file}!{tab.name}")
        return operation, reply

    # -- rows ------------------------------------------------------------------------------------------------------

    def _rows(
        self, told: Sequence[Told], own: Paths | None, wire: Paths, written: bool
    ) -> tuple[list[Taken], list[Todo]]:
        rows: list[Taken] = []
        todos: list[Todo] = []
        for one in told:
            taken = self._row(one, own, wire, written)
            if isinstance(taken, Row):
                rows.append((taken, one))
                if written and own:
                    self._found.open += _gaps(one, taken, own, self._lists)
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


def _called(said: Mapping[str, str], role: str, words: frozenset[str]) -> bool:
    """Whether a column of the row says one of these words."""
    return any(word in words for word in said.get(role, "").lower().replace("+", " ").split())


def _gaps(one: Told, row: Row, own: Paths, lists: Mapping[str, CodeList]) -> Iterator[Open]:
    """Values of ours that the row's code list has no code for."""
    codes = lists.get(str(row.options.get("code", "")))
    if codes is None or {"partial", "when", "lossy"} & row.options.keys():
        return
    left = [value for value in own.facts(row.canonical or "").values if value not in codes.codes]
    if left:
        how = "add them to the list, or say in a column Partial why they never come"
        yield Open(one.cell, one.text, f"code list {codes.name} has no code for {', '.join(left)}: {how}")


def _repeats(path: str | None) -> bool:
    return split_group(path or "") is not None


def _turned(told: Sequence[Told], wire: Paths) -> bool:
    """Source and target the other way round: the wire's names stand in the other column."""

    def hits(paths: Iterator[str | None]) -> int:
        return sum(path not in (None, "~", ".") and wire.find(str(path)) is not None for path in paths)

    if any("canonical" in one.said or "wire" in one.said for one in told):
        return False
    return hits(one.canonical for one in told) > hits(one.wire for one in told)


def _asked_type(text: str, known: Sequence[Message]) -> tuple[Message | None, str]:
    """``WorkOrder@1``, ``bookVisit=WorkOrder@1`` or ``bookVisit reply=WorkOrderResult@1``; Failure(invalid)."""
    about, _, ref = text.rpartition("=")
    name, _, message = about.strip().partition(" ")
    if about and (name, message == "reply") not in known:
        names = ", ".join(f"'{one} {'reply' if reply else 'request'}'" for one, reply in known)
        raise Failure("invalid", f"there is no message {about!r}", where=f"--type {text}", advice=f"one of {names}")
    shape_of(ref)
    return (name, message == "reply") if about else None, ref


def _keyed(rows: Sequence[Taken]) -> list[Row]:
    """Groups get the key that one of their rows is marked to hold, or that the other side's key stands for."""
    keys: dict[str, str] = {}
    for row, one in rows:
        marked = _called(one.said, "key", _YES)
        sides = [group for path in (row.canonical, row.wire) if (group := split_group(path or ""))]
        if len(sides) == 2 and (marked or any(f"[key={rest}]" in group for group, rest in sides)):
            keys |= {group: f"{group[:-2]}[key={rest}]" for group, rest in sides if group.endswith("[]")}
    return [replace(row, canonical=_with_key(row.canonical, keys), wire=_with_key(row.wire, keys)) for row, _ in rows]


def _with_key(path: str | None, keys: Mapping[str, str]) -> str | None:
    group = split_group(path or "")
    if path is None or group is None or group[0] not in keys:
        return path
    return ".".join(part for part in (keys[group[0]], group[1]) if part)


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
