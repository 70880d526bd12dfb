"""Lines of an exchange file, fixed-width or delimited: bytes <-> the texts of the fields. One line in memory at a time.

A charset of the GB family never has a line feed inside a character, so lines are split as bytes.
"""

from __future__ import annotations

import csv
import io
import struct
from collections.abc import Iterator, Sequence
from typing import BinaryIO, NamedTuple, Protocol

from interfaces.codec.file_fields import encoded, padded
from interfaces.contract.file_layout import Field, FileLayout, Record

LONGEST = 1 << 20
"""Bytes of a line; one without end is no file of records."""
_READ_AS = {"gbk": "gb18030", "gb2312": "gb18030"}
"""Read as the superset, as everywhere (codec/charset); written as agreed."""


class Line(NamedTuple):
    """One row. row: bytes without the line end (fixed) or cells (delimited); ended: whether its line end was there."""

    number: int
    raw: bytes
    row: bytes | list[str]
    ended: bool


class BrokenLine(ValueError):
    """After this line nothing more can be read."""

    def __init__(self, number: int, message: str) -> None:
        super().__init__(message)
        self.number = number


class Rows(Protocol):
    """One form. ``texts`` and ``join`` raise ValueError; ``lines`` BrokenLine."""

    def lines(self, stream: BinaryIO) -> Iterator[Line]: ...

    def texts(self, record: Record, row: bytes | list[str]) -> Sequence[str]: ...

    def text(self, record: Record, field: Field, row: bytes | list[str]) -> str:
        """One field of a row that may be of another kind of record; "" when it is too short."""
        ...

    def place(self, field: Field, text: str) -> bytes | str:
        """A written field, checked and padded."""
        ...

    def join(self, parts: Sequence[bytes | str]) -> bytes: ...


def rows_of(layout: FileLayout) -> Rows:
    return FixedRows(layout) if layout.form == "fixed" else DelimitedRows(layout)


class FixedRows:
    def __init__(self, layout: FileLayout) -> None:
        self._charset, self._read_as = layout.charset, _READ_AS.get(layout.charset, layout.charset)
        self._end = layout.line_end.encode()
        self._cuts = {record.name: _cut(record) for record in layout.records.values()}
        self._utf8 = layout.charset == "utf-8"

    def lines(self, stream: BinaryIO) -> Iterator[Line]:
        for number, raw in _raw_lines(stream, self._utf8):
            row = raw.rstrip(b"\r\n")
            yield Line(number, raw, row, len(row) < len(raw))

    def texts(self, record: Record, row: bytes | list[str]) -> Sequence[str]:
        assert isinstance(row, bytes)
        if len(row) != record.width:
            raise ValueError(f"has {len(row)} bytes, {record.name} has {record.width}")
        parts = self._cuts[record.name].unpack(row)
        if row.isascii():
            return [part.decode("ascii") for part in parts]
        return [_decoded(part, self._read_as, name) for part, name in zip(parts, record.fields, strict=True)]

    def text(self, record: Record, field: Field, row: bytes | list[str]) -> str:
        assert isinstance(row, bytes)
        return row[field.at : field.at + field.bytes].decode(self._read_as, "replace")

    def place(self, field: Field, text: str) -> bytes | str:
        return padded(field, text, self._charset)

    def join(self, parts: Sequence[bytes | str]) -> bytes:
        return b"".join(part for part in parts if isinstance(part, bytes)) + self._end


def _cut(record: Record) -> struct.Struct:
    """A record as fields and the bytes that are skipped."""
    form, end = "", 0
    for field in record.fields.values():
        form += f"{field.at - end}x{field.bytes}s"
        end = field.at + field.bytes
    return struct.Struct(form)


def _decoded(part: bytes, charset: str, name: str) -> str:
    try:
        return part.decode(charset)
    except UnicodeDecodeError:
        raise ValueError(f"{name} is not text in {charset}, or a character is cut in two") from None


class DelimitedRows:
    """stdlib csv, fed line by line."""

    def __init__(self, layout: FileLayout) -> None:
        self._charset, self._read_as = layout.charset, _READ_AS.get(layout.charset, layout.charset)
        self._format: dict[str, object] = {"delimiter": layout.delimiter, "strict": True, "quoting": csv.QUOTE_NONE}
        if layout.quote:
            self._format |= {"quotechar": layout.quote, "quoting": csv.QUOTE_MINIMAL}
        self._end = layout.line_end
        self._delimiter = layout.delimiter
        self._quoted = bool(layout.quote)
        self._limits = {r.name: [(f.name, f.bytes) for f in r.fields.values()] for r in layout.records.values()}
        self._index = {r.name: {name: i for i, name in enumerate(r.fields)} for r in layout.records.values()}

    def lines(self, stream: BinaryIO) -> Iterator[Line]:
        taken: list[bytes] = []
        last = 0

        def feed() -> Iterator[str]:
            nonlocal last
            for last, raw in _raw_lines(stream, self._charset == "utf-8"):
                taken.append(raw)
                yield self._decode(last, raw)

        reader = csv.reader(feed(), **self._format)  # type: ignore[arg-type]
        try:
            for cells in reader:
                raw = b"".join(taken)
                yield Line(last - len(taken) + 1, raw, cells, raw.endswith((b"\n", b"\r")))
                taken.clear()
        except csv.Error as error:
            raise BrokenLine(last - len(taken) + 1, f"the quotes or the line are broken: {error}") from None

    def _decode(self, number: int, raw: bytes) -> str:
        try:
            return raw.decode(self._read_as)
        except UnicodeDecodeError as error:
            raise BrokenLine(number, f"is not text in {self._charset}, at byte {error.start + 1}") from None

    def texts(self, record: Record, row: bytes | list[str]) -> Sequence[str]:
        assert isinstance(row, list)
        if len(row) != len(record.fields):
            raise ValueError(f"has {len(row)} fields, {record.name} has {len(record.fields)}")
        for text, (name, limit) in zip(row, self._limits[record.name], strict=True):
            if limit and (len(text) if text.isascii() else len(text.encode(self._read_as))) > limit:
                raise ValueError(f"{name} has more than {limit} bytes in {self._charset}")
        return row

    def text(self, record: Record, field: Field, row: bytes | list[str]) -> str:
        assert isinstance(row, list)
        index = self._index[record.name][field.name]
        return row[index] if index < len(row) else ""

    def place(self, field: Field, text: str) -> bytes | str:
        if field.pad and field.bytes:
            return padded(field, text, self._charset).decode(self._charset)
        encoded(field, text, self._charset)
        if not self._quoted and (self._delimiter in text or "\n" in text or "\r" in text):
            raise ValueError("holds the delimiter or a line end, and nothing is quoted here")
        return text

    def join(self, parts: Sequence[bytes | str]) -> bytes:
        if not self._quoted:  # csv would escape what is no quote here; ``place`` has seen that nothing is a delimiter
            return (self._delimiter.join(map(str, parts)) + self._end).encode(self._charset)
        out = io.StringIO()
        csv.writer(out, lineterminator=self._end, **self._format).writerow(parts)  # type: ignore[arg-type]
        return out.getvalue().encode(self._charset)


def _raw_lines(stream: BinaryIO, utf8: bool) -> Iterator[tuple[int, bytes]]:
    number = 0
    while raw := stream.readline(LONGEST):
        number += 1
        if len(raw) == LONGEST:
            raise BrokenLine(number, f"is longer than {LONGEST} bytes")
        yield number, raw.removeprefix(b"\xef\xbb\xbf") if utf8 and number == 1 else raw
