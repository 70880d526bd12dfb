"""Raw ASGI, read and answered: the thin part that every HTTP door shares."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from typing import Any

from hub.config import Limits
from interfaces.failure import Failure
from interfaces.wire import WireMessage

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

LONGEST = 200
"""Characters of a path and of a media type that are kept."""

SMALL = 16 << 10
"""Bytes of a body that may wait for others between two stages of its work."""

_KEPT = {b"soapaction": "soapaction", b"idempotency-key": "idempotency-key"}
"""Request headers a message keeps. Others, credentials above all, never reach the journal."""


ALLOW = ((b"allow", b"POST, OPTIONS"),)
"""What a door tells with a 405 and when it is asked (OPTIONS)."""


class HttpRefusal(Failure):
    """What HTTP has a status of its own for, whatever the door: method (405), media type and coding (415).

    ``faultcode`` where SOAP has a code of its own too.
    """

    def __init__(self, status: int, message: str, *, where: str, advice: str = "", faultcode: str = "") -> None:
        detail = {"faultcode": faultcode} if faultcode else {}
        super().__init__("invalid", message, where=where, advice=advice, reason="header", detail=detail)
        self.status = status


_KEYS = (b"authorization", b"x-api-key")


def retry_after(failure: Failure) -> tuple[tuple[bytes, bytes], ...]:
    """When a throttled caller may come again (RFC 9110), as headers; () for any other refusal."""
    seconds = failure.detail.get("retryAfter")
    return ((b"retry-after", b"%d" % seconds),) if seconds else ()


class Gone(Exception):
    """The caller hung up; there is nobody to answer."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP answer."""

    status: int
    body: bytes
    content_type: str
    headers: tuple[tuple[bytes, bytes], ...] = field(default=())


async def read(scope: Scope, receive: Receive, limits: Limits) -> WireMessage:
    """The request with its body, as long and as slow as ``limits`` allow.

    Raises Failure ``too_large``, ``timeout`` (the body came too slowly) or HttpRefusal (a compressed body), all of
    them with the bytes unread or dropped; Gone when the caller hung up.
    """
    content_type, headers, length, encoding = _heads(scope)
    if encoding not in (b"", b"identity"):
        advice = "send it as it is, without Content-Encoding"
        raise HttpRefusal(415, "a compressed body is not accepted", where="Content-Encoding", advice=advice)
    if length.isdigit() and int(length) > limits.body_bytes:
        raise too_large(limits.body_bytes)
    body = await _body(receive, limits)
    return WireMessage(body, content_type, headers)


def api_key(scope: Scope) -> str:
    """The API key that the request carries: ``Authorization: Bearer`` or ``X-API-Key``; "" when there is none."""
    said = {name: str(value, "latin-1").strip() for name, value in scope["headers"] if name in _KEYS}
    scheme, _, bearer = said.get(b"authorization", "").partition(" ")
    return bearer.strip() if scheme.lower() == "bearer" else said.get(b"x-api-key", "")


def heads(scope: Scope) -> WireMessage:
    """The request without its body, for refusals made before it was read."""
    content_type, headers, _, _ = _heads(scope)
    return WireMessage(b"", content_type, headers)


def place(scope: Scope) -> str:
    """The path as journal and log may hold it: printable, and no longer than an address is."""
    return printable(scope["path"])


def printable(text: str) -> str:
    """What a caller chose, as journal, log and answer may hold it."""
    text = text[:LONGEST]
    return text if text.isprintable() else "".join(c if c.isprintable() else "?" for c in text)


def too_large(limit: int) -> Failure:
    return Failure(
        "too_large", f"the body is longer than {limit} bytes", where="body", advice="send it in smaller parts"
    )


async def abreast(wire: WireMessage) -> None:
    """Let the requests that came beside this one come as far, then go on.

    A stage (parsing, decoding) done for one request after the other finds its code in the processor's caches; whole
    requests one after the other push each stage's code out, and cost a sixth more (measured with 16). A large message
    is not held open meanwhile: its tree is many times its size.
    """
    if len(wire.body) <= SMALL:
        await asyncio.sleep(0)


async def write(send: Send, answer: Answer) -> None:
    headers = [
        (b"content-type", answer.content_type.encode("latin-1")),
        (b"content-length", b"%d" % len(answer.body)),
        (b"x-content-type-options", b"nosniff"),
        *answer.headers,
    ]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})


def _heads(scope: Scope) -> tuple[str, dict[str, str], bytes, bytes]:
    content_type, length, encoding = "", b"", b""
    kept = {":method": scope["method"], ":path": place(scope), ":query": scope["query_string"].decode("latin-1")}
    for name, value in scope["headers"]:
        if name == b"content-type":
            content_type = value[:LONGEST].decode("latin-1")
        elif name == b"content-length":
            length = value
        elif name == b"content-encoding":
            encoding = value.strip().lower()
        elif name in _KEPT:
            kept[_KEPT[name]] = value.decode("latin-1")
    return content_type, kept, length, encoding


async def _body(receive: Receive, limits: Limits) -> bytes:
    try:
        async with asyncio.timeout(limits.body_seconds):
            first, more = _part(await receive())
            return await _rest(receive, first, more, limits.body_bytes)
    except TimeoutError:
        raise Failure("timeout", f"the body did not come within {limits.body_seconds:g} s", where="body") from None


async def _rest(receive: Receive, first: bytes, more: bool, limit: int) -> bytes:
    parts, size = [first], len(first)
    while more and size <= limit:
        part, more = _part(await receive())
        parts.append(part)
        size += len(part)
    if size > limit:
        raise too_large(limit)
    return b"".join(parts)


def _part(event: MutableMapping[str, Any]) -> tuple[bytes, bool]:
    if event["type"] == "http.disconnect":
        raise Gone
    return event.get("body", b""), event.get("more_body", False)
