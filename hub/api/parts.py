"""What the routes share: the hub, paging limits, a body read strictly and within bounds."""

from __future__ import annotations

import asyncio
from functools import cache
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import Depends, Query, Request
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from hub.config import Limits
from hub.runtime import Hub
from hub.views.messages import MaskerOf
from hub.views.paging import MAX_LIMIT
from interfaces.codec import json as strict_json
from interfaces.failure import Failure
from interfaces.mask import Masker
from interfaces.spec.model import InterfaceSpec
from interfaces.wire import WireMessage

KEPT = ("idempotency-key",)
"""Request headers a message keeps."""

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


# async only because the framework runs a plain dependency in a thread of its own
async def the_hub(request: Request) -> Hub:
    """The hub this app was built for."""
    hub: Hub = request.app.state.hub
    return hub


async def known_host(request: Request) -> None:
    """Failure ``forbidden`` for a Host header that is not ours.

    A foreign page that lets its own name point here (DNS rebinding) is thereby no page of this origin.
    """
    ours = LOOPBACK | {name_in(request.app.state.hub.config.public_url)}
    if name_in(f"//{request.headers.get('host', '')}") not in ours:
        raise Failure("forbidden", "the hub is not known by this name", advice="set public_url to the name you use")


def name_in(url: str) -> str | None:
    """The host name in a URL, None when there is none to be read."""
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None


async def whole_body(request: Request) -> bytes:
    """The request's body; Failure ``too_large`` as soon as it is longer than the configured limit."""
    if request.headers.get("content-encoding", "identity").strip().lower() != "identity":
        raise HTTPException(415, "a compressed body is not accepted")
    limits: Limits = request.app.state.hub.config.limits
    try:
        async with asyncio.timeout(limits.body_seconds):
            return await _within(request, limits.body_bytes)
    except TimeoutError:
        raise HTTPException(408, f"the body did not come within {limits.body_seconds:g} s") from None
    except ClientDisconnect:  # nobody hears it, but it is no fault of ours that needs a trace in the log
        raise HTTPException(400, "the caller hung up") from None


async def _within(request: Request, limit: int) -> bytes:
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > limit:
            raise Failure("too_large", f"the body is longer than {limit} bytes", where="limits.body_bytes")
    return bytes(body)


def wire_message(request: Request, body: bytes) -> WireMessage:
    """The request as the agreement's side sees it; credentials and the like never reach the journal."""
    headers = {name: request.headers[name] for name in KEPT if name in request.headers}
    headers |= {":method": request.method, ":path": request.url.path, ":query": request.url.query}
    return WireMessage(body, request.headers.get("content-type", ""), headers)


def json_only(request: Request) -> None:
    """415 unless the body says it is JSON.

    A browser cannot send this type to another site without asking first, so this also keeps foreign pages out.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json" and not kind.endswith("+json"):
        raise HTTPException(415, "the body must be application/json")


async def json_body(request: Request) -> dict[str, Any]:
    """The body as a JSON object, read strictly (no duplicate keys, no NaN, bounded depth)."""
    json_only(request)
    limits: Limits = request.app.state.hub.config.limits
    body = await whole_body(request)
    data, _ = strict_json.read(body, request.headers.get("content-type", ""), limits.of_document())
    if not isinstance(data, dict):
        raise Failure("invalid", "the body must be a JSON object", reason="json")
    return data


HubOf = Annotated[Hub, Depends(the_hub)]
Body = Annotated[bytes, Depends(whole_body)]
JsonBody = Annotated[dict[str, Any], Depends(json_body)]
Limit = Annotated[int, Query(ge=1, le=MAX_LIMIT)]
Cursor = Annotated[str | None, Query(max_length=400)]
Text = Annotated[str | None, Query(max_length=200)]


def specs(hub: Hub) -> list[InterfaceSpec]:
    """Every active interface spec, by id."""
    return sorted(hub.registry.specs(), key=lambda spec: spec.id)


def known_peers(hub: Hub) -> set[str]:
    """Peers that are configured or bound."""
    return set(hub.config.peers) | {binding.system for binding in hub.topology.bindings}


def masker_of(hub: Hub) -> MaskerOf:
    """Interface reference -> what to hide; without one that we know (refused messages), what any spec marks."""

    active = {spec.ref: spec for spec in hub.registry.specs()}

    @cache
    def find(ref: str) -> Masker:
        if ref in active:
            return Masker.of(active[ref])
        spec_id, _, version = ref.partition("@")
        try:
            return Masker.of(hub.registry.get(spec_id, version).spec)
        except Failure:
            return Masker.of_any(active.values())

    return find
