"""``build(hub)``: the REST side of the hub: /api/v1, /tmf-api, /healthz, /readyz, /metrics, /docs."""

from __future__ import annotations

from fastapi import Depends, FastAPI

from hub.api import docs, fallout, health, identity, interfaces, messages, orders, peers, problem, tmf622
from hub.api.entry import entered
from hub.api.parts import known_host
from hub.runtime import Hub

ABOUT = """Orders, messages, fallout and peers of the hub, and TM Forum's product order API.

Lists are paged: `next` of one answer is `cursor` of the following request. Errors are problem+json
(TM Forum's Error under `/tmf-api`) and name an incident id.
"""


def build(hub: Hub) -> FastAPI:
    """The app for one hub. Its errors are problem+json, the framework's own too."""
    app = routes()
    app.state.hub = hub
    app.state.forms = False
    return app


def routes() -> FastAPI:
    """Everything that is served, without a hub behind it: enough to be described."""
    app = FastAPI(
        title="mboss",
        version="1",
        description=ABOUT,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        openapi_url=None,
        dependencies=[Depends(known_host), Depends(entered)],
    )
    problem.install(app)
    for room in (orders, messages, fallout, peers, interfaces, tmf622, health, docs, identity):
        app.include_router(room.router)
    return app
