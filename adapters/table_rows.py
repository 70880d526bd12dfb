"""Wire messages <-> rows of an agreed layout: a JSON object column -> value, and bytes in the peer's charset."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from adapters.table_db import Row
from interfaces.codec import json
from interfaces.codec.table import TableCodec
from interfaces.contract.table import TableLayout
from interfaces.failure import Failure
from interfaces.spec.model import InterfaceSpec
from interfaces.wire import WireMessage

JSON = "application/json"


class TableRows:
    """The layout file of one spec (``transport.contract``), ready to turn rows round. Thread-safe."""

    def __init__(self, spec: InterfaceSpec) -> None:
        self._codec = TableCodec(TableLayout.load(spec.folder / spec.transport.contract))
        self.request = self._codec.layout.request
        self.status = self._codec.layout.status

    def key(self, table: str) -> str:
        return self._codec.layout.table(table).key

    def read_mark(self, table: str) -> str:
        return self._codec.layout.table(table).read_mark

    def columns(self, table: str) -> Sequence[str]:
        return list(self._codec.layout.table(table).columns)

    def row(self, table: str, message: WireMessage, partial: bool = False) -> Row:
        """Failure(invalid) with every column that is missing (unless ``partial``), too long or not in the charset."""
        tree, _ = json.read(message.body, message.content_type)
        return dict(self._codec.row(table, tree, partial))

    def tree(self, table: str, row: Row) -> dict[str, Any]:
        """Columns as text and numbers; Failure(invalid) for bytes that are not in the charset."""
        return self._codec.tree(table, row)

    def wire(self, table: str, row: Row) -> WireMessage:
        """A row that the layout cannot read comes as text/plain, which nobody downstream takes for a row."""
        try:
            return self.answer(table, self.tree(table, row))
        except Failure:
            return WireMessage(repr(row).encode(), "text/plain", {"table": table})

    def answer(self, table: str, tree: Mapping[str, Any]) -> WireMessage:
        return WireMessage(json.write(tree), JSON, {"table": table})
