"""What every door asks of the intake, and the last resort when something unforeseen happens."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import Future
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial

import structlog

from adapters.doors.http_io import Answer, Gone, Send, write
from hub.identity.gate import unknown
from hub.identity.who import Subscription
from hub.intake import Inbound
from hub.logs import place_of
from hub.runtime import Hub
from hub.topology import systems
from interfaces.envelope import wsse
from interfaces.envelope.base import Opened
from interfaces.envelope.contract_root_header import SOURCE
from interfaces.failure import Failure
from interfaces.ids import new_id
from interfaces.message import Message
from interfaces.spec.model import InterfaceSpec
from interfaces.wire import WireMessage

log = structlog.get_logger(__name__)

TOGETHER = 16
"""Most messages handed over at once: while the store commits some, the loop prepares the next."""


@dataclass(frozen=True, slots=True)
class Guest:
    """Who a request is from (``by`` None: nobody was asked), and its envelope without what proved it."""

    by: Subscription | None
    opened: Opened

    @property
    def name(self) -> str:
        return self.by.system if self.by else ""


def keyed(by: Subscription, interface: str) -> Subscription:
    """The key's subscription; Failure ``forbidden`` when it is for another interface."""
    if by.interface != interface:
        raise Failure("forbidden", f"this API key is for {by.interface}", where=interface, advice="use the key for it")
    return by


class Desk:
    """One per event loop, between the doors and ``hub.intake``.

    What the doors bring in one turn of the loop is handed over together, so that loop and writer meet once per batch
    and not once per order.
    """

    def __init__(self, hub: Hub) -> None:
        self._intake = hub.intake
        self._gate = hub.gate
        self._brought: list[tuple[Inbound, asyncio.Future[Message]]] = []

    async def submit(self, inbound: Inbound) -> Message:
        """The canonical reply; raises Failure, which is then in the journal and names its row."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Message] = loop.create_future()
        if not self._brought:
            loop.call_soon(self._hand_over)
        self._brought.append((inbound, answer))
        try:
            return await answer
        except Failure as failure:
            failure.detail.setdefault("incident", inbound.received.message.id)
            raise

    def _hand_over(self) -> None:
        brought, self._brought = self._brought[:TOGETHER], self._brought[TOGETHER:]
        if self._brought:
            asyncio.get_running_loop().call_soon(self._hand_over)
        for (_, answer), done in zip(brought, self._intake.submit_all([i for i, _ in brought]), strict=True):
            done.add_done_callback(partial(_call_back, answer))

    async def known(self, spec: InterfaceSpec, opened: Opened, key: str = "") -> Guest:
        """Whose request it is: by its API key, else by what its envelope says. Failure ``unauthenticated``.

        Where authentication is off nobody is asked, and a Security header is not processed.
        """
        if not self._gate.on:
            return Guest(None, opened)
        if spec.transport.envelope == "contract-root":
            system = opened.header.get(SOURCE, "")
            return Guest(self._gate.by_sign(systems().get(system, system), spec.id, opened.header), opened)
        if key:
            return Guest(keyed(self._gate.by_key(key), spec.id), opened)
        said = wsse.token(opened.header)
        if said is None:
            raise unknown("the request carries no credential")
        by = await asyncio.wrap_future(self._gate.by_token(spec.id, said))
        must = " ".join(name for name in opened.header[":must"].split() if name != "Security")
        return Guest(by, Opened({**wsse.without_token(opened.header), ":must": must}, opened.payload))

    @asynccontextmanager
    async def admitted(self, guest: Guest) -> AsyncIterator[None]:
        """Flow control around the work of one request. Failure ``throttled``."""
        if guest.by is None:
            yield
            return
        leave = await asyncio.wrap_future(self._gate.admit(guest.by))
        try:
            yield
        finally:
            leave()

    async def refuse(self, wire: WireMessage, failure: Failure, endpoint: str, caller: str = "") -> Failure:
        """Journal the refused request, once; the failure comes back with its ``incident`` in ``detail``."""
        if "incident" in failure.detail:
            return failure
        try:
            incident = await asyncio.wrap_future(self._intake.refuse(wire, failure, endpoint, caller))
        except Exception as error:  # the store is down: the caller still gets an answer and a number
            incident = unjournalled(error, endpoint)
        failure.detail["incident"] = incident
        return failure


def _call_back(answer: asyncio.Future[Message], done: Future[Message]) -> None:
    """From the thread that knows the answer to the loop that waits for it."""
    answer.get_loop().call_soon_threadsafe(_settle, answer, done)


def _settle(answer: asyncio.Future[Message], done: Future[Message]) -> None:
    if answer.cancelled():  # the caller hung up
        return
    if error := done.exception():
        answer.set_exception(error)
    else:
        answer.set_result(done.result())


def unjournalled(error: BaseException, endpoint: str) -> str:
    incident = new_id("inc")
    log.error("refusal not journalled", incident=incident, endpoint=endpoint, at=place_of(error))
    return incident


def unforeseen(error: BaseException, endpoint: str) -> Failure:
    """A fault of our own as a Failure. Neither the log nor the caller gets its text, which may quote the payload."""
    log.error("unforeseen error in a door", endpoint=endpoint, at=place_of(error))
    return Failure("internal", "the request could not be processed", advice="report the incident to the hub's operator")


async def answer_all(
    send: Send, endpoint: str, served: Awaitable[Answer], refused: Callable[[Failure], Awaitable[Answer]]
) -> None:
    """Whatever comes of ``served``, the caller gets an answer; unless he has hung up."""
    try:
        answer = await served
    except Gone:
        return
    except Failure as failure:
        answer = await refused(failure)
    except Exception as error:
        answer = await refused(unforeseen(error, endpoint))
    await write(send, answer)
