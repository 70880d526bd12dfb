"""REST over HTTP: method, path and query come from the envelope, the host only from the configuration."""

from __future__ import annotations

from adapters.http_pool import HttpPool, shared
from adapters.peer_auth import PeerAuth
from interfaces.channel import Peer
from interfaces.clock import Deadline
from interfaces.failure import Failure
from interfaces.spec.model import InterfaceSpec, Operation
from interfaces.wire import WireMessage


class RestChannel:
    """``interfaces.channel.Channel`` for one REST peer.

    ``:method``, ``:path`` and ``:query`` of the request win over ``method`` and ``path`` of the operation's
    wire settings. Error statuses are returned with their body.
    """

    def __init__(self, spec: InterfaceSpec, peer: Peer, pool: HttpPool | None = None) -> None:
        self._address = peer.address.rstrip("/")
        self._where = spec.ref
        self._auth = PeerAuth.of(peer.options.get("auth", ""), peer.code)
        self._pool = pool or shared()

    def call(self, operation: Operation, request: WireMessage, deadline: Deadline) -> WireMessage:
        method = request.headers.get(":method", str(operation.wire.get("method", "POST")))
        return self._pool.send(method, self._url(operation, request), self._auth.on(request), deadline)

    def close(self) -> None:
        """Nothing of its own: the connections belong to the shared pool."""

    def _url(self, operation: Operation, request: WireMessage) -> str:
        path = request.headers.get(":path", str(operation.wire.get("path", "")))
        query = request.headers.get(":query", "")
        if path and not path.startswith("/"):  # "http://host" + "@elsewhere" would be another host
            raise Failure("invalid", "a request path must begin with '/'", where=f"{self._where}/{operation.name}")
        return f"{self._address}{path}{'?' if query else ''}{query}"
