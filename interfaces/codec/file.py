"""Exchange files <-> wire trees, streaming, with everything checked that the layout lets one check.

The tree of a whole file: ``{"HEAD": {...}, "MX": [{...}], "TAIL": {...}}`` by the names of the layout's records; with
several kinds of detail ``#order`` lists their names in the order of the lines. Leaves are text, absent = no key.
Counts and sums are exact (Decimal); what the hub writes itself (``is:``) is filled in on the way out and checked on
the way in.
"""

from __future__ import annotations

import io
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from shutil import copyfileobj
from tempfile import SpooledTemporaryFile
from typing import Any, BinaryIO, NamedTuple, Protocol

from interfaces.codec.file_fields import reader, writer
from interfaces.codec.file_rows import BrokenLine, Line, rows_of
from interfaces.contract.file_layout import Field, FileLayout, Record
from interfaces.contract.file_name import FileName
from interfaces.failure import Failure
from interfaces.wire import Tree

MOST_FAULTS = 20
"""Named in one refusal; a file in the wrong charset has one a line."""
NAMELESS = FileName("")
SPOOLED = 1 << 20
"""Bytes kept in memory of details whose header counts them; more go to a temporary file."""
Part = tuple[str, Mapping[str, Any]]
"""A detail as written: the name of its record, its fields."""


class Target(Protocol):
    """Where a file is written to."""

    def write(self, data: bytes, /) -> Any: ...


class Entry(NamedTuple):
    """One line as read. raw: its bytes, line end included."""

    record: Record
    line: int
    raw: bytes
    tree: Tree


@dataclass(slots=True)
class Totals:
    """What a file holds: details by record, sums by field."""

    counts: Counter[str] = field(default_factory=Counter)
    sums: dict[str, Decimal] = field(default_factory=dict)

    @property
    def records(self) -> int:
        return self.counts.total()

    def add(self, record: Record, tree: Mapping[str, Any], summed: Iterable[str]) -> None:
        self.counts[record.name] += 1
        for name in summed:
            self.sums[name] = self.sums.get(name, Decimal(0)) + Decimal(str(tree.get(name) or 0))

    def value(self, own: Field, name: FileName) -> str:
        """What a computed field must say; "" when nothing is known to compare it with."""
        if own.is_ == "count":
            return str(self.counts[own.of] if own.of else self.records)
        if own.is_ == "sum":
            return f"{self.sums.get(own.of, Decimal(0)):.{own.decimals}f}"
        return name.date if own.is_ == "date" else str(name.sequence) if name.sequence else ""


class Faults:
    """What is wrong with one file, each with file, line and field."""

    def __init__(self, file: str) -> None:
        self._file = file or "the file"
        self.found: list[dict[str, str]] = []
        self.more = 0

    def add(self, line: int, what: str, message: str) -> None:
        if len(self.found) < MOST_FAULTS:
            place = f"{self._file}:{line}" if line else self._file
            self.found.append({"path": f"{place} {what}".strip(), "message": message})
        else:
            self.more += 1

    def refuse(self) -> None:
        """Failure(invalid, reason="structure") when there are any."""
        if self.found:
            number = len(self.found) + self.more
            first = f"{self.found[0]['path']}: {self.found[0]['message']}"
            raise Failure(
                "invalid",
                f"the file breaks its layout in {number} place(s), first: {first}",
                where=self._file,
                advice="nothing of it was taken; correct it and send it again",
                reason="structure",
                errors=self.found,
            )


class FileCodec:
    """Both directions of one layout. Thread-safe."""

    def __init__(self, layout: FileLayout) -> None:
        self.layout = layout
        self._rows = rows_of(layout)
        self._readers = {r.name: [(n, reader(f, layout)) for n, f in r.fields.items()] for r in _all(layout)}
        self._writers = {r.name: [(f, writer(f, layout)) for f in r.fields.values()] for r in _all(layout)}
        self._summed = {r.name: _summed(layout, r) for r in _all(layout)}
        self._details = layout.details
        self._tags = {r.name: [f for f in r.fields.values() if f.value] for r in _all(layout)}

    # -- reading -----------------------------------------------------------------------------------------------

    def entries(
        self, stream: BinaryIO, name: FileName = NAMELESS, excerpt: bool = False, totals: Totals | None = None
    ) -> Iterator[Entry]:
        """Every line, checked; Failure(invalid) with all faults once the last line was read.

        excerpt  a part of a file: the trailer may be missing, and what it says of the whole is not judged
        totals   counted into, for who wants to see them
        """
        faults, totals, computed = Faults(name.name), Totals() if totals is None else totals, list[Entry]()
        for line, record in self._kinds(stream, faults, excerpt):
            tree = self._tree(record, line, faults)
            if tree is None:
                continue
            if record.role == "detail":
                totals.add(record, tree, self._summed[record.name])
            else:
                computed.append(Entry(record, line.number, b"", tree))
            yield Entry(record, line.number, line.raw, tree)
        for entry in computed if not faults.found else ():
            _compare(entry, totals, name, faults, excerpt)
        faults.refuse()

    def check(self, stream: BinaryIO, name: FileName = NAMELESS) -> Totals:
        """The whole file, without keeping it; Failure(invalid) with every fault."""
        totals = Totals()
        deque(self.entries(stream, name, totals=totals), maxlen=0)
        return totals

    def tree(self, body: bytes, name: FileName = NAMELESS, excerpt: bool = False) -> Tree:
        """A whole file as one tree."""
        tree: Tree = {record.name: [] for record in self.layout.details}
        order: list[str] = []
        for entry in self.entries(io.BytesIO(body), name, excerpt):
            if entry.record.role == "detail":
                tree[entry.record.name].append(entry.tree)
                order.append(entry.record.name)
            else:
                tree[entry.record.name] = entry.tree
        return tree | ({"#order": order} if len(self.layout.details) > 1 else {})

    def prefix(self, header: bytes) -> bytes:
        """What stands before the first detail: the header's line, the line of names. An excerpt begins with it."""
        names = self._rows.join(list(self._details[0].fields)) if self.layout.names else b""
        return header + names

    def _kinds(self, stream: BinaryIO, faults: Faults, excerpt: bool) -> Iterator[tuple[Line, Record]]:
        """Lines with what they are: the first may be the header, the last the trailer."""
        layout, before, names = self.layout, list[Line](), self.layout.names
        header = layout.header
        try:
            for line in self._rows.lines(stream):
                if header is not None:
                    yield from self._edge(line, header, faults)
                    header = None
                elif names:
                    names = False
                    self._names(line, faults)
                else:
                    yield from ((held, self._detail(held, faults)) for held in before)
                    before = [line]
        except BrokenLine as broken:
            faults.add(broken.number, "", str(broken))
            return
        if header is not None or names:
            faults.add(0, "", "is empty" if header is not None else "has no line of names")
        yield from self._last(before, faults, excerpt)

    def _last(self, held: list[Line], faults: Faults, excerpt: bool) -> Iterator[tuple[Line, Record]]:
        trailer = self.layout.trailer
        line = held[0] if held else None
        if trailer is not None and line is not None and not (excerpt and self._odd(line, trailer)):
            yield from self._edge(line, trailer, faults)
        elif trailer is not None and not excerpt:
            faults.add(0, trailer.name, "is missing: the file is empty or cut off")
        elif line is not None:
            if not line.ended and not excerpt:
                faults.add(line.number, "", "has no line end: the file may be cut off")
            yield line, self._detail(line, faults)

    def _edge(self, line: Line, record: Record, faults: Faults) -> Iterator[tuple[Line, Record]]:
        """The first line as header, the last as trailer."""
        odd = self._odd(line, record)
        if odd and record.role == "trailer":
            faults.add(line.number, record.name, f"the last line is none ({odd}): the file may be cut off")
        elif odd:
            faults.add(line.number, record.name, f"the first line is none ({odd})")
        else:
            yield line, record

    def _odd(self, line: Line, record: Record) -> str:
        """Why a line is not of this kind, as far as its fixed values tell."""
        wrong = [tag for tag in self._tags[record.name] if self._value(record, tag, line) != tag.value]
        return f"{wrong[0].name} is not {wrong[0].value}" if wrong else ""

    def _value(self, record: Record, tag: Field, line: Line) -> str:
        return self._rows.text(record, tag, line.row).strip(f"{tag.pad} " if tag.pad != "0" else " ")

    def _detail(self, line: Line, faults: Faults) -> Record:
        """The kind of detail; one that is none is told when its fields are read."""
        if len(self._details) == 1:
            return self._details[0]
        return next((record for record in self._details if not self._odd(line, record)), self._details[0])

    def _names(self, line: Line, faults: Faults) -> None:
        agreed = list(self.layout.details[0].fields)
        if line.row != agreed:
            faults.add(line.number, "", f"the line of names is not the agreed one: {', '.join(agreed)}"[:300])

    def _tree(self, record: Record, line: Line, faults: Faults) -> Tree | None:
        try:
            texts = self._rows.texts(record, line.row)
        except ValueError as error:
            faults.add(line.number, "", str(error))
            return None
        tree: Tree = {}
        good = True
        for (name, read), text in zip(self._readers[record.name], texts, strict=True):
            try:
                value = read(text)
            except ValueError as error:
                good = False
                faults.add(line.number, name, str(error))
                continue
            if value is not None:
                tree[name] = value
        return tree if good else None

    # -- writing -----------------------------------------------------------------------------------------------

    def write(self, out: Target, details: Iterable[Part], name: FileName, head: Tree, tail: Tree) -> Totals:
        """A file; details are taken one by one and never kept. Failure(invalid) naming record and field."""
        header, trailer, totals = self.layout.header, self.layout.trailer, Totals()
        if header is None:
            self._body(out, details, name, totals)
        elif any(header.computed("count", "sum")):  # it tells what comes after it
            with SpooledTemporaryFile(SPOOLED) as body:
                self._body(body, details, name, totals)
                out.write(self._line(header, head, totals, name, 1))
                body.seek(0)
                copyfileobj(body, out)
        else:
            out.write(self._line(header, head, totals, name, 1))
            self._body(out, details, name, totals)
        if trailer is not None:
            out.write(self._line(trailer, tail, totals, name, 1))
        return totals

    def _body(self, out: Target, details: Iterable[Part], name: FileName, totals: Totals) -> None:
        if self.layout.names:
            out.write(self._rows.join(list(self.layout.details[0].fields)))
        for number, (kind, tree) in enumerate(details, start=1):
            record = self.layout.record(kind)
            out.write(self._line(record, tree, totals, name, number))
            totals.add(record, tree, self._summed[kind])

    def write_tree(self, out: Target, tree: Mapping[str, Any], name: FileName) -> Totals:
        """The tree of a whole file; keys that are no record and begin with ``@`` or ``#`` are ours."""
        unknown = [key for key in tree if key[0] not in "@#" and key not in self.layout.records]
        if unknown:
            self.layout.record(unknown[0])
        header, trailer = self.layout.header, self.layout.trailer
        head = tree.get(header.name, {}) if header else {}
        tail = tree.get(trailer.name, {}) if trailer else {}
        return self.write(out, self._in_order(tree), name, head, tail)

    def _in_order(self, tree: Mapping[str, Any]) -> Iterator[Part]:
        lists = {record.name: iter(tree.get(record.name, ())) for record in self.layout.details}
        order = tree.get("#order") or [kind for kind in lists for _ in tree.get(kind, ())]
        for kind in order:
            if (tree_of := next(lists.get(kind, iter(())), None)) is not None:
                yield kind, tree_of
        for kind, rest in lists.items():
            yield from ((kind, tree_of) for tree_of in rest)

    def _line(self, record: Record, tree: Mapping[str, Any], totals: Totals, name: FileName, number: int) -> bytes:
        faults = Faults(record.name)
        for key in tree:
            if key not in record.fields:
                faults.add(number, key, "is no field")
        parts: list[bytes | str] = []
        for own, write in self._writers[record.name]:
            try:
                parts.append(self._rows.place(own, write(_written(own, tree, totals, name))))
            except ValueError as error:
                faults.add(number, own.name, str(error))
        faults.refuse()
        return self._with_gaps(record, parts)

    def _with_gaps(self, record: Record, parts: list[bytes | str]) -> bytes:
        if self.layout.form == "delimited":
            return self._rows.join(parts)
        line, end = list[bytes | str](), 0
        for own, part in zip(record.fields.values(), parts, strict=True):
            line += [b" " * (own.at - end), part]
            end = own.at + own.bytes
        return self._rows.join(line)


def _written(own: Field, tree: Mapping[str, Any], totals: Totals, name: FileName) -> Any:
    """The tree's value, or what the hub writes itself; ValueError when they contradict each other."""
    given = tree.get(own.name)
    if not own.is_:
        return given
    value = totals.value(own, name)
    if given not in (None, "") and value and not _same(own, str(given), value):
        raise ValueError(f"says {given}, but {_what(own)} is {value}")
    return value or given


def _compare(entry: Entry, totals: Totals, name: FileName, faults: Faults, excerpt: bool) -> None:
    for own in entry.record.computed("date", "sequence", *(() if excerpt else ("count", "sum"))):
        said, value = entry.tree.get(own.name, ""), totals.value(own, name)
        if value and not _same(own, said, value):
            faults.add(entry.line, own.name, f"says {said or 'nothing'}, but {_what(own)} is {value}")


def _same(own: Field, said: str, value: str) -> bool:
    if own.is_ == "date":
        return said.replace("-", "")[:8] == value
    try:
        return Decimal(said) == Decimal(value)
    except ArithmeticError:
        return False


def _what(own: Field) -> str:
    words = {"count": "the number of details", "sum": f"the sum of {own.of}"}
    return words.get(own.is_, f"the {own.is_} in the file's name")


def _all(layout: FileLayout) -> Iterator[Record]:
    return iter(layout.records.values())


def _summed(layout: FileLayout, record: Record) -> tuple[str, ...]:
    """Fields of a detail that some header or trailer sums."""
    edges = (layout.header, layout.trailer)
    names = {own.of for edge in edges if edge for own in edge.computed("sum")}
    return tuple(name for name in record.fields if name in names)
