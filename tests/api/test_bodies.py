"""Bodies that come too slowly, or not to their end."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest
from starlette.exceptions import HTTPException
from starlette.requests import Request

from hub.api import parts
from hub.config import Limits

LIMITS = Limits(body_bytes=1024)
FIRST = {"type": "http.request", "body": b"{", "more_body": True}


def read(*events: dict[str, Any], limits: Limits = LIMITS) -> bytes:
    """What ``whole_body`` makes of these events, and of silence after them."""
    waiting = list(events)

    async def receive() -> dict[str, Any]:
        if not waiting:
            await asyncio.Event().wait()
        return waiting.pop(0)

    hub = SimpleNamespace(config=SimpleNamespace(limits=limits))
    app = SimpleNamespace(state=SimpleNamespace(hub=hub))
    scope = {"type": "http", "method": "POST", "path": "/", "headers": [], "query_string": b"", "app": app}
    return asyncio.run(parts.whole_body(Request(scope, receive)))


def test_a_body_that_never_ends_in_time_is_refused() -> None:
    with pytest.raises(HTTPException) as refused:
        read(FIRST, limits=Limits(body_seconds=0.05))
    assert refused.value.status_code == 408


def test_a_caller_who_hangs_up_leaves_no_trace_in_the_log() -> None:
    with pytest.raises(HTTPException) as refused:
        read(FIRST, {"type": "http.disconnect"})
    assert refused.value.status_code == 400
