"""Interface tables (接口表): which tables and columns two systems agreed to exchange rows in.

charset: gbk
request: IF_GONGDAN                # where the hub inserts; status: where it reads
status: IF_HUIDAN
tables:
  IF_GONGDAN:
    columns:
      DJH: {type: text, bytes: 40, required: true, key: true}
  IF_HUIDAN:
    read_mark: DQBZ
    columns:
      XH: {type: int, required: true, key: true}
      DQBZ: {type: int, required: true}
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import jsonschema

from interfaces.failure import Failure
from interfaces.spec.yaml_lines import Lines, read_yaml

ColumnType = Literal["text", "int", "datetime"]

_NAME = {"type": "string", "pattern": "^[A-Za-z_][A-Za-z0-9_]{0,62}$"}
_COLUMN = {
    "type": "object",
    "additionalProperties": False,
    "required": ["type"],
    "properties": {
        "type": {"enum": ["text", "int", "datetime"]},
        "bytes": {"type": "integer", "minimum": 1},
        "required": {"type": "boolean"},
        "key": {"type": "boolean"},
    },
    "if": {"properties": {"type": {"const": "text"}}},
    "then": {"required": ["bytes"]},
}
_TABLE = {
    "type": "object",
    "additionalProperties": False,
    "required": ["columns"],
    "properties": {
        "read_mark": _NAME,
        "columns": {
            "type": "object",
            "minProperties": 1,
            "propertyNames": _NAME,
            "additionalProperties": _COLUMN,
        },
    },
}
_LAYOUT = jsonschema.Draft202012Validator(
    {
        "type": "object",
        "additionalProperties": False,
        "required": ["charset", "tables"],
        "properties": {
            "charset": {"enum": ["gbk", "gb2312", "gb18030", "utf-8"]},
            "request": _NAME,
            "status": _NAME,
            "tables": {"type": "object", "minProperties": 1, "propertyNames": _NAME, "additionalProperties": _TABLE},
        },
    }
)


@dataclass(frozen=True, slots=True)
class Column:
    """bytes: length of a text column in the wire charset; 0 for other types."""

    name: str
    type: ColumnType
    bytes: int = 0
    required: bool = False
    key: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """key: the column that names a row. read_mark: the column the reader sets when it has taken a row, or ""."""

    name: str
    columns: Mapping[str, Column]
    key: str
    read_mark: str = ""


@dataclass(frozen=True, slots=True)
class TableLayout:
    """request: the table the hub inserts into, status: the one it reads; "" when there is none."""

    charset: str
    tables: Mapping[str, Table]
    request: str = ""
    status: str = ""

    def table(self, name: str) -> Table:
        """Failure(not_found) for a table the layout does not have."""
        if name not in self.tables:
            known = ", ".join(self.tables)
            raise Failure("not_found", f"table {name[:64]} is not in the layout", advice=f"the layout has: {known}")
        return self.tables[name]

    @classmethod
    def load(cls, path: Path) -> TableLayout:
        """Failure(invalid) names ``file:line`` and every fault; Failure(not_found) when there is no file."""
        try:
            text = path.read_text("utf-8")
        except FileNotFoundError:
            raise Failure("not_found", "the table layout is not there", where=str(path)) from None
        data, lines = read_yaml(text, str(path))
        faults = [*_against_schema(data, lines)] or [*_dangling(data, lines)]
        if faults:
            number, errors = len(faults), [fault for _, fault in faults]
            what = f"the table layout has {number} fault(s), first: {errors[0]['path']}: {errors[0]['message']}"
            raise Failure("invalid", what, where=f"{path}:{faults[0][0]}", reason="structure", errors=errors)
        return _layout(data)


Fault = tuple[int, dict[str, str]]


def _against_schema(data: Any, lines: Lines) -> Iterator[Fault]:
    for error in sorted(_LAYOUT.iter_errors(data), key=lambda e: [str(step) for step in e.absolute_path]):
        yield _fault(tuple(error.absolute_path), error.message, lines)


def _dangling(data: Any, lines: Lines) -> Iterator[Fault]:
    """Names that lead nowhere, and tables without exactly one key."""
    for role in ("request", "status"):
        if role in data and data[role] not in data["tables"]:
            yield _fault((role,), f"names no table: {data[role]}", lines)
    for name, table in data["tables"].items():
        if sum(bool(column.get("key")) for column in table["columns"].values()) != 1:
            yield _fault(("tables", name), "needs exactly one key column", lines)
        if table.get("read_mark", "") not in ("", *table["columns"]):
            yield _fault(("tables", name, "read_mark"), "names no column of the table", lines)


def _fault(place: tuple[Any, ...], message: str, lines: Lines) -> Fault:
    line = next((lines[place[:end]] for end in range(len(place), 0, -1) if place[:end] in lines), 1)
    return line, {"path": ".".join(map(str, place)), "message": message}


def _layout(data: Any) -> TableLayout:
    tables = {name: _table(name, table) for name, table in data["tables"].items()}
    return TableLayout(data["charset"], tables, data.get("request", ""), data.get("status", ""))


def _table(name: str, data: Any) -> Table:
    columns = {column: Column(column, **options) for column, options in data["columns"].items()}
    key = next(column.name for column in columns.values() if column.key)
    return Table(name, columns, key, data.get("read_mark", ""))
