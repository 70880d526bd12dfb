"""/healthz, /readyz, /metrics: is the process alive, can it work, how much has it done."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from fastapi import APIRouter
from fastapi.responses import PlainTextResponse

from hub.api.parts import HubOf
from hub.views.balance import balance
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
    """Prometheus text: the balance, and what the writer has committed since the start."""
    with hub.store.read() as connection:
        counts = balance(connection)
    lines = ["# HELP mboss_orders Orders and queries by where they are.", "# TYPE mboss_orders gauge"]
    lines += [f'mboss_orders{{state="{name}"}} {count}' for name, count in counts.items()]
    for name, value in (("commits", hub.store.batches), ("writes", hub.store.writes)):
        lines += [f"# TYPE mboss_store_{name}_total counter", f"mboss_store_{name}_total {value}"]
    return PlainTextResponse("\n".join(lines) + "\n", media_type="text/plain; version=0.0.4; charset=utf-8")
