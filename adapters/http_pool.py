"""The one HTTP client of the house: a deadline pool shared by SOAP, REST and zeep.

It is an httpx *transport* and not a client: nothing here follows a redirect, reads proxies from the
environment or keeps a cookie, and bodies come back as they were on the wire. This is also the one door where
errors of httpx and httpcore become a Failure:

======================================  =============  ==================================================
what happened                           Failure        because
======================================  =============  ==================================================
not one byte was taken by the network   unavailable    surely nothing was done: again later
anything later                          timeout        the peer may have done it: the outcome is unknown
a request that HTTP cannot carry        invalid        again would not help; nothing was sent
======================================  =============  ==================================================
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import httpcore
import httpx
from tenacity import Retrying, retry_if_exception, stop_after_attempt

from adapters.deadline_net import DeadlineBackend, Exchange, within
from interfaces.clock import Deadline
from interfaces.failure import Failure
from interfaces.wire import WireMessage

MAX_REPLY = 2 * 1024 * 1024
"""Bytes of a reply body; more is refused while streaming."""

_KEEP_ALIVE = 4.0
"""Seconds an idle connection is kept: less than the five seconds after which common servers drop theirs."""

_RECONNECTS = 3

_FRAMING = frozenset({"host", "content-length", "transfer-encoding", "connection", "expect", "te", "upgrade"})
"""Headers that belong to the connection and never come from a message."""


class HttpPool:
    """Thread-safe. Connections are unbounded on purpose: a peer that hangs must not take another peer's
    place, and callers are bounded by their worker threads."""

    def __init__(self) -> None:
        self._transport = _DeadlineTransport()

    def send(self, method: str, url: str, message: WireMessage, deadline: Deadline) -> WireMessage:
        """One exchange, all in before ``deadline``; any HTTP status is a reply, named in ``:status``.

        Pseudo headers (``:path`` ...) and the connection's own are not sent.
        Raises Failure ``unavailable``, ``timeout`` or ``invalid`` as in the table above.
        """
        request = _request(method, url, message)
        with within(deadline) as exchange:
            try:
                return self._exchange(request, exchange)
            except httpx.TransportError as error:
                raise _failure(error, exchange, request.url) from error

    def close(self) -> None:
        """Close idle connections; may be called twice, and the pool opens again when it is used."""
        self._transport.close()

    def _exchange(self, request: httpx.Request, exchange: Exchange) -> WireMessage:
        try:
            return self._once(request)
        except httpx.TransportError as error:
            if not _was_stale(error, exchange):
                raise
        # Off the success path: a kept connection had died under us before it took a byte.
        again = Retrying(
            retry=retry_if_exception(lambda error: _was_stale(error, exchange)),
            stop=stop_after_attempt(_RECONNECTS),
            reraise=True,
        )
        return again(self._once, request)

    def _once(self, request: httpx.Request) -> WireMessage:
        response = self._transport.handle_request(request)
        try:
            headers = {":status": str(response.status_code), **response.headers}
            _refuse_encoded(headers, request.url)
            return WireMessage(_read(response, request.url), headers.get("content-type", ""), headers)
        finally:
            response.close()


@cache
def shared() -> HttpPool:
    """The process's pool."""
    return HttpPool()


class _DeadlineTransport(httpx.HTTPTransport):
    """httpx offers no parameter for the network backend, so the pool is made here."""

    def __init__(self) -> None:
        self._pool = httpcore.ConnectionPool(
            ssl_context=httpx.create_ssl_context(trust_env=False),
            max_connections=None,
            max_keepalive_connections=64,
            keepalive_expiry=_KEEP_ALIVE,
            network_backend=DeadlineBackend(),
        )


def _request(method: str, url: str, message: WireMessage) -> httpx.Request:
    headers = {name: value for name, value in message.headers.items() if _is_forwarded(name)}
    headers["accept-encoding"] = "identity"
    if message.content_type:
        headers["content-type"] = message.content_type
    try:
        return httpx.Request(method, url, headers=headers, content=message.body)
    except (httpx.InvalidURL, ValueError) as error:
        raise Failure(
            "invalid",
            "the request cannot be sent: its address or a header is malformed",
            advice="check the peer's address in the configuration and the operation's wire settings",
        ) from error


def _is_forwarded(name: str) -> bool:
    return not name.startswith(":") and name.lower() not in _FRAMING


def _read(response: httpx.Response, url: httpx.URL) -> bytes:
    body = bytearray()
    for part in response.iter_raw():
        body += part
        if len(body) > MAX_REPLY:
            raise _broken_reply(f"the reply is longer than {MAX_REPLY} bytes", url)
    return bytes(body)


def _refuse_encoded(headers: Mapping[str, str], url: httpx.URL) -> None:
    encoding = headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("", "identity"):
        raise _broken_reply("the reply is compressed, which was not asked for", url)


def _broken_reply(what: str, url: httpx.URL) -> Failure:
    return Failure("timeout", what, where=_place(url), reason="reply", advice="ask the peer for the outcome")


def _was_stale(error: BaseException, exchange: Exchange) -> bool:
    broken = (httpx.WriteError, httpx.ReadError, httpx.RemoteProtocolError)
    return isinstance(error, broken) and not exchange.sent and not exchange.deadline.passed


def _failure(error: httpx.TransportError, exchange: Exchange, url: httpx.URL) -> Failure:
    where = _place(url)
    if isinstance(error, (httpx.LocalProtocolError, httpx.UnsupportedProtocol)):
        return Failure("invalid", f"HTTP cannot carry the request: {type(error).__name__}", where=where)
    if not exchange.sent:
        return Failure(
            "unavailable",
            f"no connection: {_words(error)}",
            where=where,
            advice="nothing was sent; it is safe to send it again",
        )
    return Failure(
        "timeout",
        f"sent, but no complete answer in time: {type(error).__name__}",
        where=where,
        advice="the outcome is unknown: ask the peer before sending again, or rely on its idempotency",
    )


def _words(error: httpx.TransportError) -> str:
    """Why a connection failed, as the system says it; texts of other errors may quote what was received."""
    return str(error) if isinstance(error, httpx.ConnectError) else type(error).__name__


def _place(url: httpx.URL) -> str:
    """Scheme, host and port only: paths and queries may name customers, and userinfo holds secrets."""
    return f"{url.scheme}://{url.netloc.decode('ascii', 'replace')}"
