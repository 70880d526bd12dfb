"""Raw ASGI, read and answered: the thin part that every HTTP door shares."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from typing import Any

from interfaces.failure import Failure
from interfaces.wire import WireMessage

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

BODY_SECONDS = 30.0
"""Real seconds a sender may take for its whole body."""

_KEPT = {b"soapaction": "soapaction", b"idempotency-key": "idempotency-key"}
"""Request headers a message keeps. Others, credentials above all, never reach the journal."""


ALLOW = ((b"allow", b"POST"),)
"""What a 405 of a door must tell (RFC 9110)."""


class Gone(Exception):
    """The caller hung up; there is nobody to answer."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP answer."""

    status: int
    body: bytes
    content_type: str
    headers: tuple[tuple[bytes, bytes], ...] = field(default=())


async def read(scope: Scope, receive: Receive, limit: int) -> WireMessage:
    """The request with its body, at most ``limit`` bytes.

    Raises Failure ``too_large``, ``timeout`` (the body came too slowly) or ``invalid`` (a compressed body), all of
    them with the bytes unread or dropped; Gone when the caller hung up.
    """
    content_type, headers, length, encoding = _heads(scope)
    if encoding not in (b"", b"identity"):
        raise Failure("invalid", "a compressed body is not accepted", where="Content-Encoding", reason="header")
    if length.isdigit() and int(length) > limit:
        raise too_large(limit)
    body = await _body(receive, limit)
    return WireMessage(body, content_type, headers)


def heads(scope: Scope) -> WireMessage:
    """The request without its body, for refusals made before it was read."""
    content_type, headers, _, _ = _heads(scope)
    return WireMessage(b"", content_type, headers)


def place(scope: Scope) -> str:
    """The path as journal and log may hold it: printable, and no longer than an address is."""
    path: str = scope["path"][:200]
    return path if path.isprintable() else "".join(c if c.isprintable() else "?" for c in path)


def too_large(limit: int) -> Failure:
    return Failure(
        "too_large", f"the body is longer than {limit} bytes", where="body", advice="send it in smaller parts"
    )


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
            content_type = value.decode("latin-1")
        elif name == b"content-length":
            length = value
        elif name == b"content-encoding":
            encoding = value.strip().lower()
        elif name in _KEPT:
            kept[_KEPT[name]] = value.decode("latin-1")
    return content_type, kept, length, encoding


async def _body(receive: Receive, limit: int) -> bytes:
    first, more = _part(await receive())
    if not more and len(first) <= limit:  # the usual case: one part, no timer
        return first
    try:
        async with asyncio.timeout(BODY_SECONDS):
            return await _rest(receive, first, more, limit)
    except TimeoutError:
        raise Failure("timeout", f"the body did not come within {BODY_SECONDS:.0f} s", where="body") from None


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
