"""OpenAPI 3.1 of REST agreements: paths, parameters, bodies with their schemas and examples, errors."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from interfaces.docs.schemas import Schemas, example, wire_schema
from interfaces.envelope.rest import BODYLESS, JSON, PROBLEM
from interfaces.spec.model import InterfaceSpec, Operation

VERSION: Final = "3.1.0"
_FIELD: Final = re.compile(r"\{(\w+)\}")


def is_rest(spec: InterfaceSpec) -> bool:
    return spec.transport.envelope == "rest"


def openapi(spec: InterfaceSpec, server: str = "") -> dict[str, Any]:
    """The document of one agreement."""
    info = {"title": spec.title["en"], "version": spec.version, "x-interface": spec.ref}
    document: dict[str, Any] = {"openapi": VERSION, "info": info, "paths": {}}
    return filled(document | ({"servers": [{"url": server}]} if server else {}), [spec])


def filled(document: Mapping[str, Any], specs: Iterable[InterfaceSpec], added: bool = True) -> dict[str, Any]:
    """A document with what agreements say of their paths; ``added``: also paths that it does not have yet."""
    paths = {path: dict(item) for path, item in document.get("paths", {}).items()}
    schemas = Schemas()
    for spec in specs:
        for path, method, said in _operations(spec, schemas):
            known = next((p for p in paths if _FIELD.sub("{}", p) == _FIELD.sub("{}", path)), None)
            if known is not None or added:
                item = paths.setdefault(known or path, {})
                item[method] = _over(item.get(method, {}), said)
    components = dict(document.get("components", {}))
    components["schemas"] = {**components.get("schemas", {}), **schemas.found}
    return {**document, "paths": paths, "components": components}


def _over(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """What the server says of itself stays, but for what it does not know: bodies."""
    if not old:
        return dict(new)
    bodies = {name: new[name] for name in ("requestBody", "x-interface") if name in new}
    return {**old, **bodies, "responses": {**new["responses"], **old.get("responses", {}), **_good(new)}}


def _good(said: Mapping[str, Any]) -> dict[str, Any]:
    return {status: answer for status, answer in said["responses"].items() if status.startswith("2")}


def _operations(spec: InterfaceSpec, schemas: Schemas) -> Iterator[tuple[str, str, dict[str, Any]]]:
    base = str(spec.transport.settings.get("base", "")).rstrip("/")
    for op in spec.operations.values():
        path, method = str(op.wire.get("path", f"/{op.name}")), str(op.wire.get("method", "POST"))
        yield base + path, method.lower(), _operation(spec, op, path, method, schemas)


def _operation(spec: InterfaceSpec, op: Operation, path: str, method: str, schemas: Schemas) -> dict[str, Any]:
    elsewhere = [*_parameters(spec, op, path, method)]
    said: dict[str, Any] = {
        "operationId": f"{spec.id}.{op.name}",
        "summary": f"{op.name}: {op.request.type}",
        "tags": [spec.id],
        "x-interface": spec.ref,
        "parameters": [parameter for _, parameter in elsewhere],
    }
    if method not in BODYLESS:
        reference = schemas.add(spec, op, op.request, frozenset(field for field, _ in elsewhere))
        said["requestBody"] = {"required": True, "content": {JSON: _content(spec, op, "request", reference)}}
    status = str(op.wire.get("status", 200))
    answer: dict[str, Any] = {"description": f"{op.reply.type}" if op.reply else "taken"}
    if op.reply is not None:
        answer["content"] = {JSON: _content(spec, op, "reply", schemas.add(spec, op, op.reply))}
    problem = {
        "description": "refused, with the reason and the place",
        "content": {PROBLEM: {"schema": {"type": "object"}}},
    }
    said["responses"] = {status: answer, "default": problem}
    return said


def _content(spec: InterfaceSpec, op: Operation, role: str, reference: dict[str, str]) -> dict[str, Any]:
    shown = example(spec, op, role)
    return {"schema": reference} | ({"example": shown} if shown is not None else {})


def _parameters(spec: InterfaceSpec, op: Operation, path: str, method: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """(field of the wire tree, parameter): of the path, the query, the headers."""
    schema = wire_schema(spec, op, op.request)
    properties, required = schema.get("properties", {}), schema.get("required", ())
    inside = _FIELD.findall(path)
    for field in inside:
        yield field, {"name": field, "in": "path", "required": True, "schema": {"type": "string"}}
    headers: Mapping[str, str] = op.wire.get("headers", {})
    rest = [name for name in properties if name not in (*inside, *headers.values())] if method in BODYLESS else ()
    query: Mapping[str, str] = op.wire.get("query") or {name: name for name in rest}
    for place, names in (("query", query), ("header", headers)):
        for name, field in names.items():
            plain = {"type": properties.get(field, {}).get("type", "string")}
            yield field, {"name": name, "in": place, "required": field in required, "schema": plain}
