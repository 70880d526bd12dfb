"""One ASGI app on one port: uvicorn in a thread of its own, with the raw connection within reach of mocks/shell.py."""

from __future__ import annotations

import socket
import threading

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from interfaces.failure import Failure
from mocks.shell import TRANSPORT, App


class OpenProtocol(HttpToolsProtocol):
    """uvicorn's protocol, which also tells the app the connection."""

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["extensions"] = {TRANSPORT: self.transport}  # type: ignore[dict-item]


class Server:
    """Serves from construction until ``stop``; ``url`` has no slash at its end. Port 0 = any free one."""

    def __init__(self, app: App, port: int = 0, host: str = "127.0.0.1") -> None:
        self._socket = _bound(host, port)
        self.url = f"http://{host}:{self._socket.getsockname()[1]}"
        config = uvicorn.Config(
            app,
            http=OpenProtocol,
            interface="asgi3",
            proxy_headers=False,
            lifespan="off",
            log_level="error",
            access_log=False,
            timeout_graceful_shutdown=1,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, args=([self._socket],), name=self.url, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(timeout=5)
        self._socket.close()


def _bound(host: str, port: int) -> socket.socket:
    bound = socket.socket()
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
    except OSError as error:
        where, advice = f"{host}:{port}", "choose another --port-base, or 0 for free ports"
        raise Failure("unavailable", f"cannot listen: {error.strerror}", where=where, advice=advice) from error
    bound.listen(128)  # connections wait here until the loop runs
    return bound
