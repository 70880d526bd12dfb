from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from adapters.doors import http_io
from adapters.doors.asgi import build
from hub.config import Limits
from interfaces.failure import Failure
from tests.doors.parts import fake_hub

LIMITS = Limits(body_bytes=1024)


def scope(path: str = "/soap/order-intake", **headers: str) -> dict[str, Any]:
    pairs = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return {"type": "http", "method": "POST", "path": path, "query_string": b"", "headers": pairs}


def sending(*events: dict[str, Any]) -> Callable[[], Awaitable[dict[str, Any]]]:
    """What the server hands over, then silence."""
    waiting = list(events)

    async def receive() -> dict[str, Any]:
        if not waiting:
            await asyncio.Event().wait()
        return waiting.pop(0)

    return receive


def part(body: bytes, more: bool = True) -> dict[str, Any]:
    return {"type": "http.request", "body": body, "more_body": more}


def read(*events: dict[str, Any], limits: Limits = LIMITS) -> bytes:
    return asyncio.run(http_io.read(scope(), sending(*events), limits)).body


def test_a_body_in_parts_is_put_together() -> None:
    assert read(part(b"a"), part(b"b"), part(b"c", more=False)) == b"abc"


def test_a_body_of_exactly_the_limit_passes_and_one_byte_more_does_not() -> None:
    assert len(read(part(b"x" * 600), part(b"x" * 424, more=False))) == 1024
    with pytest.raises(Failure) as caught:
        read(part(b"x" * 600), part(b"x" * 425, more=False))
    assert caught.value.code == "too_large"


def test_an_endless_body_is_dropped_at_the_limit() -> None:
    with pytest.raises(Failure) as caught:
        read(*[part(b"x" * 600)] * 3)
    assert caught.value.code == "too_large"


def test_a_body_that_never_ends_in_time_is_refused() -> None:
    for events in ([], [part(b"x")]):
        with pytest.raises(Failure) as caught:
            read(*events, limits=Limits(body_seconds=0.05))
        assert caught.value.code == "timeout"


@pytest.mark.parametrize("prefix", ["/soap", "/http"])
@pytest.mark.parametrize("path", ["/order-intake", "/exchange"])
def test_a_caller_who_hangs_up_is_not_answered(prefix: str, path: str) -> None:
    sent: list[Any] = []

    async def send(event: Any) -> None:
        sent.append(event)

    hub = fake_hub()
    gone = sending(part(b"x"), {"type": "http.disconnect"})
    door: Any = build(hub)[prefix]
    asyncio.run(door(scope(prefix + path, content_type="text/xml"), gone, send))
    if (prefix, path) == ("/http", "/order-intake"):
        assert sent[0]["status"] == 404, "nothing of its body is read"
    else:
        assert sent == []
    assert hub.intake.submitted == []


def test_a_path_can_forge_no_line_in_journal_or_log() -> None:
    assert http_io.place(scope("/soap/x\r\nlevel=info \x1b[2J" + "y" * 500)).isprintable()
