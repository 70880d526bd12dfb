"""The socket the hub listens on, taken before anything is built: a taken port is said at once."""

from __future__ import annotations

import socket
from typing import Final

from interfaces.failure import Failure

BACKLOG: Final = 2048


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
