"""/healthz, /readyz, /metrics: is the process alive, can it work, how much has it done."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from fastapi import APIRouter
from fastapi.responses import PlainTextResponse

from hub.api.parts import HubOf, known_peers
from hub.telemetry.exposition import exposition
from interfaces.failure import Failure

router = APIRouter(tags=["health"])


@router.get("/healthz")
def healthz() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@router.get("/readyz")
def readyz(hub: HubOf) -> dict[str, Any]:
    """The store answers; 503 when it does not. ``degraded``: orders are taken, but some queue or table is not read."""
    try:
        with hub.store.read() as connection:
            connection.scalar(sa.select(1))
    except Exception as error:
        raise Failure("unavailable", f"the store does not answer ({type(error).__name__})") from None
    waiting = {one.endpoint: one.trouble.message for one in hub.consumers if one.trouble}
    return {"status": "degraded", "waiting": waiting} if waiting else {"status": "ready"}


@router.get("/metrics", response_class=PlainTextResponse)
def metrics(hub: HubOf) -> PlainTextResponse:
    """Prometheus text: what this process did since its start, and what stands in the store."""
    return PlainTextResponse(exposition(hub, known_peers(hub)), media_type="text/plain; version=0.0.4; charset=utf-8")
