"""``mboss serve``: one hub process."""

from __future__ import annotations

import gc
import signal
from pathlib import Path
from types import FrameType

import click

from hub.cli.output import data_option, note


@click.command()
@data_option
@click.option("--host", help="Address to listen on (this machine only).")
@click.option("--port", type=click.IntRange(0, 65535), help="Port to listen on; 0 takes a free one.")
@click.option("--db", help="The store: sqlite:////path, postgresql://user@host/name, env:NAME or file:PATH.")
@click.option("--no-console", is_flag=True, help="Without the pages at /.")
def command(data: Path | None, host: str | None, port: int | None, db: str | None, no_console: bool) -> None:
    """Serve the hub until Ctrl-C or SIGTERM.

    \b
    Example:
      mboss serve --data mboss-data --port 8080
    """
    gc.disable()  # until all is built (hub/server.py): it comes to stay, and looking through it again costs a tenth

    from hub.config import load
    from hub.listener import listen
    from hub.server import serve

    config = load(data, host=host, port=port, db=db)
    listener = listen(config.host, config.port)
    bound = listener.getsockname()[1]
    if bound != config.port:
        config = load(data, host=host, port=bound, db=db)
    for stop in (signal.SIGINT, signal.SIGTERM):
        signal.signal(stop, _interrupt)
    note(f"mboss serves {config.public_url}  (data: {config.data})")
    try:
        serve(config, listener, console=not no_console)
    except KeyboardInterrupt:
        note("stopped")


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    """SIGTERM ends like Ctrl-C: uvicorn raises it again after its stop, and clean-up must still run.

    Set for SIGINT too: a process that a shell starts in the background is told to ignore it.
    """
    raise KeyboardInterrupt
