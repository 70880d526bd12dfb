"""FAULT takes trouble tickets, works on them, and tells the hub how each ended, by the agreed contracts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.mocks.conftest import Play, until
from tests.mocks.fake_hub import FakeHub

LINE = {"accNbr": "0571-81000001", "prodInstId": "PI-1"}


class Desk:
    """FAULT as the hub calls it; repairs take ``work_seconds``."""

    def __init__(self, world: Play, work_seconds: float) -> None:
        self.world = world
        world.post("FAULT", "config", {"work_seconds": work_seconds}).raise_for_status()
        self._soap = world.client("FAULT", "fault-ticket")

    def __getattr__(self, operation: str) -> Callable[..., Any]:
        return lambda **fields: getattr(self._soap, operation)(lanId="8330100", **fields)

    def ticket(self, number: str = "ord_1") -> dict[str, Any]:
        found: dict[str, Any] = self.world.look("FAULT", "state")["tickets"][number]
        return found


@pytest.fixture
def desk(play: Callable[..., Play], hub: FakeHub) -> Desk:
    return Desk(play("FAULT", hub=hub.url), 300)


@pytest.fixture
def quick(play: Callable[..., Play], hub: FakeHub) -> Desk:
    return Desk(play("FAULT", hub=hub.url), 0.01)


def told(hub: FakeHub, state: str) -> dict[str, Any]:
    """The callback with this state, once it has come."""
    found: dict[str, Any] = until(lambda: next((c for c in hub.callbacks if c["ticketState"] == state), None))
    return found


def test_a_ticket_is_taken_worked_on_repaired_and_told(quick: Desk, hub: FakeHub) -> None:
    taken = quick.raiseTicket(reqNo="t1", hubNo="ord_1", **LINE)
    assert (taken.resultCode, taken.ticketState) == ("0", "10")
    assert told(hub, "20")["stepName"] == "sent to the field"
    end = told(hub, "30")
    assert (end["reqNo"], end["ticketNo"], end["causeCode"]) == ("t1", taken.ticketNo, "C10")
    assert quick.queryTicket(origNo="ord_1").ticketState == "30"
    assert quick.world.effects("FAULT") == {("t1", "create"): 1}


def test_the_same_ticket_again_is_taken_once(desk: Desk) -> None:
    assert desk.raiseTicket(reqNo="t1", **LINE) == desk.raiseTicket(reqNo="t1", **LINE)
    assert desk.world.effects("FAULT") == {("t1", "create"): 1}


def test_an_urged_ticket_is_repaired_at_once(desk: Desk, hub: FakeHub) -> None:
    desk.raiseTicket(reqNo="t1", hubNo="ord_1", **LINE)
    assert desk.ticket()["state"] in ("10", "20")
    assert desk.urgeTicket(reqNo="u1", origNo="ord_1").resultCode == "0"
    assert told(hub, "30")["reqNo"] == "t1"
    assert desk.ticket()["urged"] == 1


def test_a_withdrawn_ticket_ends_and_cannot_be_urged(desk: Desk, hub: FakeHub) -> None:
    desk.raiseTicket(reqNo="t1", hubNo="ord_1", **LINE)
    assert desk.withdrawTicket(reqNo="x1", origNo="ord_1").ticketState == "90"
    assert told(hub, "90")["causeCode"] == "X10"
    assert desk.urgeTicket(reqNo="u1", origNo="ord_1").resultCode == "6003"


@pytest.mark.parametrize(("name", "cause"), [("customer", "R30"), ("equipment", "R40"), ("other", "R90")])
def test_a_ticket_can_come_back_unrepaired_with_its_cause(quick: Desk, hub: FakeHub, name: str, cause: str) -> None:
    quick.world.fault("FAULT", "return", operation="create", **{"class": name})
    quick.raiseTicket(reqNo="t1", **LINE)
    assert told(hub, "40")["causeCode"] == cause


@pytest.mark.parametrize("named", [{"accNbr": LINE["accNbr"]}, {"prodInstId": LINE["prodInstId"]}, {"origNo": "ord_1"}])
def test_a_test_finds_the_line_faulty_as_long_as_its_ticket_is_open(desk: Desk, named: dict[str, str]) -> None:
    desk.raiseTicket(reqNo="t1", hubNo="ord_1", **LINE)
    assert desk.testLine(reqNo="m1", **named).verdict == "BAD"
    desk.withdrawTicket(reqNo="x1", origNo="ord_1")
    good = desk.testLine(reqNo="m2", **named)
    assert (good.verdict, good.reading[0].itemName) == ("GOOD", "LOOP_OHM")


def test_what_is_not_known_is_refused(desk: Desk) -> None:
    assert desk.queryTicket(origNo="ord_9").resultCode == "6002"
    assert desk.raiseTicket(reqNo="t1").resultCode == "6001"
    assert desk.testLine(reqNo="m1").resultCode == "6001"


def test_the_outcome_can_be_told_twice_or_never(quick: Desk, hub: FakeHub) -> None:
    quick.world.fault("FAULT", "duplicate_callback", "t1")
    quick.world.fault("FAULT", "no_callback", "t2")
    quick.raiseTicket(reqNo="t2", hubNo="ord_2", **LINE)
    quick.raiseTicket(reqNo="t1", **LINE)
    until(lambda: [c["reqNo"] for c in hub.callbacks if c["ticketState"] == "30"] == ["t1", "t1"])
    until(lambda: quick.ticket("ord_2")["state"] == "30")
    assert quick.world.look("FAULT", "verify")["ok"]
