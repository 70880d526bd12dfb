"""What uvicorn's HTTP protocol lacks for callers that mean harm, or are careless.

* The number of connections is bounded (503), and with it what all requests together may hold.
* The head of a request is bounded in bytes, headers and time (431, 408); uvicorn bounds none of them.
* What is no HTTP is refused with an incident id that is in the log; nothing that was sent is logged.
* Bytes that break a pipelined request do not cost the answer of the good one before it.
* An offer to upgrade (JDK's HttpClient sends one with every request) is not taken, and the body is read all the same.
* Who is refused while still sending gets to read the answer: closing with unread bytes would reset the connection.
* Who ends his side after the request (netcat, old clients) still gets his answer.
"""

from __future__ import annotations

from asyncio import TimerHandle, Transport
from typing import Any

import httptools
import structlog
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from hub.api.problem import PROBLEM_JSON, problem
from hub.config import Limits
from interfaces.codec.json import write
from interfaces.failure import Failure
from interfaces.ids import new_id

log = structlog.get_logger(__name__)

LINGER_SECONDS = 2.0
LINGER_BYTES = 16 << 20
"""How long, and how much, an answered caller may go on sending a body that nobody wants."""

_OFFER = frozenset({b"upgrade", b"http2-settings"})
"""Headers, and words of the Connection header, that offer another protocol."""


def guarded(limits: Limits) -> type[HttpToolsProtocol]:
    """The protocol class for ``uvicorn.Config(http=...)``, with these limits."""
    return type("GuardedProtocol", (GuardedProtocol,), {"limits": limits})


class GuardedProtocol(HttpToolsProtocol):
    """One connection. ``_head``: bytes of a head that is not complete. ``_deaf``: what still comes is dropped."""

    limits = Limits()

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._timer: TimerHandle | None = None
        self._refusal: tuple[int, Failure] | None = None
        self._in_head = self._head_began = self._deaf = False
        self._head = self._dropped = 0
        if len(self.connections) > self.limits.connections:
            self._refuse(503, Failure("unavailable", "too many connections are open", advice="try again later"))
        else:
            self._expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_timer()
        super().connection_lost(exc)

    def eof_received(self) -> bool:  # type: ignore[override]
        """True keeps our side open, for the answer that is still to come."""
        if self._deaf or not self._answering() or self.cycle.more_body:
            return False
        self.cycle.keep_alive = False
        return True

    def data_received(self, data: bytes) -> None:
        if self._deaf or self._unwanted():
            self._drop(data)
            if self._deaf:
                return
        self._unset_keepalive_if_required()
        try:
            self._feed(data)
        except httptools.HttpParserError:
            self._refuse(*(self._refusal or (400, Failure("invalid", "the request is no HTTP/1.1"))))
            return
        if self._in_head:
            self._head += 0 if self._head_began else len(data)  # where in ``data`` it began is not known
            self._head_began = False
            if self._head > self.limits.header_bytes:
                self._refuse(*_too_long(self.limits))
                return
        if not self._answering():
            self._expect_head()

    def _feed(self, data: bytes) -> None:
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as offered:
            # The parser takes what follows for another protocol: a new one gets the request without the offer.
            version = self.parser.get_http_version().encode()
            line = b"%s %s HTTP/%s\r\n" % (self.parser.get_method(), self.url, version)
            self.parser = httptools.HttpRequestParser(self)
            self._feed(line + _without_offer(self.headers) + b"\r\n" + data[offered.args[0] :])

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._in_head = self._head_began = True
        self._head = 0

    def on_headers_complete(self) -> None:
        self._in_head = False
        self._stop_timer()
        if self.parser.should_upgrade() and self.parser.get_method() != b"CONNECT":
            return  # ``_feed`` begins again
        self._check_head()
        super().on_headers_complete()
        if not self.cycle.keep_alive:
            self.cycle.transport = _Lingering(self)  # type: ignore[assignment]

    def on_message_complete(self) -> None:
        if self.cycle is not None:
            super().on_message_complete()
            self.cycle.more_body = False

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self.transport.is_closing():
            return
        if self._unwanted():
            self._start_timer(LINGER_SECONDS)
        elif self._in_head:
            self._expect_head()

    def hang_up(self) -> None:
        """Close, but let a caller who is still sending read his answer first."""
        if not self._unwanted() or self.transport.is_closing():
            self.transport.close()
            return
        self._deaf = True
        self.transport.write_eof()
        self.flow.resume_reading()
        self._start_timer(LINGER_SECONDS)

    # -- inside ------------------------------------------------------------------------------------------------

    def _answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _unwanted(self) -> bool:
        """The request was answered before its body was read whole."""
        return self.cycle is not None and self.cycle.response_complete and self.cycle.more_body

    def _check_head(self) -> None:
        size, hosts = len(self.url), 0
        for name, value in self.headers:
            size += len(name) + len(value) + 4
            hosts += name == b"host"
        if size > self.limits.header_bytes or len(self.headers) > self.limits.headers:
            self._raise(*_too_long(self.limits))
        if hosts != 1 and (hosts or self.parser.get_http_version() == "1.1"):
            self._raise(400, Failure("invalid", "a request names its Host once", where="Host"))

    def _raise(self, status: int, failure: Failure) -> None:
        self._refusal = (status, failure)
        raise failure  # the parser turns it into its own error

    def _refuse(self, status: int, failure: Failure) -> None:
        incident = new_id("inc")
        log.info("request refused", incident=incident, code=failure.code, status=status, reason=failure.message)
        self._deaf = True
        if self._answering() and not self.cycle.more_body:
            self.cycle.keep_alive = False  # a good request goes first, then we part
            return
        if not self._answering() or not self.cycle.response_started:
            self.transport.write(_answer(status, failure, incident))
        self.transport.write_eof()
        self._start_timer(LINGER_SECONDS)

    def _expect_head(self) -> None:
        if self._timer is None and not self._deaf:
            self._start_timer(self.limits.header_seconds)

    def _late(self) -> None:
        self._timer = None
        if self._in_head and not self._deaf:
            said = f"the head of the request did not come within {self.limits.header_seconds:g} s"
            self._refuse(408, Failure("timeout", said, where="header"))
        else:
            self.transport.close()

    def _drop(self, data: bytes) -> None:
        self._dropped += len(data)
        if self._dropped > LINGER_BYTES:
            self.transport.abort()

    def _start_timer(self, seconds: float) -> None:
        self._stop_timer()
        self._timer = self.loop.call_later(seconds, self._late)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


class _Lingering:
    """The transport of a request that is the last of its connection: closing it waits for the caller."""

    def __init__(self, protocol: GuardedProtocol) -> None:
        self._protocol = protocol

    def __getattr__(self, name: str) -> Any:
        return getattr(self._protocol.transport, name)

    def close(self) -> None:
        self._protocol.hang_up()


def _without_offer(headers: list[tuple[bytes, bytes]]) -> bytes:
    kept = []
    for name, value in headers:
        if name == b"connection":
            words = [word for word in value.split(b",") if word.strip().lower() not in _OFFER]
            value = b",".join(words)
        if name not in _OFFER and value:
            kept.append(b"%s: %s\r\n" % (name, value))
    return b"".join(kept)


def _too_long(limits: Limits) -> tuple[int, Failure]:
    said = f"the head of the request is longer than {limits.header_bytes} bytes or {limits.headers} headers"
    return 431, Failure("too_large", said, where="header", advice="[limits] in mboss.toml sets what is allowed")


def _answer(status: int, failure: Failure, incident: str) -> bytes:
    body = write(problem(failure, status, incident))
    head = f"content-type: {PROBLEM_JSON}\r\ncontent-length: {len(body)}\r\nconnection: close\r\n\r\n"
    return STATUS_LINE[status] + head.encode() + body
