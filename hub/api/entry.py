"""Who sends this request, and may he? Asked once, before any route, for the API and the pages alike."""

from __future__ import annotations

import asyncio
import base64
import binascii
from collections.abc import AsyncIterator
from typing import Annotated, Final

from fastapi import Depends, Request
from starlette.concurrency import run_in_threadpool

from hub.identity import access, apikey
from hub.identity.gate import Gate
from hub.identity.people import wrong
from hub.identity.who import LOCAL, NOBODY, Caller, partner
from interfaces.failure import Failure

COOKIE: Final = "mboss_session"
READING: Final = frozenset({"GET", "HEAD"})


async def entered(request: Request) -> AsyncIterator[None]:
    """``request.state.who`` for the routes; Failure ``unauthenticated``, ``forbidden`` or ``throttled``.

    A credential that is wrong is refused even where none is needed. A partner's request is under flow control until
    it is answered.
    """
    gate: Gate = request.app.state.hub.gate
    who = await caller_of(request, gate) if gate.on else LOCAL
    access.check(request.method, request.scope["route"].path, who)
    request.state.who = who
    if who.subscription is None:
        yield
        return
    leave = await asyncio.wrap_future(gate.admit(who.subscription))
    try:
        yield
    finally:
        leave()


async def caller_of(request: Request, gate: Gate) -> Caller:
    """By API key, by name and password, by a session's token, by the browser's session; else nobody.

    A browser sends its session by itself, wherever a page was made: so outside the pages it only reads.
    """
    scheme, _, given = request.headers.get("authorization", "").strip().partition(" ")
    given = given.strip()
    key = request.headers.get("x-api-key", given if scheme.lower() == "bearer" else "").strip()
    if key.startswith(apikey.MARK) or "x-api-key" in request.headers:
        return partner(gate.by_key(key))
    if scheme.lower() == "basic":
        return await run_in_threadpool(gate.people.known, *_basic(given))
    if scheme.lower() == "bearer":
        return await run_in_threadpool(_session, gate, given)
    if scheme:
        raise _not_known()
    cookie = request.cookies.get(COOKIE, "")
    if cookie and (request.method in READING or request.app.state.forms):
        return await run_in_threadpool(gate.people.of_session, cookie) or NOBODY
    return NOBODY


def _session(gate: Gate, token: str) -> Caller:
    found = gate.people.of_session(token)
    if found is None:
        raise Failure("unauthenticated", "the session is over, or the key is not known", advice="log in again")
    return found


def _basic(given: str) -> tuple[str, str]:
    try:
        name, colon, password = base64.b64decode(given, validate=True).decode("utf-8").partition(":")
    except (binascii.Error, ValueError):
        raise wrong() from None
    if not colon:
        raise _not_known()
    return name, password


def _not_known() -> Failure:
    return Failure("unauthenticated", "this way to log in is not known", advice="send Basic or Bearer, or X-API-Key")


# async only because the framework runs a plain dependency in a thread of its own
async def _who(request: Request) -> Caller:
    who: Caller = request.state.who
    return who


Who = Annotated[Caller, Depends(_who)]
