"""SOAP over HTTP POST: bytes to the peer's address and bytes back."""

from __future__ import annotations

from dataclasses import replace

from adapters.http_pool import HttpPool, shared
from adapters.peer_auth import PeerAuth
from interfaces.channel import Peer
from interfaces.clock import Deadline
from interfaces.spec.model import InterfaceSpec, Operation
from interfaces.wire import WireMessage


class SoapChannel:
    """``interfaces.channel.Channel`` for one SOAP peer.

    SOAPAction is the request's ``soapaction`` header, else ``action`` of the operation's wire settings; it is
    sent in quotes, as SOAP 1.1 wants it. Fault answers (HTTP 500) are returned with their ``:status``.
    """

    def __init__(self, spec: InterfaceSpec, peer: Peer, pool: HttpPool | None = None) -> None:
        self._address = peer.address
        self._encoding = spec.transport.encoding
        self._auth = PeerAuth.of(peer.options.get("auth", ""), peer.code)
        self._content_type = f"text/xml; charset={spec.transport.encoding}"
        self._pool = pool or shared()

    def call(self, operation: Operation, request: WireMessage, deadline: Deadline) -> WireMessage:
        proved = self._auth.in_envelope(self._addressed(operation, request), self._encoding)
        return self._pool.send("POST", self._address, proved, deadline)

    def close(self) -> None:
        """Nothing of its own: the connections belong to the shared pool."""

    def _addressed(self, operation: Operation, request: WireMessage) -> WireMessage:
        action = request.headers.get("soapaction", str(operation.wire.get("action", "")))
        headers = {**request.headers, "soapaction": '"' + action.strip('"') + '"'}
        return replace(request, headers=headers, content_type=request.content_type or self._content_type)
