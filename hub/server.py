"""One hub process: built, listed in run.json, served until a signal."""

from __future__ import annotations

import socket
from typing import Any, Final

import uvicorn

from hub import logs, runfile
from hub.app import build as build_app
from hub.bootstrap import build as build_hub
from hub.config import Config
from hub.listener import BACKLOG
from interfaces.failure import Failure

GRACE: Final = 10
"""Seconds that open requests have to finish at a stop."""


def serve(config: Config, listener: socket.socket, console: bool = True) -> None:
    """Returns after a graceful stop; the app's lifespan runs the workers. Failure when it cannot be started."""
    logs.configure()
    app = build_app(build_hub(config), console=console)
    server = uvicorn.Server(_settings(app))
    with runfile.hub_listed(config.data, config.public_url):
        server.run(sockets=[listener])
    if not server.started:
        raise Failure("internal", "the hub did not start", where=str(config.data), advice="the lines above say why")


def _settings(app: Any) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http="httptools",
        loop="uvloop",
        ws="none",
        lifespan="on",
        access_log=False,
        log_level="warning",
        server_header=False,
        proxy_headers=False,
        backlog=BACKLOG,
        timeout_keep_alive=60,
        timeout_graceful_shutdown=GRACE,
    )
