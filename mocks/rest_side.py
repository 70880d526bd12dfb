"""REST services of the mock peers, on Starlette: JSON in, JSON out, checked by the peer's own description.

As on the SOAP side (mocks/spyne_side.py, whose fields notation this is) nothing is read from the agreed contract: the
two descriptions are independent, and a test compares them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from interfaces.failure import Failure
from mocks.spyne_side import FIELD, MANNER_HEADER, Receive
from mocks.store import Body

BUSY = "the peer is busy"


@dataclass(frozen=True)
class RestService:
    """One REST API: ``operations`` = name -> (``POST /subscriptions/{id}/cancel``, request fields).

    base  path in front of all. Fields in the path and the query are request fields like those of the body.
    """

    id: str
    base: str
    operations: Mapping[str, tuple[str, str]]
    types: Mapping[str, str] = field(default_factory=dict)


def asgi(service: RestService, receive: Receive) -> Starlette:
    """The API as an ASGI app; ``receive(operation, request)`` runs in a thread."""
    return Starlette(routes=[_route(service, name, receive) for name in service.operations])


def _route(service: RestService, name: str, receive: Receive) -> Route:
    place, fields = service.operations[name]
    method, _, path = place.partition(" ")

    async def handle(request: Request) -> JSONResponse:
        try:
            tree = await _tree(request)
            faults = list(wrong(fields, service.types, tree))
        except ValueError:
            tree, faults = {}, ["the body is no JSON object"]
        if faults:
            return JSONResponse({"title": "invalid", "detail": "; ".join(faults)}, 400)
        return await run_in_threadpool(_answer, name, tree, receive)

    return Route(service.base + path, handle, methods=[method])


def _answer(name: str, tree: Body, receive: Receive) -> JSONResponse:
    try:
        answer = receive(name, tree)
    except Failure:
        return JSONResponse({"title": "unavailable", "detail": BUSY}, 503)
    headers = {MANNER_HEADER: answer.manner} if answer.manner else {}
    if answer.body is None:
        return JSONResponse({"title": "internal", "detail": "the request was not carried out"}, 500, headers)
    return JSONResponse({key: value for key, value in answer.body.items() if value is not None}, 200, headers)


async def _tree(request: Request) -> Body:
    """Body, path and query as one object; ValueError for a body that is none."""
    body = json.loads(await request.body() or b"{}")
    if not isinstance(body, dict):
        raise ValueError("not an object")
    return {**body, **request.query_params, **request.path_params}


def wrong(fields: str, types: Mapping[str, str], tree: Any, where: str = "") -> Iterator[str]:
    """What of ``tree`` is not as the fields notation has it, in words."""
    if not isinstance(tree, dict):
        yield f"{where or 'the body'} must be an object"
        return
    known = {m["name"]: m for m in map(FIELD.fullmatch, fields.split()) if m}
    yield from (f"{where}{name} is not known" for name in tree if name not in known)
    for name, rule in known.items():
        if name in tree:
            yield from _wrong_value(rule, types, tree[name], f"{where}{name}")
        elif rule["required"]:
            yield f"{where}{name} is required"


def _wrong_value(rule: Any, types: Mapping[str, str], value: Any, where: str) -> Iterator[str]:
    if rule["type"]:
        for at, item in enumerate(value if isinstance(value, list) else [value]):
            yield from wrong(types[rule["type"]], types, item, f"{where}[{at}].")
    elif not isinstance(value, str) or (rule["required"] and not value):
        yield f"{where} must be text"
    elif rule["length"] and len(value) > int(rule["length"]):
        yield f"{where} has more than {rule['length']} characters"
