"""What every door asks of the intake, and the last resort when something unforeseen happens."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from adapters.doors.http_io import Answer, Gone, Send, write
from hub.intake import Inbound
from hub.logs import place_of
from hub.runtime import Hub
from interfaces.failure import Failure
from interfaces.ids import new_id
from interfaces.message import Message
from interfaces.wire import WireMessage

log = structlog.get_logger(__name__)


class Desk:
    """One per process, between the doors and ``hub.intake``."""

    def __init__(self, hub: Hub) -> None:
        self._intake = hub.intake

    async def submit(self, inbound: Inbound) -> Message:
        """The canonical reply; raises Failure, which is then in the journal and names its row."""
        try:
            return await asyncio.wrap_future(self._intake.submit(inbound))
        except Failure as failure:
            failure.detail.setdefault("incident", inbound.received.message.id)
            raise

    async def refuse(self, wire: WireMessage, failure: Failure, endpoint: str) -> Failure:
        """Journal the refused request, once; the failure comes back with its ``incident`` in ``detail``."""
        if "incident" in failure.detail:
            return failure
        try:
            incident = await asyncio.wrap_future(self._intake.refuse(wire, failure, endpoint))
        except Exception as error:  # the store is down: the caller still gets an answer and a number
            incident = unjournalled(error, endpoint)
        failure.detail["incident"] = incident
        return failure


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
