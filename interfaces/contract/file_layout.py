"""Exchange files (文件接口): which records and fields two systems agreed to exchange, line by line.

charset: gbk
form: fixed                        # or delimited: delimiter, quote, formulas, names
line_end: crlf
records:
  HEAD:
    role: header                   # the first line; trailer: the last one; detail: all between
    fields:
      LX: {bytes: 2, value: "10"}
      RQ: {bytes: 8, is: date}     # the date in the file's name
  MX:
    role: detail
    fields:
      LX: {bytes: 2, value: "20"}
      MC: {bytes: 40, required: true}                  # 40 bytes of GBK are 20 characters
      JE: {bytes: 12, type: number, decimals: 2}       # 000000001230 is 12.30
  TAIL:
    role: trailer
    fields:
      LX: {bytes: 2, value: "90"}
      BS: {bytes: 8, is: count}
      HJ: {bytes: 16, is: sum, of: JE}

Everything that may stand there, with its meaning: file_layout.schema.json beside this file.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, Literal

from interfaces.failure import Failure
from interfaces.mapping.temporal import Temporal
from interfaces.spec.checked import line_of, read_checked
from interfaces.spec.yaml_lines import Place

Role = Literal["header", "detail", "trailer"]
FieldType = Literal["text", "number", "date"]
NUMERIC = frozenset({"count", "sum", "sequence"})


@dataclass(frozen=True, slots=True)
class Field:
    """One field. bytes 0: no limit; at: first byte of the line (fixed), from 0; pad "": not padded."""

    name: str
    type: FieldType = "text"
    bytes: int = 0
    at: int = 0
    required: bool = False
    pad: str = " "
    align: Literal["left", "right"] = "left"
    decimals: int = 0
    point: Literal["implied", "written"] = "written"
    format: str = ""
    value: str = ""
    is_: Literal["", "date", "sequence", "count", "sum"] = ""
    of: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    """One kind of line. width: its bytes without the line end (fixed)."""

    name: str
    role: Role
    fields: Mapping[str, Field]

    @property
    def width(self) -> int:
        return max(field.at + field.bytes for field in self.fields.values())

    def computed(self, *kinds: str) -> Iterator[Field]:
        """Fields that are counted or taken from the file's name rather than mapped."""
        return (field for field in self.fields.values() if field.is_ in kinds)


@dataclass(frozen=True, slots=True)
class FileLayout:
    """quote "" : nothing is quoted. header and trailer: None when the file has none."""

    charset: str
    form: Literal["fixed", "delimited"]
    records: Mapping[str, Record]
    line_end: str = "\n"
    delimiter: str = ""
    quote: str = ""
    formulas: str = "keep"
    names: bool = False

    def of_role(self, role: Role) -> tuple[Record, ...]:
        return tuple(record for record in self.records.values() if record.role == role)

    @property
    def header(self) -> Record | None:
        return next(iter(self.of_role("header")), None)

    @property
    def trailer(self) -> Record | None:
        return next(iter(self.of_role("trailer")), None)

    @property
    def details(self) -> tuple[Record, ...]:
        return self.of_role("detail")

    def record(self, name: str) -> Record:
        """Failure(not_found) for a record the layout does not have."""
        if name not in self.records:
            known = ", ".join(self.records)
            raise Failure("not_found", f"record {name[:64]} is not in the layout", advice=f"the layout has: {known}")
        return self.records[name]

    @classmethod
    def load(cls, path: Path) -> FileLayout:
        """Failure(invalid) names ``file:line`` and every fault; Failure(not_found) when there is no file."""
        try:
            text = path.read_text("utf-8")
        except FileNotFoundError:
            raise Failure("not_found", "the file layout is not there", where=str(path)) from None
        data, lines = read_checked(text, str(path), schema(), "file layout")
        faults = [(line_of(lines, place), place, message) for place, message in _faults(data)]
        if faults:
            errors = [{"path": ".".join(map(str, place)), "message": message} for _, place, message in faults]
            what = f"the file layout has {len(faults)} fault(s), first: {errors[0]['path']}: {errors[0]['message']}"
            raise Failure("invalid", what, where=f"{path}:{faults[0][0]}", reason="structure", errors=errors)
        return _layout(data)


@cache
def schema() -> dict[str, Any]:
    """The published JSON Schema of a file layout."""
    text = resources.files(__package__).joinpath("file_layout.schema.json").read_text("utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


Fault = tuple[Place, str]


def _faults(data: Any) -> Iterator[Fault]:
    """What the schema cannot see."""
    roles = [record["role"] for record in data["records"].values()]
    for role in ("header", "trailer"):
        if roles.count(role) > 1:
            yield ("records",), f"there is one {role} at most"
    if "detail" not in roles:
        yield ("records",), "a file needs a kind of detail"
    several = roles.count("detail") > 1
    if data.get("names") and several:
        yield ("names",), "with several kinds of detail there is no one line of names"
    details = {n: r["fields"] for n, r in data["records"].items() if r["role"] == "detail"}
    for name, record in data["records"].items():
        place: Place = ("records", name, "fields")
        if several and record["role"] == "detail" and not any("value" in f for f in record["fields"].values()):
            yield place, "several kinds of detail are told apart by a field with value"
        if data["form"] == "fixed":
            yield from _positions(record["fields"], place)
        for field, options in record["fields"].items():
            yield from (((*place, field), fault) for fault in _field_faults(options, data, record["role"], details))


def _positions(fields: Mapping[str, Any], place: Place) -> Iterator[Fault]:
    end = 0
    for name, options in fields.items():
        if "bytes" not in options:
            yield (*place, name), "a fixed field needs bytes"
        at = options.get("at", end + 1) - 1
        if at < end:
            yield (*place, name), f"begins at byte {at + 1}, inside the field before it"
        end = at + options.get("bytes", 0)


def _field_faults(options: Mapping[str, Any], data: Any, role: str, details: Mapping[str, Any]) -> Iterator[str]:
    kind, meaning = options.get("type", "text"), options.get("is")
    if "at" in options and data["form"] != "fixed":
        yield "at is for fixed files"
    if kind != "number" and ("point" in options or ("decimals" in options and meaning != "sum")):
        yield "decimals and point are for numbers"
    if kind == "date" and not _is_pattern(options.get("format", "")):
        yield "a date needs a format of yyyy MM dd HH mm ss SSS"
    if meaning in ("count", "sum") and role == "detail":
        yield "counts and sums stand in the header or the trailer"
    if meaning == "count" and options.get("of", next(iter(details), "")) not in details:
        yield "of names no kind of detail"
    if meaning == "sum" and not _summed(options.get("of"), details):
        yield "of must name a number of a detail"
    if meaning in NUMERIC and kind == "date":
        yield f"a {meaning} is a number"


def _summed(name: str | None, details: Mapping[str, Any]) -> bool:
    return any(fields.get(name, {}).get("type") == "number" for fields in details.values())


def _is_pattern(text: str) -> bool:
    try:
        return "@" not in text and bool(Temporal(text))
    except ValueError:
        return False


def _layout(data: Mapping[str, Any]) -> FileLayout:
    quote = data.get("quote", '"' if data["form"] == "delimited" else "none")
    return FileLayout(
        charset=data["charset"],
        form=data["form"],
        records={name: _record(name, record, data) for name, record in data["records"].items()},
        line_end="\r\n" if data.get("line_end") == "crlf" else "\n",
        delimiter=data.get("delimiter", ""),
        quote="" if quote == "none" else quote,
        formulas=data.get("formulas", "keep"),
        names=data.get("names", False),
    )


def _record(name: str, data: Mapping[str, Any], layout: Mapping[str, Any]) -> Record:
    fields: dict[str, Field] = {}
    end = 0
    for field, options in data["fields"].items():
        made = _field(field, options, layout, end)
        fields[field], end = made, made.at + made.bytes
    return Record(name, data["role"], fields)


def _field(name: str, options: Mapping[str, Any], layout: Mapping[str, Any], end: int) -> Field:
    fixed, meaning = layout["form"] == "fixed", options.get("is", "")
    type_: FieldType = "number" if meaning in NUMERIC else options.get("type", "text")
    right = type_ == "number"
    return Field(
        name=name,
        type=type_,
        bytes=options.get("bytes", 0),
        at=options.get("at", end + 1) - 1 if fixed else 0,
        required=options.get("required", False) or bool(meaning) or "value" in options,
        pad=options.get("pad", ("0" if right else " ") if fixed else ""),
        align=options.get("align", "right" if right else "left"),
        decimals=_decimals(options, layout),
        point=options.get("point", "implied" if fixed else "written"),
        format=options.get("format", ""),
        value=options.get("value", ""),
        is_=meaning,
        of=options.get("of", ""),
    )


def _decimals(options: Mapping[str, Any], layout: Mapping[str, Any]) -> int:
    """A sum has the places of what it sums."""
    if options.get("is") == "sum" and "decimals" not in options:
        fields = (record["fields"].get(options["of"]) for record in layout["records"].values())
        return max((field.get("decimals", 0) for field in fields if field and "is" not in field), default=0)
    places: int = options.get("decimals", 0)
    return places
