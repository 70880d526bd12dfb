"""A connection to RabbitMQ on a thread of its own, and the one door where pika's errors become a Failure.

All of pika happens on that thread's loop; ``Link.run`` hands a coroutine over and waits for it, so heartbeats are
answered whatever the callers do. The connection is made when it is first needed and again when it was lost.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
import threading
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

import pika
from pika.adapters.asyncio_connection import AsyncioConnection
from pika.exceptions import (
    AMQPChannelError,
    AMQPConnectionError,
    AMQPError,
    AuthenticationError,
    ChannelClosedByBroker,
    ConnectionClosedByBroker,
    ProbableAccessDeniedError,
    ProbableAuthenticationError,
    ShortStringTooLong,
)
from tenacity import AsyncRetrying, retry_if_exception, stop_after_attempt, wait_random_exponential

from interfaces.amqp_address import RabbitAddress
from interfaces.clock import Deadline
from interfaces.failure import Code, Failure

T = TypeVar("T")

ATTEMPTS = 3
BLOCKED = 30.0
"""Seconds a broker under a memory or disk alarm may keep us waiting before the connection is given up."""
GRACE = 5.0
"""Seconds beyond a deadline after which the thread itself is taken for stuck."""
SOCKET, STACK = 5.0, 10.0
"""Seconds for TCP, and for TCP + TLS + AMQP together."""

REFUSED = (AuthenticationError, ProbableAuthenticationError, ProbableAccessDeniedError)
BY_REPLY: dict[int, Code] = {403: "forbidden", 404: "not_found", 405: "conflict", 406: "conflict"}
"""What the broker says on closing a channel -> Failure code."""

logging.getLogger("pika").setLevel(logging.CRITICAL)  # what it would log, with tracebacks, our Failure says once


class Wire:
    """One AMQP channel. ``closed`` holds the reason once it is."""

    def __init__(self, channel: Any) -> None:
        self.channel = channel
        self.closed: asyncio.Future[BaseException] = asyncio.get_running_loop().create_future()
        channel.add_on_close_callback(lambda _, reason: self.closed.set_result(reason))

    async def ask(self, method: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """The broker's answer to a synchronous method; pika's error when it closes the channel instead."""
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        method(*args, **kwargs, callback=answer.set_result)
        await asyncio.wait({answer, self.closed}, return_when=asyncio.FIRST_COMPLETED)
        if not answer.done():
            raise self.closed.result()
        return answer.result()

    def close(self) -> None:
        if self.channel.is_open:
            self.channel.close()


class Link:
    """``flowing`` is cleared while the broker blocks publishers (memory or disk alarm)."""

    def __init__(self, address: RabbitAddress) -> None:
        self.address = address
        self.flowing = asyncio.Event()
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._connection: Any = None
        self._opening: asyncio.Task[Any] | None = None

    def run(self, work: Coroutine[Any, Any, T], deadline: Deadline, what: str) -> T:
        """``work`` on the link's thread; it keeps the deadline itself. ``what`` says in a Failure what was asked."""
        future = asyncio.run_coroutine_threadsafe(work, self._running())
        try:
            return future.result(deadline.left() + GRACE)
        except AMQPError as error:
            raise failure_of(error, f"{self.address}: {what}") from error
        except TimeoutError:
            future.cancel()
            raise self.unavailable("no time was left") from None

    def call_soon(self, work: Callable[[], None]) -> None:
        """``work`` on the link's thread, without waiting."""
        self._running().call_soon_threadsafe(work)

    async def wire(self, deadline: Deadline) -> Wire:
        """A new channel; connects first where there is no connection. Nothing was sent when it raises."""
        async with asyncio.timeout(deadline.left()):
            connection = await self._connected()
            opened: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
            wire = Wire(connection.channel(on_open_callback=opened.set_result))
            await asyncio.wait({opened, wire.closed}, return_when=asyncio.FIRST_COMPLETED)
            if not opened.done():
                raise wire.closed.result()
            return wire

    def unavailable(self, why: str) -> Failure:
        return Failure(
            "unavailable",
            f"RabbitMQ cannot be used: {why}",
            where=str(self.address),
            advice="check that it runs and is reachable, and `rabbitmqctl status` for alarms; nothing was published",
        )

    def close(self) -> None:
        with self._lock:
            loop, thread, self._loop, self._thread = self._loop, self._thread, None, None
        if loop is None or thread is None:
            return
        asyncio.run_coroutine_threadsafe(self._disconnect(), loop).result(GRACE)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(GRACE)
        loop.close()

    # -- on the thread ------------------------------------------------------------------------------

    async def _connected(self) -> Any:
        if self._connection is not None and self._connection.is_open:
            return self._connection
        if self._opening is None or self._opening.done():
            self._opening = asyncio.ensure_future(self._open())
            self._opening.add_done_callback(lambda task: task.cancelled() or task.exception())
        self._connection = await asyncio.shield(self._opening)  # callers that run out of time leave it to the others
        return self._connection

    async def _open(self) -> Any:
        again = AsyncRetrying(
            retry=retry_if_exception(lambda error: isinstance(error, AMQPConnectionError) and not _refused(error)),
            stop=stop_after_attempt(ATTEMPTS),
            wait=wait_random_exponential(0.1, max=1.0),
            reraise=True,
        )
        return await again(self._open_once)

    async def _open_once(self) -> Any:
        opened: asyncio.Future[Any] = asyncio.get_running_loop().create_future()

        def failed(_connection: Any, error: BaseException) -> None:
            if not opened.done():
                opened.set_exception(_bare(error))

        connection = AsyncioConnection(
            _parameters(self.address),
            on_open_callback=opened.set_result,
            on_open_error_callback=failed,
            on_close_callback=lambda *_: self.flowing.set(),
        )
        connection.add_on_connection_blocked_callback(lambda *_: self.flowing.clear())
        connection.add_on_connection_unblocked_callback(lambda *_: self.flowing.set())
        self.flowing.set()
        return await opened

    async def _disconnect(self) -> None:
        if self._opening is not None and not self._opening.done():
            self._opening.cancel()
        if self._connection is None or not self._connection.is_open:
            return
        closed = asyncio.Event()
        self._connection.add_on_close_callback(lambda *_: closed.set())
        self._connection.close()
        try:
            await asyncio.wait_for(closed.wait(), GRACE / 2)
        except TimeoutError:
            return

    def _running(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self._loop is None:
                self._loop, self.flowing = asyncio.new_event_loop(), asyncio.Event()
                name = f"amqp {self.address.host}"
                self._thread = threading.Thread(target=self._loop.run_forever, name=name, daemon=True)
                self._thread.start()
            return self._loop


def failure_of(error: BaseException, where: str) -> Failure:
    """pika's errors before anything was published. They name queues and reasons, never a payload or a password."""
    if isinstance(error, ChannelClosedByBroker):
        code = BY_REPLY.get(error.reply_code, "unavailable")
        return Failure(code, f"RabbitMQ says: {error.reply_text}", where=where, advice=ADVICE[code])
    if isinstance(error, ShortStringTooLong):
        advice = "shorten the id, queue name or header name"
        return Failure("invalid", "an AMQP property is longer than 255 bytes", where=where, advice=advice)
    if isinstance(error, AMQPChannelError):
        return Failure("unavailable", "RabbitMQ ended the channel", where=where, advice=ADVICE["unavailable"])
    if _refused(error):
        advice = "check user, password and virtual host of the address, and `rabbitmqctl list_permissions`"
        return Failure("unavailable", "RabbitMQ refuses us", where=where, advice=advice)
    return Failure(
        "unavailable",
        f"RabbitMQ cannot be reached ({error if type(error) is AMQPConnectionError else type(error).__name__})",
        where=where,
        advice="check that it runs and is reachable; nothing was published",
    )


ADVICE: dict[Code, str] = {
    "conflict": "declare it as it is, or empty and delete the queue first (`rabbitmqctl delete_queue`)",
    "not_found": "declare it first",
    "forbidden": "grant the user configure, write and read on it (`rabbitmqctl set_permissions`)",
    "unavailable": "it is tried again",
}


def _refused(error: BaseException) -> bool:
    by_broker = isinstance(error, ConnectionClosedByBroker) and error.reply_code in (403, 530)
    return by_broker or isinstance(error, REFUSED)


def _bare(error: BaseException) -> AMQPError:
    """pika wraps what happened in what it was doing."""
    while not _refused(error):
        about = (*getattr(error, "exceptions", ()), getattr(error, "exception", None), *error.args)
        inner = [one for one in about if isinstance(one, BaseException)]
        if not inner:
            break
        error = inner[-1]
    return error if isinstance(error, AMQPError) else AMQPConnectionError(type(error).__name__)


def _parameters(address: RabbitAddress) -> pika.ConnectionParameters:
    tls = ssl.create_default_context(cafile=address.cafile or None) if address.tls else None
    return pika.ConnectionParameters(
        host=address.host,
        port=address.port,
        virtual_host=address.vhost,
        credentials=pika.PlainCredentials(address.user, address.password),
        heartbeat=address.heartbeat,
        blocked_connection_timeout=BLOCKED,
        socket_timeout=SOCKET,
        stack_timeout=STACK,
        ssl_options=pika.SSLOptions(tls, address.host) if tls else None,
        client_properties={"connection_name": "mboss"},
    )
