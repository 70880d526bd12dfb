"""Rows of an interface table <-> wire trees.

A row holds what the peer's columns hold: text as bytes in the agreed charset, int, and datetimes as
``YYYY-MM-DD HH:MM:SS``. A tree holds text, and int for int columns. NULL is an absent key.
Text that is too long in bytes, or has a character the charset lacks, is refused; nothing is ever cut or replaced.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from interfaces.contract.table import Column, Table, TableLayout
from interfaces.failure import Failure
from interfaces.wire import Tree

Row = dict[str, bytes | int | str | None]

_WHOLE = re.compile(r"-?\d{1,18}")


class TableCodec:
    """Both directions for every table of one layout. Failure(invalid, reason="structure") with all faults."""

    def __init__(self, layout: TableLayout) -> None:
        self.layout = layout

    def row(self, table: str, tree: Mapping[str, Any], partial: bool = False) -> Row:
        """Tree -> row. partial: a question, so required columns may be absent."""
        agreed = self.layout.table(table)
        row: Row = {}
        faults = [{"path": str(name), "message": "is no column"} for name in tree if name not in agreed.columns]
        for name, column in agreed.columns.items():
            try:
                if name in tree:
                    row[name] = self._value(column, tree[name])
                elif column.required and not partial:
                    raise ValueError("is missing")
            except ValueError as error:
                faults.append({"path": name, "message": str(error)})
        _refuse(agreed, faults)
        return row

    def tree(self, table: str, row: Mapping[str, Any]) -> Tree:
        """Row -> tree; columns the layout does not name are left out."""
        agreed = self.layout.table(table)
        tree: Tree = {}
        faults = []
        for name, column in agreed.columns.items():
            if row.get(name) is None:
                continue
            try:
                tree[name] = self._plain(column, row[name])
            except ValueError as error:
                faults.append({"path": name, "message": str(error)})
        _refuse(agreed, faults)
        return tree

    def _value(self, column: Column, value: Any) -> bytes | int | str:
        if column.type == "text":
            return self._bytes(column, value)
        return _int(value) if column.type == "int" else _datetime(value)

    def _bytes(self, column: Column, value: Any) -> bytes:
        if not isinstance(value, str | int) or isinstance(value, bool):
            raise ValueError("must be text")
        if "\0" in str(value):
            raise ValueError("holds NUL")
        try:
            encoded = str(value).encode(self.layout.charset)
        except UnicodeEncodeError as error:
            # The position, not the character: it may belong to a person's name.
            raise ValueError(f"has a character that {self.layout.charset} lacks, at {error.start + 1}") from None
        if len(encoded) > column.bytes:
            raise ValueError(f"has {len(encoded)} bytes in {self.layout.charset}, {column.bytes} are allowed")
        return encoded

    def _plain(self, column: Column, value: Any) -> str | int:
        if column.type == "text":
            return self._text(value)
        return _int(value) if column.type == "int" else _datetime(value)

    def _text(self, value: Any) -> str:
        try:
            return value.decode(self.layout.charset) if isinstance(value, bytes) else str(value)
        except UnicodeDecodeError:
            raise ValueError(f"is not text in {self.layout.charset}") from None


def _int(value: Any) -> int:
    if isinstance(value, bool) or not _WHOLE.fullmatch(str(value)):
        raise ValueError("must be a whole number")
    return int(value)


def _datetime(value: Any) -> str:
    try:
        moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    except ValueError:
        raise ValueError("must be a date and time, 2026-11-01 08:00:00") from None
    if moment.tzinfo is not None:
        raise ValueError("must have no zone; the mapping row converts it")
    return moment.isoformat(" ", "seconds")


def _refuse(table: Table, faults: list[dict[str, str]]) -> None:
    if faults:
        first = f"{faults[0]['path']} {faults[0]['message']}"
        what = f"the row breaks the layout in {len(faults)} place(s), first: {first}"
        raise Failure("invalid", what, where=table.name, reason="structure", errors=faults)
