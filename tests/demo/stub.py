"""A hub that is only a script: what it was sent, and what it says."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from hub import runfile

Said = tuple[int, bytes]
Script = Callable[[str, str, bytes], Said]
"""(method, path with query, body) -> (status, body)."""


class Stub:
    """``received`` keeps (path, body) of every request but /readyz."""

    def __init__(self, script: Script) -> None:
        self.received: list[tuple[str, bytes]] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler(script))
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _handler(self, script: Script) -> type[BaseHTTPRequestHandler]:
        received = self.received

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                if self.path == "/readyz":
                    self._say(200, b"{}")
                    return
                received.append((self.path, body))
                self._say(*script(self.command, self.path, body))

            do_POST = do_GET

            def _say(self, status: int, body: bytes) -> None:
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: Any) -> None:
                """Silence."""

        return Handler


@contextmanager
def stub_hub(data: Path, script: Script) -> Iterator[Stub]:
    """A stub that is listed in DATA/run.json while inside."""
    stub = Stub(script)
    runfile.change(data, lambda run: run["hubs"].append({"pid": os.getpid(), "url": stub.url}))
    try:
        yield stub
    finally:
        runfile.change(data, lambda run: run.update(hubs=[]))
        stub.stop()


def says(status: int, answer: Any) -> Script:
    """Always the same: bytes as they are, anything else as JSON."""
    body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
    return lambda method, path, sent: (status, body)
