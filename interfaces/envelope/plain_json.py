"""Bare JSON documents: canonical JSON in process (``local``), rows of an interface table (``table``).

A row travels as a JSON object column -> value; the header ``table`` names its table, which names the operation.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from interfaces.codec import json as json_body
from interfaces.codec.limits import DEFAULT, Limits
from interfaces.envelope.base import Ids, Opened, Outgoing, Result, describe, one_operation
from interfaces.envelope.settings import ids_by_path
from interfaces.failure import CODES, Failure
from interfaces.spec.model import ErrorRow, InterfaceSpec, Operation
from interfaces.wire import WireMessage

JSON = "application/json"


class PlainJson:
    """``name`` is the wire header that names the operation; ``key`` the entry of operation ``wire`` that holds it."""

    exchange = (*(ErrorRow(code, code) for code in CODES), ErrorRow("*", "timeout", "outcome unknown"))

    def __init__(self, spec: InterfaceSpec, name: str, key: str, limits: Limits = DEFAULT) -> None:
        self._spec = spec
        self._limits = limits
        self._name = name
        self._key = key

    def wants_json(self, header: Mapping[str, str]) -> bool:
        return True

    def peek(self, wire: WireMessage) -> Opened:
        value, _ = json_body.read(wire.body, wire.content_type, self._limits)
        if not isinstance(value, dict):
            raise Failure("invalid", "the document is no JSON object", where=self._spec.ref, reason="structure")
        return Opened(dict(wire.headers), value)

    def check(self, opened: Opened) -> None:
        """Nothing to judge before the operation is known."""

    def find(self, opened: Opened, elements: Mapping[str, Operation]) -> Operation:
        single = len(self._spec.operations) == 1
        names = {str(op.wire.get(self._key, op.name)): op for op in reversed(list(self._spec.operations.values()))}
        return one_operation(self._spec, names, "" if single else opened.header.get(self._name, ""))

    def ids(self, opened: Opened, tree: Mapping[str, Any]) -> Ids:
        return ids_by_path(self._spec.transport.settings, tree)

    def request(self, out: Outgoing) -> WireMessage:
        named = str(out.operation.wire.get(self._key, out.operation.name))
        return WireMessage(json_body.write(out.payload), JSON, {self._name: named})

    def reply(self, header: Mapping[str, str], operation: Operation, payload: Any) -> WireMessage:
        return WireMessage(json_body.write(payload), JSON, {})

    def fault(self, header: Mapping[str, str], failure: Failure, code: str) -> WireMessage:
        body = {"failure": {"code": failure.code, "message": describe(failure), "errors": failure.errors}}
        return WireMessage(json_body.write(body), JSON, {})

    def open_reply(self, wire: WireMessage) -> tuple[Result, Opened]:
        opened = self.peek(wire)
        failure = opened.payload.get("failure")
        if isinstance(failure, dict):
            return Result(str(failure.get("code", "")), str(failure.get("message", ""))), opened
        return Result(), opened


def local(spec: InterfaceSpec, limits: Limits = DEFAULT) -> PlainJson:
    """In-process peers: the document is canonical JSON."""
    return PlainJson(spec, "operation", "operation", limits)


def table(spec: InterfaceSpec, limits: Limits = DEFAULT) -> PlainJson:
    """Interface tables: one row."""
    return PlainJson(spec, "table", "request", limits)
