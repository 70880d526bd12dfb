"""``mboss serve``: one hub process."""

from __future__ import annotations

import signal
import socket
from pathlib import Path
from types import FrameType
from typing import Any, Final

import click
import uvicorn

from hub.cli import runfile
from hub.cli.output import data_option, note
from hub.config import Config, load
from interfaces.failure import Failure

BACKLOG: Final = 2048
GRACE: Final = 10
"""Seconds that open requests have to finish at a stop."""


@click.command()
@data_option
@click.option("--host", help="Address to listen on (this machine only).")
@click.option("--port", type=click.IntRange(0, 65535), help="Port to listen on; 0 takes a free one.")
@click.option("--no-console", is_flag=True, help="Without the pages at /.")
def command(data: Path | None, host: str | None, port: int | None, no_console: bool) -> None:
    """Serve the hub until Ctrl-C or SIGTERM.

    \b
    Example:
      mboss serve --data mboss-data --port 8080
    """
    config = load(data, host=host, port=port)
    listener = listen(config.host, config.port)
    bound = listener.getsockname()[1]
    if bound != config.port:
        config = load(data, host=host, port=bound)
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        serve(config, listener, console=not no_console)
    except KeyboardInterrupt:
        note("stopped")


def listen(host: str, port: int) -> socket.socket:
    """A listening socket. Raises Failure(conflict) when the port is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as error:
        raise Failure(
            "conflict",
            f"cannot listen on {host}:{port}: {error.strerror}",
            advice="stop what listens there, or give another --port",
        ) from None


def serve(config: Config, listener: socket.socket, console: bool = True) -> None:
    """Build the hub, list it in run.json, serve until a signal; the app's lifespan runs the workers."""
    from hub.app import build as build_app
    from hub.bootstrap import build as build_hub

    config.data.mkdir(parents=True, exist_ok=True)
    app = build_app(build_hub(config), console=console)
    with runfile.hub_listed(config.data, config.public_url):
        note(f"mboss serves {config.public_url}  (data: {config.data})")
        server = uvicorn.Server(_settings(app))
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


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    """SIGTERM ends like Ctrl-C: uvicorn raises it again after its stop, and clean-up must still run."""
    raise KeyboardInterrupt
