"""AMQP: the properties are the envelope, the body is JSON or XML.

message_id names the exchange, correlation_id what it answers, reply_to the queue for the outcome. The application
header ``type`` names the operation where a queue carries several (operation ``wire.type``); ``app_id`` the sender.
Settings read: ``format`` (json, xml), ``replyQueue``, ``exchangeId``, ``source``, ``replyTo`` (wire paths).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from interfaces.codec import json as json_body
from interfaces.codec import safe_xml
from interfaces.codec.limits import DEFAULT, Limits
from interfaces.envelope.base import Ids, Opened, Outgoing, Result, describe, one_operation
from interfaces.envelope.settings import ids_by_path
from interfaces.failure import Failure
from interfaces.ids import new_id
from interfaces.spec.model import ErrorRow, InterfaceSpec, Operation
from interfaces.wire import WireMessage

PLAIN = ("", "identity", "utf-8")
"""Content encodings that change nothing; some clients write the charset there."""


class Amqp:
    """The envelope of one AMQP interface."""

    exchange = (ErrorRow("*", "timeout", "outcome unknown"),)

    def __init__(self, spec: InterfaceSpec, limits: Limits = DEFAULT) -> None:
        self._spec = spec
        self._limits = limits
        self._settings = spec.transport.settings
        self._xml = self._settings.get("format", "json") == "xml"
        self._encoding = spec.transport.encoding

    def wants_json(self, header: Mapping[str, str]) -> bool:
        return not self._xml

    def peek(self, wire: WireMessage) -> Opened:
        if (encoding := wire.headers.get("content_encoding", "").lower()) not in PLAIN:
            where, advice = self._spec.ref, "send the body as it is"
            raise Failure("invalid", f"content encoding {encoding[:40]!r}", where=where, advice=advice, reason="header")
        if self._xml:
            document = safe_xml.read(wire, limits=self._limits)
            return Opened({**wire.headers, ":encoding": document.encoding}, document.root)
        value, encoding = json_body.read(wire.body, wire.content_type, self._limits)
        if not isinstance(value, dict):
            raise Failure("invalid", "the body is no JSON object", where=self._spec.ref, reason="structure")
        return Opened({**wire.headers, ":encoding": encoding}, value)

    def check(self, opened: Opened) -> None:
        """Nothing to judge before the operation is known."""

    def find(self, opened: Opened, elements: Mapping[str, Operation]) -> Operation:
        names = {str(op.wire.get("type", op.name)): op for op in self._spec.operations.values()}
        single = len(self._spec.operations) == 1
        return one_operation(self._spec, names, "" if single else opened.header.get("type", ""))

    def ids(self, opened: Opened, tree: Mapping[str, Any]) -> Ids:
        header, named = opened.header, ids_by_path(self._settings, tree)
        return Ids(
            source=named.source or header.get("app_id", ""),
            exchange_id=header.get("message_id", "") or named.exchange_id,
            correlation_id=header.get("correlation_id", ""),
            reply_to=named.reply_to,  # the reply_to property is a queue, not the name of a system
        )

    def request(self, out: Outgoing) -> WireMessage:
        """correlation_id is the task's key: what the callback will name."""
        wire, message = out.operation.wire, out.message
        headers = {
            "message_id": new_id("amq"),
            "correlation_id": message.key or message.correlation_id or message.id,
            "reply_to": str(wire.get("replyTo") or self._settings.get("replyQueue", "")),
            "type": str(wire.get("type", "")),
        }
        return self._wire(out.payload, {name: value for name, value in headers.items() if value})

    def reply(self, header: Mapping[str, str], operation: Operation, payload: Any) -> WireMessage:
        return self._wire(payload, self._answering(header))

    def fault(self, header: Mapping[str, str], failure: Failure, code: str) -> WireMessage:
        body = {"code": failure.code, "message": describe(failure), "errors": failure.errors}
        headers = {**self._answering(header), "type": "failure"}
        return WireMessage(json_body.write(body), "application/json", headers)

    def open_reply(self, wire: WireMessage) -> tuple[Result, Opened]:
        opened = self.peek(wire)
        if opened.header.get("type") == "failure":
            return Result(str(opened.payload.get("code", "")), str(opened.payload.get("message", ""))), opened
        return Result(), opened

    def _answering(self, header: Mapping[str, str]) -> dict[str, str]:
        named = header.get("correlation_id") or header.get("message_id", "")
        return {"message_id": new_id("amq"), "correlation_id": named}

    def _wire(self, payload: Any, headers: Mapping[str, str]) -> WireMessage:
        if self._xml:
            body = safe_xml.serialize(payload, self._encoding)
            return WireMessage(body, f"application/xml; charset={self._encoding}", headers)
        return WireMessage(json_body.write(payload), "application/json", headers)
