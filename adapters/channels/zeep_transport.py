"""zeep's transport on the house's pool: for operations that our own codec declines.

zeep's own transport sits on requests, follows redirects and counts time-outs per read. It is used with
contracts loaded from files only: whatever is not a file is refused here.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
from zeep.exceptions import TransportError
from zeep.transports import Transport

from adapters.http_pool import HttpPool, shared
from interfaces.clock import Deadline
from interfaces.wire import WireMessage


class ZeepTransport(Transport):  # type: ignore[misc]
    """Raises Failure like the pool does. ``timeout`` is the total of one call, in seconds."""

    def __init__(self, timeout: float = 10.0, pool: HttpPool | None = None) -> None:
        # The parent's constructor would open a requests session; these are all the attributes zeep reads.
        self.cache = self.session = None
        self._close_session = False
        self.load_timeout = self.operation_timeout = timeout
        self._timeout = timeout
        self._pool = pool or shared()

    def load(self, url: str) -> bytes:
        path = Path(str(url).removeprefix("file://"))
        if "://" in str(path) or not path.is_file():
            raise TransportError(message=f"contracts are read from files only, not from {url}")
        return path.read_bytes()

    def post(self, address: str, message: str | bytes, headers: Mapping[str, str]) -> httpx.Response:
        body = message.encode() if isinstance(message, str) else message
        wire = WireMessage(body, headers=headers)
        reply = self._pool.send("POST", address, wire, Deadline.after(self._timeout))
        content_type = {"content-type": reply.content_type}
        return httpx.Response(int(reply.headers[":status"]), headers=content_type, content=reply.body)

    def get(self, address: str, params: Any, headers: Mapping[str, str]) -> httpx.Response:
        raise TransportError(message="HTTP GET bindings are not served")
