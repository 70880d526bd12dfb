"""A peer's status table as a source: rows that are not yet read, in order; the read mark comes after the commit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from adapters.doors.consumer import Taken
from adapters.table_db import TableDb
from adapters.table_rows import TableRows
from interfaces.failure import Failure
from interfaces.spec.loader import seconds
from interfaces.spec.model import InterfaceSpec

BATCH = 100


class TableSource:
    """The layout names the status table and its read mark; the order is that of its key column. Transport setting
    ``poll`` is the time between two looks.

    A row that the hub cannot take now stays unread and comes again; one that can never be read is journalled and
    marked, so that it does not stand in the way of the others.
    """

    def __init__(self, spec: InterfaceSpec, address: str, system: str = "") -> None:
        self._rows = TableRows(spec)
        self._db = TableDb(address)
        self._table = self._rows.status
        self._key = self._rows.key(self._table)
        self._mark = self._rows.read_mark(self._table)
        self.interface = spec.id
        self.endpoint = f"table:{system or spec.system}"
        self.idle = seconds(str(spec.transport.settings.get("poll", "200ms")))

    def open(self) -> None:
        """Raises Failure(unavailable) while the table is not there."""
        self._unread(1)

    def take(self) -> Sequence[Taken]:
        return [Taken(row[self._key], self._rows.wire(self._table, row)) for row in self._unread(BATCH)]

    def done(self, tokens: Sequence[Any]) -> None:
        self._db.mark_read(self._table, self._mark, self._key, tokens)

    def reject(self, tokens: Sequence[Any], failures: Sequence[Failure]) -> None:
        self.done(tokens)

    def later(self, tokens: Sequence[Any]) -> None:
        """They are still unread."""

    def close(self) -> None:
        self._db.close()

    def _unread(self, limit: int) -> list[dict[str, Any]]:
        columns = self._rows.columns(self._table)
        return self._db.unread(self._table, columns, self._mark, self._key, limit)
