"""The way through a service written in code: spyne runs in threads of its pool, the hub's work is done on the loop.

The door reads the envelope first with the house's own parser, so spyne never sees anything else than one well-formed
UTF-8 envelope; and whatever the work raises comes out of here as it was raised, where spyne would make an
'Internal Error' of it.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from adapters.doors.http_io import Answer, Scope
from adapters.doors.soap_rules import XML
from interfaces.codec import charset, safe_xml
from interfaces.codec.limits import Limits

Work = Callable[..., Coroutine[Any, Any, Any]]


@dataclass(slots=True)
class _Carried:
    """What the thread that runs spyne needs to have the work done on the loop."""

    work: Work
    loop: asyncio.AbstractEventLoop
    pending: Future[Any] | None = None
    gone: bool = False
    raised: BaseException | None = None

    def leave(self) -> None:
        """The caller hung up, or the hub stops: no thread may go on waiting, or the process would never end."""
        self.gone = True
        if self.pending is not None:
            self.pending.cancel()


_carried: ContextVar[_Carried] = ContextVar("carried")
"""a2wsgi copies the context into its thread."""


def on_the_loop(*given: Any) -> Any:
    """What every coded service calls, in a thread of its pool: the work of the request that it is in."""
    carried = _carried.get()
    try:
        carried.pending = asyncio.run_coroutine_threadsafe(carried.work(*given), carried.loop)
        if carried.gone:
            carried.pending.cancel()
        return carried.pending.result()
    except BaseException as error:
        carried.raised = error
        raise


async def through(app: Any, scope: Scope, envelope: bytes, work: Work) -> tuple[int, bytes]:
    """Status and body of the service's answer to one envelope; raises what ``work`` raised."""
    carried = _Carried(work, asyncio.get_running_loop())
    token = _carried.set(carried)
    try:
        status, body = await _call(app, scope, envelope)
    except asyncio.CancelledError:
        carried.leave()
        raise
    finally:
        _carried.reset(token)
    if carried.raised is not None:
        raise carried.raised
    return status, body


_OWN = Limits(size=sys.maxsize, elements=sys.maxsize, text=sys.maxsize)
"""What we wrote ourselves is as long as it is."""


def answer_in(encoding: str, body: bytes) -> Answer:
    """The service's UTF-8 answer in the caller's charset."""
    if encoding == charset.UTF8:
        return Answer(200, body, XML)
    again = safe_xml.serialize(safe_xml.parse(body, limits=_OWN), encoding)
    return Answer(200, again, f"text/xml; charset={encoding}")


async def _call(app: Any, scope: Scope, body: bytes) -> tuple[int, bytes]:
    """One request to an ASGI app inside this process."""
    status, parts = 0, []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(event: Any) -> None:
        nonlocal status
        status = event.get("status", status)
        parts.append(event.get("body", b""))

    headers = [(b"content-type", XML.encode()), (b"content-length", b"%d" % len(body))]
    await app({**scope, "method": "POST", "query_string": b"", "headers": headers}, receive, send)
    return status, b"".join(parts)
