"""Between the loop and the threads of a service written in code."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from adapters.doors.coded import on_the_loop, through
from interfaces.failure import Failure


async def service(scope: Any, receive: Any, send: Any) -> None:
    """What spyne behind a2wsgi is to the door: its work is asked for in a thread, its errors are swallowed."""
    status = 200
    try:
        body = await asyncio.to_thread(on_the_loop, "asked")
    except Failure:
        status, body = 500, "Internal Error"
    await send({"type": "http.response.start", "status": status})
    await send({"type": "http.response.body", "body": body.encode()})


def test_the_work_is_done_on_the_loop_and_answered() -> None:
    async def go() -> tuple[int, bytes]:
        loop = asyncio.get_running_loop()

        async def work(given: str) -> str:
            assert asyncio.get_running_loop() is loop
            return f"{given} and answered"

        return await through(service, {}, b"", work)

    assert asyncio.run(go()) == (200, b"asked and answered")


def test_a_refusal_comes_out_as_it_was_raised() -> None:
    async def work(_: str) -> str:
        raise Failure("rejected", "no")

    with pytest.raises(Failure) as caught:
        asyncio.run(through(service, {}, b"", work))
    assert caught.value.code == "rejected"


def test_a_caller_who_hangs_up_leaves_no_thread_behind() -> None:
    """Ending the loop waits for its threads: one that still waited for an answer would never let it end."""

    async def go() -> bool:
        begun = asyncio.Event()

        async def work(_: str) -> str:
            begun.set()
            await asyncio.Event().wait()
            return "never"

        calling = asyncio.create_task(through(service, {}, b"", work))
        await begun.wait()
        calling.cancel()
        await asyncio.wait([calling])
        return calling.cancelled()

    assert asyncio.run(go())
