"""AsyncAPI 2.x and 3.x -> operations over AMQP, one for each message: who sends it, where to, and its JSON Schema.

A reply is an operation of its own in the other direction, matched by the AMQP correlation id or by a field of its body.
What travels is a JSON object; a payload in another language (Avro, Protobuf, XSD) is a finding ``operation-...``. Other
brokers' channels are candidates: the body fits, the channel's name is taken for a routing key.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from interfaces.contract.amqp_place import Place, binding, place
from interfaces.contract.api_files import Files, Node
from interfaces.contract.api_operation import Api, ApiOperation, NotServed, is_json
from interfaces.contract.api_schema import Schema, Schemas
from interfaces.contract.asyncapi_parts import Declared, declared, members, said, traits
from interfaces.contract.findings import finding
from interfaces.contract.json_sample import JsonSample, kind_of
from interfaces.contract.sample import NoSample
from interfaces.failure import Failure

AMQP = ("", "amqp", "amqps", "rabbitmq")
NOT_QUEUES = ("http", "https", "ws", "wss", "websocket", "websockets", "mercure", "sse", "socket.io", "grpc")
"""Protocols that carry no message from queue to queue."""
_JSON_SCHEMA = re.compile(r"asyncapi|schema\+|openapi|^application/json|^$")
"""Schema formats that are JSON Schema, or nearly."""
_CORRELATION = re.compile(r"^(?:x[-_])?correlation[-_]?id$", re.IGNORECASE)
_PROPERTIES = ("messageid", "correlationid", "replyto", "type", "appid", "contenttype", "contentencoding", "timestamp",
               "deliverymode", "expiration", "priority", "userid")  # fmt: skip
"""Header fields that are properties of every AMQP message, not headers to agree on."""


def read(files: Files) -> Api:
    """Every operation of the document, and a finding for each one that is not served."""
    return _Reader(files).read()


@dataclass(frozen=True, slots=True)
class _Way:
    """How the messages of one operation travel. received: by the owner of the document."""

    pattern: str
    wire: dict[str, str]
    queue: str
    received: bool


class _Reader:
    def __init__(self, files: Files) -> None:
        self._files = files
        self._schemas = Schemas(files)
        info = files.top.get("info")
        self._api = Api("amqp", info.text("title") if info else "", {"format": "json"})
        listed = members(files, files.top.get("servers"))
        self._protocols = {name: node.text("protocol").lower().strip() for name, node in listed}
        self._content = files.top.text("defaultContentType")

    def read(self) -> Api:
        used: set[Any] = set()
        for one in declared(self._files):
            used |= {channel.key for channel in (one.channel, one.reply and one.reply.channel) if channel}
            try:
                self._take(one)
            except NotServed as lost:
                self._api.lose(lost.code, one.unit, lost.where, lost.why)
            except Failure as failure:
                self._api.lose("operation-reference", one.unit, failure.where or one.node.where, failure.message)
        self._api.operations = list(_answers(self._api.operations))
        if not self._api.lost:  # else somebody may have meant to use it
            self._unused(used)
        self._security()
        self._api.findings += self._schemas.findings
        return self._api

    def _unused(self, used: set[Any]) -> None:
        for name, channel in members(self._files, self._files.top.get("channels")):
            if channel.key not in used:
                self._say("channel-unused", channel.where, f"no operation uses the channel {name}")

    def _say(self, code: str, where: str, what: str) -> None:
        made = finding(code, where, what)
        if made not in self._api.findings:
            self._api.findings.append(made)

    def _security(self) -> None:
        components = self._files.top.get("components")
        for name, node in members(self._files, components.get("securitySchemes") if components else None):
            self._say("security", node.where, f"callers prove who they are by {name} ({node.text('type')})")

    # -- one operation ----------------------------------------------------------------------------------------------

    def _take(self, one: Declared) -> None:
        """Its messages, and those of its reply; what can be read of it is kept even if something cannot."""
        if one.lost is not None:
            raise one.lost
        self._protocol(one)
        if not one.messages:
            raise NotServed("operation-without-messages", one.node.where, "it has no message")
        where = place(self._files, one.address, one.channel, one.node)
        self._open(where, one)
        for owner in (one.node, *one.messages):
            for missing in (node for node in traits(self._files, owner)[1:] if node.text("$ref")):
                self._say("reference-missing", missing.where, f"the trait {missing.text('$ref')[:200]} is not here")
        reply_to = self._reply_to(one)
        answered = reply_to or (one.reply is not None and one.reply.messages)
        pattern = "async-request-reply" if answered else "one-way"
        ways = [(_Way(pattern, _wire(where, reply_to), where.queue, one.received), one.name, one.messages)]
        if one.reply is not None:
            back = place(self._files, one.reply.address, one.reply.channel, None)
            answer = _Way("callback", _wire(back, ""), "" if back.open else back.queue, not one.received)
            ways.append((answer, f"{one.name} reply", one.reply.messages))
        lost: list[NotServed] = []
        for way, base, messages in ways:
            for name, message in _named(base, messages):
                try:
                    self._api.operations.append(self._message(one.unit, name, message, way))
                except NotServed as why:
                    lost.append(NotServed(why.code, why.where, f"message {name}: {why.why}"))
                except Failure as failure:
                    reason = f"message {name}: {failure.message}"
                    lost.append(NotServed("operation-reference", failure.where or message.where, reason))
        if lost:
            raise lost[0]

    def _protocol(self, one: Declared) -> None:
        """One of its servers must be a broker; no server at all says nothing against it."""
        spoken = {self._protocols.get(name, "") for name in one.servers} or set(self._protocols.values())
        if not spoken or spoken & set(AMQP):
            return
        named = ", ".join(sorted(spoken))[:80]
        if all(protocol in NOT_QUEUES for protocol in spoken):
            raise NotServed("operation-binding", one.node.where, f"it is bound to {named}, which is no queue")
        self._say("protocol", one.node.where, f"operation {one.unit} is bound to {named}")

    def _open(self, where: Place, one: Declared) -> None:
        if where.open:
            missing = ", ".join(f"{{{name}}}" for name in where.open)
            self._say("channel-parameter", one.node.where, f"operation {one.unit}: nothing fills {missing}")

    def _reply_to(self, one: Declared) -> str:
        """The reply queue: of the reply's channel, or as the AMQP bindings of the operation or a message say."""
        if one.reply is not None and one.reply.messages:
            back = place(self._files, one.reply.address, one.reply.channel, None)
            return "" if back.open or back.exchange else back.queue
        for owner in (one.node, *one.messages):
            for node in traits(self._files, owner):
                bound = binding(self._files, node)
                if bound is not None and bound.text("replyTo"):
                    return bound.text("replyTo")
        return ""

    # -- one message ------------------------------------------------------------------------------------------------

    def _message(self, unit: str, name: str, message: Node, way: _Way) -> ApiOperation:
        schema = self._payload(message)
        kind = self._type(message)
        correlate, notes = self._correlation(message)
        return ApiOperation(
            unit=unit,
            name=name,
            wire={**way.wire, **({"type": kind} if kind else {})},
            request=schema,
            reply=None,
            where=message.where,
            notes=(*notes, *self._headers(message)),
            back=not way.received,
            pattern=way.pattern,
            queue=way.queue,
            correlate=correlate,
        )

    def _payload(self, message: Node) -> Schema:
        """The closed JSON Schema of what travels, which is an object."""
        held = said(self._files, message, "payload")
        language = self._text(message, "schemaFormat")
        if held is not None and held.get("schema") is not None and held.text("schemaFormat"):
            language, held = held.text("schemaFormat"), held["schema"]
        content = self._text(message, "contentType") or self._content
        if not _JSON_SCHEMA.search(language.lower()):
            raise NotServed("operation-content-type", message.where, f"its schema is {language[:60]}")
        if content and not is_json(content):
            raise NotServed("operation-content-type", message.where, f"its body is {content[:60]}")
        schema = self._schemas.of(held)
        if not schema.keys() - {"title", "description"}:
            schema = {**schema, "type": "object"}
        closed = self._schemas.closed(schema)
        try:
            opened = JsonSample(closed).opened(closed)
        except NoSample as reason:
            raise NotServed("operation-schema", message.where, str(reason)) from reason
        if opened and kind_of(opened) != "object" and not {"oneOf", "anyOf", "allOf", "not", "if"} & opened.keys():
            raise NotServed("operation-body", message.where, f"its body is of type {kind_of(opened)}")
        return closed

    def _text(self, message: Node, name: str) -> str:
        found = said(self._files, message, name)
        return found.value if found is not None and isinstance(found.value, str) else ""

    def _type(self, message: Node) -> str:
        """What the message calls itself: in its binding, or as the one value of its header ``type``."""
        for node in traits(self._files, message):
            bound = binding(self._files, node)
            if bound is not None and bound.text("messageType"):
                return bound.text("messageType")
        for name, node in self._fields(message):
            values = node.get("enum")
            if name == "type" and node.text("const"):
                return node.text("const")
            if name == "type" and values is not None and len(values.items()) == 1:
                return str(values.items()[0].value)
        return ""

    def _fields(self, message: Node) -> list[tuple[str, Node]]:
        held = said(self._files, message, "headers")
        schema = self._files.follow(held) if held is not None else None
        return members(self._files, schema.get("properties") if schema is not None else None)

    def _correlation(self, message: Node) -> tuple[str, list[str]]:
        """(``correlation_id``, or the wire path of the field that answers are matched by; what to agree on)."""
        held = said(self._files, message, "correlationId")
        location = self._files.follow(held).text("location") if held is not None else ""
        where, _, pointer = location.partition("#/")
        path = ".".join(part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/"))
        if where.endswith(".payload") and path:
            return path, []
        if not path or _CORRELATION.match(path):
            return "correlation_id", []
        return "correlation_id", [f"the correlation id stands in the header {path}: agree on the AMQP property"]

    def _headers(self, message: Node) -> Iterator[str]:
        for name, _ in self._fields(message):
            if re.sub(r"[-_]", "", name).lower() not in _PROPERTIES:
                yield f"the header {name} is declared; the amqp envelope neither writes nor reads it"


def _answers(operations: list[ApiOperation]) -> Iterator[ApiOperation]:
    """What comes to a reply queue is an answer, and an answer that is declared as an operation of its own too is that
    one."""
    asked = {(o.wire["replyTo"], not o.back) for o in operations if "replyTo" in o.wire}
    replies = {(o.where, o.back) for o in operations if o.pattern == "callback"}
    own = {(o.where, o.back) for o in operations if o.pattern != "callback"}
    for one in operations:
        here = (one.where, one.back)
        if one.pattern == "callback" and here in own:
            continue
        answer = one.pattern == "one-way" and (here in replies or (one.queue, one.back) in asked)
        yield replace(one, pattern="callback") if answer else one


def _wire(where: Place, reply_to: str) -> dict[str, str]:
    named = {"exchange": where.exchange, "routingKey": where.routing_key, "replyTo": reply_to}
    return {name: value for name, value in named.items() if value}


def _named(base: str, messages: tuple[Node, ...]) -> Iterator[tuple[str, Node]]:
    """One message goes by the name of its operation, several by their own names as well."""
    for number, message in enumerate(messages):
        own = message.text("messageId") or message.text("name") or str(message.place[-1] if message.place else number)
        yield (f"{base} {number + 1 if own.isdecimal() else own}" if len(messages) > 1 else base), message
