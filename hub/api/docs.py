"""/docs: the API's own description as one page. No script, nothing fetched from elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, JSONResponse
from jinja2 import Environment

from hub.api.parts import HubOf
from interfaces.docs import asyncapi, filled, is_rest

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; frame-ancestors 'none'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
}

router = APIRouter()
_page = Environment(autoescape=True).from_string(files("hub.api").joinpath("docs.html").read_text("utf-8"))


@router.get("/docs", include_in_schema=False)
def docs(request: Request) -> HTMLResponse:
    """Every operation with its parameters."""
    document = request.app.openapi()
    info = {**document["info"], "description": plain(document["info"]["description"])}
    html = _page.render(info=info, groups=_grouped(document))
    return HTMLResponse(html, headers=HEADERS)


@router.get("/openapi.json", include_in_schema=False)
def description(request: Request, hub: HubOf) -> JSONResponse:
    """Everything that is served over REST (OpenAPI), its bodies as the agreements in force have them."""
    served = [spec for spec in hub.registry.specs() if is_rest(spec) and spec.direction == "inbound"]
    return JSONResponse(filled(request.app.openapi(), served, added=False))


@router.get("/asyncapi.json", include_in_schema=False)
def queues(hub: HubOf) -> JSONResponse:
    """Every queue that the agreements in force read or write (AsyncAPI)."""
    return JSONResponse(asyncapi(hub.registry.specs(), "mboss"))


def plain(text: str) -> str:
    """Without the back-ticks that mark code in a description."""
    return text.replace("`", "")


def _grouped(document: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    groups: dict[str, list[dict[str, Any]]] = {}
    for operation in _operations(document):
        groups.setdefault(operation["group"], []).append(operation)
    return groups


def _operations(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for path, methods in document["paths"].items():
        for method, said in methods.items():
            yield {
                "group": said.get("tags", ["other"])[0],
                "method": method.upper(),
                "path": path,
                "text": plain(said.get("description", "")),
                "parameters": [(p["name"], p["in"]) for p in said.get("parameters", ())],
            }
