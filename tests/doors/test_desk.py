"""The desk between the doors' event loop and the intake."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import Future
from typing import Any

import pytest

from adapters.doors.desk import TOGETHER, Desk
from hub.intake import Inbound
from interfaces.failure import Failure
from interfaces.message import Message
from interfaces.wire import WireMessage
from tests.doors.parts import Agreement, Intake, fake_hub


class Counting(Intake):
    """Also keeps how many it was given at once."""

    def __init__(self) -> None:
        super().__init__()
        self.sizes: list[int] = []

    def submit_all(self, batch: Sequence[Inbound]) -> list[Future[Message]]:
        self.sizes.append(len(batch))
        return super().submit_all(batch)


@pytest.fixture
def hub() -> Any:
    made = fake_hub()
    made.intake = Counting()
    return made


def inbound(number: int) -> Inbound:
    agreement: Any = Agreement()
    wire = WireMessage(str(number).encode(), "text/xml")
    return Inbound(agreement.read_request(wire), agreement, wire, "soap:/soap/order-intake")


def bring(hub: Any, count: int) -> list[Any]:
    """What ``count`` callers get who come in the same turn of the loop."""

    async def go() -> list[Any]:
        desk = Desk(hub)
        return await asyncio.gather(*(desk.submit(inbound(n)) for n in range(count)), return_exceptions=True)

    return asyncio.run(go())


def test_what_comes_in_one_turn_is_handed_over_together_and_everybody_gets_his_own_answer(hub: Any) -> None:
    answers = bring(hub, 5)
    assert hub.intake.sizes == [5]
    assert answers == [one.received.message for one in hub.intake.submitted]
    assert [one.wire.body for one in hub.intake.submitted] == [b"0", b"1", b"2", b"3", b"4"]


def test_more_than_the_store_should_wait_for_goes_in_parts(hub: Any) -> None:
    assert len(bring(hub, 2 * TOGETHER + 1)) == 2 * TOGETHER + 1
    assert hub.intake.sizes == [TOGETHER, TOGETHER, 1]


def test_a_refusal_is_its_own_callers_only_and_names_the_journal_row(hub: Any) -> None:
    def outcome(one: Inbound) -> Message:
        if one.wire.body == b"1":
            raise Failure("rejected", "no")
        return one.received.message

    hub.intake.outcome = outcome
    first, refused, last = bring(hub, 3)
    assert (type(first), type(last)) == (Message, Message)
    assert isinstance(refused, Failure)
    assert refused.detail["incident"] == hub.intake.submitted[1].received.message.id


def test_a_caller_who_hangs_up_while_the_store_commits_disturbs_nobody(hub: Any) -> None:
    async def go() -> Any:
        desk = Desk(hub)
        gone, staying = (asyncio.create_task(desk.submit(inbound(n))) for n in range(2))
        await asyncio.sleep(0)
        gone.cancel()
        return await staying

    assert asyncio.run(go()).id == hub.intake.submitted[1].received.message.id
