"""The network below the HTTP pool: no connect, read or write may outlive the call's Deadline.

httpx counts time-outs per read, so a peer that drips one byte now and then holds a call for ever. Here
every socket operation gets only the time that is left of the whole call, which ends header drip and body
drip alike. The one thing not clamped is the system's name resolution, which takes no time-out; peers are
configured by address or by a name of the hosts file where that matters.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import httpcore

from interfaces.clock import Deadline

_STEP = 65536


@dataclass(slots=True)
class Exchange:
    """What one call may still take, and whether any of its bytes left this machine."""

    deadline: Deadline
    sent: bool = False

    def left(self, error: type[Exception]) -> float:
        """Seconds left (> 0), or ``error``."""
        seconds = self.deadline.left()
        if seconds <= 0:
            raise error("the call's deadline has passed")
        return seconds


_current: ContextVar[Exchange] = ContextVar("exchange")


@contextmanager
def within(deadline: Deadline) -> Iterator[Exchange]:
    """Everything the pool does inside this block, in this thread, ends at ``deadline``."""
    token = _current.set(exchange := Exchange(deadline))
    try:
        yield exchange
    finally:
        _current.reset(token)


class DeadlineBackend(httpcore.NetworkBackend):
    """Opens connections; a host with several addresses shares one deadline among them."""

    def __init__(self) -> None:
        self._inner = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        error: Exception = httpcore.ConnectError("the name has no address")
        for address in _addresses(host, port):
            left = _current.get().left(httpcore.ConnectTimeout)
            try:
                return _Stream(self._inner.connect_tcp(address, port, left, local_address, socket_options))
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as failed:
                error = failed
        raise error


def _addresses(host: str, port: int) -> list[str]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise httpcore.ConnectError(str(error)) from error
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class _Stream(httpcore.NetworkStream):
    """Head and body of a request come in two writes and a closing empty one; they leave as one packet."""

    def __init__(self, inner: httpcore.NetworkStream) -> None:
        self._inner = inner
        self._waiting = bytearray()

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        self._flush()
        return self._inner.read(max_bytes, _current.get().left(httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._waiting += buffer
        if not buffer or len(self._waiting) >= _STEP:
            self._flush()

    def _flush(self) -> None:
        # One send at a time: the library's own loop would give each of its sends the whole time again.
        exchange, sock = _current.get(), self._inner.get_extra_info("socket")
        view, self._waiting = memoryview(self._waiting), bytearray()
        while view:
            sock.settimeout(exchange.left(httpcore.WriteTimeout))
            taken = _send(sock, view[:_STEP])
            exchange.sent = True
            view = view[taken:]

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        left = _current.get().left(httpcore.ConnectTimeout)
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, left))

    def close(self) -> None:
        self._inner.close()

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


def _send(sock: socket.socket, part: memoryview) -> int:
    try:
        return sock.send(part)
    except TimeoutError as error:
        raise httpcore.WriteTimeout(str(error)) from error
    except OSError as error:
        raise httpcore.WriteError(str(error)) from error
