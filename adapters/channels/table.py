"""Interface tables (接口表): a request is a row inserted once, an answer is a row read back."""

from __future__ import annotations

from typing import Any

from adapters.table_db import Row, TableDb
from adapters.table_rows import TableRows
from interfaces.channel import Peer
from interfaces.clock import Deadline
from interfaces.failure import Failure
from interfaces.spec.model import InterfaceSpec, Operation
from interfaces.wire import WireMessage


class TableChannel:
    """``interfaces.channel.Channel`` for a peer behind an SQLAlchemy URL.

    Wire settings of an operation: ``request`` (table) and ``key`` (column); with ``reply`` (table) it is a
    question: the newest row there with the same key is the answer. A question about a row that was never inserted
    is answered with the columns of the transport's setting ``missing``, one about a row nobody has touched with
    those of ``waiting``.

    An insert is idempotent by the key: what is there already is left alone. Raises ``invalid`` for a row that the
    layout does not allow (too long in the peer's charset, a character it lacks); nothing was done then.
    """

    def __init__(self, spec: InterfaceSpec, peer: Peer) -> None:
        self._rows = TableRows(spec)
        self._settings = spec.transport.settings
        self._db = TableDb(peer.address)

    def call(self, operation: Operation, request: WireMessage, deadline: Deadline) -> WireMessage:
        wire = operation.wire
        table = str(wire.get("request") or self._rows.request)
        key = str(wire.get("key") or self._rows.key(table))
        if "reply" in wire:
            return self._ask(wire, table, key, self._rows.row(table, request, partial=True), deadline)
        self._db.insert_once(table, key, self._rows.row(table, request), deadline)
        return WireMessage(b"")

    def close(self) -> None:
        self._db.close()

    def _ask(self, wire: Any, table: str, key: str, asked: Row, deadline: Deadline) -> WireMessage:
        if key not in asked:
            raise Failure("invalid", f"the question names no {key}", where=table)
        reply = str(wire["reply"])
        where = {key: asked[key]}
        found = self._db.latest(reply, self._rows.columns(reply), where, self._rows.key(reply), deadline)
        if found:
            return self._rows.wire(reply, found)
        sent = self._db.latest(table, (key,), where, key, deadline)
        known = self._settings.get("waiting" if sent else "missing", {})
        return self._rows.answer(reply, {**self._rows.tree(reply, {key: asked[key]}), **known})
