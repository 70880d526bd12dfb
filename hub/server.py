"""One hub process: built, listed in run.json, served until a signal."""

from __future__ import annotations

import gc
import resource
import socket
import sys
from typing import Any, Final

import uvicorn

from hub import logs, runfile
from hub.app import build as build_app
from hub.bootstrap import build as build_hub
from hub.config import Config, Limits
from hub.http_guard import guarded
from hub.listener import BACKLOG
from hub.memory import trimmed
from interfaces.failure import Failure

SWITCH: Final = 0.0005
"""Seconds after which a thread lets another one go on."""

GARBAGE: Final = 20_000
"""Objects that come to stay before the collector looks; a message leaves none behind."""

GRACE: Final = 10
"""Seconds that open requests have to finish at a stop."""


def serve(config: Config, listener: socket.socket, console: bool = True) -> None:
    """Returns after a graceful stop; the app's lifespan runs the workers. Failure when it cannot be started."""
    logs.configure()
    app = build_app(build_hub(config), console=console)
    server = uvicorn.Server(settings(app, config.limits))
    tune()
    with runfile.hub_listed(config.data, config.public_url), trimmed():
        server.run(sockets=[listener])
    if not server.started:
        raise Failure("internal", "the hub did not start", where=str(config.data), advice="the lines above say why")


def tune() -> None:
    """Once all is built: what lives as long as the process is no garbage, the two threads of acceptance take turns
    quickly (the writer wants the interpreter for moments between its statements), and there are as many files as the
    system allows: every connection is one."""
    gc.collect()
    gc.freeze()
    gc.enable()
    gc.set_threshold(GARBAGE)
    sys.setswitchinterval(SWITCH)
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def settings(app: Any, limits: Limits | None = None) -> uvicorn.Config:
    """How the hub is served."""
    return uvicorn.Config(
        app,
        http=guarded(limits or Limits()),
        loop="uvloop",
        ws="none",
        lifespan="on",
        access_log=False,
        log_config=None,  # hub/logs.py
        log_level="warning",
        server_header=False,
        proxy_headers=False,
        backlog=BACKLOG,
        timeout_keep_alive=60,
        timeout_graceful_shutdown=GRACE,
    )
