"""AsyncAPI 3.0 of agreements over AMQP, as the hub sees them: what it receives from and sends to which queue."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Final

from interfaces.docs.schemas import Schemas, example
from interfaces.spec.model import InterfaceSpec, Operation, Side

VERSION: Final = "3.0.0"
BINDING: Final = "0.3.0"
_CORRELATED: Final = {"location": "$message.header#/correlation_id", "description": "AMQP property correlation_id"}


def is_amqp(spec: InterfaceSpec) -> bool:
    return spec.transport.kind == "amqp"


def asyncapi(specs: Iterable[InterfaceSpec], title: str, version: str = "1") -> dict[str, Any]:
    """One document of all given agreements over AMQP; others are left out."""
    made = _Document()
    for spec in filter(is_amqp, specs):
        for op in spec.operations.values():
            made.operation(spec, op)
    return {
        "asyncapi": VERSION,
        "info": {"title": title, "version": version},
        "defaultContentType": "application/json",
        "channels": made.channels,
        "operations": made.operations,
        "components": {"messages": made.messages, "schemas": made.schemas.found},
    }


class _Document:
    def __init__(self) -> None:
        self.channels: dict[str, Any] = {}
        self.operations: dict[str, Any] = {}
        self.messages: dict[str, Any] = {}
        self.schemas = Schemas()

    def operation(self, spec: InterfaceSpec, op: Operation) -> None:
        channel = self._channel(spec, op)
        said: dict[str, Any] = {
            "action": "receive" if spec.direction == "inbound" else "send",
            "title": f"{spec.title['en']}: {op.name}",
            "channel": {"$ref": f"#/channels/{channel}"},
            "messages": [self._message(spec, op, op.request, channel)],
        }
        reply = self._reply(spec, op)
        self.operations[f"{spec.id}.{op.name}"] = said | ({"reply": reply} if reply else {})

    def _channel(self, spec: InterfaceSpec, op: Operation) -> str:
        settings, wire = spec.transport.settings, op.wire
        exchange = str(wire.get("exchange") or settings.get("exchange", ""))
        address = str(wire.get("routingKey") or settings.get("routingKey") or settings.get("queue", ""))
        if spec.direction == "inbound":  # what the hub reads is its queue, whatever is bound to it
            exchange, address = "", str(settings.get("queue", address))
        return self._named(address, exchange)

    def _named(self, address: str, exchange: str = "") -> str:
        name = re.sub(r"[^A-Za-z0-9_.-]", "-", f"{exchange}.{address}".strip("."))
        binding: dict[str, Any] = {"is": "queue", "queue": {"name": address, "durable": True}}
        if exchange:
            binding = {"is": "routingKey", "exchange": {"name": exchange, "type": "topic", "durable": True}}
        made = {"address": address, "messages": {}, "bindings": {"amqp": binding | {"bindingVersion": BINDING}}}
        self.channels.setdefault(name, made)
        return name

    def _message(self, spec: InterfaceSpec, op: Operation, side: Side, channel: str) -> dict[str, str]:
        role = "reply" if side is op.reply else "request"
        name = f"{spec.id}.{op.name}.{role}"
        as_xml = spec.transport.settings.get("format") == "xml"
        message: dict[str, Any] = {
            "name": op.name,
            "title": f"{side.type} ({spec.ref})",
            "contentType": "application/xml" if as_xml else "application/json",
            "correlationId": _CORRELATED,
        }
        if as_xml:
            message["payload"] = {
                "type": "string",
                "description": f"XML, element {side.wire} of {spec.transport.contract}",
            }
        else:
            message["payload"] = self.schemas.add(spec, op, side)
        if "type" in op.wire:
            fixed = {"type": "string", "const": op.wire["type"], "description": "AMQP property type"}
            message["headers"] = {"type": "object", "properties": {"type": fixed}}
        shown = example(spec, op, role)
        self.messages[name] = message | ({"examples": [{"name": op.name, "payload": shown}]} if shown else {})
        self.channels[channel]["messages"][name] = {"$ref": f"#/components/messages/{name}"}
        return {"$ref": f"#/channels/{channel}/messages/{name}"}

    def _reply(self, spec: InterfaceSpec, op: Operation) -> dict[str, Any]:
        """Answers go to reply_to: for what the hub sends the queue that it names, for what it receives the sender's."""
        queue = str(op.wire.get("replyTo") or spec.transport.settings.get("replyQueue", ""))
        if op.reply is None and not queue:
            return {}
        said: dict[str, Any] = {"address": {"location": "$message.header#/reply_to"}}
        if queue:
            channel = self._named(queue)
            said["channel"] = {"$ref": f"#/channels/{channel}"}
            if op.reply is not None:
                said["messages"] = [self._message(spec, op, op.reply, channel)]
        return said
