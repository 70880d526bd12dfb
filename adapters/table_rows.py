"""Wire messages <-> rows by the agreed layout: a JSON object column -> value, and bytes in the peer's charset."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from adapters.table_db import Row
from interfaces.failure import Failure
from interfaces.spec.model import InterfaceSpec
from interfaces.wire import WireMessage

JSON = "application/json"


class TableRows:
    """The layout file of one spec (``transport.contract``), ready to turn rows round."""

    def __init__(self, spec: InterfaceSpec) -> None:
        file = spec.folder / spec.transport.contract
        layout = yaml.safe_load(file.read_text("utf-8"))
        self._charset = str(layout["charset"])
        self._tables: dict[str, Any] = layout["tables"]
        self.request = str(layout["request"])
        self.status = str(layout["status"])

    def key(self, table: str) -> str:
        columns = self._tables[table]["columns"].items()
        return next(str(name) for name, column in columns if column.get("key"))

    def read_mark(self, table: str) -> str:
        return str(self._tables[table]["read_mark"])

    def columns(self, table: str) -> Sequence[str]:
        return list(self._tables[table]["columns"])

    def row(self, table: str, message: WireMessage) -> Row:
        """Failure(invalid) with every column that is missing, too long or not in the charset."""
        row, faults = self._encode(table, json.loads(message.body))
        columns = self._tables[table]["columns"].items()
        faults += [_fault(name, "is missing") for name, c in columns if c.get("required") and name not in row]
        _refuse(table, faults)
        return row

    def partial(self, table: str, message: WireMessage) -> Row:
        row, faults = self._encode(table, json.loads(message.body))
        _refuse(table, faults)
        return row

    def wire(self, table: str, row: Row) -> WireMessage:
        """A row whose bytes are not in the charset comes as text/plain, which nobody downstream takes for a row."""
        try:
            values = {name: self._text(value) for name, value in row.items() if value is not None}
        except UnicodeDecodeError:
            return WireMessage(repr(row).encode(), "text/plain", {"table": table})
        return WireMessage(json.dumps(values, ensure_ascii=False).encode(), JSON, {"table": table})

    def made(self, table: str, row: Row, more: Mapping[str, Any]) -> WireMessage:
        """An answer the peer did not write: the key and the columns of ``more``."""
        return self.wire(table, {**row, **more})

    def _text(self, value: Any) -> Any:
        return value.decode(self._charset) if isinstance(value, bytes) else value

    def _encode(self, table: str, values: Mapping[str, Any]) -> tuple[Row, list[dict[str, str]]]:
        row: Row = {}
        faults = []
        for name, value in values.items():
            column = self._tables[table]["columns"].get(name)
            if column is None:
                faults.append(_fault(name, "is no column"))
            elif column["type"] == "int":
                row[name] = int(value)
            else:
                self._enter(row, faults, name, str(value), column.get("bytes", 1 << 20))
        return row, faults

    def _enter(self, row: Row, faults: list[dict[str, str]], name: str, text: str, limit: int) -> None:
        try:
            row[name] = text.encode(self._charset)
        except UnicodeEncodeError:
            return faults.append(_fault(name, f"has a character that {self._charset} lacks"))
        if len(row[name]) > limit:
            faults.append(_fault(name, f"is longer than {limit} bytes"))
        return None


def _fault(path: str, message: str) -> dict[str, str]:
    return {"path": path, "message": message}


def _refuse(table: str, faults: list[dict[str, str]]) -> None:
    if faults:
        raise Failure("invalid", "the row breaks the layout", where=table, reason="structure", errors=faults)
