"""The served app: a small ASGI dispatcher. /soap and /http -> raw doors; REST -> FastAPI; the rest -> pages."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from hub import wiring
from hub.runtime import Hub

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

REST = ("/api", "/tmf-api", "/metrics", "/healthz", "/readyz", "/docs", "/openapi.json", "/asyncapi.json")


def build(hub: Hub, console: bool = True) -> App:
    """The whole hub as one ASGI app; its lifespan starts and stops the hub."""
    from hub.api.app import build as build_api

    api = build_api(hub)
    rooms: list[tuple[str, App]] = [(prefix, api) for prefix in REST]
    for name in wiring.DOORS:
        rooms += wiring.named(name)(hub).items()
    rest: App = api
    if console:
        from hub.pages.app import build as build_pages

        rest = build_pages(hub)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await _lifespan(hub, receive, send)
            return
        path = scope["path"]
        for prefix, room in rooms:
            if path == prefix or path.startswith(prefix + "/"):
                await room(scope, receive, send)
                return
        await rest(scope, receive, send)

    return app


async def _lifespan(hub: Hub, receive: Receive, send: Send) -> None:
    """Start and stop run in a thread: they wait for commits and for calls under way."""
    import asyncio

    while True:
        message = await receive()
        start = message["type"] == "lifespan.startup"
        word = "startup" if start else "shutdown"
        try:
            await asyncio.to_thread(hub.start if start else hub.stop)
        except Exception as error:
            await send({"type": f"lifespan.{word}.failed", "message": str(error)})
            raise
        await send({"type": f"lifespan.{word}.complete"})
        if not start:
            return
