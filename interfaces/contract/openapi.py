"""OpenAPI 2.0, 3.0 and 3.1 -> operations: path, query and header parameters, JSON bodies, the reply of success.

The wire tree of a request is one object: the fields of a JSON object body, the parameters beside them (one that has
the name of a field gets its place in front: ``query_id``), and a body that is no object under ``body``. Callbacks and
webhooks are operations that go the other way. What cannot be served as REST with JSON is a finding ``operation-...``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from interfaces.contract.api_files import Files, Node
from interfaces.contract.api_operation import Api, ApiOperation, NotServed, is_json
from interfaces.contract.api_schema import Schema, Schemas
from interfaces.contract.findings import finding
from interfaces.failure import Failure

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace", "query")
SERVED = ("get", "put", "post", "delete", "patch")
BODYLESS = ("get", "delete")
_OURS = ("accept", "content-type", "authorization", "idempotency-key")
"""Headers that are no parameters: the standard says so of three, the fourth is the hub's own."""
_RUNTIME = re.compile(r"\{\$[^{}]*\}|^\$\S*")
"""``{$request.body#/url}`` in the address of a callback."""
_FIELD = re.compile(r"\{([^{}]*)\}")
_VALUE_KEYS = ("type", "format", "items", "enum", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum",
               "minLength", "maxLength", "pattern", "minItems", "maxItems", "multipleOf")  # fmt: skip


def read(files: Files) -> Api:
    """Every operation of the document, and a finding for each one that is not served."""
    return _Reader(files).read()


@dataclass(slots=True)
class _Request:
    """What the parameters of one operation come to."""

    properties: dict[str, Any] = field(default_factory=dict)
    required: list[str] = field(default_factory=list)
    wire: dict[str, Any] = field(default_factory=dict)
    path: str = ""

    def take(self, name: str, place: str, schema: Schema, required: bool) -> str:
        """The field of the wire tree for one parameter."""
        made = re.sub(r"\W", "_", name, flags=re.ASCII)
        made = made if made[:1].isalpha() or made[:1] == "_" else f"p_{made}"
        while made in self.properties:
            made = f"{place}_{made}"
        self.properties[made] = schema
        if required:
            self.required.append(made)
        return made


class _Reader:
    def __init__(self, files: Files) -> None:
        self._files = files
        self._schemas = Schemas(files)
        self._old = "swagger" in files.main.data
        info = files.top.get("info")
        self._api = Api("rest", info.text("title") if info else "")

    def read(self) -> Api:
        base = self._base()
        self._api.settings = {"base": base} if base else {}
        for one in units(self._files):
            try:
                self._api.operations.append(self._operation(one))
            except NotServed as lost:
                self._api.lose(lost.code, one.unit, lost.where, lost.why)
            except Failure as failure:
                self._api.lose("operation-reference", one.unit, failure.where or one.node.where, failure.message)
        self._security()
        self._api.findings += self._schemas.findings
        return self._api

    def _say(self, code: str, where: str, what: str) -> None:
        self._api.findings.append(finding(code, where, what))

    def _base(self) -> str:
        """The base path; hosts belong to the configuration."""
        top = self._files.top
        if self._old:
            path = top.text("basePath")
        else:
            servers = top.get("servers")
            first = next(iter(servers.items()), None) if servers else None
            url = first.text("url") if first else ""
            for name, variable in (first.get("variables") or first).members() if first else []:
                url = url.replace(f"{{{name}}}", variable.text("default"))
            path = urlsplit(url).path if "{" not in url else ""
        path = "/" + path.strip("/")
        return "" if path == "/" or re.search(r"[{}\s?#]", path) else path

    def _security(self) -> None:
        top = self._files.top
        holder = top if self._old else top.get("components")
        schemes = holder.get("securityDefinitions" if self._old else "securitySchemes") if holder else None
        for name, node in schemes.members() if schemes else []:
            kind = " ".join(filter(None, (node.text("type"), node.text("scheme"), node.text("in"), node.text("name"))))
            self._say("security", node.where, f"callers prove who they are by {name} ({kind})")

    # -- one operation ------------------------------------------------------------------------------------------

    def _operation(self, one: Unit) -> ApiOperation:
        method, node = one.method, one.node
        if method not in SERVED:
            raise NotServed("operation-method", node.where, f"{method.upper()} is not served")
        if not isinstance(node.value, dict):
            raise NotServed("operation-schema", node.where, "it is no object")
        parameters = list(self._parameters(one.item, node))
        request = _Request(path=one.path if one.path.startswith("/") else f"/{one.path}")
        self._body(request, node, parameters, method)
        for parameter in parameters:
            self._parameter(request, parameter, method)
        for name in _FIELD.findall(request.path):
            if name not in request.properties:
                self._rename(request, name, request.take(name, "path", {"type": "string"}, True))
        status, reply = self._reply(node)
        wire = {"method": method.upper(), "path": request.path, "status": status, **request.wire}
        schema: Schema = {"type": "object", "properties": request.properties, "required": request.required}
        self._links(node)
        late = node.get("callbacks")
        return ApiOperation(
            unit=one.unit,
            name=node.text("operationId") or (f"{method} {one.path}" if one.kind == "path" else one.name),
            wire=wire,
            request=self._schemas.closed(schema),
            reply=self._schemas.closed(reply),
            where=node.where,
            notes=one.notes,
            back=one.kind != "path",
            pattern="callback" if one.kind == "callback" else "async-request-reply" if late and late.members() else "",
            refusals=tuple(self._refusals(node)),
        )

    def _parameters(self, item: Node, node: Node) -> Iterator[Node]:
        """Of the path item, and of the operation, which wins."""
        found: dict[tuple[str, str], Node] = {}
        for owner in (item, node):
            listed = owner.get("parameters")
            for entry in listed.items() if listed else []:
                one = self._files.follow(entry)
                found[one.text("name"), one.text("in").lower()] = one
        yield from found.values()

    def _body(self, request: _Request, node: Node, parameters: list[Node], method: str) -> None:
        schema, needed, where = self._body_schema(node, parameters)
        if schema is None:
            return None
        if method in BODYLESS:
            if needed:
                raise NotServed("operation-parameter", where, f"{method.upper()} with a body is not served")
            return self._say("parameter-unserved", where, f"the body of {method.upper()} {request.path}")
        opened = self._schemas.opened(schema)
        if "properties" in opened and not {"oneOf", "anyOf", "allOf"} & opened.keys():
            request.properties |= opened["properties"]
            request.required += opened.get("required", [])
            return None
        request.wire["body"] = request.take("body", "body", schema, needed)
        return None

    def _body_schema(self, node: Node, parameters: list[Node]) -> tuple[Schema | None, bool, str]:
        """(schema or None without a body, whether it must be there, where)."""
        if self._old:
            for one in parameters:
                if one.text("in").lower() == "formdata":
                    raise NotServed("operation-content-type", one.where, "its body is a form")
            body = next((p for p in parameters if p.text("in").lower() == "body"), None)
            if body is None:
                return None, False, ""
            self._consumes(node)
            return self._schemas.of(body.get("schema")), body.true("required"), body.where
        held = node.get("requestBody")
        if held is None:
            return None, False, ""
        body = self._files.follow(held)
        return self._content(body), body.true("required"), body.where

    def _consumes(self, node: Node) -> None:
        listed = node.get("consumes") or self._files.top.get("consumes")
        kinds = [str(kind.value) for kind in listed.items()] if listed else []
        if kinds and not any(is_json(kind) for kind in kinds):
            raise NotServed("operation-content-type", node.where, f"its body is {', '.join(kinds)[:100]}")

    def _content(self, body: Node) -> Schema:
        """The schema of the JSON form; the other forms are told."""
        content = body.get("content")
        forms = content.members() if content else []
        chosen = next((media for kind, media in forms if is_json(kind)), None)
        others = [kind for kind, media in forms if media is not chosen and not is_json(kind)]
        if chosen is None and forms:
            raise NotServed("operation-content-type", body.where, f"its body is {', '.join(others)[:100]}")
        if others:
            self._say("content-type", body.where, f"it may also be {', '.join(others)[:100]}")
        return self._schemas.of(chosen.get("schema")) if chosen else {}

    def _parameter(self, request: _Request, node: Node, method: str) -> None:
        name, place = node.text("name"), node.text("in").lower()
        if place in ("body", "formdata") or (place == "header" and name.lower() in _OURS):
            return None
        needed = node.true("required") or place == "path"
        if place not in ("path", "query", "header") or not name:
            if needed:
                raise NotServed("operation-parameter", node.where, f"{name or '(no name)'} in {place or '(nowhere)'}")
            return self._say("parameter-unserved", node.where, f"parameter {name} in {place}")
        if place == "path" and f"{{{name}}}" not in request.path:
            return self._say("parameter-unserved", node.where, f"{request.path} has no {{{name}}}")
        made = request.take(name, place, self._value(node), needed)
        if place == "path":
            return self._rename(request, name, made)
        if place == "header" or method not in BODYLESS or made != name:
            request.wire.setdefault("headers" if place == "header" else "query", {})[name] = made
        return None

    def _rename(self, request: _Request, name: str, made: str) -> None:
        request.path = request.path.replace(f"{{{name}}}", f"{{{made}}}")

    def _value(self, node: Node) -> Schema:
        """The schema of a parameter: 2.0 writes it beside the name, 3.x under ``schema`` or ``content``."""
        content = node.get("content")
        media = content.members()[0][1] if content and content.members() else None
        held = node.get("schema") or (media.get("schema") if media else None)
        if held is not None:
            return self._schemas.of(held)
        plain = {key: one.value for key, one in node.members() if key in _VALUE_KEYS}
        return self._schemas.of(Node(node.file, node.place, plain))

    def _reply(self, node: Node) -> tuple[int, Schema]:
        """(status, schema) of success; a list is read as ``{"items": [...]}``."""
        listed = node.get("responses")
        found = dict(listed.members()) if listed else {}
        names = sorted(n for n in found if re.fullmatch(r"2\d\d|2XX", n.upper())) or [
            n for n in found if n == "default"
        ]
        if not names:
            return 200, {"type": "object"}
        status = int(names[0]) if names[0].isdecimal() else 200
        response = self._files.follow(found[names[0]])
        schema = self._schemas.of(response.get("schema")) if self._old else self._content(response)
        if self._schemas.opened(schema).get("type") == "array":
            return status, {"type": "object", "properties": {"items": schema}, "required": ["items"]}
        return status, schema or {"type": "object"}

    def _refusals(self, node: Node) -> Iterator[tuple[str, str]]:
        """Statuses that are no success. ``4XX`` and ``default`` are left to the table that all REST peers share: a row
        for them would hide its finer ones."""
        listed = node.get("responses")
        for name, response in sorted(listed.members() if listed else [], key=lambda one: one[0]):
            if re.fullmatch(r"[1345]\d\d", name):
                text = self._files.follow(response).text("description")
                yield name, " ".join(text.split())[:100] or f"response {name} of the contract"

    def _links(self, node: Node) -> None:
        listed = node.get("responses")
        for _, response in listed.members() if listed else []:
            links = response.get("links")
            for name, link in links.members() if links else []:
                self._say("link", link.where, f"link {name} to {link.text('operationId') or link.text('operationRef')}")


@dataclass(frozen=True, slots=True)
class Unit:
    """One operation that is declared. unit: of the census. kind: path, webhook or callback. name: of the path, webhook
    or callback. path: where it is called. item: its path item. notes: what a person should know."""

    unit: str
    kind: str
    name: str
    path: str
    method: str
    item: Node
    node: Node
    notes: tuple[str, ...] = ()


def units(files: Files) -> Iterator[Unit]:
    """Every operation that is declared, in the document's order; callbacks after the operation that has them."""
    for start, kind in (("paths", "path"), ("webhooks", "webhook"), ("x-webhooks", "webhook")):
        held = files.top.get(start)
        for name, item in held.members() if held else []:
            if name.startswith("x-"):
                continue
            for method, found, node in _methods(files, item):
                unit = f"{'webhook ' if kind == 'webhook' else ''}{method} {name}"
                yield Unit(unit, kind, name, name, method, found, node)
                yield from _callbacks(files, unit, node)


def _methods(files: Files, item: Node) -> Iterator[tuple[str, Node, Node]]:
    try:
        item = files.follow(item)
    except Failure:
        return
    yield from ((key.lower(), item, node) for key, node in item.members() if key.lower() in METHODS)


def _callbacks(files: Files, owner: str, operation: Node) -> Iterator[Unit]:
    held = operation.get("callbacks")
    for name, callback in held.members() if held else []:
        try:
            callback = files.follow(callback)
        except Failure:
            continue
        for expression, item in callback.members():
            path, notes = _called(name, expression)
            for method, found, node in _methods(files, item):
                unit = f"callback {name} {method} {expression} of {owner}"
                yield Unit(unit, "callback", name, path, method, found, node, notes)


def _called(name: str, expression: str) -> tuple[str, tuple[str, ...]]:
    """(path, notes) of a callback, whose address is built from the request that asked for it."""
    plain = _RUNTIME.sub("", expression)
    path = urlsplit(plain).path.strip("/")
    if plain == expression:
        return f"/{path}", ()
    asked = f"the request says where to ({expression[:100]}): agree on one address, none from a message is dialled"
    return "/" + (path or re.sub(r"[^\w.-]+", "-", name)), (asked,)
