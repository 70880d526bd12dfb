"""REST: method and path name the operation, the body is JSON, errors are problem+json.

Operation ``wire``: method, path (``/productOrder/{id}``: the field ``id`` of the wire tree), status of success; for
calls of ours also query and headers (name -> field of the wire tree) and body (the field that is the whole body). A
reply that is a list is read as ``{"items": [...]}``.
Settings read: ``base`` (path in front of all), ``source``, ``exchangeId``, ``replyTo`` (wire paths), ``number`` (the
field with the sender's own number, where he may leave it out). Without a body (GET, DELETE) the path's fields and the
query are the wire tree.

``Idempotency-Key`` is the exchange id, and the number of a request that brings none: the same key again is the same
request. A request with neither gets a number here, and is a new one each time it is sent.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlencode

from interfaces.codec import json as json_body
from interfaces.codec.limits import DEFAULT, Limits
from interfaces.envelope.base import Ids, Opened, Outgoing, Result, describe
from interfaces.envelope.settings import ids_by_path
from interfaces.failure import Failure
from interfaces.ids import new_id
from interfaces.spec.model import ErrorRow, InterfaceSpec, Operation
from interfaces.wire import WireMessage

JSON, PROBLEM = "application/json", "application/problem+json"
BODYLESS = frozenset({"GET", "DELETE"})
KEY = "idempotency-key"
KEY_LENGTH = 64
_FIELD = re.compile(r"\{([A-Za-z_]\w*)\}")

EXCHANGE = (
    ErrorRow("401", "internal", "the peer does not know us"),
    ErrorRow("403", "internal", "the peer does not let us"),
    ErrorRow("404", "not_found"),
    ErrorRow("409", "conflict"),
    ErrorRow("429", "unavailable", "flow control"),
    ErrorRow("503", "unavailable", "not serving"),
    ErrorRow("422", "rejected"),
    ErrorRow("4*", "internal", "our request broke the peer's contract"),
    ErrorRow("*", "timeout", "outcome unknown"),
)


class Rest:
    """The envelope of one REST interface."""

    exchange = EXCHANGE

    def __init__(self, spec: InterfaceSpec, limits: Limits = DEFAULT) -> None:
        self._spec = spec
        self._limits = limits
        self._settings = spec.transport.settings
        self._base = str(self._settings.get("base", "")).rstrip("/")
        self._routes = [(op, _method(op), self._pattern(op)) for op in spec.operations.values()]

    def wants_json(self, header: Mapping[str, str]) -> bool:
        return True

    def peek(self, wire: WireMessage) -> Opened:
        method, path = wire.headers.get(":method", "POST"), wire.headers.get(":path", "")
        header = dict(wire.headers) | {":method": method, ":path": path}
        tree: dict[str, Any] = dict(parse_qsl(wire.headers.get(":query", "")))
        if wire.body and method not in BODYLESS:
            tree = self._object(wire)
        tree |= self._fields(method, path)
        return Opened(header, tree if method in BODYLESS else self._numbered(header, tree))

    def _numbered(self, header: Mapping[str, str], tree: dict[str, Any]) -> dict[str, Any]:
        name = str(self._settings.get("number", ""))
        if not name or tree.get(name) is not None:
            return tree
        return tree | {name: header.get(KEY) or new_id("req")}

    def check(self, opened: Opened) -> None:
        """An Idempotency-Key is no longer than a number may be."""
        if len(opened.header.get(KEY, "")) > KEY_LENGTH:
            text = f"the Idempotency-Key is longer than {KEY_LENGTH} characters"
            raise Failure("invalid", text, where="Idempotency-Key", reason="header")

    def find(self, opened: Opened, elements: Mapping[str, Operation]) -> Operation:
        method, path = opened.header[":method"], opened.header[":path"]
        for operation, wanted, pattern in self._routes:
            if wanted == method and pattern.fullmatch(path):
                return operation
        raise Failure("not_found", f"{method} {path[:200]} is not served", where=self._spec.ref)

    def _fields(self, method: str, path: str) -> dict[str, str]:
        for _, wanted, pattern in self._routes:
            match = pattern.fullmatch(path)
            if match and wanted == method:
                return {name: unquote(value) for name, value in match.groupdict().items()}
        return {}

    def ids(self, opened: Opened, tree: Mapping[str, Any]) -> Ids:
        named = ids_by_path(self._settings, tree)
        exchange = opened.header.get(KEY, "").strip() or named.exchange_id
        return Ids(named.source, exchange, "", named.reply_to)

    def request(self, out: Outgoing) -> WireMessage:
        method, payload = _method(out.operation), dict(out.payload)
        path = self._base + str(out.operation.wire.get("path", "/"))
        for name in _FIELD.findall(path):
            path = path.replace(f"{{{name}}}", quote(str(payload.pop(name, "")), safe=""))
        headers = {":method": method, ":path": path} | self._taken(out.operation, "headers", payload)
        if out.message.key:
            headers[KEY] = out.message.key
        query = self._taken(out.operation, "query", payload)
        if method in BODYLESS:
            query |= {name: _texts(value) for name, value in payload.items()}
        headers[":query"] = urlencode(query, doseq=True)
        if method in BODYLESS:
            return WireMessage(b"", "", headers)
        whole = out.operation.wire.get("body")
        return WireMessage(json_body.write(payload.get(whole) if whole else payload), JSON, headers)

    def _taken(self, operation: Operation, kind: str, payload: dict[str, Any]) -> dict[str, Any]:
        """Parameters of one kind, taken out of the payload."""
        named = operation.wire.get(kind, {})
        found = {name: _texts(payload.pop(field)) for name, field in named.items() if field in payload}
        return {name: _header(name, value) for name, value in found.items()} if kind == "headers" else found

    def reply(self, header: Mapping[str, str], operation: Operation, payload: Any) -> WireMessage:
        status = str(operation.wire.get("status", 200))
        return WireMessage(json_body.write(payload), JSON, {":status": status})

    def fault(self, header: Mapping[str, str], failure: Failure, code: str) -> WireMessage:
        """``code`` is the HTTP status."""
        problem = {
            "type": f"urn:mboss:problem:{failure.code}",
            "title": failure.code,
            "status": int(code) if code.isdecimal() else 500,
            "detail": describe(failure),
            "instance": str(failure.detail.get("incident", "")),
            "errors": failure.errors,
        }
        body = json_body.write({name: value for name, value in problem.items() if value})
        return WireMessage(body, PROBLEM, {":status": str(problem["status"])})

    def open_reply(self, wire: WireMessage) -> tuple[Result, Opened]:
        status = wire.headers.get(":status", "200")
        header = dict(wire.headers)
        if status[:1] == "2":
            return Result(), Opened(header, self._answer(wire) if wire.body else {})
        return Result(status, self._problem(wire)), Opened(header, {})

    def _pattern(self, operation: Operation) -> re.Pattern[str]:
        path = self._base + str(operation.wire.get("path", "/"))
        parts = _FIELD.split(path)
        # odd parts are field names
        text = "".join(f"(?P<{p}>[^/]+)" if i % 2 else re.escape(p) for i, p in enumerate(parts))
        return re.compile(text)

    def _object(self, wire: WireMessage) -> dict[str, Any]:
        value, _ = json_body.read(wire.body, wire.content_type, self._limits)
        if not isinstance(value, dict):
            raise Failure("invalid", "the body is no JSON object", where=self._spec.ref, reason="structure")
        return value

    def _answer(self, wire: WireMessage) -> dict[str, Any]:
        value, _ = json_body.read(wire.body, wire.content_type, self._limits)
        return {"items": value} if isinstance(value, list) else self._object(wire)

    def _problem(self, wire: WireMessage) -> str:
        """The peer's own words, if it has any in a form we know."""
        try:
            value = self._object(wire)
        except Failure:
            return ""
        return str(value.get("detail") or value.get("message") or value.get("title") or "")


def _method(operation: Operation) -> str:
    return str(operation.wire.get("method", "POST"))


def _texts(value: Any) -> Any:
    """A parameter as text; a list is one of texts."""
    if isinstance(value, list):
        return [_texts(one) for one in value]
    return str(value).lower() if isinstance(value, bool) else "" if value is None else str(value)


def _header(name: str, value: Any) -> str:
    text = ",".join(value) if isinstance(value, list) else str(value)
    if not text.isascii() or not text.isprintable():
        raise Failure("invalid", "a header holds printable ASCII only", where=name, reason="header")
    return text
